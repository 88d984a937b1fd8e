"""The register's entries: read in parts, and never changed over somebody else's change."""

import itertools
from typing import Any
from urllib.parse import urlencode

import pytest
from twisted.internet.defer import Deferred, gatherResults

ENTRIES, REMOVALS = "/api/register/entries", "/api/register/removals"
EVA = {"id": "eva", "name": "Eva Dal", "kind": "person", "number": "20120", "units": ["hc-satra"]}


async def read(browser: Any, table: str, **asked: Any) -> Any:
    reply = await browser.ask("GET", f"{ENTRIES}?{urlencode({'table': table} | asked)}")
    assert reply.status == 200
    return reply.json


async def put(browser: Any, table: str, entry: Any, version: str | None = None, **more: Any) -> Any:
    return await browser.ask("POST", ENTRIES, {"table": table, "entry": entry, "version": version, **more})


async def remove(browser: Any, table: str, key: list[str], version: str) -> Any:
    return await browser.ask("POST", REMOVALS, {"table": table, "key": key, "version": version})


def keys(found: Any) -> list[list[str]]:
    return [one["key"] for one in found["entries"]]


async def test_every_table_is_read_as_the_file_has_it(house: Any) -> None:
    """Each entry with its key and version, by name; put back as it was read, it changes nothing."""
    it = await house.browser("it")
    assert keys(await read(it, "shift", unit="hc-andersberg")) == [
        ["hc-andersberg", "Dag"],
        ["hc-andersberg", "Natt"],
    ]
    for table, names in {
        "area": ["primarvard"],
        "unit": ["hc-andersberg", "hc-satra"],
        "receiver": ["anna", "bo", "maria", "vaxel"],
        "administrator": ["KE12345"],
    }.items():
        assert keys(await read(it, table)) == [[name] for name in names]
    for table in ("area", "unit", "receiver", "shift", "administrator"):
        for one in (await read(it, table))["entries"]:
            done = await put(it, table, one["entry"], one["version"])
            assert (done.status, done.json["count"]) == (200, 0), one


async def test_search_and_filters(house: Any) -> None:
    """Part of id, name, number or user name; numbers as people write them; Swedish letters in any writing."""
    it = await house.browser("it")
    await put(it, "receiver", EVA | {"id": "örn", "name": "Örjan Åberg"})
    for search, found in {
        "berg": ["anna", "örn"],
        "ÖRJAN": ["örn"],
        "åBERG": ["örn"],
        "070-174 06": ["maria"],
        "2011": ["anna", "bo"],
        "%": [],
        "_": [],
        "bo": ["bo"],
    }.items():
        assert keys(await read(it, "receiver", search=search)) == [[one] for one in found], search
    assert keys(await read(it, "receiver", unit="hc-satra")) == [["bo"], ["örn"]]
    assert keys(await read(it, "unit", area="nowhere")) == []
    assert keys(await read(it, "administrator", unit="hc-andersberg")) == [["KE12345"]]
    assert keys(await read(it, "administrator", unit="hc")) == []
    part = await read(it, "receiver", offset=1, limit=2)
    assert (part["total"], keys(part)) == (5, [["bo"], ["maria"]])
    for wrong in ("table=planet", "table=area&unit=x", "table=unit&limit=501", "table=unit&offset=-1"):
        assert (await it.ask("GET", f"{ENTRIES}?{wrong}")).status == 422, wrong


async def test_a_whole_key_comes_first(house: Any) -> None:
    """Whoever asks for an id finds it, however many others hold it."""
    it = await house.browser("it")
    for number in range(3):
        await put(it, "receiver", EVA | {"id": f"vaxel-{number}", "name": f"A {number}"})
    assert keys(await read(it, "receiver", search="vaxel", limit=1)) == [["vaxel"]]


async def test_receivers_tell_what_is_known_of_their_numbers(house: Any) -> None:
    """Proof, carrier, and whoever else has the number, first or second; on both, with their names."""
    it = await house.browser("it")
    await put(it, "receiver", EVA | {"number": "+46701740999", "backup": "20117"})
    found = await read(it, "receiver", search="20117")
    told = {one["key"][0]: one for one in found["entries"]}
    assert told["anna"]["same_number"] == ["eva"]
    assert told["eva"]["same_number"] == ["anna"]
    assert found["names"]["receiver"] == {"eva": "Eva Dal", "anna": "Anna Berg"}
    assert found["names"]["unit"] == {"hc-andersberg": "HC Andersberg", "hc-satra": "HC Sätra"}
    assert (told["eva"]["number_kind"], told["eva"]["backup_kind"]) == ("mobile", "extension")
    assert (told["anna"]["proof"], told["anna"]["proof_at"], told["anna"]["served"]) == (
        "unproved",
        None,
        True,
    )
    maria = (await read(it, "receiver", search="maria"))["entries"][0]
    assert not maria["served"]
    assert "proof" not in (await read(it, "unit"))["entries"][0]


async def test_numbers_are_read(house: Any) -> None:
    """As they are kept, by what reaches them, with whoever has them; or what is allowed."""
    it = await house.browser("it")

    async def number(text: str, **more: Any) -> Any:
        return await it.ask("POST", "/api/register/number", {"number": text, **more})

    assert (await number("070-174 06 06")).json == {
        "number": "+46701740606",
        "kind": "mobile",
        "served": False,
        "same_number": [{"id": "maria", "name": "Maria Falk"}],
    }
    assert (await number(" 20117", receiver="anna")).json["same_number"] == []
    wrong = await number("026-15 40 00")
    assert (wrong.status, wrong.json["errors"][0]["path"]) == (422, "number")
    assert (await number("026-15 40 00", any_number=True)).json["number"] == "+4626154000"


