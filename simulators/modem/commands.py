"""The AT commands that the simulated modem knows (V.250, 27.005, 27.007): the ones that programs use.

Rules: a handler returns its information lines, and raises `Refused` for an error; OK is added here. What is
not in the table is answered ERROR. Text mode is not there, as with modems that do PDU mode alone.
"""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from simulators.modem import messages
from simulators.modem.messages import Handler
from simulators.modem.query import Query, Refused, cme, cms, parse
from simulators.modem.state import PIN_TRIES, Sim

if TYPE_CHECKING:
    from simulators.modem.device import Modem

WITHOUT_PIN = frozenset(
    {"+CPIN", "+CFUN", "+CMEE", "+CREG", "+CEREG", "+CSQ", "+CGMI", "+CGMM", "+CGMR", "+CGSN"}
)
"""What a modem does while its SIM waits for a PIN, beside AT and its like."""

CENTRE_MAX = 24
"""Characters of a service centre's number."""

WORDS = {10: "SIM not inserted", 11: "SIM PIN required", 12: "SIM PUK required", 16: "incorrect password"}


def run(modem: "Modem", text: str) -> None:
    """Do what one command line asks, and answer; several commands stand between semicolons."""
    try:
        lines = [line for command in _split(text) for line in _one(modem, command)]
    except Refused as refused:
        modem.say(_error(refused, modem.settings.cmee))
    except Answered:
        """The prompt, or the restart, is the answer."""
    else:
        modem.say(*lines, "OK")


class Answered(Exception):  # noqa: N818 - named for what is the case
    """The command has answered by itself."""


def _split(text: str) -> list[str]:
    first, *more = re.split(r""";(?=(?:[^"]*"[^"]*")*[^"]*$)""", text)
    return [first, *(f"AT{command}" for command in more if command)]


def _one(modem: "Modem", text: str) -> list[str]:
    query = parse(text)
    if query is None:
        raise Refused
    if query.name == "+CMGS" and query.form == "=":
        need_sim(modem)
        modem.ask_pdu(query.number(0, cms(304)))
        raise Answered
    if query.name == "+CFUN" and query.arguments == ["1", "1"]:
        modem.say("OK")
        modem.restart()
        raise Answered
    return handle(modem, query)


def handle(modem: "Modem", query: Query) -> list[str]:
    """The information lines of one command. Raises Refused."""
    if query.name.startswith("+") and query.name not in WITHOUT_PIN:
        need_sim(modem)
    handler = HANDLERS.get(query.name)
    if handler is None:
        raise Refused
    return handler(modem, query)


def need_sim(modem: "Modem") -> None:
    """Raises Refused unless the SIM is ready."""
    code = {Sim.MISSING: 10, Sim.PIN: 11, Sim.PUK: 12}.get(modem.sim)
    if code is not None:
        raise cme(code)


def _error(refused: Refused, cmee: int) -> str:
    if refused.code is None:
        return "ERROR"
    if refused.kind == "CME" and cmee == 0:
        return "ERROR"
    words = WORDS.get(refused.code) if cmee == 2 else None
    return f"+{refused.kind} ERROR: {refused.code if words is None else words}"


def _nothing(modem: "Modem", query: Query) -> list[str]:
    return []


def _echo(modem: "Modem", query: Query) -> list[str]:
    modem.set_echo(query.arguments[:1] == ["1"])
    return []


def _fixed(*lines: str) -> Handler:
    return lambda modem, query: list(lines)


def _cmee(modem: "Modem", query: Query) -> list[str]:
    if query.form == "=":
        modem.settings.cmee = query.number(0, Refused())
        return []
    return [f"+CMEE: {modem.settings.cmee if query.form == '?' else '(0-2)'}"]


def _cpin(modem: "Modem", query: Query) -> list[str]:
    if modem.sim is Sim.MISSING:
        raise cme(10)
    if query.form == "?":
        return [f"+CPIN: {modem.sim.value}"]
    if modem.sim is not Sim.PIN:
        raise cme(12 if modem.sim is Sim.PUK else 3)
    if query.arguments[:1] == [modem.pin]:
        modem.sim, modem.wrong_pins = Sim.READY, 0
        modem.tell("pin_accepted", {})
        return []
    modem.wrong_pins += 1
    if modem.wrong_pins >= PIN_TRIES:
        modem.sim = Sim.PUK
    modem.tell("pin_refused", {"wrong": modem.wrong_pins})
    raise cme(16)


def _registration(modem: "Modem", query: Query) -> list[str]:
    if query.form == "=":
        return []
    ready = modem.sim is Sim.READY
    return [f"{query.name}: 0,{modem.radio.air.stat if ready else 0}"]


def _csq(modem: "Modem", query: Query) -> list[str]:
    return [f"+CSQ: {modem.radio.air.rssi},99"]


def _csca(modem: "Modem", query: Query) -> list[str]:
    if query.form == "=":
        modem.centre = query.arguments[0][:CENTRE_MAX]
        return []
    kind = 145 if modem.centre.startswith("+") else 129
    return [f'+CSCA: "{modem.centre}",{kind}']


def _cops(modem: "Modem", query: Query) -> list[str]:
    return ['+COPS: 0,2,"24001"'] if query.form == "?" else []


def _cscs(modem: "Modem", query: Query) -> list[str]:
    return {"?": ['+CSCS: "GSM"'], "=?": ['+CSCS: ("GSM","UCS2","HEX")']}.get(query.form, [])


HANDLERS: Mapping[str, Handler] = {
    "": _nothing,
    "E": _echo,
    "Z": _nothing,
    "&F": _nothing,
    "I": _fixed("bakjour simulated modem"),
    "+CGMI": _fixed("bakjour"),
    "+CGMM": _fixed("SIM-1"),
    "+CGMR": _fixed("1.0"),
    "+CGSN": _fixed("350000000000016"),
    "+CIMI": _fixed("240010000000001"),
    "+CSCS": _cscs,
    "+CFUN": lambda modem, query: ["+CFUN: 1"] if query.form == "?" else [],
    "+CBC": _fixed("+CBC: 0,100"),
    "+CMEE": _cmee,
    "+CPIN": _cpin,
    "+CREG": _registration,
    "+CEREG": _registration,
    "+CSQ": _csq,
    "+CSCA": _csca,
    "+COPS": _cops,
    **messages.HANDLERS,
}
