"""The board of alerts as browsers get it: live, refusals, alarms, who closed what; the coverage overview."""

import asyncio
import json
from typing import Any

from gateway.bridge import from_asyncio
from gateway.delivery import events as e

EVENT = {
    "specversion": "1.0",
    "id": "e1",
    "source": "clinic24/gavle",
    "type": "clinic24.visit.triaged",
    "data": {"unit": "hc-andersberg", "profession": "nurse", "priority": 2},
}
CARRIER = """
[[carrier]]
name = "dect"
type = "espa444"
serves = "extension"
endpoint = "tcp:host=127.0.0.1:port=4444"
"""
SLOTS = "/api/roster/units/hc-andersberg/slots"


class Listener:
    """Reads a stream of live events."""

    def __init__(self, house: Any) -> None:
        self.house = house
        self.events: list[tuple[str, Any]] = []
        self.ended = from_asyncio(self._read(house.pages.live.listen()))

    async def _read(self, stream: Any) -> None:
        async for octets in stream.events({}, lambda: True):
            kind, data, _, _ = octets.decode().split("\n")
            self.events.append((kind.removeprefix("event: "), json.loads(data.removeprefix("data: "))))

    async def heard(self, kind: str) -> list[Any]:
        """What came of one kind so far."""

        async def turns() -> None:
            for _ in range(50):
                await asyncio.sleep(0)

        await from_asyncio(turns())
        return [data for one, data in self.events if one == kind]

    async def close(self) -> None:
        self.house.pages.live.stop()
        await self.ended


def sends(house: Any, **changes: Any) -> Any:
    event = EVENT | {name: value for name, value in changes.items() if name != "data"}
    event["data"] = {**EVENT["data"], **changes.get("data", {})}  # type: ignore[dict-item]
    return house.done(house.gateway.intake.document(json.dumps(event).encode(), "clinic"))


async def test_a_new_alert_is_told_at_its_acceptance(house: Any) -> None:
    """Before any carrier has done anything, once for each alert, and never for a repeat."""
    listener = Listener(house)
    await listener.heard("hello")
    alert = sends(house).alert
    sends(house)
    assert await listener.heard("alert") == [{"alert": alert, "status": "accepted"}]
    reader = await house.browser("reader")
    (shown,) = (await reader.ask("GET", "/api/alerts?open_only=true")).json
    assert (shown["alert"], shown["unit_name"], shown["profession"]) == (alert, "HC Andersberg", None)
    await listener.close()


async def test_a_line_that_is_no_outcome_is_told(house: Any) -> None:
    """And what a timeline says, it says in both languages."""
    listener = Listener(house)
    await listener.heard("hello")
    alert = sends(house).alert
    house.gateway.keeper.post(int(alert), e.Noted(0, "noted", "in the paging system's queue"))
    assert await listener.heard("alert") == [{"alert": alert, "status": "accepted"}] * 2
    reader = await house.browser("reader")
    first, last = (await reader.ask("GET", f"/api/alerts/{alert}")).json["timeline"]
    assert first["said"] == {"sv": "larmad", "en": "paged"}
    assert first["why"]["sv"].startswith("I tjänst som sjuksköterska, pass Dag")
    assert last["why"] == {"sv": "i sökarsystemets kö", "en": "in the paging system's queue"}
    await listener.close()


async def test_a_rejected_event_is_told_and_listed(make_house: Any) -> None:
    """With when, source and why in both languages, without the refused value; ignored ones are apart."""
    house = make_house(config=CARRIER)
    house.people()
    listener = Listener(house)
    await listener.heard("hello")
    sends(house, id="e1", data={"priority": 1})
    sends(house, id="e2", data={"unit": "Tolvan Tolvansson 19121212-1212"})
    sends(house, id="e3", data={"priority": 9, "unit": "Tolvan Tolvansson"})
    assert [one["status"] for one in await listener.heard("refusal")] == ["ignored", "rejected", "rejected"]
    reader = await house.browser("reader")
    listed = await reader.ask("GET", "/api/refusals?rejected_only=true")
    third, second = listed.json
    assert (third["id"], third["source"], third["way"]) == ("e3", "clinic24/gavle", "clinic")
    assert third["why"][0]["sv"].startswith("Prioriteten: ligger utanför gränserna")
    assert second["why"] == [
        {
            "sv": "Enheten: okänd enhet; ska vara en enhets id eller alias i schemat",
            "en": "The unit: unknown unit; allowed: the id or an alias of a unit in the roster",
        }
    ]
    assert "Tolvan" not in listed.body.decode()
    assert [one["id"] for one in (await reader.ask("GET", "/api/refusals")).json] == ["e3", "e2", "e1"]
    assert (await reader.ask("GET", "/api/refusals?limit=0")).status == 422
    await listener.close()


