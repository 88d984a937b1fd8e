"""The classes of command_status."""

import pytest

from protocols.smpp.status import DEFAULT_CLASSES, NAMES, StatusClass, classify, status_name

CLASSES = {
    StatusClass.THROTTLE: [0x58, 0x14],
    StatusClass.TEMPORARY: [0x08, 0x64, 0x45, 0xFE, 0x67, 0xFF, 0x102, 0x22, 0x499, 0xFFFFFFFF],
    StatusClass.PERMANENT_RECEIVER: [0x0B, 0x50, 0x51, 0x65, 0x66],
    StatusClass.PERMANENT_CONTENT: [
        *(
            0x01,
            0x0A,
            0x06,
            0x07,
            0x15,
            0x43,
            0x48,
            0x49,
            0x61,
            0x62,
            0xC0,
            0xC1,
            0xC2,
            0xC3,
            0xC4,
            0x104,
            0x410,
        ),
    ],
    StatusClass.SESSION: [0x04, 0x05, 0x0D, 0x0E, 0x0F, 0x53, 0x101, 0x411, 0x412],
}


@pytest.mark.parametrize(
    ("kind", "code"), [(kind, code) for kind, codes in CLASSES.items() for code in codes]
)
def test_class(kind: StatusClass, code: int) -> None:
    """Every status of the table has its class, and one that nobody knows is temporary."""
    assert classify(code) is kind


def test_overrides_win() -> None:
    """An operator's table wins over the default."""
    assert classify(0x08, {0x08: StatusClass.SESSION}) is StatusClass.SESSION


def test_names() -> None:
    """A status is shown by its name, an unknown one by its number."""
    assert status_name(0x58) == "RTHROTTLED"
    assert status_name(0x410) == "0x00000410"
    assert DEFAULT_CLASSES[0] is StatusClass.ACCEPTED
    assert len(set(NAMES.values())) == len(NAMES)
