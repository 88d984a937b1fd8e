"""Logging in and out."""

from typing import Any

import pytest

from gateway.accounts.model import Change
from gateway.web.rights import COOKIE, SECURE_COOKIE

WISH = {"slots": [{"shift": "Dag", "date": "2026-11-25", "role": "nurse", "receivers": ["bo"]}]}
SLOTS = "/api/roster/units/hc-andersberg/slots"
HOUR = 3600


async def test_log_in_and_out(house: Any) -> None:
    """The cookie opens what the account may; a log-out closes it, for a copy of the cookie too."""
    browser = await house.browser("ke12345")
    told = (await browser.ask("GET", "/api/session")).json
    assert (told["username"], told["name"], told["kind"]) == ("ke12345", "Karin Ek", "unit")
    assert told["units"] == ["hc-andersberg"]
    copy = dict(browser.cookies)
    assert (await browser.ask("DELETE", "/api/session")).status == 204
    assert browser.cookies == {}
    browser.cookies = copy
    assert (await browser.ask("GET", "/api/session")).status == 401


async def test_wrong_is_told_alike(house: Any) -> None:
    """A wrong password, an unknown name and a disabled account get the same answer."""
    house.run(house.desk.accounts.change("reader", "it", Change(disabled=True)))
    answers = set()
    for username, password in (("it", "wrong"), ("nobody", "wrong"), ("reader", "correct horse battery")):
        reply = await (await house.browser()).log_in(username, password)
        answers.add((reply.status, reply.json["detail"]))
    assert answers == {(401, "the user name or the password is wrong")}


async def test_user_names_have_no_case(house: Any) -> None:
    """Who writes the name as the roster does is let in."""
    assert (await (await house.browser()).log_in(" KE12345")).status == 200


async def test_guessing_is_slowed_by_account(house: Any) -> None:
    """After five failures nothing is tried, from whatever address, until the wait that is told is over."""
    for number in range(5):
        browser = await house.browser()
        browser.address = f"10.0.0.{number}"
        assert (await browser.log_in("it", "wrong")).status == 401
    other = await house.browser()
    other.address = "10.1.1.1"
    reply = await other.log_in("it")
    assert reply.status == 429
    assert "5 min" in reply.json["detail"]
    assert int(reply.header("retry-after")) == reply.json["wait"] == 301
    assert (await other.log_in("ke12345")).status == 200
    house.fake.advance(301)
    assert (await other.log_in("it")).status == 200


async def test_guessing_is_slowed_by_address(house: Any) -> None:
    """Thirty failures from one address, of whatever names, stop that address and no other."""
    browser = await house.browser()
    for number in range(30):
        assert (await browser.log_in(f"name{number}", "wrong")).status == 401
    assert (await browser.log_in("it")).status == 429
    browser.address = "10.0.0.99"
    assert (await browser.log_in("it")).status == 200


async def test_sessions_expire(house: Any) -> None:
    """After an hour without use, and twelve hours after the log-in though it is used."""
    idle = await house.browser("it")
    house.fake.advance(HOUR - 1)
    assert (await idle.ask("GET", "/api/session")).status == 200
    house.fake.advance(HOUR)
    assert (await idle.ask("GET", "/api/session")).status == 401
    busy = await house.browser("it")
    for _ in range(23):
        house.fake.advance(HOUR / 2)
        assert (await busy.ask("GET", "/api/session")).status == 200
    house.fake.advance(HOUR / 2)
    assert (await busy.ask("GET", "/api/session")).status == 401


async def test_csrf(house: Any) -> None:
    """Nothing is changed without the session's own token, nor for a request that another site made."""
    browser = await house.browser("it")
    good, browser.csrf = browser.csrf, ""
    for headers in ({}, {"X-CSRF-Token": "x" * 64}, {"X-CSRF-Token": "å"}):
        assert (await browser.ask("PUT", SLOTS, WISH, headers)).status == 403
    browser.csrf = (await house.browser("it")).csrf
    assert (await browser.ask("PUT", SLOTS, WISH)).status == 403
    browser.csrf = good
    assert (await browser.ask("PUT", SLOTS, WISH, {"Sec-Fetch-Site": "cross-site"})).status == 403
    assert (await browser.ask("PUT", SLOTS, WISH, {"Sec-Fetch-Site": "same-origin"})).status == 200
    assert (await browser.log_in("it", **{"Sec-Fetch-Site": "cross-site"})).status == 403
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert (await browser.ask("POST", "/api/session", b"username=it", form)).status == 415


