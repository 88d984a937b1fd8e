"""ESPA lines in bakjour.toml: roles, ways to connect, dialects, aliases; and what is wrong with them."""

from pathlib import Path

import pytest

from gateway.config import Config, ConfigFaults, EspaCarrier, EspaSource, advise_roster, parse
from gateway.config.espa444 import EspaLine
from gateway.model import NumberKind, Role
from protocols.espa444 import DIALECTS

CARRIER = """
[[carrier]]
name = "dect"
type = "espa444"
serves = "extension"
"""
SOURCE = """
[[source]]
type = "espa444"
listen = "tcp:4445:interface=127.0.0.1"
"""


def config(text: str) -> Config:
    return parse(text.encode(), Path("/etc/bakjour"), {})


def carrier(keys: str = 'endpoint = "tcp:host=127.0.0.1:port=4444"') -> EspaCarrier:
    found = config(CARRIER + keys).carrier[0]
    assert isinstance(found, EspaCarrier)
    return found


def source(keys: str = "") -> EspaSource:
    found = config(SOURCE + keys).source[0]
    assert isinstance(found, EspaSource)
    return found


def faults(text: str) -> dict[str, str]:
    with pytest.raises(ConfigFaults) as caught:
        config(text)
    return {fault.path: fault.message for fault in caught.value.faults}


def test_both_roles_and_both_ways_to_connect() -> None:
    """A carrier is control unless told otherwise, a source polled; either connects or listens."""
    assert (carrier().role, carrier().own_address, carrier().peer_address) == ("control", "1", "2")
    assert (source().role, source().own_address, source().peer_address) == ("polled", "2", "1")
    polled = carrier('listen = "tcp:4444:interface=127.0.0.1"\nrole = "polled"\nallow = ["10.1.0.0/16"]')
    assert polled.role == "polled"
    assert polled.listen is not None
    assert polled.endpoint is None
    assert source('role = "control"').role == "control"


@pytest.mark.parametrize("form", ["7E1", "7E2", "8N1", "8E1"])
@pytest.mark.parametrize("baud", [300, 600, 1200, 2400, 4800, 9600])
def test_serial_presets(form: str, baud: int) -> None:
    """Every speed from 300 to 9600 and every preset is a serial line with its character time."""
    found = carrier(f'endpoint = "serial:/dev/ttyUSB0"\nbaud = {baud}\nformat = "{form}"')
    bits = 1 + int(form[0]) + (form[1] != "N") + int(form[2])
    assert found.byte_seconds == pytest.approx(bits / baud)
    assert found.serial is not None


def test_a_serial_line_has_a_speed_and_a_network_none() -> None:
    """9600 7E1 where nothing is written; a network has no line time unless a port server's is written."""
    assert carrier('endpoint = "serial:/dev/ttyUSB0"').byte_seconds == pytest.approx(10 / 9600)
    assert carrier().byte_seconds == 0.0
    behind = carrier('endpoint = "tcp:host=127.0.0.1:port=4001"\nbaud = 1200\nformat = "7E2"')
    assert behind.byte_seconds == pytest.approx(11 / 1200)


@pytest.mark.parametrize(
    ("keys", "path", "words"),
    [
        ("", "carrier[0].endpoint", "endpoint (we connect), or listen"),
        ('endpoint = "serial:/dev/tty1"\nlisten = "tcp:1"', "carrier[0].listen", "only one of them"),
        ('endpoint = "serial:ttyUSB0"', "carrier[0].endpoint", "whole path"),
        ('endpoint = "serial:/dev/tty1"\nallow = ["10.0.0.1"]', "carrier[0].allow", "belongs to listen"),
        ('listen = "tcp:4444"\nallow = ["everybody"]', "carrier[0].allow[0]", "no IP address"),
        ('listen = "tcp:4444"\nbaud = 19200', "carrier[0].baud", "300, 600, 1200, 2400, 4800, 9600"),
        ('listen = "tcp:4444"\nformat = "7O1"', "carrier[0].format", "7E1, 7E2, 8N1, 8E1"),
        ('listen = "tcp:4444"\nrole = "master"', "carrier[0].role", "control, polled"),
        ('listen = "tcp:4444"\ndialect = "elsewhere"', "carrier[0].dialect", "spec, ascom, digimat, daks"),
        ('listen = "tcp:4444"\nmax_active = 0', "carrier[0].max_active", "at least 1"),
        ('listen = "tcp:4444"\nown_address = "2"', "carrier[0].peer_address", "our own address"),
    ],
)
def test_faults_of_a_line(keys: str, path: str, words: str) -> None:
    """What is wrong with a line is told with its key and what is allowed."""
    assert words in faults(CARRIER + keys)[path]


