"""When which alert wants to be asked again."""

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.delivery.wakes import Wakes


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["set", "clear", "pop", "shift"]), st.integers(0, 4), st.integers(-5, 20)),
        max_size=40,
    )
)
def test_the_wakes_agree_with_a_plain_table(moves: list[tuple[str, int, int]]) -> None:
    """One time for each alert, the last one that was set; popped once, not before it."""
    wakes, model = Wakes(), {}
    for what, alert, value in moves:
        if what == "set":
            wakes.set(alert, value)
            model[alert] = value
        elif what == "clear":
            wakes.set(alert, None)
            model.pop(alert, None)
        elif what == "shift":
            wakes.shift(value)
            model = {one: at + value for one, at in model.items()}
        else:
            popped = wakes.pop(value)
            due = {one for one, at in model.items() if at <= value and at == min(model.values())}
            assert (popped in due) if due else popped is None
            if popped is not None:
                del model[popped]
        assert wakes.first() == min(model.values(), default=None)
