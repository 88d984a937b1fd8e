"""Accounts that several people of IT change at once: nobody's change is lost without a word."""

from typing import Any

import pytest
from twisted.internet.defer import Deferred, gatherResults

READER = "/api/accounts/reader"


async def read(browser: Any, username: str = "reader") -> Any:
    (found,) = [
        one for one in (await browser.ask("GET", "/api/accounts")).json if one["username"] == username
    ]
    return found


async def test_a_stale_change_is_refused(house: Any) -> None:
    """With who changed what and when, and what stands; with the version that stands it is made."""
    one, other = await house.browser("it"), await house.browser("it")
    seen = (await read(one))["version"]
    assert (await other.ask("PATCH", READER, {"name": "Rut Lys", "version": seen})).status == 204
    refused = await one.ask("PATCH", READER, {"kind": "unit", "version": seen})
    assert refused.status == 409
    told = refused.json
    assert (told["code"], told["by"], told["by_name"]) == ("stale", "it", "Ivar Tek")
    assert told["at"].startswith("2026-11-24T")
    assert told["account"] == await read(one)
    assert (await read(one))["kind"] == "reader"
    again = {"kind": "unit", "version": told["account"]["version"]}
    assert (await one.ask("PATCH", READER, again)).status == 204
    stands = await read(one)
    assert (stands["name"], stands["kind"]) == ("Rut Lys", "unit")


async def test_a_password_has_one_author(house: Any) -> None:
    """Of two people who set one at once, the second is told that the first did."""
    it = await house.browser("it")
    seen = (await read(it))["version"]
    first = {"password": "the first long word", "version": seen}
    assert (await it.ask("PATCH", READER, first)).status == 204
    second = {"password": "the second long word", "version": seen}
    assert (await it.ask("PATCH", READER, second)).status == 409
    assert (await (await house.browser()).log_in("reader", "the first long word")).status == 200


async def test_all_of_a_change_or_nothing(house: Any) -> None:
    """A name that could be taken stays untaken beside a password that cannot."""
    it = await house.browser("it")
    wanted = {"name": "Rut Lys", "password": "short", "version": (await read(it))["version"]}
    refused = await it.ask("PATCH", READER, wanted)
    assert [one["path"] for one in refused.json["errors"]] == ["password"]
    assert (await read(it))["name"] == "Rut Läs"


@pytest.mark.parametrize("version", ["", "-1", "x", None, "9" * 30])
async def test_a_version_is_wanted(house: Any, version: str | None) -> None:
    """Without the version that was seen nothing is changed."""
    it = await house.browser("it")
    body = {"name": "Rut Lys"} | ({} if version is None else {"version": version})
    assert (await it.ask("PATCH", READER, body)).status == 422
    assert (await read(it))["name"] == "Rut Läs"


async def test_hammering(house: Any) -> None:
    """Eight people change one account over and over: each change follows the one it saw, or is refused."""
    people = [await house.browser("it") for _ in range(8)]
    made: list[tuple[str, str]] = []

    async def change(who: int) -> None:
        for number in range(5):
            seen = await read(people[who])
            name = f"Rut {who} {number}"
            reply = await people[who].ask("PATCH", READER, {"name": name, "version": seen["version"]})
            assert reply.status in {204, 409}
            if reply.status == 204:
                made.append((seen["name"], name))

    await gatherResults([Deferred.fromCoroutine(change(who)) for who in range(8)])
    chain = dict(made)
    assert len(chain) == len(made) >= 5
    name = "Rut Läs"
    for _ in made:
        name = chain[name]
    assert (await read(people[0]))["name"] == name
