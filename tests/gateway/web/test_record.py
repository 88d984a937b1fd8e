"""The record of changes over the API: what it tells, what can be undone, and that the past stays."""

import csv
import io
import json
import sqlite3
from typing import Any

from gateway.config import parse

UNIT = "/api/roster/units/hc-andersberg"
DAY = 24 * 3600
PAST = "2026-11-24"


def wish(*receivers: str, date: str = "2026-11-25", **more: Any) -> dict[str, Any]:
    return {"shift": "Dag", "date": date, "role": "nurse", "receivers": list(receivers)} | more


async def put(browser: Any, *slots: dict[str, Any], **more: Any) -> Any:
    reply = await browser.ask("PUT", f"{UNIT}/slots", {"slots": list(slots)} | more)
    assert reply.status == 200, reply.body
    return reply.json


async def rows(browser: Any, query: str = "") -> list[Any]:
    return list((await browser.ask("GET", f"/api/audit?{query}")).json["rows"])


async def entry(browser: Any, table: str, wanted: dict[str, Any], key: str) -> int:
    """Put an entry of the register in place of the one that stands."""
    found = (await browser.ask("GET", f"/api/register/entries?table={table}&search={key}")).json["entries"]
    version = next((one["version"] for one in found if one["key"][-1] == key), None)
    body = {"table": table, "entry": wanted, "version": version}
    return int((await browser.ask("POST", "/api/register/entries", body)).status)


async def remove(browser: Any, table: str, key: list[str]) -> int:
    found = (await browser.ask("GET", f"/api/register/entries?table={table}&search={key[-1]}")).json[
        "entries"
    ]
    version = next(one["version"] for one in found if one["key"] == key)
    body = {"table": table, "key": key, "version": version}
    return int((await browser.ask("POST", "/api/register/removals", body)).status)


async def test_a_row_says_it_all(house: Any) -> None:
    """Who by name, when, unit, before, after and why; with the names of the people and units in it."""
    karin, it = await house.browser("ke12345"), await house.browser("it")
    await put(karin, wish("bo", "anna"), reason="sjuk")
    (row, *_) = await rows(it, "unit=hc-andersberg")
    assert (row["who"], row["who_name"], row["at"]) == ("ke12345", "Karin Ek", "2026-11-24T11:00:00.000Z")
    assert (row["before"]["receivers"], row["after"]["receivers"]) == ([], ["bo", "anna"])
    assert (row["why"], row["action"], row["undoable"]) == ("sjuk", "slot.set", True)
    assert row["receiver_names"] == {"bo": "Bo Ek", "anna": "Anna Berg"}
    assert row["unit_names"] == {"hc-andersberg": "HC Andersberg"}


async def test_filters_and_pages(house: Any) -> None:
    """Each filter by itself and together, for the whole record and for a unit's; page after page."""
    karin, it = await house.browser("ke12345"), await house.browser("it")
    await put(karin, wish("bo"))
    house.fake.advance(60)
    await put(it, wish("anna", date="2026-11-26"))
    house.fake.advance(60)
    await put(it, wish("maria", date="2026-11-27"))
    assert [row["who"] for row in await rows(it, "action=slot.set&who=it")] == ["it", "it"]
    assert [row["who"] for row in await rows(it, "who=ke12345")] == ["ke12345"]
    at = "since=2026-11-24T12:01&until=2026-11-24T12:02"
    (one,) = await rows(it, f"action=slot.set&{at}")
    assert one["after"]["receivers"] == ["anna"]
    assert await rows(it, f"subject={one['subject'].replace(' ', '%20')}&limit=1") == [one]
    (mine,) = (await karin.ask("GET", f"{UNIT}/changes?{at}")).json["rows"]
    assert mine["seq"] == one["seq"]
    assert (await karin.ask("GET", f"{UNIT}/changes?since=monday")).json["errors"][0]["path"] == "since"
    first = (await it.ask("GET", "/api/audit?limit=2")).json
    second = (await it.ask("GET", f"/api/audit?limit=2&before={first['next']}")).json
    numbers = [row["seq"] for row in first["rows"] + second["rows"]]
    assert numbers == sorted(numbers, reverse=True)
    assert len(set(numbers)) == 4


