"""`bakjour decode`, judged by the vectors."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from gateway.cli.explain_espa import explain_espa
from gateway.cli.explain_smpp import explain_smpp
from gateway.cli.explain_tpdu import explain_tpdu
from gateway.cli.explained import raw_ascii
from gateway.cli.main import app

VECTORS = Path(__file__).parents[1] / "vectors"
NOT_BY_CLAUSE_4 = {"V06"}
"""Its check character is right, but its first record is no record: the vendor's manual has a misprint."""


def vectors(name: str) -> list[dict[str, Any]]:
    """The vectors of one wire."""
    loaded: list[dict[str, Any]] = json.loads((VECTORS / f"{name}.json").read_text("utf-8"))
    return loaded


def values(explained: Any, name: str) -> list[str]:
    """What stands in the fields of this name."""
    return [one.value for one in explained.fields if one.name == name]


def run(*arguments: str, stdin: str | None = None) -> Any:
    """The command, as without a terminal."""
    return CliRunner().invoke(app, ["decode", *arguments], input=stdin)


@pytest.mark.parametrize("vector", vectors("espa444"), ids=lambda vector: vector["id"])
def test_espa_vectors(vector: dict[str, Any]) -> None:
    """A block with a right check character and structure has no fault; records and header are shown."""
    explained = explain_espa(bytes.fromhex(vector["hex"]), None)
    assert bool(explained.faults) == (not vector["bcc_valid"] or vector["id"] in NOT_BY_CLAUSE_4)
    assert values(explained, "header") == [vector["header"]]
    assert values(explained, "BCC") == [vector["bcc"].lower()]
    if vector["id"] not in NOT_BY_CLAUSE_4:
        shown = [
            [one.name.removeprefix("record ")[0], one.value]
            for one in explained.fields
            if one.name.startswith("record ")
        ]
        assert shown == [[number, raw_ascii(data.encode("latin-1"))] for number, data in vector["records"]]


@pytest.mark.parametrize("vector", vectors("smpp34"), ids=lambda vector: vector["name"])
def test_smpp_vectors(vector: dict[str, Any]) -> None:
    """A PDU that is to be accepted has no fault; the fields that a decoder must find are shown."""
    explained = explain_smpp(bytes.fromhex(vector["hex"]), None)
    if vector["expect"].startswith("accept"):
        assert explained.faults == []
    elif not vector["expect"].startswith("reject or prefer"):
        assert explained.faults
    for name in ("source_addr", "destination_addr", "message_id", "esm_class", "data_coding", "sm_length"):
        if name in vector["decoded"] and "error" not in vector["decoded"]:
            assert values(explained, name) == [str(vector["decoded"][name])]
    if "short_message" in vector["decoded"]:
        assert values(explained, "short_message") == [
            bytes.fromhex(vector["decoded"]["short_message"]).hex(" ")
        ]


@pytest.mark.parametrize("vector", vectors("sms_tpdu"), ids=lambda vector: vector["name"])
def test_tpdu_vectors(vector: dict[str, Any]) -> None:
    """A TPDU is read with or without a leading centre's address, in either direction."""
    explained = explain_tpdu(bytes.fromhex(vector["hex"]), None)
    assert explained.faults == []
    (kind,) = values(explained, "TP-MTI")
    assert vector["name"].split("_")[0] in kind.lower()
    if "mr" in vector["expect"]:
        assert values(explained, "TP-MR") == [str(vector["expect"]["mr"])]
        assert values(explained, "TP-ST") == [f"{vector['expect']['st']:02x}"]


def test_one_line_a_field() -> None:
    """Without a terminal a field is one line, its value whole, however long."""
    vector = next(one for one in vectors("espa444") if one["id"] == "C15")
    result = run("espa444", vector["hex"])
    assert result.exit_code == 0
    assert f"record 2 (display message): {vector['records'][1][1]}" in result.stdout.splitlines()


