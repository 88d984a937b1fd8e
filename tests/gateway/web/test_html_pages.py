"""The pages without a browser: who gets them, in which language, and what they load."""

import re
from typing import Any

import pytest

from gateway.web import words
from gateway.web.pages import PAGES


@pytest.mark.parametrize("path", PAGES)
async def test_nobody_is_sent_to_the_log_in(house: Any, path: str) -> None:
    """Who is not logged in gets no page, but the log-in, which leads back."""
    reply = await (await house.browser()).ask("GET", f"{path}?unit=hc-satra")
    assert reply.status == 303
    assert reply.header("location") == f"/login?next=%2F{path[1:]}%3Funit%3Dhc-satra"


@pytest.mark.parametrize("path", PAGES)
async def test_nothing_inline_and_nothing_from_elsewhere(house: Any, path: str) -> None:
    """A page has no script, style or handler of its own, loads from this host alone, tells no roster."""
    reply = await (await house.browser("it")).ask("GET", path)
    text = reply.body.decode()
    assert reply.status == 200
    assert "default-src 'self'" in reply.header("content-security-policy")
    assert not re.search(r"<style|style=|\son\w+=|<script[^>]*>[^<]", text)
    loaded = re.findall(r'(?:src|href)="([^"#]+)"', text)
    assert all(one.startswith("/") for one in loaded)
    browser = await house.browser()
    for one in loaded:
        if one.startswith("/static/"):
            assert (await browser.ask("GET", one)).status == 200
    assert "Andersberg" not in text


async def test_languages(house: Any) -> None:
    """The language is remembered; only pages of ours are gone back to."""
    browser = await house.browser("reader")
    assert b'<html lang="sv">' in (await browser.ask("GET", "/schema")).body
    reply = await browser.ask("GET", "/language/en?back=//example.org/")
    assert (reply.status, reply.header("location")) == (303, "/schema")
    assert b'<html lang="en">' in (await browser.ask("GET", "/schema")).body
    reply = await browser.ask("GET", "/language/en?back=%2Fnu%3Funit%3Dhc-satra")
    assert reply.header("location") == "/nu?unit=hc-satra"
    await browser.ask("GET", "/language/xx?back=/nu")
    assert b'<html lang="en">' in (await browser.ask("GET", "/nu")).body


async def test_only_known_files(house: Any) -> None:
    """A file that is not ours is not found, whatever its name says."""
    browser = await house.browser()
    for name in ("nothing.js", "..%2Fpages.py", "pages.py"):
        assert (await browser.ask("GET", f"/static/{name}")).status == 404
    assert (await browser.ask("GET", "/static/core.js")).header("content-type").startswith("text/javascript")


def test_every_word_has_both_languages() -> None:
    """Both languages have every text, with the same places to fill in."""
    swedish, english = words.of("sv"), words.of("en")
    for key, text in swedish.items():
        assert text
        assert english[key]
        assert sorted(re.findall(r"\{\w+\}", text)) == sorted(re.findall(r"\{\w+\}", english[key])), key
