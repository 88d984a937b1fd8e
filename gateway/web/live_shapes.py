"""What the pages get of what is and what comes: board, coverage, test pages; by the rules of `shapes`."""

from msgspec import Struct, field

from gateway.model import Origin, Role
from gateway.replies import Reason
from gateway.web.shapes import Person


class OnDuty(Struct, frozen=True):
    """Somebody who would be paged now."""

    id: str
    name: str
    origin: Origin
    reason: Reason


class RoleNow(Struct, frozen=True):
    """One role of a unit now: who would be paged in order, and until when this holds by the plan."""

    role: Role
    receivers: tuple[OnDuty, ...]
    on_duty: bool  # somebody is on duty; False: only a fallback, or nobody, would be paged
    until: str | None


class BoardUnit(Struct, frozen=True):
    """One unit of the board."""

    id: str
    name: str
    area: str
    roles: tuple[RoleNow, ...]


class Board(Struct, frozen=True):
    """Who would be paged, unit by unit; `at` is the instant that was asked for."""

    at: str
    units: tuple[BoardUnit, ...]


class TestPage(Struct, frozen=True):
    """A test page that is under way: follow GET /api/alerts/{alert} and the outcomes of GET /api/live."""

    alert: str


class CoverageEntry(Struct, frozen=True):
    """One role of one shift: empty, thin or covered, and why."""

    shift: str
    date: str
    from_: str = field(name="from")
    to: str
    start: str
    end: str
    role: Role
    state: str  # empty, thin or covered
    receivers: tuple[Person, ...]
    reasons: tuple[Reason, ...]


class HoleView(Struct, frozen=True):
    """A time in which nobody is on duty for a role though a shift is planned."""

    role: Role
    start: str
    end: str
    fallback: bool  # somebody would be paged all the same


class CoverageUnit(Struct, frozen=True):
    """The coverage of one unit."""

    id: str
    name: str
    entries: tuple[CoverageEntry, ...]
    holes: tuple[HoleView, ...]


class CoverageBrief(Struct, frozen=True):
    """One unit in counts: its holes, and the roles of shifts that are thin or covered."""

    id: str
    name: str
    holes: int
    thin: int
    covered: int
    next: HoleView | None  # the hole that begins first


class CoverageOverview(Struct, frozen=True):
    """The units of an area, the worst first: holes without a fallback, then holes, then thin shifts."""

    now: str
    days: int
    units: tuple[CoverageBrief, ...]


class Coverage(Struct, frozen=True):
    """Coverage from now on."""

    now: str
    days: int
    units: tuple[CoverageUnit, ...]
