"""A DECT paging system with handsets, as the gateway meets it over ESPA 4.4.4."""

from simulators.dect.faults import Faults
from simulators.dect.handset import Answer, Handset, HandsetState, Owner, Shown
from simulators.dect.link import Link, Role
from simulators.dect.paging import Event, PagingSystem, StatusMode
from simulators.dect.profiles import PROFILES, Profile

__all__ = [
    "PROFILES",
    "Answer",
    "Event",
    "Faults",
    "Handset",
    "HandsetState",
    "Link",
    "Owner",
    "PagingSystem",
    "Profile",
    "Role",
    "Shown",
    "StatusMode",
]
