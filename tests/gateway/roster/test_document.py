"""What a roster file says, and every fault of it."""

import pytest

from gateway.model import NumberKind, OneWay
from gateway.roster import document
from gateway.roster.document import in_order, read_document
from gateway.roster.values import WEEKDAYS

FIVE_FAULTS = """
[[unit]]
id = "hc"
area = "a"
name = "HC"
one_way = "never"

[[receiver]]
id = "anna"
name = "Anna"
kind = "person"
number = "2011"

[[shift]]
unit = "hc"
name = "Dag"
from = "07:00"
to = "24:00"

[[assignment]]
unit = "hc"
shift = "Dag"
date = "2026-11-24"
role = "nurse"
receivers = ["anna"]

[[administrator]]
user = "ab12345"
username = "ab12345"
name = "Karin Ek"
"""


def paths(text: str) -> list[str]:
    return [fault.path for fault in read_document(text, "SE").faults]


def test_five_faults_are_five() -> None:
    """A file with five faults reports all five, each with its path and what is allowed."""
    assert [str(fault) for fault in in_order(read_document(FIVE_FAULTS, "SE").faults)] == [
        "unit[0].one_way: 'never' is not allowed; allowed: escalate, close",
        "receiver[0].number: is no valid mobile number; allowed: an extension of exactly 5 digits, or a "
        "mobile number such as +46701740605 (any_number = true takes any phone number)",
        "shift[0].to: 24:00 is no time of day; write 00:00, which ends a shift at midnight",
        "assignment[0].date: must be a date without quotes, such as 2026-11-24",
        "administrator[0].user: unknown key (did you mean username?); "
        "allowed: username, name, phone, email, units",
    ]


def test_values_and_defaults(frame: str) -> None:
    """What is left out has the default of the contract; numbers and times are understood."""
    read = read_document(frame, "SE")
    assert read.faults == ()
    anna = read.receivers[0].value
    assert (anna.backup, anna.backup_kind) == ("+46701740605", NumberKind.MOBILE)
    assert read.units[1].value.one_way is OneWay.ESCALATE
    assert read.shifts[0].value.weekdays == WEEKDAYS
    assert (read.units[1].value.fallback, read.administrators[0].value.email) == ((), None)


@pytest.mark.parametrize(
    ("table", "entry", "key"),
    [
        ("area", 'id = ""\nname = "A"', "id"),
        ("area", 'id = " a"\nname = "A"', "id"),
        ("area", f'id = "{"x" * 65}"\nname = "A"', "id"),
        ("area", 'id = "a"\nname = "A\\u0000"', "name"),
        ("area", "id = 1\nname = 'A'", "id"),
        ("area", 'id = "a"\nname = "A"\nfallback = "b"', "fallback"),
        ("area", 'id = "a"\nname = "A"\nfallback = ["b", "b"]', "fallback"),
        ("unit", 'id = "a"\nname = "A"', "area"),
        ("receiver", 'id = "a"\nname = "A"\nkind = "team"\nnumber = "20117"', "kind"),
        ("receiver", 'id = "a"\nname = "A"\nkind = "role"\nnumber = 20117', "number"),
        ("receiver", 'id = "a"\nname = "A"\nkind = "role"\nnumber = "20117"\nbackup = "1"', "backup"),
        (
            "receiver",
            'id = "a"\nname = "A"\nkind = "role"\nnumber = "20117"\nany_number = "yes"',
            "any_number",
        ),
        ("shift", 'unit = "a"\nname = "A"\nfrom = 07:00:00\nto = "08:00"', "from"),
        ("shift", 'unit = "a"\nname = "A"\nfrom = "07:00"\nto = "08:00"\nweekdays = ["månd"]', "weekdays[0]"),
        ("shift", 'unit = "a"\nname = "A"\nfrom = "07:00"\nto = "08:00"\nweekdays = []', "weekdays"),
        ("staffing", 'unit = "a"\nshift = "A"\ndate = 2026-11-24T07:00:00\nreceivers = []', "date"),
        ("staffing", 'unit = "a"\nshift = "A"\ndate = 2126-11-24\nreceivers = []', "date"),
        ("assignment", 'unit = "a"\nshift = "A"\ndate = 2026-11-24\nrole = "nurse"', "receivers"),
        ("assignment", 'unit = "a"\nshift = "A"\ndate = 2026-11-24\nrole = "vet"\nreceivers = []', "role"),
        ("administrator", 'username = "a b"\nname = "A"', "username"),
        ("administrator", 'username = "ab"\nname = "A"\nemail = "karin"', "email"),
        ("administrator", 'username = "ab"\nname = "A"\nphone = "ring mig"', "phone"),
    ],
)
def test_faults_of_one_key(table: str, entry: str, key: str) -> None:
    """Every key that breaks its rule is one fault at its path."""
    assert paths(f"[[{table}]]\n{entry}\n") == [f"{table}[0].{key}"]


def test_tables_that_are_none() -> None:
    """An unknown table, and one that is not written as tables, are faults."""
    assert paths("[[recevier]]\nid = 1\n") == ["recevier"]
    assert paths("area = 1\nunit = [1]\n") == ["area", "unit"]
    assert [fault.path for fault in in_order(read_document('"a[x" = 1\nunit = 1\n', "SE").faults)] == [
        "a[x",
        "unit",
    ]


def test_same_key_twice() -> None:
    """A second entry of a key is a fault that names the first, and its own faults are told too."""
    read = read_document('[[area]]\nid = "a"\nname = "A"\n[[area]]\nid = "a"\nname = ""\n', "SE")
    assert [str(fault) for fault in read.faults] == [
        "area[1]: id a stands in area[0] already",
        "area[1].name: must not be empty",
    ]
    assert len(read.areas) == 1


def test_no_toml() -> None:
    """What is no TOML is one fault with line and column."""
    (fault,) = read_document('[[area]]\nid = "a\n', "SE").faults
    assert fault.path.startswith("line 2, column")
    assert paths("x = " + "[" * 100_000) == [""]


def test_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file over its limits is refused with the limit."""
    monkeypatch.setattr(document, "MAX_SLOTS", 1)
    entry = '[[assignment]]\nunit = "a"\nshift = "A"\ndate = 2026-11-24\nrole = "nurse"\nreceivers = []\n'
    assert (
        "allowed in a TOML file: 1"
        in read_document(entry + entry.replace("nurse", "doctor"), "SE").faults[0].message
    )
    monkeypatch.setattr(document, "MAX_BYTES", 10)
    assert "longer than 10" in read_document(entry, "SE").faults[0].message
