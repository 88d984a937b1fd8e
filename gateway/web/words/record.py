"""What is said by the page of the record of changes."""

SAID: dict[str, tuple[str, str]] = {}
