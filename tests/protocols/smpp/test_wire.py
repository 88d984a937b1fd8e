"""The codec, judged by the vectors, by itself both ways, and the struct path by construct."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocols.session import LocalProtocolError, RemoteProtocolError
from protocols.smpp import explain, fast, pdu, status, wire
from protocols.smpp.commands import BindMode, Command, command_name
from protocols.smpp.framing import Framer
from protocols.smpp.tlv import Tlv

OTHER_NAMES = {"ton": "addr_ton", "npi": "addr_npi"}
NOT_FIELDS = {
    "command",
    "error",
    "text",
    "text_if_gsm0338",
    "udh",
    "sm_length",
    "command_status",
    "sequence_number",
}


def frame_of(vector: dict[str, Any]) -> bytes:
    return bytes.fromhex(vector["hex"])


def plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, tuple):
        return [[f"0x{tag:04x}", octets.hex()] for tag, octets in value]
    return value


def outcome(decode: Any, octets: bytes) -> Any:
    try:
        return decode(octets)
    except wire.PduError as error:
        return (str(error), error.command_id, error.sequence, error.reply)
    except RemoteProtocolError as error:
        return str(error)


def test_vector_fields(vector: dict[str, Any]) -> None:
    """Every field that a vector names is read as it says."""
    if "command" not in vector["decoded"]:
        assert explain.explain(frame_of(vector)).faults
        return
    frame = wire.decode(frame_of(vector))
    told = vector["decoded"]
    assert command_name(frame.command_id) == told["command"]
    assert (frame.status, frame.sequence) == (told["command_status"], told["sequence_number"])
    for name in told.keys() - NOT_FIELDS:
        assert plain(getattr(frame.body, OTHER_NAMES.get(name, name))) == told[name], name
    assert frame.faults == ()


@pytest.mark.parametrize(
    ("name", "reply"),
    [
        ("bad_length_15", None),
        ("bad_length_http", None),
        ("bad_no_nul", status.RINVSRCADR),
        ("bad_ozeki_doc_sample", None),
        ("peer_cloudhopper_smpp_enquire_link_resp_2", None),
        ("peer_cloudhopper_smpp_deliver_sm_11", status.RINVMSGLEN),
        ("peer_gosmpp_unbind_resp_2", None),
        ("peer_gosmpp_submit_sm_resp_3", None),
        ("peer_smpppdu_bind_transceiver_resp_1", None),
    ],
)
def test_malformed_vector(name: str, reply: int | None) -> None:
    """A malformed vector is refused, with the status that names what is wrong."""
    vectors = json.loads((Path(__file__).parents[2] / "vectors" / "smpp34.json").read_text(encoding="utf-8"))
    octets = next(bytes.fromhex(vector["hex"]) for vector in vectors if vector["name"] == name)
    with pytest.raises(RemoteProtocolError) as caught:
        fast.decode(octets)
    assert getattr(caught.value, "reply", None) == reply
    assert explain.explain(octets).faults


def test_explain_judges_as_the_label(vector: dict[str, Any]) -> None:
    """Whatever is accepted has no fault for people, and what is malformed has one."""
    told = explain.explain(frame_of(vector))
    accepted = vector["expect"].startswith("accept") or vector["expect"].startswith("reject or prefer")
    assert (not told.faults) is accepted
    assert told.fields[0] == ("command_length", int(vector["hex"][:8], 16))


def test_round_trip(vector: dict[str, Any]) -> None:
    """A decoded vector encodes to a PDU that decodes to the same, and mostly to the same octets."""
    octets = frame_of(vector)
    result = outcome(wire.decode, octets)
    if not isinstance(result, pdu.Frame):
        return
    again = wire.decode(wire.encode(result.body, result.sequence, result.status))
    if not (result.status and octets[16:]):
        assert again.body == result.body
    if not result.faults and not result.notes and not result.status and octets[16:]:
        assert wire.encode(result.body, result.sequence, result.status) == octets


def test_fast_path_agrees(vector: dict[str, Any]) -> None:
    """The struct path gives what construct gives, on every vector and on every cut of it."""
    octets = frame_of(vector)
    assert outcome(fast.decode, octets) == outcome(wire.decode, octets)
    for length in range(16, len(octets)):
        cut = length.to_bytes(4, "big") + octets[4:length]
        assert outcome(fast.decode, cut) == outcome(wire.decode, cut)
    frame = outcome(wire.decode, octets)
    if isinstance(frame, pdu.Frame) and isinstance(frame.body, pdu.SubmitSm):
        assert fast.encode_submit_sm(frame.body, 7) == wire.encode(frame.body, 7)
    if isinstance(frame, pdu.Frame) and isinstance(frame.body, pdu.SubmitSmResp) and not frame.body.tlvs:
        quick = fast.encode_submit_sm_resp(frame.body.message_id, 7, frame.status)
        assert quick == wire.encode(frame.body, 7, frame.status)


def test_stream_in_any_chunks(vector: dict[str, Any]) -> None:
    """Whole, octet by octet and with a tail, the stream gives the same PDUs."""
    octets = frame_of(vector)
    whole, single, tailed = Framer(), Framer(), Framer()
    frames = whole.feed(octets)
    one_by_one = [frame for octet in octets for frame in single.feed(bytes([octet]))]
    assert one_by_one == frames
    assert (whole.fault, whole.waiting) == (single.fault, single.waiting)
    if frames == [octets]:
        assert tailed.feed(octets + b"\0\0\0") == [octets]
        assert tailed.waiting == 3
        assert tailed.feed(b"\x10" + bytes.fromhex("000000150000000000000001")) != []


def test_error_bodies() -> None:
    """An error response of 16 octets, with a lone NUL and with a full body is accepted."""
    for body in (b"", b"\0", b"1001\0"):
        octets = wire.HEADER.pack(16 + len(body), 0x80000004, 0x58, 9) + body
        frame = fast.decode(octets)
        assert (frame.status, frame.sequence, frame.faults) == (0x58, 9, ())


def test_response_body_never_loses_the_status() -> None:
    """A response whose body is rubbish still gives its status and sequence number."""
    for command in (0x80000004, 0x80000009, 0x80000003, 0x80000005, 0x800000AA):
        octets = wire.HEADER.pack(16 + 90, command, 0, 9) + b"x" * 90
        frame = fast.decode(octets)
        assert (frame.status, frame.sequence) == (0, 9)
        assert frame.faults


@pytest.mark.parametrize(
    ("message", "field"),
    [
        (pdu.SubmitSm("1" * 21), "destination_addr"),
        (pdu.SubmitSm("46701740605", source_addr="a\0b"), "source_addr"),
        (pdu.SubmitSm("46701740605", source_addr="Ω"), "source_addr"),
        (pdu.SubmitSm("46701740605", b"x" * 255), "short_message"),
        (pdu.SubmitSm("46701740605", validity_period="0" * 17), "validity_period"),
        (pdu.SubmitSm("46701740605", esm_class=256), "esm_class"),
        (pdu.SubmitSm("46701740605", tlvs=(Tlv(0x0424, b"x" * 65_536),)), "TLV 0x0424"),
    ],
)
def test_our_own_mistakes(message: pdu.SubmitSm, field: str) -> None:
    """What does not fit is refused before it goes out, by name, on both paths."""
    for encode in (fast.encode_submit_sm, wire.encode):
        with pytest.raises(LocalProtocolError, match=field):
            encode(message, 1)


def test_bind_with_a_long_password() -> None:
    """A password that the field cannot hold is refused, and does not show in the value's form."""
    bind = pdu.Bind(BindMode.TRANSCEIVER, "bakjour", "hemlighet")
    with pytest.raises(LocalProtocolError, match="password"):
        wire.encode(bind, 1)
    assert "hemlighet" not in repr(bind)
    with pytest.raises(LocalProtocolError) as caught:
        wire.encode(pdu.Bind(BindMode.TRANSCEIVER, "bakjour", "heml日"), 1)
    assert "heml" not in str(caught.value)


