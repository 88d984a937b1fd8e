"""The message commands of the simulated modem (27.005, PDU mode alone)."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from simulators.modem.query import Query, Refused, cms
from simulators.modem.storage import READ, UNREAD, Memory, Stored

if TYPE_CHECKING:
    from simulators.modem.device import Modem

Handler = Callable[["Modem", Query], list[str]]


def _cmgf(modem: "Modem", query: Query) -> list[str]:
    if query.form == "=":
        if query.arguments != ["0"]:
            raise cms(303)
        return []
    return ["+CMGF: 0" if query.form == "?" else "+CMGF: (0)"]


def _csms(modem: "Modem", query: Query) -> list[str]:
    if query.form == "=":
        wanted = query.number(0, cms(302))
        if wanted > (1 if modem.traits.confirms else 0):
            raise cms(303)
        modem.settings.service = wanted
        return ["+CSMS: 1,1,1"]
    return [f"+CSMS: {modem.settings.service},1,1,1" if query.form == "?" else "+CSMS: (0,1)"]


def _cnmi(modem: "Modem", query: Query) -> list[str]:
    if query.form == "=":
        given = [query.number(place, cms(302)) for place in range(len(query.arguments))]
        wanted = (given + modem.settings.news[len(given) :])[:5]
        if wanted[1] > 3 or wanted[3] > 2 or (wanted[3] == 1 and not modem.traits.direct_reports):
            raise cms(303)
        modem.settings.news = wanted
        return []
    if query.form == "=?":
        return [f"+CNMI: (0-2),(0-3),(0-3),({'0,1,2' if modem.traits.direct_reports else '0,2'}),(0,1)"]
    return ["+CNMI: " + ",".join(map(str, modem.settings.news))]


def _cpms(modem: "Modem", query: Query) -> list[str]:
    if query.form == "=?":
        names = '("SM","ME","SR")'
        return [f'+CPMS: {names},("SM","ME"),("SM","ME")']
    if query.form == "=":
        if any(name not in modem.memories for name in query.arguments):
            raise cms(302)
        modem.settings.memories = (query.arguments + modem.settings.memories[len(query.arguments) :])[:3]
    told = []
    for name in modem.settings.memories:
        count = f"{len(modem.memories[name])},{modem.memories[name].places}"
        told.append(count if query.form == "=" else f'"{name}",{count}')
    return ["+CPMS: " + ",".join(told)]


def _selected(modem: "Modem") -> Memory:
    return modem.memories[modem.settings.memories[0]]


def _announced(stored: Stored) -> str:
    return f"{stored.stat},,{len(stored.octets) - 1 - stored.octets[0]}\r\n{stored.octets.hex().upper()}"


def _cmgl(modem: "Modem", query: Query) -> list[str]:
    if query.form == "=?":
        return ["+CMGL: (0-4)"]
    wanted = query.number(0, cms(302)) if query.arguments else 0
    lines = []
    for place, stored in _selected(modem).items():
        if wanted in (4, stored.stat):
            lines.append(f"+CMGL: {place},{_announced(stored)}")
            _now_read(stored)
    return lines


def _cmgr(modem: "Modem", query: Query) -> list[str]:
    stored = _selected(modem).get(query.number(0, cms(321)))
    if stored is None:
        raise cms(321)
    line = f"+CMGR: {_announced(stored)}"
    _now_read(stored)
    return [line]


def _now_read(stored: Stored) -> None:
    if stored.stat == UNREAD:
        stored.stat = READ


def _cmgd(modem: "Modem", query: Query) -> list[str]:
    if query.form == "=?":
        places = ",".join(str(place) for place, _ in _selected(modem).items())
        return [f"+CMGD: ({places}),(0-4)"]
    memory = _selected(modem)
    flag = query.number(1, cms(302)) if len(query.arguments) > 1 else 0
    if flag:
        for place, stored in memory.items():
            if flag == 4 or stored.stat in range(1, flag + 1):
                memory.drop(place)
    else:
        memory.drop(query.number(0, cms(321)))
    modem.tell("deleted", {"left": len(memory)})
    modem.later(0.1, modem.room)
    return []


def _cnma(modem: "Modem", query: Query) -> list[str]:
    if query.form == "=?":
        return ["+CNMA: (0-2)"]
    if not modem.confirmed(stored=query.arguments[:1] != ["2"]):
        raise cms(340)
    return []


def _cmms(modem: "Modem", query: Query) -> list[str]:
    return ["+CMMS: 0"] if query.form == "?" else []


def _refuse(modem: "Modem", query: Query) -> list[str]:
    raise Refused


HANDLERS: Mapping[str, Handler] = {
    "+CMGF": _cmgf,
    "+CSMS": _csms,
    "+CNMI": _cnmi,
    "+CPMS": _cpms,
    "+CMGL": _cmgl,
    "+CMGR": _cmgr,
    "+CMGD": _cmgd,
    "+CNMA": _cnma,
    "+CMMS": _cmms,
    "+CMGW": _refuse,
}
