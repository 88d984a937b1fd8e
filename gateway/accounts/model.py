"""Accounts and sessions as values. Times are UTC ms."""

from enum import StrEnum

from msgspec import Struct


class Kind(StrEnum):
    """What somebody is to the software."""

    IT = "it"  # registers receivers and administrators, schedules everywhere
    UNIT = "unit"  # schedules the units of the roster's administrator of this user name
    READER = "reader"  # sees everything, changes nothing


class Account(Struct, frozen=True):
    """Somebody who may log in, without the password."""

    username: str
    name: str
    kind: Kind
    created_at: int
    password_at: int
    disabled_at: int | None
    version: int  # number of its last change in the record; 0: none is kept any more
    units: tuple[str, ...] = ()  # that a unit administrator may schedule


class Change(Struct, frozen=True):
    """What becomes of an account; None: it stays."""

    name: str | None = None
    kind: Kind | None = None
    disabled: bool | None = None
    password: str | None = None


class Session(Struct, frozen=True):
    """A browser that is logged in."""

    account: Account
    hash: str  # of the secret in its cookie
    begun_at: int
    seen_at: int
    ends_at: int  # without another request


class Credentials(Struct, frozen=True):
    """What a successful log-in gives: the cookie's secret, this once."""

    session: Session
    secret: str
