"""What cannot be an event is answered as the contract says, and its neighbours go on."""

import json


def good(**data):
    return {
        "specversion": "1.0",
        "id": "1",
        "source": "s",
        "type": "clinic24.visit.triaged",
        "data": {"unit": "hc-andersberg", "profession": "nurse", "priority": 2, **data},
    }


def test_a_malformed_line_is_rejected_and_the_connection_goes_on(ward):
    """A line that is no JSON is rejected and alarmed; the next event on the connection is paged."""
    answer = ward.clinic.sends_raw(b"{not json\n")
    assert answer.status == "rejected"
    ward.clinic.sends(case="G-1").is_answered("accepted")
    ward.settles()
    ward.handset("20117").shows("G-1")
    ward.handset("20999").shows("TEKNISKT LARM", "avvisades")


def test_every_fault_of_an_event_is_told_with_its_path(ward):
    """An event with several faults is rejected with all of them, without a refused value."""
    document = good(unit=7, profession=None, priority=9) | {"type": "clinic24.nonsense"}
    answer = ward.clinic.sends_raw(json.dumps(document).encode() + b"\n")
    assert answer.status == "rejected"
    assert {error.path for error in answer.errors} == {
        "type",
        "data.unit",
        "data.profession",
        "data.priority",
    }
    assert "nonsense" not in str(answer.errors)
    ward.settles()
    ward.handset("20999").shows("TEKNISKT LARM", "avvisades")


def test_an_unknown_unit_without_a_catch_all_is_rejected_and_stored(make_ward, plans):
    """Without a catch-all an unknown unit is rejected, stored without the value, and alarmed."""
    ward = make_ward(
        config=plans.CONFIG.replace('catch_all = "vaxel"', "") + '[alarms]\nreceivers = ["eva"]\n'
    )
    sent = ward.clinic.sends(unit="finns-inte")
    answer = sent.is_answered("rejected")
    assert [error.path for error in answer.errors] == ["data.unit"]
    rows = ward.store.execute("SELECT status, source, unit, errors FROM refusal").fetchall()
    assert [row[:3] for row in rows] == [("rejected", "clinic24/test", None)]
    assert "finns-inte" not in rows[0][3]
    ward.settles()
    ward.handset("20119").shows("TEKNISKT LARM", "avvisades")


def test_an_over_long_line_ends_the_connection_after_its_answer(ward):
    """A line over the limit is answered rejected, then that connection is closed; another one goes on."""
    ward.clinic.connects()
    answer = ward.clinic.sends_raw(b'{"id": "' + b"x" * 70_000 + b"\n")
    assert answer.status == "rejected"
    ward.advance(seconds=1)
    ward.clinic.sends(case="G-2").is_answered("accepted")
    ward.settles()
    ward.handset("20117").shows("G-2")
    ward.handset("20999").shows("TEKNISKT LARM", "avvisades")


def test_half_a_line_and_silence_harms_nobody(ward):
    """Half a line followed by silence holds nothing up: another connection's event is paged."""
    ward.clinic._connections[-1].transport.write(b'{"specversion": "1.0", "id": "ha')
    ward.advance(minutes=10)
    ward.clinic.connects()
    ward.clinic.sends(case="G-3").is_answered("accepted")
    ward.settles()
    ward.handset("20117").shows("G-3")