async def test_alarms_that_stand(house: Any) -> None:
    """In the words of the people who are paged about them, and told as they come and go."""
    listener = Listener(house)
    await listener.heard("hello")
    house.gateway.alarms.raise_alarm("line:dect", "line dect is down: cannot connect")
    house.pages._look()
    house.pages._look()
    reader = await house.browser("reader")
    (standing,) = (await reader.ask("GET", "/api/alarms?standing_only=true")).json
    assert standing["said"] == {"sv": "linjen dect är nere", "en": "line dect is down"}
    house.gateway.alarms.clear_alarm("line:dect")
    house.pages._look()
    assert await listener.heard("alarm") == [{"standing": 1}, {"standing": 0}]
    assert (await reader.ask("GET", "/api/alarms?standing_only=true")).json == []
    assert len((await reader.ask("GET", "/api/alarms")).json) == 1
    await listener.close()


async def test_who_closed_it_stands_in_the_timeline(house: Any) -> None:
    """By name and user name; a unit administrator closes the alerts of her own units alone, a reader none."""
    alert, other = sends(house).alert, sends(house, id="e2", data={"unit": "hc-satra"}).alert
    karin, reader = await house.browser("ke12345"), await house.browser("reader")
    assert (await reader.ask("POST", f"/api/alerts/{alert}/cancel")).status == 403
    assert (await karin.ask("POST", f"/api/alerts/{other}/cancel")).status == 403
    listener = Listener(house)
    house.pages._outcomes.resume()
    done = await karin.ask("POST", f"/api/alerts/{alert}/acknowledge")
    last = done.json["timeline"][-1]
    assert last["reason"] == "acknowledged by Karin Ek (ke12345)"
    assert last["why"]["sv"] == "omhändertaget av Karin Ek (ke12345)"
    assert [one["status"] for one in await listener.heard("outcome") if one["final"]] == ["acknowledged"]
    assert (await karin.ask("POST", f"/api/alerts/{alert}/cancel")).status == 409
    await listener.close()


async def test_a_role_without_a_word_is_still_that_role(make_house: Any) -> None:
    """Where no profession means doctor, the board's doctor row never shows the nurse."""
    house = make_house(config='[professions]\ndoctor = []\nnurse = ["nurse"]\n' + CARRIER)
    house.people()
    it = await house.browser("it")

    async def shown() -> dict[str, list[str]]:
        board = (await it.ask("GET", "/api/board?unit=hc-andersberg")).json
        return {one["role"]: [who["id"] for who in one["receivers"]] for one in board["units"][0]["roles"]}

    assert await shown() == {"doctor": ["vaxel"], "nurse": ["anna", "vaxel"]}
    refused = await it.ask("POST", "/api/roster/units/hc-andersberg/test-pages", {"role": "doctor"})
    assert refused.status == 409
    slot = {"shift": "Dag", "date": "2026-11-24", "role": "doctor", "receivers": ["bo"]}
    assert (await it.ask("PUT", SLOTS, {"slots": [slot]})).status == 200
    assert await shown() == {"doctor": ["bo", "vaxel"], "nurse": ["anna", "vaxel"]}


async def test_why_with_who_made_it_and_what_was_skipped(house: Any) -> None:
    """The assignment's maker by name; an event that does not alert says that nothing more was looked at."""
    karin = await house.browser("ke12345")
    slot = {"shift": "Natt", "date": "2026-11-24", "role": "nurse", "receivers": ["bo"]}
    assert (await karin.ask("PUT", SLOTS, {"slots": [slot]})).status == 200
    ask = "/api/who?unit=hc-andersberg&profession=nurse&at=2026-11-24T23:00"
    (bo, _) = (await karin.ask("GET", ask)).json["receivers"]
    assert (bo["shift"], bo["made_by"], bo["made_by_name"]) == ("Natt", "ke12345", "Karin Ek")
    silent = (await karin.ask("GET", f"{ask}&priority=1")).json
    assert silent["receivers"] == []
    assert silent["steps"][-1]["sv"] == "Därför prövas varken pass eller reserver."


async def test_overview_worst_first(house: Any) -> None:
    """Units of an area: whose hole begins first; in counts that agree with the unit's own coverage."""
    reader = await house.browser("reader")
    told = (await reader.ask("GET", "/api/coverage/overview?area=primarvard&days=2")).json
    assert told["days"] == 2
    for one in told["units"]:
        (unit,) = (await reader.ask("GET", f"/api/coverage?unit={one['id']}&days=2")).json["units"]
        states = [entry["state"] for entry in unit["entries"]]
        assert (one["holes"], one["thin"]) == (len(unit["holes"]), states.count("thin"))
        assert one["next"] == unit["holes"][0]
    starts = [one["next"]["start"] for one in told["units"]]
    assert starts == sorted(starts)
    assert (await reader.ask("GET", "/api/coverage/overview?area=no")).status == 404
    assert (await reader.ask("GET", "/api/coverage/overview")).status == 422
