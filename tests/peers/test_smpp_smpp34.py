"""smpp34, a client, server and codec in Rust that others wrote: as judge, as client and as server."""

import asyncio
import json
import socket
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Any

import pytest
import smpp34
from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import clientFromString

from protocols.smpp import events, fast, pdu, wire
from protocols.smpp.esme import Esme, EsmeConfig
from protocols.smpp.tlv import Tag, Tlv
from protocols.transport import Pump, PumpFactory
from simulators.smsc.centre import SmsCentre
from simulators.smsc.manners import Manners
from simulators.smsc.phones import Manner

pytestmark = pytest.mark.peer
VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "smpp34.json").read_text(encoding="utf-8"))
NAMES = [
    *("service_type", "source_addr_ton", "source_addr_npi", "source_addr", "dest_addr_ton", "dest_addr_npi"),
    *("destination_addr", "esm_class", "protocol_id", "priority_flag", "schedule_delivery_time"),
    *("validity_period", "registered_delivery", "replace_if_present_flag", "data_coding"),
    *("sm_default_msg_id", "short_message"),
]


def deferred(coroutine: Coroutine[Any, Any, Any]) -> Deferred[Any]:
    return Deferred.fromFuture(asyncio.ensure_future(coroutine))


def test_it_reads_what_we_write_and_we_what_it_writes() -> None:
    """Every submit_sm and deliver_sm of the vectors is the same message to both, in both directions."""
    seen = 0
    for vector in VECTORS:
        if vector["expect"] != "accept" or vector["decoded"]["command"] not in ("submit_sm", "deliver_sm"):
            continue
        ours = fast.decode(bytes.fromhex(vector["hex"])).body
        assert isinstance(ours, pdu.ShortMessage)
        octets = wire.encode(ours, 9)
        theirs = smpp34.decode(octets)
        assert theirs.sequence_number == 9
        for name in NAMES:
            value = getattr(ours, name)
            if not (isinstance(value, str) and not value.isascii()):
                assert getattr(theirs, name) == value, (vector["name"], name)
        assert [(tlv.tag, tlv.value) for tlv in theirs.tlvs] == list(ours.tlvs)
        if isinstance(ours, pdu.SubmitSm):
            assert fast.encode_submit_sm(ours, 9) == octets
        assert fast.decode(theirs.encode()).body == ours
        seen += 1
    assert seen > 50


async def _client(port: int) -> dict[str, Any]:
    """Bind, submit twice, take the receipt and a reply, unbind."""
    client = smpp34.Client("127.0.0.1", port, "rust", "pw")
    centre = await client.connect()
    good = await centre.submit_sm("46701740605", b"Larm", source_addr="46701740699", registered_delivery=1)
    bad = await centre.submit_sm("46701740614", b"barred", source_addr="46701740699")
    receipt = await centre.next()
    await centre.unbind()
    await client.stop()
    return {"good": good, "bad": bad, "receipt": receipt}


@pytest.mark.reactor(seconds=20)
async def test_our_centre_serves_it() -> None:
    """Its client binds, submits, is refused and gets its receipt from our centre."""
    centre = SmsCentre(reactor, manners=Manners(receipt_delay=0.05), password="pw", dialect="tlvs")
    centre.phone("46701740614").manner = Manner.BARRED
    port = reactor.listenTCP(0, centre.factory, interface="127.0.0.1")
    try:
        told = await deferred(_client(port.getHost().port))
    finally:
        await port.stopListening()
        centre.stop()
    assert (told["good"].is_success, told["good"].message_id) == (True, "1001")
    assert told["bad"].command_status == smpp34.ESME_RINVDSTADR
    assert told["receipt"].short_message.startswith(b"id:1001 ")
    assert {tlv.tag for tlv in told["receipt"].tlvs} >= {Tag.RECEIPTED_MESSAGE_ID, Tag.MESSAGE_STATE}
    assert centre.phone("46701740605").screen == "Larm"


class Gateway:
    """Our ESME's owner: submits when bound, answers what is delivered, unbinds when told enough."""

    def __init__(self) -> None:
        self.told: list[Any] = []
        self.closed: Deferred[str] = Deferred()

    def connected(self, pump: Pump) -> None:
        """The session binds by itself."""

    def received(self, pump: Pump, told: Sequence[Any]) -> None:
        self.told += told
        for event in told:
            if isinstance(event, events.Bound):
                for ref in range(3):
                    tlvs = (Tlv(Tag.USER_MESSAGE_REFERENCE, bytes([0x12, ref])),)
                    message = pdu.SubmitSm(
                        "46701740605", b"Larm \x0f", "Sjukhus", tlvs=tlvs, source_addr_ton=5
                    )
                    pump.send(events.Submit(ref, message))
            elif isinstance(event, events.DeliverReceived):
                pump.answer(event.token, 0)
                pump.send(events.Unbind())

    def disconnected(self, pump: Pump, reason: str) -> None:
        self.closed.callback(reason)


async def _serve(server: Any) -> list[Any]:
    """Accept two of three submits, refuse one, deliver a message; what came, by its reference."""
    bound = await server.next()
    came = {}
    for _ in range(3):  # it gives them in any order
        event = await server.next()
        ref = event.tlvs[0].value[1]
        came[ref] = event.short_message
        if ref == 1:
            event.reject(smpp34.ESME_RTHROTTLED)
        else:
            event.accept(f"id-{ref}")
    response = await bound.deliver_sm("Sjukhus", b"1", source_addr="46701740605")
    return [bound.system_id, came, response.is_success, type(await server.next())]


@pytest.mark.reactor(seconds=20)
async def test_our_esme_uses_its_server() -> None:
    """Our ESME binds to its server, has its messages taken and refused, answers a delivery and unbinds."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = smpp34.Server("127.0.0.1", port, system_id="RUST")
    await deferred(server.start())
    gateway = Gateway()
    serving = deferred(_serve(server))
    config = EsmeConfig(system_id="bakjour", password="hemlig")
    factory = PumpFactory(lambda: Pump(lambda now: Esme(config, now), gateway, reactor))
    await clientFromString(reactor, f"tcp:host=127.0.0.1:port={port}").connect(factory)
    system_id, came, answered, last = await serving
    await gateway.closed
    await deferred(server.stop())
    assert (system_id, answered, last) == ("bakjour", True, smpp34.Unbound)
    assert came == dict.fromkeys(range(3), b"Larm \x0f")
    assert gateway.told[0] == events.Bound("RUST", gateway.told[0].interface_version)
    answers = {event.ref: event for event in gateway.told if isinstance(event, events.SubmitAnswered)}
    assert (answers[0].message_id, answers[1].status, answers[2].message_id) == ("id-0", 0x58, "id-2")
