"""Lines, prompts, errors and values, whole and byte by byte."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocols.sms.modem import reading
from protocols.sms.modem.commands import Place
from protocols.sms.modem.errors import CME, CMS, ErrorClass, ModemError, read_error
from protocols.sms.modem.events import Registration, Sim
from protocols.sms.modem.lines import LINE_MAX, Line, LineReader, Overlong, Prompt

VECTORS = json.loads((Path(__file__).parents[3] / "vectors" / "sms_tpdu.json").read_text(encoding="utf-8"))
TALK = (
    b"\0\0AT+CMGS=23\r\r\n> 0011AA\x1a\r\n+CMGS: 5\r\n\r\nOK\r\n\r\n+CDS: 3\r\n0006AA\r\n"
    b'+CMTI: "SM",4\n\r\n+CMT: ,23\r\nOK\r\n\r\n>\r\n+CMGR: 0,,2\r\n06a\r\n'
    + b"x" * 2000
    + b"\r\n^BOOT: 1\r\n"
)
SAID = [
    Line("AT+CMGS=23"),
    Prompt(),
    Line("0011AA"),
    Line("+CMGS: 5"),
    Line("OK"),
    Line("+CDS: 3", bytes.fromhex("0006AA")),
    Line('+CMTI: "SM",4'),
    Line("+CMT: ,23"),
    Line("OK"),
    Prompt(),
    Line("+CMGR: 0,,2"),
    Line("06a"),
    Overlong(),
    Line("^BOOT: 1"),
]


@pytest.mark.parametrize("size", [1, 2, 7, len(TALK)])
def test_every_chunking(size: int) -> None:
    """The same is read in any chunking: echo, prompt without a line end, PDUs after their lines, noise."""
    reader = LineReader()
    said = [one for at in range(0, len(TALK), size) for one in reader.feed(TALK[at : at + size])]
    assert said == SAID


@settings(max_examples=60)
@given(st.binary(max_size=400), st.integers(1, 40))
def test_any_bytes(data: bytes, size: int) -> None:
    """Whatever comes is read without an error, alike in any chunking."""
    whole, pieces = LineReader(), LineReader()
    assert whole.feed(data) == [
        one for at in range(0, len(data), size) for one in pieces.feed(data[at : at + size])
    ]


def test_an_overlong_line_takes_no_room() -> None:
    """A line without an end is told once and not kept, and the line after it is read."""
    reader = LineReader()
    said = [one for _ in range(100) for one in reader.feed(b"A" * LINE_MAX)]
    assert said == [Overlong()]
    assert reader.feed(b"\r\nOK\r\n") == [Line("OK")]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_vectors_pass_as_lines(vector: dict[str, Any]) -> None:
    """Every PDU of the vectors comes through as the octets that it is."""
    data = f"\r\n+CMGR: 0,,9\r\n{vector['hex']}\r\n\r\nOK\r\n".encode()
    reader = LineReader()
    said = [one for byte in data for one in reader.feed(bytes([byte]))]
    assert said == [Line("+CMGR: 0,,9", bytes.fromhex(vector["hex"])), Line("OK")]


@pytest.mark.parametrize(
    ("text", "error", "kind", "words"),
    [
        ("ERROR", ModemError(), ErrorClass.UNKNOWN, "ERROR"),
        (
            "+CMS ERROR: 38",
            ModemError("CMS", 38),
            ErrorClass.TEMPORARY,
            "CMS ERROR 38 (network out of order)",
        ),
        ("+CMS ERROR: 1", ModemError("CMS", 1), ErrorClass.NUMBER, "CMS ERROR 1 (unassigned number)"),
        ("+CMS ERROR: 8", ModemError("CMS", 8), ErrorClass.OURS, "CMS ERROR 8 (operator determined barring)"),
        ("+CMS ERROR: 310", ModemError("CMS", 310), ErrorClass.MODEM, "CMS ERROR 310 (SIM not inserted)"),
        ("+CMS ERROR: 322", ModemError("CMS", 322), ErrorClass.MEMORY_FULL, "CMS ERROR 322 (memory full)"),
        ("+CMS ERROR: 538", ModemError("CMS", 538), ErrorClass.UNKNOWN, "CMS ERROR 538"),
        ("+CME ERROR: 10", ModemError("CME", 10), ErrorClass.MODEM, "CME ERROR 10 (SIM not inserted)"),
        (
            "+cme error: SIM busy",
            ModemError("CME", 14, "SIM busy"),
            ErrorClass.TEMPORARY,
            "CME ERROR 14 (SIM busy)",
        ),
        ("+CME ERROR: hm", ModemError("CME", None, "hm"), ErrorClass.UNKNOWN, "CME ERROR (hm)"),
    ],
)
def test_errors(text: str, error: ModemError, kind: ErrorClass, words: str) -> None:
    """A refusal is read in numbers and in words, and judged by what helps."""
    assert read_error(text) == error
    assert (error.kind, str(error)) == (kind, words)


def test_the_classes_of_the_codes() -> None:
    """The codes stand in the class that the project's facts give them."""
    by_kind = {kind: {code for code, row in CMS.items() if row[0] is kind} for kind in ErrorClass}
    assert by_kind[ErrorClass.TEMPORARY] == {
        17,
        22,
        27,
        38,
        41,
        42,
        47,
        192,
        194,
        301,
        314,
        331,
        332,
        513,
        515,
    }
    assert by_kind[ErrorClass.NUMBER] == {1, 28, 30, 195, 196}
    assert by_kind[ErrorClass.MEMORY_FULL] == {322}
    assert by_kind[ErrorClass.UNKNOWN] == {500}
    ours = {8, 10, 21, 29, 50, 69, 81, *range(95, 100), 111, 127, 193, 198, *range(302, 306), 330}
    assert by_kind[ErrorClass.OURS] == ours
    assert by_kind[ErrorClass.MODEM] == {300, 310, 311, 312, 313, 315, 316, 317, 318, 320}
    assert not [text for text in ("OK", "ERRORS", "+CMTI: ERROR", "ERROR 5") if read_error(text)]
    assert CME[14][0] is ErrorClass.TEMPORARY


