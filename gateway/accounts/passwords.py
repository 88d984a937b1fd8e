"""Passwords: what is allowed, and how one is hashed and checked.

Rules: argon2id with the library's parameters (RFC 9106, low-memory); slow by design, so only ever called in a
thread. For a user name that does not exist a hash is computed too: the time of an answer must not tell who
has an account. A hash with older parameters is told, to be made anew.
"""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 10  # characters; what guesses over the network, slowed by the limit on log-ins, cannot find
LONGEST = 200  # characters: nobody shall make us hash a megabyte

_hasher = PasswordHasher()


def fault(password: str, username: str) -> str | None:
    """Why this cannot be a password; None if it can."""
    if len(password) < SHORTEST:
        return f"must have at least {SHORTEST} characters"
    if len(password) > LONGEST:
        return f"must have at most {LONGEST} characters"
    if len(set(password)) < 3 or username.casefold() in password.casefold():
        return "must not hold the user name, nor be one or two characters repeated"
    return None


def hashed(password: str) -> str:
    """The hash to store. Takes some 0.1 s and 64 MiB."""
    return _hasher.hash(password)


def matches(stored: str | None, password: str) -> bool:
    """Whether it is the password; takes equally long for an account that does not exist (None)."""
    if len(password) > LONGEST:
        return False
    try:
        return _hasher.verify(_nobodys() if stored is None else stored, password) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobodys() -> str:
    return _hasher.hash("the password of nobody")


def outdated(stored: str) -> bool:
    """Whether the hash was made with other parameters than a new one would be."""
    return _hasher.check_needs_rehash(stored)