def test_faults_of_aliases() -> None:
    """An alias names a unit or a receiver, one of the two; its own keys are told, not the source's."""
    text = SOURCE + (
        '[source.aliases]\n"1" = { unit = "a", receiver = "b" }\n"2" = {}\n"3" = { enhet = "a" }\n'
        '"4" = { unit = "a", role = "cook" }\n'
    )
    found = faults(text)
    assert "one of the two" in found["source[0].aliases.1"]
    assert "one of the two" in found["source[0].aliases.2"]
    assert "allowed here: unit, role, receiver" in found["source[0].aliases.3.enhet"]
    assert "doctor, nurse" in found["source[0].aliases.4.role"]
    assert "our own address" in faults(SOURCE + 'own_address = "1"')["source[0].peer_address"]


def test_aliases() -> None:
    """The table that stands behind its source."""
    found = source(
        '[source.aliases]\n"901" = { unit = "hc-a", role = "doctor" }\n"902" = { receiver = "vaxel" }'
    ).aliases
    assert (found["901"].unit, found["901"].role) == ("hc-a", Role.DOCTOR)
    assert (found["902"].unit, found["902"].receiver) == (None, "vaxel")


@pytest.mark.parametrize("name", DIALECTS)
def test_every_dialect_can_be_used_and_names_its_source(name: str) -> None:
    """Each key of a profile is one of a line's, its value is allowed, and its source is written down."""
    dialect = DIALECTS[name]
    assert dialect.source
    assert dialect.keys.keys() <= EspaCarrier.model_fields.keys()
    found = carrier(f'listen = "tcp:4444"\ndialect = "{name}"')
    assert {key: getattr(found, key) for key in dialect.keys} == dict(dialect.keys)
    kept = set(EspaSource.model_fields) & dialect.keys.keys()
    told = source(f'dialect = "{name}"')
    assert {key: getattr(told, key) for key in kept} == {key: dialect.keys[key] for key in kept}


def test_a_written_key_goes_before_the_dialect() -> None:
    """The profile is no more than a beginning."""
    assert carrier('listen = "tcp:4444"\ndialect = "spec"').format == "7E2"
    assert carrier('listen = "tcp:4444"\ndialect = "spec"\nformat = "8N1"').format == "8N1"
    assert carrier('listen = "tcp:4444"\ndialect = "avaya"').role == "polled"


def test_what_paged_proves() -> None:
    """Delivered on DECT handsets, no more than sent elsewhere, unless the site knows better."""
    assert carrier().paged_proves == "delivered"
    mobile = config(CARRIER.replace("extension", "mobile") + 'listen = "tcp:4444"').carrier[0]
    assert isinstance(mobile, EspaCarrier)
    assert mobile.serves is NumberKind.MOBILE
    assert mobile.paged_proves == "sent"
    assert carrier('listen = "tcp:4444"\npaged_means = "sent"').paged_proves == "sent"


def test_a_control_station_that_does_not_poll_hears_of_no_answer() -> None:
    """Status comes only when somebody fetches it: without polling nobody can answer, and that is declared."""
    assert carrier().answers
    assert not carrier('listen = "tcp:4444"\nidle_poll = false').answers
    assert not carrier('listen = "tcp:4444"\nstatus_mode = "none"').answers
    assert carrier('listen = "tcp:4444"\nidle_poll = false\nrole = "polled"').answers
    assert carrier('listen = "tcp:4444"\nidle_poll = false\ncan_answer = true').answers


def test_every_key_says_what_it_is() -> None:
    """The JSON Schema shows a description wherever a key's name does not say everything."""
    silent = {name for name, key in EspaLine.model_fields.items() if not key.description}
    assert silent == {"type", "name"}


def test_an_alias_to_nobody_is_told() -> None:
    """`check` names an alias whose receiver the roster does not have: its calls would be refused."""
    found = config(SOURCE + '[source.aliases]\n"902" = { receiver = "gone" }\n')
    warned = [str(one) for one in advise_roster(found, {}, {})]
    assert any("source[0].aliases.902" in one and "'gone'" in one for one in warned)
