"""Whoever guesses is slowed down; whoever knows is not."""

from gateway.accounts import throttle
from gateway.accounts.throttle import PER_ACCOUNT, PER_ADDRESS, Throttle


def test_the_window_slides() -> None:
    """The wait is until the oldest failure leaves the window, not longer."""
    one = Throttle()
    for second in range(PER_ACCOUNT.most):
        assert one.wait("anna", "a", second) == 0
        one.tried("anna", "a", second)
    assert one.wait("anna", "a", 10) == PER_ACCOUNT.within - 10
    assert one.wait("bo", "a", 10) == 0
    assert one.wait("anna", "a", PER_ACCOUNT.within) == 0


def test_a_success_clears_the_account() -> None:
    """And takes only itself off the address's count."""
    one = Throttle()
    for _ in range(PER_ADDRESS.most):
        one.tried("anna", "a", 0)
        one.succeeded("anna", "a")
    assert one.wait("anna", "a", 0) == 0


def test_tries_at_once_count() -> None:
    """A try counts before it is known to fail: five hundred at once are not five hundred guesses."""
    one = Throttle()
    allowed = 0
    for _ in range(500):
        if one.wait("anna", "a", 0) == 0:
            allowed += 1
            one.tried("anna", "a", 0)
    assert allowed == PER_ACCOUNT.most


def test_memory_is_bounded(monkeypatch: object) -> None:
    """However many names are tried."""
    one = Throttle()
    for number in range(throttle.KEYS_MOST + 10):
        one.tried(f"name{number}", f"address{number}", number)
    assert len(one._failed) == throttle.KEYS_MOST