async def test_what_can_be_undone(house: Any) -> None:
    """A change that stands, and neither one that was changed since, nor one of an import, nor a past one."""
    karin, it = await house.browser("ke12345"), await house.browser("it")
    first = await put(karin, wish("bo"), wish("maria", role="doctor"))
    assert {row["undoable"] for row in await rows(it, "who=ke12345")} == {True}
    await put(it, wish("anna", version=first["slots"][0]["version"]))
    told = {row["change"]: row["undoable"] for row in await rows(it, "action=slot.set")}
    assert told[first["change"]] is False
    imported = [row for row in await rows(it) if row["who"] == "console" or row["who"] == "import"]
    assert imported
    assert not any(row["undoable"] for row in imported if row["change"] != row["seq"])
    for row in await rows(it, "who=it&action=slot.set"):
        assert row["undoable"]
        house.fake.advance(2 * DAY)
        it = await house.browser("it")
        (late, *_) = await rows(it, "who=it&action=slot.set")
        assert not late["undoable"]
        assert (await it.ask("POST", f"{UNIT}/changes/{row['change']}/undo", {})).status == 422


async def test_exports_hold_what_the_filter_shows(house: Any) -> None:
    """The same rows as the list, oldest first, in both forms, and of the whole record every row."""
    it = await house.browser("it")
    await put(it, wish("bo"))
    await put(it, wish("anna", date="2026-11-26"))
    shown = [row["seq"] for row in await rows(it, "who=it")][::-1]
    for query, numbers in (("who=it&", shown), ("", [row["seq"] for row in await rows(it)][::-1])):
        lines = (await it.ask("GET", f"/api/audit/export?{query}format=jsonl")).body.decode().splitlines()
        assert [json.loads(line)["seq"] for line in lines] == numbers
        text = (await it.ask("GET", f"/api/audit/export?{query}format=csv")).body.decode()
        assert [int(row["seq"]) for row in csv.DictReader(io.StringIO(text))] == numbers


async def test_an_edit_is_found_and_still_shown(house: Any) -> None:
    """Whoever edits the file: the verdict says so, and the list shows the row as it now stands."""
    it = await house.browser("it")
    await put(it, wish("bo"))
    good = (await it.ask("GET", "/api/audit/verify")).json
    assert (good["sound"], good["findings"]) == (True, [])
    assert (await it.ask("GET", f"/api/audit/verify?known={good['head']}")).json["sound"]
    damages = (
        "after = '{'",
        "after = '[1]'",
        "before = '{\"receivers\": 1}'",
        "after = NULL",
        "after = x'00ff'",
        "who = CAST(x'ff' AS TEXT)",
        "at = 'then'",
        "at = 9e18",
    )
    for damage in damages:
        house.connection.execute(f"UPDATE audit SET {damage} WHERE seq = {good['rows']}")
        verdict = (await it.ask("GET", "/api/audit/verify")).json
        assert not verdict["sound"]
        assert f"row {good['rows']} was altered" in verdict["findings"][0]
        told = (await it.ask("GET", "/api/audit/verify", None, {"Accept-Language": "sv"})).json["findings"]
        assert f"rad {good['rows']} är ändrad" in told[0]
        (row, *_) = await rows(it)
        assert (row["seq"], row["undoable"]) == (good["rows"], False)
        for form in ("csv", "jsonl"):
            told = await it.ask("GET", f"/api/audit/export?format={form}")
            assert len(told.body.splitlines()) >= good["rows"]


