"""`bakjour-sim demo`: the whole chain on this machine, as a stranger who judges it would run it.

Gateway, DECT system and SMS centre run as processes of their own; the demo is Clinic24. Rules: it works out
from the roster file alone whom each event must reach, and never asks the gateway that; it passes only if
every event reached exactly that, and nothing was shown anywhere else. No process outlives it; its folder
does only if it is killed with -9.
"""
