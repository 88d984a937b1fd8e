"""The board of alerts in a browser: what comes shows by itself, and who may closes it after a question."""

import json
import re
import socket
from collections.abc import Callable
from typing import Any

SOON = 1_500
"""Milliseconds: within a second is promised; half of one more for a busy machine."""


def rejected(site: Any) -> None:
    """An event with a fault, over the TCP source."""
    port = re.search(r"tcp.*?127\.0\.0\.1:(\d+)", site.told)
    assert port is not None
    event = {
        "specversion": "1.0",
        "id": "e-77",
        "source": "clinic24/gavle",
        "type": "clinic24.visit.triaged",
        "data": {"unit": "hc-satra", "profession": "nurse", "priority": 9},
    }
    with socket.create_connection(("127.0.0.1", int(port[1]))) as line:
        line.sendall(json.dumps(event).encode() + b"\n")
        assert b"rejected" in line.recv(4096)


def test_a_new_alert_shows_within_a_second(open_own: Callable[..., Any], own_site: Any) -> None:
    """Without a page that asks again and again: nothing is asked for while nothing happens."""
    page = open_own("/larm")
    page.locator("#troubles li").first.wait_for()
    page.wait_for_timeout(500)
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url))
    page.wait_for_timeout(4_000)
    assert [one for one in asked if "/api/alerts" in one] == []
    own_site.send("hc-satra", "läkare")
    page.locator("#open .alert", has_text="HC Sätra").first.wait_for(timeout=SOON)


def test_a_rejected_event_is_red(open_own: Callable[..., Any], own_site: Any) -> None:
    """With when, its source and why in words, as it comes; never the refused value."""
    page = open_own("/larm")
    page.locator("#refused li").first.wait_for()
    rejected(own_site)
    first = page.locator("#refused .alert.empty").first
    first.wait_for(timeout=SOON)
    said = first.inner_text()
    assert "Från clinic24/gavle via tcp" in said
    assert "Prioriteten: ligger utanför gränserna; ska vara ett heltal från 1 till 5" in said
    page.locator("#sum", has_text="Avvisade händelser senaste dygnet: 1").wait_for()
    page.locator("#troubles", has_text="En händelse via tcp avvisades").wait_for()


def test_closed_by_hand(open_own: Callable[..., Any], own_site: Any, inaccessible: Any) -> None:
    """Asked first; the end shows at once in every window, with who did it; not for units of others."""
    own_site.send("hc-andersberg", "läkare")
    own_site.send("kirurgmottagningen", "läkare")
    page, reader = open_own("/larm"), open_own("/larm", "reader")
    ours = page.locator("#open .alert", has_text="HC Andersberg").first
    theirs = page.locator("#open .alert", has_text="Kirurgmottagningen").first
    theirs.wait_for()
    assert theirs.get_by_role("button").count() == 0
    watched = reader.locator(f'[data-alert="{ours.get_attribute("data-alert")}"]')
    watched.wait_for()
    assert reader.locator("#open").get_by_role("button").count() == 0
    ours.get_by_role("button", name="Avbryt larmet").click()
    page.get_by_role("button", name="Låt larmet gå vidare").click()
    assert ours.is_visible()
    ours.get_by_role("button", name="Kvittera").focus()
    page.keyboard.press("Enter")
    page.locator("#close", has_text="HC Andersberg").wait_for()
    assert inaccessible(page) == []
    page.keyboard.press("Enter")
    page.locator("#done", has_text="Larmet är kvitterat").wait_for()
    page.locator("#open-name:focus").wait_for()
    closed = reader.locator("#closed").locator(f'[data-alert="{watched.get_attribute("data-alert")}"]')
    closed.wait_for(timeout=SOON)
    closed.get_by_text("Visa förloppet").click()
    closed.locator(".timeline .final", has_text="omhändertaget av Karin Ek (ab12345)").wait_for()
