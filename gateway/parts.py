"""Many values in parts, where a job of the writer may hold so many and no more."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def parts(values: Iterable[T], size: int) -> Iterator[list[T]]:
    """In their order, `size` (from 1) at a time; the last part may be smaller, and none is empty."""
    rest = iter(values)
    while part := list(islice(rest, size)):
        yield part