async def test_the_cookie(make_house: Any) -> None:
    """HttpOnly and SameSite=Lax always; Secure, under its stricter name, over TLS or where it is forced."""
    plain = make_house()
    plain.people()
    reply = await (await plain.browser()).log_in("it", **{"X-Forwarded-Proto": "https"})
    cookie = reply.header("set-cookie")
    assert cookie.startswith(f"{COOKIE}=")
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))
    assert "Secure" not in cookie
    proxied = make_house()
    proxied.people()
    proxied.behind_proxy = True
    browser = await proxied.browser()
    reply = await browser.log_in(
        "it", **{"X-Forwarded-Proto": "https", "X-Forwarded-For": "1.2.3.4, 10.9.9.9"}
    )
    cookie = reply.header("set-cookie")
    assert cookie.startswith(f"{SECURE_COOKIE}=")
    assert "Secure" in cookie.split("; ")
    assert reply.header("strict-transport-security")
    assert (await browser.ask("GET", "/api/session")).status == 200
    rows = proxied.reader.execute("SELECT address FROM web_session").fetchall()
    assert rows == [("10.9.9.9",)]
    forced = make_house()
    forced.people()
    forced.secure_cookies = True
    assert "Secure" in (await (await forced.browser()).log_in("it")).header("set-cookie")


async def test_headers(house: Any) -> None:
    """Every answer carries them, errors too."""
    for path in ("/api/session", "/healthz", "/nowhere"):
        reply = await (await house.browser()).ask("GET", path)
        assert reply.header("content-security-policy").startswith("default-src 'self'")
        assert "frame-ancestors 'none'" in reply.header("content-security-policy")
        assert reply.header("x-content-type-options") == "nosniff"
        assert reply.header("referrer-policy") == "no-referrer"
        assert reply.header("cache-control") == "no-store"


async def test_own_password(house: Any) -> None:
    """Changing it wants the old one, ends the other sessions and keeps this one."""
    here, there = await house.browser("ke12345"), await house.browser("ke12345")
    new = "another horse battery"
    wrong = await here.ask("PUT", "/api/session/password", {"old": "no", "new": new})
    assert wrong.status == 422
    short = await here.ask("PUT", "/api/session/password", {"old": "correct horse battery", "new": "short"})
    assert short.json["errors"][0]["path"] == "password"
    done = await here.ask("PUT", "/api/session/password", {"old": "correct horse battery", "new": new})
    assert done.status == 204
    assert (await here.ask("GET", "/api/session")).status == 200
    assert (await there.ask("GET", "/api/session")).status == 401
    assert (await there.log_in("ke12345", new)).status == 200


async def test_disabling_logs_out(house: Any) -> None:
    """At once, and a new session is not given."""
    browser, it = await house.browser("reader"), await house.browser("it")
    disabled = {"disabled": True, "version": await it.version("reader")}
    assert (await it.ask("PATCH", "/api/accounts/reader", disabled)).status == 204
    assert (await browser.ask("GET", "/api/session")).status == 401
    own = {"disabled": True, "version": await it.version("it")}
    assert (await it.ask("PATCH", "/api/accounts/it", own)).status == 409


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"username": 1}', b'{"username": "it"}', b"\xff", b"null"])
async def test_bad_bodies(house: Any, body: bytes) -> None:
    """What cannot be read is told, and is never a fault of ours."""
    reply = await (await house.browser()).ask("POST", "/api/session", body)
    assert reply.status == 422
    assert reply.header("content-type") == "application/problem+json"
