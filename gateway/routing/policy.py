"""The times of the ladder, by priority.

They are the project's judgement, for the customer to confirm; the published contract names them. All in
milliseconds.
"""

SECOND = 1000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE

ANSWER_WITHIN = {1: 60 * SECOND, 2: 120 * SECOND, 3: 300 * SECOND, 4: 300 * SECOND, 5: 300 * SECOND}
"""Unanswered for this long, the next receiver is paged, whatever is known of the delivery."""

DIVERT_AFTER = {1: 15 * SECOND, 2: 30 * SECOND, 3: 120 * SECOND, 4: 120 * SECOND, 5: 120 * SECOND}
"""Not taken by its route for this long, a page goes another way too."""

TTL = 30 * MINUTE
"""An alert that nobody answered is expired this long after its commit: later it would mislead."""

OLD_EVENT = 5 * MINUTE
"""An event older than this at the commit is paged with its age in the text."""

RETRY_STEP = 1 * SECOND
RETRY_MOST = 10 * SECOND
"""A temporary failure is tried again after one step more for every attempt, at most after RETRY_MOST: a
busy pager queue is free within a second, a throttled account wants a longer pause."""


def retry_after(attempts: int) -> int:
    """How long to wait after the given number of attempts, in ms."""
    return min(RETRY_STEP * max(1, attempts), RETRY_MOST)
