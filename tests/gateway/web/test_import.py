"""What the page of files is told of an import: its changes, its counts, and whether a preview holds."""

from errno import ENOSPC
from typing import Any

import pytest

from gateway import importtold, rosterfiles
from gateway.requests import ImportRoster
from gateway.web import uploads

FILE = """
[[receiver]]
id = "anna"
name = "Anna Berg"
kind = "person"
number = "20119"
units = ["hc-andersberg", "hc-satra"]
[[receiver]]
id = "eva"
name = "Eva Dal"
kind = "person"
number = "20120"
[[shift]]
unit = "hc-satra"
name = "Dag"
from = "08:00"
to = "16:00"
weekdays = ["mon"]
[[staffing]]
unit = "hc-andersberg"
shift = "Natt"
date = 2026-11-25
receivers = ["bo"]
[[assignment]]
unit = "hc-andersberg"
shift = "Dag"
date = 2026-11-24
role = "nurse"
receivers = []
"""

ANNA = """
[[receiver]]
id = "anna"
name = "Anna Berg"
kind = "person"
number = "20117"
units = ["hc-andersberg"]
"""


async def take(browser: Any, text: str = FILE, **more: str) -> Any:
    return await browser.send_file("toml", text, **more)


async def test_lines(house: Any) -> None:
    """Each change with its entry's key and name, and every field that differs as the file names it."""
    shown = (await take(await house.browser("it"))).json
    lines = {" ".join([one["does"], one["table"], *one["key"]]): one for one in shown["lines"]}
    assert set(lines) == {
        "change receiver anna",
        "add receiver eva",
        "change shift hc-satra Dag",
        "add staffing hc-andersberg Natt 2026-11-25",
        "remove assignment hc-andersberg Dag 2026-11-24 nurse",
    }

    def fields(line: str) -> list[tuple[Any, ...]]:
        return [(one["key"], one["before"], one["after"]) for one in lines[line]["fields"]]

    assert lines["change receiver anna"]["name"] == "Anna Berg"
    assert fields("change receiver anna") == [
        ("number", "20117", "20119"),
        ("units", ["hc-andersberg"], ["hc-andersberg", "hc-satra"]),
    ]
    assert fields("add receiver eva") == [
        ("name", None, "Eva Dal"),
        ("kind", None, "person"),
        ("number", None, "20120"),
    ]
    assert [one[0] for one in fields("change shift hc-satra Dag")] == ["from", "weekdays"]
    assert fields("add staffing hc-andersberg Natt 2026-11-25") == [
        ("receivers", None, ["bo"]),
        ("from", None, "21:00"),
        ("to", None, "07:00"),
    ]
    assert fields("remove assignment hc-andersberg Dag 2026-11-24 nurse")[0] == ("receivers", ["anna"], None)
    assert shown["counts"] == [
        {"table": "receiver", "add": 1, "change": 1, "remove": 0},
        {"table": "shift", "add": 0, "change": 1, "remove": 0},
        {"table": "staffing", "add": 1, "change": 0, "remove": 0},
        {"table": "assignment", "add": 0, "change": 0, "remove": 1},
    ]
    assert len(shown["changes"]) == shown["count"] == 5


async def test_a_preview_holds_or_is_refused(house: Any) -> None:
    """What was previewed is what is imported; if it would do something else by now, nothing is."""
    it = await house.browser("it")
    shown = (await take(it)).json
    house.done(house.files.take(ImportRoster('[[area]]\nid = "ny"\nname = "Ny"\n')))
    assert (await take(it)).json["version"] == shown["version"]
    house.done(house.files.take(ImportRoster(ANNA.replace("20117", "20118"))))
    refused = await take(it, preview="false", version=shown["version"])
    assert refused.status == 409
    assert refused.json["errors"][0]["path"] == "version"
    assert house.pages.book.receiver("eva") is None
    anew = (await take(it)).json
    assert anew["lines"][0]["fields"][0] == {"key": "number", "before": "20118", "after": "20119"}
    done = (await take(it, preview="false", version=anew["version"])).json
    assert (done["applied"], done["version"]) == (True, "")
    assert house.pages.book.receiver("eva") is not None


async def test_what_is_told_is_bounded(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of many or large changes the first are told and all are counted."""
    it = await house.browser("it")
    people = "".join(
        f'[[receiver]]\nid = "r{one}"\nname = "R"\nkind = "person"\nnumber = "{30_000 + one}"\n'
        for one in range(importtold.TOLD_MOST + 5)
    )
    shown = (await take(it, people)).json
    assert (shown["count"], len(shown["lines"])) == (1005, 1000)
    assert shown["counts"] == [{"table": "receiver", "add": 1005, "change": 0, "remove": 0}]
    monkeypatch.setattr(importtold, "TOLD_OCTETS", 1000)
    shown = (await take(it, people)).json
    assert 0 < len(shown["lines"]) == len(shown["changes"]) < 20
    assert shown["count"] == 1005


async def test_too_long_a_file(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file over the limit is refused with the limit."""
    monkeypatch.setattr(uploads, "MAX_FILE", 5000)
    it = await house.browser("it")
    reply = await take(it, "#" * 5001)
    assert reply.status == 413
    assert "5000" in reply.json["detail"]
    assert (await take(it, "#" * 5000)).status == 200


async def test_a_file_of_another_kind(house: Any) -> None:
    """What is neither CSV nor TOML by its content type is refused with both."""
    it = await house.browser("it")
    reply = await it.ask("POST", "/api/register/import", {"text": FILE})
    assert reply.status == 415
    assert all(media in reply.json["detail"] for media in uploads.FORMS)


async def test_no_room_for_a_file(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the file finds no room, that is the answer, and nothing of the server's paths."""

    def full(*_: object) -> None:
        raise OSError(ENOSPC, "No space left on device", "/somewhere/secret")

    monkeypatch.setattr(uploads, "_all", full)
    reply = await take(await house.browser("it"))
    assert (reply.status, reply.json["detail"]) == (503, "the file cannot be kept: No space left on device")


async def test_a_large_file_in_pieces(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that comes in many pieces is put together, and read by a process of its own."""
    monkeypatch.setattr(uploads, "PIECE", 10)
    monkeypatch.setattr(rosterfiles, "APART_FROM", 0)
    it = await house.browser("it")
    shown = (await take(it)).json
    assert shown["count"] == 5
    assert (await take(it, preview="false", version=shown["version"])).json["applied"]


async def test_octets_that_are_no_text(house: Any) -> None:
    """Each form names the line that is no UTF-8."""
    it = await house.browser("it")
    for form in ("toml", "csv"):
        reply = await it.send_file(form, b"table,id\n# \xe4\n")
        assert reply.status == 422
        assert "UTF-8" in reply.json["errors"][0]["message"]