def test_values() -> None:
    """What stands in the lines of modems of several makers."""
    assert [
        reading.sim(text) for text in ("+CPIN: READY", '+CPIN:"SIM PIN"', "+CPIN: PH-SIM PIN", "+CPIN:")
    ] == [
        Sim.READY,
        Sim.PIN_WANTED,
        Sim.FAILED,
        Sim.FAILED,
    ]
    registrations = {
        "+CREG: 0,1": Registration.HOME,
        '+CREG: 2,5,"00AB","1234"': Registration.ROAMING,
        '+CREG: 1,"00AB","1234"': Registration.HOME,
        "+CREG: 3": Registration.DENIED,
        "+CREG: 0,6": Registration.HOME,
        "+CREG: 0,4": Registration.UNKNOWN,
        "+CREG: x": Registration.UNKNOWN,
        "+CREG:": Registration.UNKNOWN,
    }
    assert {text: reading.registration(text) for text in registrations} == registrations
    signals = {
        "+CSQ: 0,0": -113,
        "+CSQ: 31,99": -51,
        "+CSQ: 99,99": None,
        "+CSQ: 125,99": -91,
        "+CSQ: -": None,
    }
    assert {text: reading.signal(text) for text in signals} == signals
    assert reading.place('+CDSI: "SR", 12') == Place("SR", 12)
    assert reading.place("+CMTI: SM,1") is None
    assert reading.listed("+CMGL: 3,1,,24") == (3, True)
    assert reading.listed("+CMGL: 3,2,,24") == (3, False)
    assert reading.listed("+CMGL: ,,") is None
    assert reading.memories('+CPMS: "ME",1,23,"ME",1,23,"SM",1,23') == "SM"
    assert reading.memories("+CPMS: 1,2,3") == ""
    assert reading.better([]) is Registration.UNKNOWN
