"""What the pages send: the bodies of requests, and how one is read.

Rules: strict, unknown members are refused, every length is limited; a fault names its place. A body is JSON
with its content type, which another site's form cannot send.
"""

import re
from http import HTTPStatus
from typing import Annotated, Literal, TypeVar

from fastapi import HTTPException, Request
from msgspec import UNSET, DecodeError, Meta, Struct, UnsetType, ValidationError
from msgspec.json import decode

from gateway.accounts.model import Kind
from gateway.accounts.passwords import LONGEST
from gateway.model import Role
from gateway.requests import Refused, Why
from gateway.roster.items import MAX_ID, MAX_IN_LIST, MAX_NAME
from gateway.store.keys import Scope

MAX_BODY = 256 * 1024
"""Octets of an ordinary body: four hundred slots of an edit take a third of it."""

MAX_VERSION = 32  # characters
Id = Annotated[str, Meta(min_length=1, max_length=MAX_ID)]
Name = Annotated[str, Meta(min_length=1, max_length=MAX_NAME)]
Date = Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")]
Reason = Annotated[str, Meta(max_length=500)]
Password = Annotated[str, Meta(max_length=LONGEST)]
Version = Annotated[str, Meta(max_length=MAX_VERSION)]
People = Annotated[tuple[Id, ...], Meta(max_length=MAX_IN_LIST)]

T = TypeVar("T")


class Body(Struct, frozen=True, forbid_unknown_fields=True):
    """Base of every body."""


class LogIn(Body, frozen=True):
    """POST /api/session"""

    username: Annotated[str, Meta(min_length=1, max_length=100)]
    password: Password


class NewPassword(Body, frozen=True):
    """PUT /api/session/password"""

    old: Password
    new: Password


class SlotWish(Body, frozen=True):
    """What shall stand in a slot; `version` is what was seen there ("0": empty), `role` null the staffing."""

    shift: Name
    date: Date
    role: Role | None
    receivers: People
    version: Version = "0"


class SetSlots(Body, frozen=True):
    """PUT /api/roster/units/{unit}/slots: all of these or none. `reason` is asked for where it is needed."""

    slots: Annotated[tuple[SlotWish, ...], Meta(min_length=1, max_length=400)]
    reason: Reason | None = None


class SeenSlot(Body, frozen=True):
    """A slot of a copy as its preview showed it."""

    date: Date
    role: Role | None
    version: Version


class CopyShift(Body, frozen=True):
    """POST /api/roster/units/{unit}/copy. `seen`: slots that may be replaced, as the preview showed them."""

    shift: Name
    date: Date
    dates: Annotated[tuple[Date, ...], Meta(min_length=1, max_length=130)]
    what: Literal["staffing", "assignments"]
    preview: bool = False
    seen: Annotated[tuple[SeenSlot, ...], Meta(max_length=400)] = ()
    reason: Reason | None = None


class Undo(Body, frozen=True):
    """POST /api/roster/units/{unit}/changes/{change}/undo"""

    reason: Reason | None = None


class Correction(Body, frozen=True):
    """POST /api/roster/units/{unit}/corrections: what really was the case in a shift that has ended."""

    shift: Name
    date: Date
    role: Role | None
    receivers: People
    reason: Annotated[str, Meta(min_length=1, max_length=500)]


Table = Literal["area", "unit", "receiver", "shift", "administrator"]


class PutEntry(Body, frozen=True):
    """POST /api/register/entries: one entry as the roster file has it. `version` as read; null: a new one."""

    table: Table
    entry: dict[str, str | int | bool | tuple[str, ...] | None]
    version: Version | None = None
    preview: bool = False


class RemoveEntry(Body, frozen=True):
    """POST /api/register/removals: `key` is the id, the user name, or of a shift its unit and name."""

    table: Table
    key: Annotated[tuple[Name, ...], Meta(min_length=1, max_length=2)]
    version: Version
    preview: bool = False


class ReadNumber(Body, frozen=True):
    """POST /api/register/number. `receiver`: whose number it is, who is then not told as another one."""

    number: Annotated[str, Meta(min_length=1, max_length=MAX_NAME)]
    any_number: bool = False
    receiver: Id | None = None


class AddAccount(Body, frozen=True):
    """POST /api/accounts"""

    username: Annotated[str, Meta(min_length=1, max_length=64)]
    name: Name
    kind: Kind
    password: Password


class ChangeAccount(Body, frozen=True):
    """PATCH /api/accounts/{username}: what is left out stays; `version` as read."""

    version: Annotated[str, Meta(pattern=r"^\d{1,18}$")]
    name: Name | UnsetType = UNSET
    kind: Kind | UnsetType = UNSET
    disabled: bool | UnsetType = UNSET
    password: Password | UnsetType = UNSET


class AddKey(Body, frozen=True):
    """POST /api/keys"""

    name: Annotated[str, Meta(min_length=1, max_length=64)]
    scope: Scope


class SendTest(Body, frozen=True):
    """POST /api/roster/units/{unit}/test-pages: to one receiver, or to whoever is on duty for a role."""

    receiver: Id | None = None
    role: Role | None = None


class AddFeed(Body, frozen=True):
    """POST /api/roster/units/{unit}/calendars: of the unit, or of one of its receivers."""

    receiver: Id | None = None


async def octets(request: Request, limit: int) -> bytes | None:
    """The body, or None as soon as it is over the limit."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            return None
    return bytes(body)


async def read(request: Request, kind: type[T]) -> T:
    """The body as a value. Raises HTTPException (413, 415) or Refused with the place of the fault."""
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != "application/json":
        raise HTTPException(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "the content type must be application/json")
    document = await octets(request, MAX_BODY)
    if document is None:
        raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"a body has at most {MAX_BODY} bytes")
    try:
        return decode(document, type=kind)
    except ValidationError as error:
        message, _, place = str(error).partition(" - at `$")
        path = re.sub(r"^\.", "", place.rstrip("`"))
        raise Refused(Why.INVALID, "the body has 1 fault(s)", ((path, message),)) from None
    except (DecodeError, UnicodeDecodeError, RecursionError):
        raise Refused(Why.INVALID, "the body is no JSON document") from None
