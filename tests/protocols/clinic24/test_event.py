"""The event: what is accepted, what is dropped with a warning, what is refused, and how it is told."""

import contextlib
import json
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocols.clinic24 import times
from protocols.clinic24.event import Event, EventFault, Kind, Known, decode, encode, identity_digest
from protocols.session import RemoteProtocolError

Document = Callable[..., bytes]

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
cases = st.from_regex(r"[A-Za-z0-9_./:-]{1,40}", fullmatch=True)
callbacks = st.from_regex(r"\+?[0-9]{3,15}", fullmatch=True)
events = st.builds(
    Event,
    source=texts.filter(bool),
    id=texts.filter(bool),
    kind=st.sampled_from([kind for kind in Kind if kind.alerts]),
    time=st.none() | st.integers(0, 4_000_000_000_000),
    unit=texts,
    profession=texts,
    priority=st.integers(1, 5),
    case=st.none() | cases,
    callback=st.none() | callbacks,
)


def fault_of(document: bytes) -> EventFault:
    with pytest.raises(EventFault) as caught:
        decode(document)
    return caught.value


def errors_of(document: bytes) -> dict[str, str]:
    return {error.path: error.message for error in fault_of(document).errors}


def test_contract_example(document: Document) -> None:
    """The example of the contract is decoded member for member, its time to UTC milliseconds."""
    assert decode(document()) == Event(
        source="clinic24/gavleborg",
        id="7c1f",
        kind=Kind.TRIAGED,
        time=1795521900000,
        unit="hc-andersberg",
        profession="physiotherapist",
        priority=2,
        case="A-1042",
        callback="20300",
    )


@settings(max_examples=150, deadline=None)
@given(events)
def test_round_trip(event: Event) -> None:
    """What encode writes is one line and decode reads it back unchanged."""
    document = encode(event)
    assert b"\n" not in document
    assert decode(document) == event


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind(document: Document, kind: Kind) -> None:
    """Each of the six types is known by its word."""
    assert decode(document(type=kind.value)).kind is kind


def test_unknown_members_are_dropped(document: Document) -> None:
    """What the contract does not name is neither kept nor told."""
    event = decode(document(subject="Anna", data__name="Anna", data__note={"text": ["Anna"]}))
    assert event == decode(document())
    assert "Anna" not in repr(event)


@pytest.mark.parametrize(
    ("changes", "path", "allowed"),
    [
        ({"source": 7}, "source", "1–200"),
        ({"source": ""}, "source", "1–200"),
        ({"source": "s" * 201}, "source", "1–200"),
        ({"id": "i" * 101}, "id", "1–100"),
        ({"id": None}, "id", "1–100"),
        ({"id": True}, "id", "1–100"),
        ({"type": "clinic24.visit"}, "type", "clinic24.case.escalated"),
        ({"type": ["clinic24.visit.triaged"]}, "type", "clinic24.case.escalated"),
        ({"data": "hc"}, "data", "object"),
        ({"data": [1]}, "data", "object"),
        ({"data__unit": 4}, "data.unit", "string"),
        ({"data__profession": None}, "data.profession", "string"),
        ({"data__profession": 1.5}, "data.profession", "string"),
        ({"data__priority": 0}, "data.priority", "1 to 5"),
        ({"data__priority": 6}, "data.priority", "1 to 5"),
        ({"data__priority": True}, "data.priority", "1 to 5"),
        ({"data__priority": 2.0}, "data.priority", "1 to 5"),
        ({"data__priority": "2"}, "data.priority", "1 to 5"),
        ({"data__priority": None}, "data.priority", "1 to 5"),
        ({"data__priority": 10**30}, "data.priority", "1 to 5"),
        ({"data__priority": "x", "type": "clinic24.case.escalated"}, "data.priority", "1 to 5"),
    ],
)
def test_refused(document: Document, changes: dict[str, object], path: str, allowed: str) -> None:
    """What decides who is paged, or identifies the event, is refused with its path and what is allowed."""
    errors = errors_of(document(**changes))
    assert list(errors) == [path]
    assert allowed in errors[path]