async def test_the_past_stays(house: Any) -> None:
    """No slot, copy, undo, correction, import, pattern or removal changes what stood in a past shift."""
    it = await house.browser("it")
    made = await put(it, wish("bo", date=PAST, role="doctor"), wish("anna", "bo", date=PAST, role=None))
    house.fake.advance(2 * DAY)
    it = await house.browser("it")

    async def stood() -> Any:
        shifts = (await it.ask("GET", f"{UNIT}/shifts?from={PAST}&days=1")).json["shifts"]
        found = next(one for one in shifts if one["shift"] == "Dag")
        kept = {name: found[name] for name in ("from", "to", "start", "end", "doctor", "nurse", "staffing")}
        return kept, await rows(it, f"until={PAST}T23:00")

    before = await stood()
    versions = {role: before[0][role or "staffing"]["version"] for role in ("doctor", "nurse", None)}
    for role, version in versions.items():
        for people in ([], ["maria"]):
            slot = wish(*people, date=PAST, role=role, version=version)
            assert (await it.ask("PUT", f"{UNIT}/slots", {"slots": [slot], "reason": "x"})).status == 422
    body = {"shift": "Dag", "date": "2026-11-27", "dates": [PAST], "what": "assignments"}
    await put(it, wish("maria", date="2026-11-27"))
    shown = (await it.ask("POST", f"{UNIT}/copy", body | {"preview": True})).json["targets"]
    seen = [{name: one[name] for name in ("date", "role", "version")} for one in shown]
    assert (await it.ask("POST", f"{UNIT}/copy", body | {"seen": seen})).status == 422
    assert (await it.ask("POST", f"{UNIT}/changes/{made['change']}/undo", {})).status == 422
    correction = wish("maria", date=PAST) | {"reason": "bytte"}
    assert (await it.ask("POST", f"{UNIT}/corrections", correction)).status == 201
    text = f"table,unit,shift,date,role,receivers\nassignment,hc-andersberg,Dag,{PAST},nurse,maria\n"
    assert (await it.send_file("csv", text, preview="false")).status == 422
    pattern = {"unit": "hc-andersberg", "name": "Dag", "from": "08:00", "to": "12:00", "weekdays": ["mon"]}
    await put(it, wish(date="2026-11-27", version=(await version_of(it, "2026-11-27"))), reason="x")
    assert await entry(it, "shift", pattern, "Dag") == 200
    assert await stood() == before
    assert await remove(it, "shift", ["hc-andersberg", "Dag"]) == 200
    for receiver in ("anna", "bo"):
        assert await remove(it, "receiver", [receiver]) == 200
    assert await stood() == before
    assert (await it.ask("GET", "/api/audit/verify")).json["sound"]


async def version_of(browser: Any, date: str) -> str:
    shifts = (await browser.ask("GET", f"{UNIT}/shifts?from={date}&days=1")).json["shifts"]
    return str(next(one for one in shifts if one["shift"] == "Dag")["nurse"]["version"])


async def test_rows_are_only_ever_added(house: Any) -> None:
    """SQLite refuses any change or removal of a row while people work, and nobody misses it."""
    refused = []

    def judge(action: int, table: str | None, *_: object) -> int:
        if table == "audit" and action in (sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE):
            refused.append(table)
            return sqlite3.SQLITE_DENY
        return sqlite3.SQLITE_OK

    house.connection.set_authorizer(judge)
    it = await house.browser("it")
    made = await put(it, wish("bo"))
    await it.ask("POST", f"{UNIT}/changes/{made['change']}/undo", {})
    body = {"shift": "Dag", "date": PAST, "dates": ["2026-11-28"], "what": "assignments"}
    await it.ask("POST", f"{UNIT}/copy", body)
    await it.ask("POST", "/api/keys", {"name": "k", "scope": "read"})
    await it.ask("DELETE", "/api/keys/k")
    feed = (await it.ask("POST", f"{UNIT}/calendars", {})).json
    await it.ask("DELETE", f"{UNIT}/calendars/{feed['id']}")
    account = {"username": "ny", "name": "Ny", "kind": "reader", "password": "correct horse battery"}
    await it.ask("POST", "/api/accounts", account)
    await it.ask("PATCH", "/api/accounts/ny", {"disabled": True, "version": await it.version("ny")})
    actions = [row["action"] for row in await rows(it)]
    told = {"slot.set", "slot.undo", "slot.copy", "key.add", "key.revoke", "calendar.add", "calendar.revoke"}
    assert told | {"account.add", "account.change"} <= set(actions)
    assert refused == []


async def test_kept_five_years_by_default(house: Any, tmp_path: Any) -> None:
    """A row goes after five years and not before; what stays can still be verified."""
    assert parse(b"[gateway]\n", tmp_path, {}).audit.keep_years == 5
    it = await house.browser("it")
    before = (await it.ask("GET", "/api/audit/verify")).json
    house.fake.advance(5 * 365.25 * DAY - 60)
    assert house.run(house.desk.purge()) == 0
    house.fake.advance(120)
    assert house.run(house.desk.purge()) == before["rows"]
    it = await house.browser("it")
    after = (await it.ask("GET", "/api/audit/verify")).json
    assert (after["sound"], after["first"], after["rows"]) == (True, before["rows"] + 1, 1)
    (row,) = await rows(it)
    assert (row["who"], row["action"], row["after"]["upto"]) == ("bakjour", "audit.purged", before["rows"])
