"""What the pages get: replies of the routes that browsers use, as JSON.

Rules: instants are RFC 3339 in UTC with milliseconds, dates YYYY-MM-DD, times of day hh:mm local wall time.
Members may be added, never changed. What people read comes in Swedish and English (`Reason`).
"""

from msgspec import Struct, field

from gateway.accounts.model import Kind
from gateway.model import Role
from gateway.replies import Reason
from gateway.roster.values import ReceiverKind


class SessionView(Struct, frozen=True):
    """Who is logged in. `csrf` goes into the header X-CSRF-Token of every request that changes something."""

    username: str
    name: str
    kind: Kind
    units: tuple[str, ...]  # that a unit administrator may schedule; IT may all, and has none here
    csrf: str
    begun_at: str
    ends_at: str  # without another request


class Person(Struct, frozen=True):
    """A receiver by id and name."""

    id: str
    name: str


class SlotView(Struct, frozen=True):
    """What stands in a slot; `version` goes back with a change. `by` and `at` are None while it is empty."""

    receivers: tuple[Person, ...]
    version: str
    by: str | None = None
    by_name: str | None = None
    at: str | None = None


class ElsewhereView(Struct, frozen=True):
    """Somebody of a shift who holds a role in other units while it lasts."""

    receiver: str
    units: tuple[str, ...]  # their names


class ShiftView(Struct, frozen=True):
    """One shift on one date."""

    shift: str
    date: str
    from_: str = field(name="from")
    to: str
    start: str
    end: str
    hours: float  # that it really lasts
    past: bool  # nothing of it can be changed
    running: bool
    planned: bool  # False: its pattern is gone, it can only be emptied
    note: Reason | None  # what a change of the clocks does to it
    staffed: tuple[Person, ...]  # staffing and assigned people together
    staffing: SlotView
    doctor: SlotView
    nurse: SlotView
    elsewhere: tuple[ElsewhereView, ...] = ()  # persons alone: a role's phone may answer for many units


class UnitShifts(Struct, frozen=True):
    """The shifts of a unit that begin on some days, in order of time."""

    unit: str
    now: str
    timezone: str
    revision: int
    may_schedule: bool
    shifts: tuple[ShiftView, ...]


class ReceiverView(Struct, frozen=True):
    """A receiver with his numbers. `proof` is what the last test page to his number showed."""

    id: str
    name: str
    kind: ReceiverKind
    number: str
    number_kind: str
    backup: str | None
    any_number: bool
    units: tuple[str, ...]
    proof: str  # proved, unproved, pending or failed
    proof_at: str | None
    served: bool  # whether a carrier serves his number


class PatternView(Struct, frozen=True):
    """One shift pattern: it begins on its weekdays from `valid_from` to `valid_to`, both inclusive."""

    name: str
    from_: str = field(name="from")
    to: str
    weekdays: tuple[str, ...]
    valid_from: str | None = None  # no bound
    valid_to: str | None = None


class UnitBrief(Struct, frozen=True):
    """A unit of a list."""

    id: str
    name: str
    area: str
    may_schedule: bool


class UnitsPart(Struct, frozen=True):
    """A part of the units that were asked for; `total` is how many there are."""

    total: int
    units: tuple[UnitBrief, ...]


class AreaView(Struct, frozen=True):
    """A business area, how many units it holds, and how many of them one may schedule."""

    id: str
    name: str
    fallback: tuple[Person, ...]
    units: int
    may_schedule: int


class UnitView(Struct, frozen=True):
    """All about a unit but its shifts' content. `receivers` are those that may be scheduled there."""

    id: str
    name: str
    area: str
    area_name: str
    aliases: tuple[str, ...]
    fallback: tuple[Person, ...]
    one_way: str
    may_schedule: bool
    patterns: tuple[PatternView, ...]
    receivers: tuple[ReceiverView, ...]


class EditedSlot(Struct, frozen=True):
    """A slot as an edit left it. `role` None: the staffing."""

    shift: str
    date: str
    role: Role | None
    receivers: tuple[Person, ...]
    version: str


class EditedView(Struct, frozen=True):
    """What an edit made. `change` is its number, for undo; None: it all stood so already."""

    unit: str
    change: int | None
    by: str
    by_name: str | None
    at: str
    slots: tuple[EditedSlot, ...]


class ConflictView(Struct, frozen=True):
    """A slot that somebody else changed: what stands now, who changed it and when."""

    shift: str
    date: str
    role: Role | None
    receivers: tuple[Person, ...]
    version: str
    by: str | None
    by_name: str | None
    at: str | None


class TargetView(Struct, frozen=True):
    """One slot of a copy: what stands and what would; `does` is add, replace or same."""

    shift: str
    date: str
    role: Role | None
    stands: tuple[Person, ...]
    wanted: tuple[Person, ...]
    version: str
    does: str


class FaultView(Struct, frozen=True):
    """Something that is wrong, and where."""

    path: str
    message: str


class CopyView(Struct, frozen=True):
    """What a copy did, or with `preview` would do. Nothing can be done while there are faults."""

    applied: bool
    change: int | None
    targets: tuple[TargetView, ...]
    faults: tuple[FaultView, ...]


class CorrectionView(Struct, frozen=True):
    """Who really held a role of a shift that has ended, or was on it (`role` None), and who said so."""

    change: int
    role: Role | None
    stood: tuple[Person, ...]  # what was planned, and stays
    receivers: tuple[Person, ...]  # who it really was
    reason: str
    by: str
    by_name: str | None
    at: str


class Recorded(Struct, frozen=True):
    """The number under which something stands in the record of changes."""

    change: int
