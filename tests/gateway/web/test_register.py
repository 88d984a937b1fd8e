"""What IT does: entries, files, accounts, keys, and what of it is recorded."""

from typing import Any

import pytest

RECEIVER = {"id": "eva", "name": "Eva Dal", "kind": "person", "number": "20120", "units": ["hc-satra"]}


async def put(browser: Any, table: str, entry: Any, **more: Any) -> Any:
    return await browser.ask("POST", "/api/register/entries", {"table": table, "entry": entry, **more})


async def remove(browser: Any, table: str, *key: str) -> Any:
    body = {"table": table, "key": list(key), "version": await version(browser, table, *key)}
    return await browser.ask("POST", "/api/register/removals", body)


async def version(browser: Any, table: str, *key: str) -> str:
    """Of what stands, as a page reads it; of nothing, a version that nothing has."""
    found = await browser.ask("GET", f"/api/register/entries?table={table}&search={key[-1]}")
    return next((one["version"] for one in found.json["entries"] if one["key"] == list(key)), "0")


async def test_put_and_remove(house: Any) -> None:
    """A preview changes nothing; an entry is put, changed and removed, each recorded with its author."""
    it = await house.browser("it")
    shown = (await put(it, "receiver", RECEIVER, preview=True)).json
    assert (shown["applied"], shown["count"]) == (False, 1)
    assert house.pages.book.receiver("eva") is None
    assert (await put(it, "receiver", RECEIVER)).json["applied"]
    read = await version(it, "receiver", "eva")
    changed = (await put(it, "receiver", RECEIVER | {"number": "20121"}, version=read)).json
    assert changed["changes"] == ["change receiver eva: number 20120 → 20121"]
    assert (await remove(it, "receiver", "eva")).json["applied"]
    rows = (await it.ask("GET", "/api/audit?subject=receiver eva")).json["rows"]
    assert [(row["action"], row["who"]) for row in rows] == [
        ("receiver.remove", "it"),
        ("receiver.change", "it"),
        ("receiver.add", "it"),
    ]
    assert rows[1]["before"]["number"] == "20120"


@pytest.mark.parametrize(
    ("table", "entry", "path"),
    [
        ("receiver", RECEIVER | {"number": "12"}, "number"),
        ("receiver", RECEIVER | {"units": ["nowhere"]}, "units[0]"),
        ("receiver", {"id": "x"}, "name"),
        ("unit", {"id": "u", "area": "nowhere", "name": "U"}, "area"),
        ("shift", {"unit": "hc-satra", "name": "Kväll", "from": "24:00", "to": "07:00"}, "from"),
    ],
)
async def test_faults(house: Any, table: str, entry: Any, path: str) -> None:
    """A fault is told by the entry's own key."""
    reply = await put(await house.browser("it"), table, entry)
    assert reply.status == 422
    assert path in {error["path"] for error in reply.json["errors"]}


@pytest.mark.parametrize(
    ("table", "key", "what"),
    [
        ("receiver", ["anna"], "stands in hc-andersberg Dag 2026-11-24 nurse"),
        ("receiver", ["vaxel"], "fallback of Primärvård Gävle"),
        ("unit", ["hc-andersberg"], "has the shift"),
        ("area", ["primarvard"], "is of this area"),
        ("shift", ["hc-andersberg", "Dag"], "somebody stands in"),
        ("shift", ["hc-andersberg"], "see the table"),
    ],
)
async def test_what_is_referred_to_stays(house: Any, table: str, key: list[str], what: str) -> None:
    """Every place that refers to it is named."""
    reply = await remove(await house.browser("it"), table, *key)
    assert reply.status == 422
    assert any(what in error["message"] for error in reply.json["errors"])


async def test_export_is_an_import_that_changes_nothing(house: Any) -> None:
    """As TOML and as CSV, with commas and with the semicolons of a Swedish spreadsheet."""
    it = await house.browser("it")
    for form in ("toml", "csv"):
        text = (await it.ask("GET", f"/api/register/export?format={form}")).body.decode()
        shown = await it.send_file(form, text)
        assert (shown.status, shown.json["count"]) == (200, 0)
    swedish = "\ufeff" + text.replace(",", ";")
    shown = await it.send_file("csv", swedish)
    assert (shown.status, shown.json["count"]) == (200, 0)


