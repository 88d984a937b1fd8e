"""smpplib, a synchronous SMPP client: its view of our octets, and our centre as its server."""

import json
import logging
from pathlib import Path
from typing import Any

import pytest
import smpplib.client
import smpplib.gsm
import smpplib.smpp
from twisted.internet import reactor
from twisted.internet.threads import deferToThread

from protocols.smpp import fast, pdu, wire
from protocols.smpp.commands import BindMode, Command, command_name
from protocols.smpp.tlv import Tag, Tlv
from simulators.smsc.centre import SmsCentre
from simulators.smsc.manners import Manners
from simulators.smsc.phones import Manner

pytestmark = pytest.mark.peer
VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "smpp34.json").read_text(encoding="utf-8"))
BODIES = [
    pdu.Bind(BindMode.TRANSCEIVER, "bakjour", "hemlig", "x"),
    pdu.Bind(BindMode.RECEIVER, "bakjour"),
    pdu.BindResp(BindMode.TRANSMITTER, "SMSC", (Tlv(Tag.SC_INTERFACE_VERSION, b"\x34"),)),
    pdu.SubmitSm("46701740605", b"Larm \x0f{|", "Sjukhus", source_addr_ton=5, priority_flag=3),
    pdu.SubmitSm("46701740605", tlvs=(Tlv(Tag.MESSAGE_PAYLOAD, b"x" * 300), Tlv(0x1403, b"abc"))),
    pdu.DeliverSm("Sjukhus", b"1", "46701740605", esm_class=4),
    pdu.SubmitSmResp("1001"),
    pdu.DeliverSmResp(),
    pdu.Plain(Command.ENQUIRE_LINK),
    pdu.Plain(Command.UNBIND_RESP),
    pdu.Plain(Command.GENERIC_NACK),
]


def parsed(octets: bytes) -> Any:
    client = smpplib.client.Client("127.0.0.1", 1, allow_unknown_opt_params=True)
    return smpplib.smpp.parse_pdu(octets, client=client, allow_unknown_opt_params=True)


def agree(octets: bytes, body: pdu.Body) -> None:
    theirs = parsed(octets)
    assert theirs.command == command_name(wire.command_of(body))
    for name in ("system_id", "password", "source_addr", "destination_addr", "short_message", "message_id"):
        ours = getattr(body, name, None)
        if ours:
            seen = getattr(theirs, name)
            assert (seen if isinstance(seen, bytes) else seen.encode()) == (
                ours if isinstance(ours, bytes) else ours.encode("latin-1")
            )
    for name in ("esm_class", "data_coding", "priority_flag", "registered_delivery", "source_addr_ton"):
        if hasattr(body, name):
            assert getattr(theirs, name) == getattr(body, name)


@pytest.mark.parametrize("body", BODIES, ids=lambda body: type(body).__name__)
def test_its_view_of_our_octets(body: pdu.Body) -> None:
    """smpplib reads in our PDUs what we meant."""
    agree(wire.encode(body, 7), body)


def test_its_view_of_what_we_make_of_the_vectors() -> None:
    """Every submit_sm and deliver_sm that we read and write again is the same to smpplib."""
    seen = 0
    for vector in VECTORS:
        if vector["expect"] == "accept" and vector["decoded"]["command"] in ("submit_sm", "deliver_sm"):
            frame = fast.decode(bytes.fromhex(vector["hex"]))
            agree(wire.encode(frame.body, frame.sequence), frame.body)
            seen += 1
    assert seen > 50


class Client:
    """smpplib's client, in a thread."""

    def __init__(self, port: int) -> None:
        self.client = smpplib.client.Client("127.0.0.1", port, timeout=5, allow_unknown_opt_params=True)
        self.client.logger.setLevel(logging.ERROR)
        self.seen: list[Any] = []
        self.failed: list[int] = []
        self.client.set_message_received_handler(self.note)
        self.client.set_message_sent_handler(self.note)
        self.client.set_error_pdu_handler(lambda pdu: self.failed.append(pdu.status))

    def note(self, pdu: Any) -> None:
        if not pdu.is_error():  # an error goes to both handlers
            self.seen.append(pdu)

    def run(self) -> None:
        self.client.connect()
        self.client.bind_transceiver(system_id="lib", password="pw")
        for number, text in (("46701740605", "Larm åäö € [1]"), ("46701740614", "full")):
            octets = smpplib.gsm.gsm_encode(text)
            self.client.send_message(
                source_addr_ton=1,
                source_addr_npi=1,
                source_addr="46701740699",
                dest_addr_ton=1,
                dest_addr_npi=1,
                destination_addr=number,
                short_message=octets,
                registered_delivery=True,
            )
        while len(self.seen) < 2 or not self.failed:
            self.client.read_once()
        self.client.query_message(message_id="1001", source_addr_ton=1, source_addr_npi=1, source_addr="1")
        self.client.read_once()
        self.client.send_pdu(smpplib.smpp.make_pdu("enquire_link", client=self.client))
        self.client.read_once()
        self.client.unbind()
        self.client.disconnect()


@pytest.mark.reactor(seconds=20)
async def test_our_centre_serves_it() -> None:
    """It binds, submits, is refused, gets its receipt, asks, and unbinds."""
    centre = SmsCentre(reactor, manners=Manners(receipt_delay=0.05), password="pw")
    centre.phone("46701740614").manner = Manner.FULL
    port = reactor.listenTCP(0, centre.factory, interface="127.0.0.1")
    client = Client(port.getHost().port)
    try:
        await deferToThread(client.run)
    finally:
        await port.stopListening()
        centre.stop()
    assert centre.phone("46701740605").screen == "Larm åäö € [1]"
    response, receipt = client.seen
    assert response.message_id == b"1001"
    assert receipt.short_message.startswith(b"id:1001 sub:001 dlvrd:001")
    assert client.failed == [0x14, 0x67]
