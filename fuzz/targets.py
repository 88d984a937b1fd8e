"""Every target by its name."""

from collections.abc import Callable

from fuzz import espa444, smpp

TARGETS: dict[str, Callable[[bytes], None]] = {**espa444.TARGETS, **smpp.TARGETS}
