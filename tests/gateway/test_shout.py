"""What is said without the store."""

from gateway.delivery.dispatcher import Dispatcher
from gateway.model import Proof, Route


class Way:
    """A carrier that has room or has not."""

    def __init__(self, name: str, free: int) -> None:
        self.name = name
        self.room = free
        self.orders = []

    def free(self) -> int:
        return self.room

    def send(self, order) -> None:
        self.orders.append(order)


class Now:
    """A clock that stands."""

    delays = None

    def now(self) -> int:
        return 1_795_000_000_000


def route(carrier: str, number: str) -> Route:
    return Route(carrier, number, can_answer=False, best_proof=Proof.SENT)


def test_the_first_route_that_is_free_is_taken() -> None:
    """A line that is down is passed by; the text goes out once."""
    down, up = Way("dect", 0), Way("sms", 1)
    dispatcher = Dispatcher(Now(), None, None)
    dispatcher.start(None, None, [down, up], 7)
    assert dispatcher.shout([route("dect", "20999"), route("sms", "+46701740606")], "disken är full")
    assert (down.orders, [(order.number, order.text) for order in up.orders]) == (
        [],
        [("+46701740606", "disken är full")],
    )


def test_without_any_line_it_says_so() -> None:
    """Nothing is free: nothing is sent, and the caller knows."""
    dispatcher = Dispatcher(Now(), None, None)
    dispatcher.start(None, None, [Way("dect", 0)], 7)
    assert not dispatcher.shout([route("dect", "20999"), route("gone", "1")], "x")