TEXT = st.text(st.characters(min_codepoint=1, max_codepoint=255), max_size=5)
OCTET = st.integers(0, 255)
TLVS = st.lists(st.builds(Tlv, st.integers(0, 0xFFFF), st.binary(max_size=20)), max_size=3).map(tuple)
MESSAGE = {
    "destination_addr": TEXT,
    "short_message": st.binary(max_size=254),
    "source_addr": TEXT,
    "service_type": TEXT,
    "esm_class": OCTET,
    "data_coding": OCTET,
    "validity_period": TEXT,
    "registered_delivery": OCTET,
    "tlvs": TLVS,
}
BODIES = st.one_of(
    st.builds(pdu.SubmitSm, **MESSAGE),
    st.builds(pdu.DeliverSm, **MESSAGE),
    st.builds(pdu.DataSm, destination_addr=TEXT, source_addr=TEXT, esm_class=OCTET, tlvs=TLVS),
    st.builds(
        pdu.Bind, mode=st.sampled_from(BindMode), system_id=TEXT, password=TEXT, interface_version=OCTET
    ),
    st.builds(pdu.BindResp, mode=st.sampled_from(BindMode), system_id=TEXT, tlvs=TLVS),
    st.builds(pdu.SubmitSmResp, message_id=TEXT, tlvs=TLVS),
    st.builds(pdu.QuerySm, message_id=TEXT, source_addr=TEXT),
    st.builds(pdu.QuerySmResp, message_id=TEXT, message_state=OCTET, error_code=OCTET),
    st.builds(pdu.CancelSm, destination_addr=TEXT, message_id=TEXT, dest_addr_ton=OCTET),
    st.builds(pdu.ReplaceSm, message_id=TEXT, short_message=st.binary(max_size=254)),
    st.builds(pdu.AlertNotification, source_addr=TEXT, esme_addr=TEXT, tlvs=TLVS),
    st.builds(pdu.Outbind, system_id=TEXT, password=TEXT),
    st.builds(
        pdu.Plain, command_id=st.sampled_from([Command.UNBIND, Command.ENQUIRE_LINK, Command.GENERIC_NACK])
    ),
)


@settings(max_examples=150, deadline=None)
@given(BODIES, st.integers(0, 0xFFFFFFFF))
def test_any_value_comes_back(body: pdu.Body, sequence: int) -> None:
    """Every value that may be sent is the value that arrives, on both paths."""
    octets = wire.encode(body, sequence)
    assert wire.decode(octets).body == body
    assert fast.decode(octets) == wire.decode(octets)
    if isinstance(body, pdu.SubmitSm):
        assert fast.encode_submit_sm(body, sequence) == octets


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(list(Command)), st.integers(0, 0xFFFF), st.binary(max_size=120))
def test_rubbish_never_raises_anything_else(command: int, code: int, body: bytes) -> None:
    """Random bodies raise RemoteProtocolError or nothing, alike on both paths, and can be explained."""
    octets = wire.HEADER.pack(16 + len(body), command, code, 1) + body
    assert outcome(fast.decode, octets) == outcome(wire.decode, octets)
    explain.explain(octets)
    explain.explain(octets[:-3])
