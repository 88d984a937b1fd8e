"""What is said by the pages of the register: areas, units, shift patterns, receivers, administrators, files."""

SAID: dict[str, tuple[str, str]] = {}
