"""A roster file as the body of a request, kept on disk while it comes whatever its size; and of an answer.

Rules: never whole in memory; written in a thread, so that a slow disk keeps no alert waiting; gone when the
request is answered or its sender has left. The content type tells the format; another site's form cannot send
either of them.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from tempfile import TemporaryFile
from typing import BinaryIO

from fastapi import HTTPException, Request

from gateway.requests import Refused, RosterForm, Why
from gateway.roster.csvfile import MAX_BYTES as MAX_FILE

FORMS = {"text/csv": RosterForm.CSV, "application/toml": RosterForm.TOML}

PIECE = 1024 * 1024
"""Octets that are written at once: a hop to a thread costs what writing 100 KiB does."""


def form_of(request: Request) -> RosterForm:
    """The format of the file that the request brings. Raises HTTPException (415)."""
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    form = FORMS.get(media)
    if form is None:
        message = "the content type must be text/csv or application/toml"
        raise HTTPException(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, message)
    return form


@asynccontextmanager
async def kept(request: Request) -> AsyncIterator[BinaryIO]:
    """The body as a file. Raises HTTPException (413) as soon as it is too long, Refused if it has no room."""
    with TemporaryFile(buffering=0) as file:
        try:
            await _write(request, file)
        except OSError as error:
            reason = error.strerror or "input/output error"
            raise Refused(Why.UNAVAILABLE, f"the file cannot be kept: {reason}") from error
        yield file


async def _write(request: Request, file: BinaryIO) -> None:
    octets = 0
    piece = bytearray()
    async for chunk in request.stream():
        octets += len(chunk)
        if octets > MAX_FILE:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"a file has at most {MAX_FILE} bytes")
        piece += chunk
        if len(piece) >= PIECE:
            await asyncio.to_thread(_all, file, bytes(piece))
            piece.clear()
    await asyncio.to_thread(_all, file, bytes(piece))


def pieces(text: str) -> Iterator[str]:
    """A text to be sent: whole, a hundred million characters would keep the loop while they are copied."""
    return (text[at : at + PIECE] for at in range(0, len(text), PIECE))


def _all(file: BinaryIO, octets: bytes) -> None:
    """An unbuffered file may take a part of what it is given."""
    rest = memoryview(octets)
    while rest:
        rest = rest[file.write(rest) :]