async def test_csv_import(house: Any) -> None:
    """All or nothing, with the line of every fault; a preview first, and the past is not altered."""
    it = await house.browser("it")
    head = "table,unit,shift,date,role,receivers\r\n"
    bad = "".join(
        f"assignment,hc-andersberg,Dag,2026-11-{day},nurse,{who}\r\n"
        for day, who in ((25, "bo"), (26, "vaxel"))
    )
    refused = await it.send_file("csv", head + bad, preview="false")
    assert refused.status == 422
    assert refused.json["errors"][0]["path"].startswith("line 3")
    good = (
        "staffing,hc-andersberg,Dag,2026-11-25,,bo|anna\nassignment,hc-andersberg,Dag,2026-11-25,nurse,bo\n"
    )
    assert (await it.send_file("csv", head + good)).json["count"] == 2
    done = (await it.send_file("csv", head + good, preview="false")).json
    assert (done["applied"], done["count"]) == (True, 2)
    nonsense = (await it.send_file("csv", "table,colour\nunit,red\n")).json
    assert "colour" in nonsense["errors"][0]["message"]
    for text in ("", "unit\nx", 'table,id\nunit,"', "table,id\nplanet,x", "table\nunit,a,b"):
        assert (await it.send_file("csv", text)).status == 422


async def test_replacing_wants_a_word(house: Any) -> None:
    """What would be removed is listed, and happens only when it is confirmed."""
    it = await house.browser("it")
    text = (await it.ask("GET", "/api/register/export?format=toml")).body.decode()
    less = text[: text.index("[[administrator]]")]
    asked = {"preview": "false", "replace": "true"}
    refused = await it.send_file("toml", less, **asked)
    assert refused.status == 409
    assert "administrator" in refused.json["errors"][0]["path"]
    assert (await it.send_file("toml", less, confirmed="true", **asked)).json["applied"]


async def test_accounts_and_keys(house: Any) -> None:
    """Made, listed, changed, revoked; recorded without any secret."""
    it = await house.browser("it")
    new = {"username": "OB1", "name": "Olle Bo", "kind": "unit", "password": "a very long word"}
    assert (await it.ask("POST", "/api/accounts", new)).status == 201
    assert (await it.ask("POST", "/api/accounts", new)).status == 409
    bad = new | {"username": "o b", "password": "short"}
    paths = {one["path"] for one in (await it.ask("POST", "/api/accounts", bad)).json["errors"]}
    assert paths == {"username", "password"}
    await put(it, "administrator", {"username": "ob1", "name": "Olle Bo", "units": ["hc-satra"]})
    olle = await house.browser()
    assert (await olle.log_in("ob1", "a very long word")).json["units"] == ["hc-satra"]
    key = (await it.ask("POST", "/api/keys", {"name": "monitor", "scope": "read"})).json["key"]
    program = await house.browser()
    program.key = key
    assert (await program.ask("GET", "/api/board?unit=hc-satra")).status == 200
    assert (await it.ask("DELETE", "/api/keys/monitor")).status == 204
    assert (await program.ask("GET", "/api/board?unit=hc-satra")).status == 401
    export = (await it.ask("GET", "/api/audit/export?format=jsonl")).body.decode()
    assert '"action":"key.revoke"' in export
    assert "a very long word" not in export
    assert key not in export
    assert "argon2" not in export


async def test_audit(house: Any) -> None:
    """Pages, filters, export and verification; a damaged record is said to be so."""
    it = await house.browser("it")
    first = (await it.ask("GET", "/api/audit?limit=3")).json
    rest = (await it.ask("GET", f"/api/audit?limit=1000&before={first['next']}")).json
    assert first["rows"][-1]["seq"] == rest["rows"][0]["seq"] + 1
    assert rest["next"] is None
    assert (await it.ask("GET", "/api/audit?since=nonsense")).status == 422
    only = (await it.ask("GET", "/api/audit?action=account.add&who=console&since=2026-11-24T12:00")).json
    assert len(only["rows"]) == 3
    assert (await it.ask("GET", "/api/audit?until=2026-11-24T11:59")).json["rows"] == []
    csv = (await it.ask("GET", "/api/audit/export?format=csv&action=key.add")).body.decode()
    assert len(csv.strip().split("\r\n")) == 4
    verdict = (await it.ask("GET", "/api/audit/verify")).json
    assert verdict["sound"]
    assert (await it.ask("GET", f"/api/audit/verify?known={verdict['head']}")).json["sound"]
    assert (await it.ask("GET", "/api/audit/verify?known=1:00")).json["sound"] is False
    assert (await it.ask("GET", "/api/audit/verify?known=x")).status == 422
    house.connection.execute("UPDATE audit SET who = 'eve' WHERE seq = 2")
    assert "row 2 was altered" in (await it.ask("GET", "/api/audit/verify")).json["findings"][0]


async def test_the_record_is_kept_as_long_as_configured(make_house: Any) -> None:
    """After five years the first rows go, and what is left verifies."""
    house = make_house()
    house.people()
    assert house.run(house.desk.purge()) == 0
    house.fake.advance(5.1 * 365.25 * 86_400)
    assert house.run(house.desk.purge()) > 5
    it = await house.browser("it")
    verdict = (await it.ask("GET", "/api/audit/verify")).json
    assert (verdict["sound"], verdict["rows"]) == (True, 1)