@pytest.mark.parametrize(
    "path", ["source", "id", "type", "data", "data.unit", "data.profession", "data.priority"]
)
def test_missing(document: Document, gone: object, path: str) -> None:
    """A member that must be there and is not is named as missing."""
    errors = errors_of(document(**{path.replace(".", "__"): gone}))
    assert list(errors) == [path]
    assert errors[path].startswith("is missing; must be ")


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"data__case": "A 1042"}, "data.case"),
        ({"data__case": "A-1042\n"}, "data.case"),
        ({"data__case": ""}, "data.case"),
        ({"data__case": "x" * 41}, "data.case"),
        ({"data__case": "Åke"}, "data.case"),
        ({"data__case": 1042}, "data.case"),
        ({"data__callback": "ring Anna"}, "data.callback"),
        ({"data__callback": 20300}, "data.callback"),
        ({"data__callback": "12"}, "data.callback"),
        ({"data__callback": "1" * 33}, "data.callback"),
        ({"data__callback": "20300\n"}, "data.callback"),
        ({"data__callback": "٢٠٣٠٠"}, "data.callback"),
        ({"time": "2027-01-31T13:05:00"}, "time"),
        ({"time": "yesterday"}, "time"),
        ({"time": 1795521900}, "time"),
        ({"time": "0001-01-01T00:00:00+14:00"}, "time"),
        ({"specversion": "0.3"}, "specversion"),
        ({"specversion": 3.5}, "specversion"),
    ],
)
def test_dropped_with_a_warning(document: Document, changes: dict[str, object], path: str) -> None:
    """What decides nothing never stops a page: it is dropped, and named without its value."""
    event = decode(document(**changes))
    assert [warning.path for warning in event.warnings] == [path]
    assert "must be" in event.warnings[0].message or "dropped" in event.warnings[0].message
    (value,) = changes.values()
    assert event.unit == "hc-andersberg"
    assert value == "" or str(value) not in repr(event)


@pytest.mark.parametrize(
    "callback", ["20300", "+46701740605", "070-174 06 05", "026 (15) 40.00", "+1 202/555-0100", "112"]
)
def test_callbacks(document: Document, callback: str) -> None:
    """Extensions and phone numbers are taken as people write them."""
    assert decode(document(data__callback=callback)).callback == callback


@pytest.mark.parametrize("member", ["time", "data__case", "data__callback"])
def test_optional(document: Document, gone: object, member: str) -> None:
    """An optional member may be left out or null, and that is no fault."""
    for nothing in (gone, None):
        event = decode(document(**{member: nothing}))
        assert getattr(event, member.removeprefix("data__")) is None
        assert event.warnings == ()


def test_missing_specversion_warns(document: Document, gone: object) -> None:
    """An envelope without a version is paged all the same."""
    (warning,) = decode(document(specversion=gone)).warnings
    assert warning.path == "specversion"


def test_escalated_needs_no_priority(document: Document, gone: object) -> None:
    """Only an escalated case may come without a priority."""
    for nothing in (gone, None):
        event = decode(document(type="clinic24.case.escalated", data__priority=nothing))
        assert event.priority is None
        assert event.warnings == ()


@pytest.mark.parametrize("word", ["clinic24.case.taken", "clinic24.case.closed"])
def test_closing_kinds(document: Document, gone: object, word: str) -> None:
    """An event that closes needs neither profession nor priority, and warns if it names no case."""
    event = decode(document(type=word, data__profession=gone, data__priority=gone))
    assert (event.profession, event.priority, event.warnings) == (None, None, ())
    event = decode(document(type=word, data__profession=7, data__priority="x", data__case=gone))
    assert [one.path for one in event.warnings] == ["data.profession", "data.priority", "data.case"]
    assert "data.unit" in errors_of(document(type=word, data__unit=gone))


def test_fault_is_a_remote_error(document: Document) -> None:
    """Whoever catches the package's own errors catches a fault too, and its text holds all of it."""
    fault = fault_of(document(data__unit=3, id=4))
    assert isinstance(fault, RemoteProtocolError)
    assert "data.unit: is a number" in str(fault)
    assert "id: is a number" in str(fault)


def test_all_faults_at_once(document: Document) -> None:
    """Five faults are told as five, and what was right is known without the refused values."""
    fault = fault_of(
        document(source=5, type="x-secret", data__unit=None, data__profession=3, data__priority="p-secret")
    )
    assert [error.path for error in fault.errors] == [
        "source",
        "type",
        "data.unit",
        "data.profession",
        "data.priority",
    ]
    assert "secret" not in str(fault)
    assert (fault.source, fault.id) == (None, "7c1f")
    assert fault.known == Known(id="7c1f")


def test_known_members(document: Document) -> None:
    """A refused event's right members are kept for the board; an over-long id is repeated, never kept."""
    fault = fault_of(document(id="i" * 101, data__unit="hc"))
    assert fault.id == "i" * 101
    assert fault.known == Known("clinic24/gavleborg", None, Kind.TRIAGED, "hc", 2)


