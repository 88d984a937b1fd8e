"""What is said by the pages of accounts, API keys and one's own password."""

SAID: dict[str, tuple[str, str]] = {}