async def test_a_stale_change_is_refused_with_who_and_when(house: Any) -> None:
    """What stands now is told, by whom and when; with its version the change is made all the same."""
    it, program = await house.browser("it"), await house.browser()
    program.key = house.keys["admin"]
    (read_,) = (await read(it, "receiver", search="anna"))["entries"]
    other = read_["entry"] | {"number": "20130"}
    assert (await put(program, "receiver", other, read_["version"])).status == 200
    mine = read_["entry"] | {"name": "Anna Bergqvist", "number": "12"}
    refused = await put(it, "receiver", mine, read_["version"])
    assert refused.status == 409
    told = refused.json
    assert (told["code"], told["entry"]["number"]) == ("stale", "20130")
    assert (told["by"], told["by_name"], told["at"]) == ("key:admin", None, "2026-11-24T11:00:00.000Z")
    assert (await remove(it, "receiver", ["anna"], read_["version"])).json["code"] == "stale"
    mended = told["entry"] | {"name": "Anna Bergqvist"}
    assert (await put(it, "receiver", mended, told["version"])).status == 200
    assert house.pages.book.receiver("anna").number == "20130"
    again = await put(it, "receiver", mended, told["version"])
    assert (again.status, again.json["count"]) == (200, 0)


async def test_by_name_of_a_colleague(house: Any) -> None:
    """An account is told by its name; what the first import made, as an import."""
    it = await house.browser("it")
    assert (await put(it, "unit", {"id": "hc-satra", "area": "primarvard", "name": "X"})).json["by"] == (
        "import"
    )
    (read_,) = (await read(it, "area"))["entries"]
    await put(it, "area", read_["entry"] | {"name": "Primärvården"}, read_["version"])
    told = (await put(it, "area", read_["entry"] | {"name": "Vården"}, read_["version"])).json
    assert (told["by"], told["by_name"]) == ("it", "Ivar Tek")


async def test_by_whom_of_a_large_import(house: Any) -> None:
    """One that is recorded as a whole is named where the entry's own rows no longer tell what stands."""
    it = await house.browser("it")
    (read_,) = (await read(it, "area", search="primarvard"))["entries"]
    lines = ["table,id,name,fallback", "area,primarvard,Stor import,vaxel"]
    lines += (f"area,a{number},Område {number}," for number in range(1000))
    done = await it.send_file("csv", "\n".join(lines), preview="false")
    assert (done.status, done.json["count"]) == (200, 1001)
    told = (await put(it, "area", read_["entry"] | {"name": "Min"}, read_["version"])).json
    assert (told["code"], told["entry"]["name"], told["by_name"]) == ("stale", "Stor import", "Ivar Tek")


async def test_a_new_entry_must_be_new_and_a_removed_one_is_gone(house: Any) -> None:
    """Neither takes the place of what somebody else made, nor brings back what somebody else removed."""
    it = await house.browser("it")
    exists = await put(it, "receiver", EVA | {"id": "anna"})
    assert (exists.status, exists.json["code"], exists.json["entry"]["name"]) == (409, "exists", "Anna Berg")
    assert (await put(it, "receiver", EVA)).status == 200
    assert (await put(it, "receiver", EVA)).json["code"] == "exists"
    (eva,) = (await read(it, "receiver", search="eva"))["entries"]
    shown = await put(it, "receiver", EVA | {"name": "E"}, "0", preview=True)
    assert shown.json["code"] == "stale"
    assert (await remove(it, "receiver", ["eva"], eva["version"])).status == 200
    gone = await put(it, "receiver", EVA | {"name": "Eva"}, eva["version"])
    assert (gone.status, gone.json["code"]) == (409, "stale")
    assert (gone.json["entry"], gone.json["version"], gone.json["by"]) == (None, None, "it")
    assert (await remove(it, "receiver", ["eva"], eva["version"])).json["entry"] is None
    assert (await remove(it, "shift", ["hc-satra", "Dag"], "0")).json["entry"]["from"] == "07:00"


@pytest.mark.reactor(seconds=60)
async def test_no_update_is_lost(house: Any) -> None:
    """Two browsers read, change and write one receiver a hundred times at once: each write takes effect or is
    refused as stale, with who and when; none undoes another."""
    browsers = [await house.browser("it") for _ in range(2)]
    done: list[str] = []
    counter = itertools.count()

    async def hammer(browser: Any) -> None:
        for _ in range(100):
            (stands,) = (await read(browser, "receiver", search="maria"))["entries"]
            mine = stands["entry"] | {"name": f"{stands['entry']['name'].split()[0]} {next(counter)}"}
            reply = await put(browser, "receiver", mine, stands["version"])
            if reply.status == 200:
                done.append(mine["name"])
                continue
            assert (reply.status, reply.json["code"]) == (409, "stale")
            assert (reply.json["by"], reply.json["entry"]["name"]) == ("it", done[-1])
            assert reply.json["at"]

    await gatherResults([Deferred.fromCoroutine(hammer(one)) for one in browsers])
    assert house.pages.book.receiver("maria").name == done[-1]
    rows = (await browsers[0].ask("GET", "/api/audit?subject=receiver maria&limit=1000")).json["rows"]
    names = [row["after"]["name"] for row in reversed(rows)]
    assert names == ["Maria Falk", *done]
    assert [row["before"]["name"] for row in reversed(rows[:-1])] == names[:-1]