def test_faults_are_printed_with_what_could_be_read() -> None:
    """A wrong check character ends with 1, and the fields are printed all the same."""
    vector = next(one for one in vectors("espa444") if one["id"] == "C25")
    result = run("espa444", *vector["hex"].split())
    assert result.exit_code == 1
    assert "record 1 (call address): 123" in result.stdout
    assert "fault: bad BCC: check character 2e, 2d expected" in result.stdout


@pytest.mark.parametrize(
    ("digits", "code", "words"),
    [
        ("01 31 02 31 1F 31 32", 1, "incomplete: ETX and check character missing"),
        ("01 31 02 31 1F 31 32 03", 1, "incomplete: its check character missing"),
        ("01 37 02 31 1F 31 03 29", 0, "note: unknown header type 7"),
        ("31 05 32 05", 0, "ENQ: 32 05\tselects station 2"),
        ("32 15 04", 0, "NAK: 32 15\trefuses (busy)"),
        ("06 04 0D", 0, "note: octet 0d between blocks"),
        ("FF", 1, "belongs to no block"),
    ],
)
def test_espa_line(digits: str, code: int, words: str) -> None:
    """Link control is explained too; what is incomplete is a fault, what is unknown a note."""
    result = run("espa444", digits)
    assert words in result.stdout
    assert result.exit_code == code


@pytest.mark.parametrize(
    ("digits", "code", "words"),
    [
        ("00000010000000150000000000000001", 0, "command_id: enquire_link"),
        ("00000010000099990000000000000001", 1, "unknown command"),
        ("0000001000000015", 1, "incomplete"),
        ("00000010800000150000049900000001", 0, "note: unknown command_status"),
        ("0000000F000000150000000000000001", 1, "command_length 15"),
    ],
)
def test_smpp_verdicts(digits: str, code: int, words: str) -> None:
    """What breaks the protocol ends with 1, what is only unknown is a note."""
    result = run("smpp", digits)
    assert words in result.stdout
    assert result.exit_code == code


def test_tpdu_cut() -> None:
    """A user data length beyond the end is a fault, and the rest is shown."""
    vector = next(one for one in vectors("sms_tpdu") if one["name"] == "deliver_cmt_gammu")
    result = run("tpdu", vector["hex"][:-4])
    assert result.exit_code == 1
    assert "TP-OA: +48694405877" in result.stdout


def test_charset() -> None:
    """Text is raw ASCII unless a character set is asked for."""
    vector = next(one for one in vectors("espa444") if one["id"] == "C02")
    assert "V}rd 4 }{| ][\\" in run("espa444", vector["hex"]).stdout
    assert "Vård 4 åäö ÅÄÖ" in run("espa444", vector["hex"], "--charset", "se7").stdout


def test_stdin() -> None:
    """A dash reads the digits from standard input, over several lines."""
    result = run("espa444", "-", stdin="31 05\n32 05\n")
    assert result.exit_code == 0
    assert result.stdout.count("ENQ") == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["espa444", "0x3"], "'x' is no hex digit"),
        (["espa444", "315"], "odd number"),
        (["espa444", " "], "no octets"),
        (["espa444", "31", "--charset", "klingon"], "allowed: se7"),
        (["tap", "31"], "espa444"),
    ],
)
def test_wrong_use(arguments: list[str], words: str) -> None:
    """What cannot be decoded at all is wrong use, told on stderr."""
    result = run(*arguments)
    assert result.exit_code == 2
    assert words in result.stderr
    assert result.stdout == ""


@settings(max_examples=200, deadline=None)
@given(octets=st.binary(min_size=1, max_size=80))
def test_nothing_raises(octets: bytes) -> None:
    """Whatever the octets are, they are explained on single lines."""
    for explain in (explain_espa, explain_smpp, explain_tpdu):
        for charset in (None, "se7", "utf-8", "gsm7", "ucs2"):
            for field in explain(octets, charset).fields:
                assert field.value.isprintable()
