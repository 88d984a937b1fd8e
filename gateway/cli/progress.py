"""How far an import is, as bars on a terminal: read, check, write.

Rules: on standard error, and only where that is a terminal; what a command prints for other programs stays as
it is. A bar comes with the first word of its stage, so that a small import shows none.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from gateway.replies import ImportProgress

LABELS = {"read": "reading", "check": "checking", "write": "writing"}


@contextmanager
def shown_progress() -> Iterator[Callable[[ImportProgress], None]]:
    """What is to be told how far it is, for as long as the import takes."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console  # noqa: PLC0415 (takes a moment)
    from rich.progress import (  # noqa: PLC0415
        BarColumn,
        Progress,
        TaskID,
        TaskProgressColumn,
        TextColumn,
        TimeElapsedColumn,
    )

    columns = (TextColumn("{task.description:8}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    bars: dict[str, TaskID] = {}
    with Progress(*columns, console=Console(stderr=True)) as progress:

        def tell(said: ImportProgress) -> None:
            if said.stage not in bars:
                # The one before is through, also if its last word was not sent.
                for task in progress.tasks:
                    progress.update(task.id, completed=task.total)
                if said.stage in LABELS:
                    bars[said.stage] = progress.add_task(LABELS[said.stage], total=said.total)
            if said.stage in bars:
                progress.update(bars[said.stage], completed=said.done, total=said.total)

        yield tell
