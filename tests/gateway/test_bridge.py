"""The crossing between Deferreds and asyncio, both ways, with its errors and cancellations."""

import asyncio

import pytest
from twisted.internet.defer import CancelledError, Deferred, succeed

from gateway.bridge import from_asyncio, to_asyncio


async def _answer() -> int:
    await asyncio.sleep(0)
    return 42


async def _fault() -> int:
    await asyncio.sleep(0)
    raise KeyError("no such thing")


async def test_result_out_of_asyncio() -> None:
    """A coroutine of asyncio is awaited in Deferred code."""
    assert await from_asyncio(_answer()) == 42


async def test_error_out_of_asyncio() -> None:
    """What the coroutine raised is raised in Deferred code."""
    with pytest.raises(KeyError, match="no such thing"):
        await from_asyncio(_fault())


async def test_task_cancelled() -> None:
    """A cancelled task ends the Deferred with Twisted's own error, which `except Exception` catches."""
    future: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    deferred = from_asyncio(future)
    future.cancel()
    with pytest.raises(CancelledError):
        await deferred


async def test_deferred_cancelled() -> None:
    """Cancelling the Deferred cancels the task, and waits until it has ended."""
    ended: list[str] = []

    async def work() -> None:
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            ended.append("ended")

    deferred = from_asyncio(work())
    await from_asyncio(_answer())
    deferred.cancel()
    with pytest.raises(CancelledError):
        await deferred
    assert ended == ["ended"]


async def test_result_into_asyncio() -> None:
    """A Deferred is awaited in a task, whether it has fired already or fires later."""
    later: Deferred[str] = Deferred()

    async def work() -> tuple[str, str]:
        return await to_asyncio(succeed("now")), await to_asyncio(later)

    deferred = from_asyncio(work())
    await from_asyncio(_answer())
    later.callback("later")
    assert await deferred == ("now", "later")


async def test_error_into_asyncio() -> None:
    """What a Deferred failed with is raised in the task."""
    failing: Deferred[str] = Deferred()

    async def work() -> str:
        try:
            return await to_asyncio(failing)
        except LookupError as error:
            return f"caught {error}"

    deferred = from_asyncio(work())
    failing.errback(LookupError("gone"))
    assert await deferred == "caught gone"


async def test_cancelled_through_both() -> None:
    """A cancellation runs through: Deferred, task, and the Deferred that the task awaits."""
    inner: Deferred[None] = Deferred()
    seen: list[bool] = []
    inner.addErrback(lambda failure: seen.append(bool(failure.check(CancelledError))))

    async def work() -> None:
        await to_asyncio(inner)

    outer = from_asyncio(work())
    await from_asyncio(_answer())
    outer.cancel()
    with pytest.raises(CancelledError):
        await outer
    assert seen == [True]
