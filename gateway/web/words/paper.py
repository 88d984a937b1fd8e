"""What is said by calendar feeds and the printable page."""

SAID: dict[str, tuple[str, str]] = {}
