"""The queue of one carrier."""

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.delivery.queue import CarrierQueue, Place


def test_the_most_urgent_page_that_is_due_comes_first() -> None:
    """By priority, then by the order of opening, whatever the order of arrival."""
    queue = CarrierQueue()
    for priority, opened, alert in ((3, 10, 1), (1, 30, 2), (1, 20, 3), (5, 5, 4)):
        queue.put(Place(priority, opened, alert, 0), 100, 100)
    queue.put(Place(1, 1, 5, 0), 101, 100)
    assert [queue.pop(100).alert for _ in range(4)] == [3, 2, 1, 4]
    assert queue.pop(100) is None
    assert len(queue) == 1
    assert queue.pop(101).alert == 5


def test_a_page_stands_in_the_queue_once() -> None:
    """Queued again it only gets its new time; forgotten it is gone."""
    queue = CarrierQueue()
    place = Place(2, 0, 1, 0)
    queue.put(place, 10, 10)
    queue.put(place, 10, 10)
    queue.put(place, 20, 10)
    assert len(queue) == 1
    assert queue.pop(10) is None
    assert queue.pop(20) == place
    assert queue.pop(20) is None
    queue.put(place, 30, 20)
    queue.forget(1, 0)
    assert len(queue) == 0
    assert queue.pop(40) is None


def test_what_is_due_is_not_waited_for() -> None:
    """`next_due` tells only of what is still to become due: a due page waits for a slot, not for time."""
    queue = CarrierQueue()
    queue.put(Place(2, 0, 1, 0), 10, 0)
    queue.put(Place(2, 0, 2, 0), 20, 0)
    assert queue.next_due(0) == 10
    assert queue.next_due(10) == 20
    assert queue.next_due(20) is None
    assert len(queue) == 2
    assert queue.pop(20) is not None


def test_what_waits_waits_as_long_as_before_when_the_clock_was_set() -> None:
    """Shifted forth and back, every due time keeps what remained of it."""
    queue = CarrierQueue()
    queue.put(Place(2, 0, 1, 0), 100, 0)
    queue.put(Place(2, 0, 2, 0), 0, 0)
    queue.shift(1000)
    assert queue.next_due(1000) == 1100
    assert queue.pop(1000).alert == 2
    queue.shift(-1050)
    assert queue.pop(49) is None
    assert queue.pop(50).alert == 1


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["put", "forget", "pop", "wait"]), st.integers(0, 5), st.integers(0, 20)),
        max_size=40,
    )
)
def test_the_queue_agrees_with_a_plain_list(moves: list[tuple[str, int, int]]) -> None:
    """Whatever is put, forgotten and popped: no page twice, none before its time or out of order."""
    queue, model, now = CarrierQueue(), {}, 0
    for what, key, value in moves:
        place = Place(key % 3 + 1, key, key, 0)
        if what == "put":
            queue.put(place, now + value, now)
            model[key] = (place, now + value)
        elif what == "forget":
            queue.forget(key, 0)
            model.pop(key, None)
        elif what == "wait":
            now += value
        else:
            due = [place for place, at in model.values() if at <= now]
            popped = queue.pop(now)
            assert popped == min(due, default=None)
            if popped is not None:
                del model[popped.alert]
        assert len(queue) == len(model)
        later = [at for _, at in model.values() if at > now]
        assert queue.next_due(now) == min(later, default=None)
