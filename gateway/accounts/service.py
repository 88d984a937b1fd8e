"""Logs people in and out, and makes and changes accounts.

Rules: argon2 runs where `run` puts it, never on the loop. A log-in is refused alike for a wrong password, an
unknown user name and a disabled account. For the reactor's thread.
"""

import re
import sqlite3
from collections.abc import Callable
from typing import Protocol, TypeVar

import msgspec
from twisted.internet.defer import Deferred, DeferredSemaphore

from gateway.accounts import passwords, records
from gateway.accounts.model import Account, Change, Credentials, Kind, Session
from gateway.accounts.throttle import Throttle
from gateway.clock import Clock
from gateway.logs import get_logger
from gateway.ports import Writer
from gateway.requests import Refused, Why
from gateway.roster.items import MAX_NAME, USERNAME

HASHING_MOST = 2
"""Passwords hashed at a time, 64 MiB each: a flood of log-ins must not fill memory or every thread."""

WRONG = "the user name or the password is wrong"

T = TypeVar("T")

log = get_logger("accounts")


class Run(Protocol):
    """Runs something slow in a thread."""

    def __call__(self, work: Callable[[], T], /) -> Deferred[T]: ...


class TooManyTries(Exception):  # noqa: N818 - named for what is the case
    """Nothing was tried: too many log-ins of this account or address failed; `wait` seconds remain."""

    def __init__(self, wait: float) -> None:
        super().__init__(f"too many failed log-ins; try again in {_words(wait)}")
        self.wait = wait


class Accounts:
    """`reader` reads the store, `run` runs something slow in a thread."""

    def __init__(self, clock: Clock, writer: Writer, reader: sqlite3.Connection, run: Run) -> None:
        self._clock = clock
        self._writer = writer
        self._reader = reader
        self._run = run
        self._throttle = Throttle()
        self._hashing = DeferredSemaphore(HASHING_MOST)

    async def log_in(self, username: str, password: str, address: str) -> Credentials:
        """A new session. Raises Refused, TooManyTries, StoreUnavailable or sqlite3.Error."""
        username = normal(username)
        delay = self._throttle.wait(username, address, self._clock.delays.seconds())
        if delay > 0:
            log.warning("a log-in was not tried", username=username, address=address)
            raise TooManyTries(delay)
        self._throttle.tried(username, address, self._clock.delays.seconds())
        stored = records.password_hash(self._reader, username) if valid(username) else None
        if not await self._hash(lambda: passwords.matches(stored, password)):
            log.warning("a log-in failed", username=username, address=address)
            raise Refused(Why.INVALID, WRONG)
        begun = await self._writer.run(records.begin, username, address, self._clock.now())
        if begun is None:
            raise Refused(Why.INVALID, WRONG)
        self._throttle.succeeded(username, address)
        log.info("logged in", username=username, address=address)
        if stored is not None and passwords.outdated(stored):
            renewed = await self._hash(lambda: passwords.hashed(password))
            await self._writer.run(records.renew_hash, username, stored, renewed)
        return begun

    def session(self, secret: str) -> Session | None:
        """Whose cookie this is, None if nobody's; notes that it was used. Raises sqlite3.Error."""
        now = self._clock.now()
        found = records.session(self._reader, secret, now)
        if found is not None and now - found.seen_at >= records.TOUCH:
            self._writer.run(records.touch, found.hash, now).addErrback(_not_noted)
        return found

    async def log_out(self, session: Session) -> None:
        """End one session."""
        await self._writer.run(records.end, session.hash)

    async def add(self, username: str, name: str, kind: Kind, password: str, by: str) -> None:
        """Make an account. Raises Refused."""
        username = normal(username)
        faults = [("username", "1 to 64 letters, digits, dots, hyphens or underscores are allowed")]
        faults = [] if valid(username) else faults
        faults += _name_faults(name)
        why = passwords.fault(password, username)
        if why is not None:
            faults.append(("password", why))
        if faults:
            raise Refused(Why.INVALID, f"the account has {len(faults)} fault(s)", tuple(faults))
        hashed = await self._hash(lambda: passwords.hashed(password))
        try:
            await self._writer.run(records.add, username, name, kind, hashed, self._clock.now(), by)
        except records.AccountExists as error:
            raise Refused(Why.CONFLICT, str(error)) from None

    async def change(self, username: str, by: str, wanted: Change, seen: int | None = None) -> None:
        """Change an account, all or nothing; `seen`: its version that `by` looked at.

        Raises Refused, AccountStale. A new password, or being disabled, ends every session.
        """
        username = normal(username)
        faults = [] if wanted.name is None else _name_faults(wanted.name)
        if wanted.password is not None:
            why = passwords.fault(wanted.password, username)
            faults += [] if why is None else [("password", why)]
        if faults:
            raise Refused(Why.INVALID, f"the account has {len(faults)} fault(s)", tuple(faults))
        if wanted.password is not None:
            plain = wanted.password
            hashed = await self._hash(lambda: passwords.hashed(plain))
            wanted = msgspec.structs.replace(wanted, password=hashed)
        try:
            await self._writer.run(records.change, username, self._clock.now(), by, wanted, seen)
        except records.NoAccount as error:
            raise Refused(Why.NOT_FOUND, str(error)) from None

    async def change_own(self, session: Session, old: str, new: str, address: str) -> None:
        """Change one's own password; a wrong old one counts as a failed log-in. Raises as `log_in` does."""
        username = session.account.username
        delay = self._throttle.wait(username, address, self._clock.delays.seconds())
        if delay > 0:
            raise TooManyTries(delay)
        self._throttle.tried(username, address, self._clock.delays.seconds())
        stored = records.password_hash(self._reader, username)
        if not await self._hash(lambda: passwords.matches(stored, old)):
            raise Refused(Why.INVALID, "the old password is wrong", (("old", "is wrong"),))
        self._throttle.succeeded(username, address)
        why = passwords.fault(new, username)
        if why is not None:
            raise Refused(Why.INVALID, "the password cannot be taken", (("password", why),))
        hashed = await self._hash(lambda: passwords.hashed(new))
        now = self._clock.now()
        await self._writer.run(records.set_password, username, hashed, now, username, session.hash)

    def all(self) -> list[Account]:
        """Every account."""
        return records.accounts(self._reader)

    async def _hash(self, work: Callable[[], T]) -> T:
        return await self._hashing.run(self._run, work)


def normal(username: str) -> str:
    """A user name as it is stored."""
    return username.strip().lower()


def valid(username: str) -> bool:
    """Whether it can be a user name."""
    return re.fullmatch(USERNAME, username) is not None


def _name_faults(name: str) -> list[tuple[str, str]]:
    if 0 < len(name) <= MAX_NAME and name.isprintable() and name == name.strip():
        return []
    return [("name", f"1 to {MAX_NAME} printable characters are allowed, without blanks at the ends")]


def _words(wait: float) -> str:
    minutes, seconds = divmod(int(wait) + 1, 60)
    return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"


def _not_noted(failure: object) -> None:
    log.warning("the use of a session was not written down", reason=str(failure))