@pytest.mark.parametrize(
    ("document", "says"),
    [
        (b"", "is not JSON"),
        (b"hello", "is not JSON"),
        (b'{"id": "7c1f"', "is not JSON"),
        (b'{"id": NaN}', "is not JSON"),
        (b"{} {}", "is not JSON"),
        (b'{"id": "\\ud800"}', "is not JSON"),
        (b'{"id": "\xff"}', "is not UTF-8 at byte 8"),
        (b'{"id": "\xed\xa0\x80"}', "is not UTF-8"),
        ('{"id": "läkare"}'.encode("latin-1"), "is not UTF-8"),
        (b"[1]", "is a list; must be a JSON object"),
        (b'"text"', "is a string; must be a JSON object"),
        (b"null", "is null; must be a JSON object"),
        (b"7", "is a number; must be a JSON object"),
        (b"[" * 60000, "nested too deeply"),
        (b'{"x":' + b"[" * 60000 + b"]" * 60000 + b"}", "nested too deeply"),
    ],
)
def test_no_object(document: bytes, says: str) -> None:
    """What is no JSON object is one fault of the whole document."""
    fault = fault_of(document)
    assert [error.path for error in fault.errors] == [""]
    assert says in fault.errors[0].message
    assert (fault.source, fault.id) == (None, None)


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        (b'"unit": ', b'"unit": "other", "unit": ', "data.unit"),
        (b'"unit": ', b'"\\u0075nit": "other", "unit": ', "data.unit"),
        (b'"type": ', b'"type": "clinic24.case.closed", "type": ', "type"),
        (b'"data": ', b'"data": {}, "data": ', "data"),
        (b'"priority": ', b'"priority": 5, "priority": ', "data.priority"),
    ],
)
def test_repeated_members(document: Document, old: bytes, new: bytes, path: str) -> None:
    """A member that stands twice is refused: which of the two was meant decides who is paged."""
    assert errors_of(document().replace(old, new)) == {path: "appears more than once; must appear once"}


def test_repeated_where_it_does_no_harm(document: Document) -> None:
    """A repeated case is dropped with a warning; a name that is also a value or unknown is no repeat."""
    event = decode(document().replace(b'"case": ', b'"case": "B", "case": '))
    assert event.case is None
    assert [warning.path for warning in event.warnings] == ["data.case"]
    event = decode(document(data__profession="unit", data__extra={"unit": 1, "case": 2}, data__x='"id"'))
    assert event.warnings == ()
    assert event.profession == "unit"


def test_escaped_text(document: Document) -> None:
    """Letters written as escapes are the letters."""
    plain = document(data__profession="sjuksköterska")
    assert decode(json.dumps(json.loads(plain)).encode()) == decode(plain)


@settings(max_examples=200, deadline=None)
@given(
    st.binary(max_size=80)
    | st.recursive(
        st.none() | st.booleans() | st.floats() | texts,
        lambda x: (
            st.lists(x, max_size=3)
            | st.dictionaries(
                texts | st.sampled_from(["id", "source", "type", "data", "unit", "time"]), x, max_size=4
            )
        ),
    ).map(lambda x: json.dumps(x).encode())
)
def test_anything(document: bytes) -> None:
    """Whatever arrives is an event or an EventFault with at least one fault."""
    with contextlib.suppress(EventFault):
        assert isinstance(decode(document), Event)


def test_digest(document: Document) -> None:
    """Type, unit, profession, priority and case change the digest; time, callback and identity do not."""
    first = identity_digest(decode(document()))
    assert first == identity_digest(decode(document(time=None, data__callback=None, source="s", id="i")))
    others = [
        document(type="clinic24.handover.requested"),
        document(data__unit="hc"),
        document(data__profession="nurse"),
        document(data__priority=3),
        document(data__case="B"),
        document(data__case=None),
    ]
    assert len({first, *(identity_digest(decode(other)) for other in others)}) == 7


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("2026-11-24T12:05:01.337Z", 1795521901337),
        ("2026-11-24T13:05:01.3379+01:00", 1795521901337),
        ("9999-12-31T23:59:59.999Z", 253402300799999),
    ],
)
def test_times(text: str, ms: int) -> None:
    """Instants are read with any offset and written in UTC with milliseconds."""
    assert times.parse(text) == ms
    assert times.parse(times.render(ms)) == ms


def test_written_time() -> None:
    """The written form is the contract's."""
    assert times.render(1795521901337) == "2026-11-24T12:05:01.337Z"
    for ms in (-1, 253402300800000):
        with pytest.raises(ValueError, match="years"):
            times.render(ms)
