"""bakjour.toml: what is accepted, and that every fault is told at once with its path."""

from pathlib import Path

import pytest

from gateway.config import Config, ConfigFaults, EspaCarrier, SmppCarrier, TcpSource, load, parse
from gateway.model import NumberKind

FOLDER = Path("/etc/bakjour")

GOOD = """
[gateway]
timezone = "Europe/Stockholm"
region = "SE"
catch_all = "vaxel"

[professions]
doctor = ["doctor", "läkare"]
nurse = ["nurse", "sjuksköterska"]

[store]
path = "bakjour.db"

[web]
listen = "tcp:8080:interface=127.0.0.1"

[[source]]
type = "tcp"
listen = "tcp:4024:interface=127.0.0.1"

[[source]]
type = "mqtt"
host = "127.0.0.1"
port = 1883
client_id = "bakjour-1"
topic = "clinic24/events"
status_topic = "clinic24/status"

[[carrier]]
name = "dect"
type = "espa444"
serves = "extension"
endpoint = "tcp:host=127.0.0.1:port=4444"
role = "control"
own_address = "1"
peer_address = "2"
charset = "se7"
priority_map = { 1 = 1, 4 = 3 }

[[carrier]]
name = "sms"
type = "smpp"
serves = "mobile"
endpoint = "tcp:host=127.0.0.1:port=2775"
system_id = "bakjour"
password_env = "BAKJOUR_SMPP_PASSWORD"
source_address = "+46701740699"
"""
ENV = {"BAKJOUR_SMPP_PASSWORD": "hemligt"}


def faults(text: str, env: dict[str, str] | None = None) -> dict[str, str]:
    """Every fault of a configuration, by path."""
    with pytest.raises(ConfigFaults) as caught:
        parse(text.encode(), FOLDER, ENV if env is None else env)
    return {fault.path: fault.message for fault in caught.value.faults}


@pytest.fixture(scope="module")
def good() -> Config:
    return parse(GOOD.encode(), FOLDER, ENV)


def test_contract_example(good: Config) -> None:
    """The published example is a configuration, with its names, its defaults and its password."""
    source, _mqtt = good.source
    dect, sms = good.carrier
    assert isinstance(source, TcpSource)
    assert source.name == "tcp"
    assert isinstance(dect, EspaCarrier)
    assert isinstance(sms, SmppCarrier)
    assert sms.secret == "hemligt"
    assert good.store.path == FOLDER / "bakjour.db"
    assert good.serving(NumberKind.MOBILE) == (sms,)


def test_map_keeps_defaults(good: Config) -> None:
    """A priority that the map leaves out keeps its default."""
    dect = good.carrier[0]
    assert dect.priority_map == {1: 1, 2: 2, 3: 2, 4: 3, 5: 3}


def test_frozen(good: Config) -> None:
    """Nobody changes a configuration once it is read."""
    with pytest.raises(ValueError, match="frozen"):
        good.gateway.region = "NO"  # type: ignore[misc]


def test_secret_is_not_shown(good: Config) -> None:
    """A password never appears where a configuration is printed."""
    assert "hemligt" not in repr(good)


def test_empty_file_is_valid() -> None:
    """Every table has its default, so that an empty file is a configuration that does nothing."""
    config = parse(b"", FOLDER, {})
    assert config.criteria.triaged == (2, 3, 4, 5)
    assert config.criteria.escalated == (1, 2, 3, 4, 5)
    assert config.web is None


def test_five_faults_at_once() -> None:
    """Five faults are five lines, each with its path and what is allowed."""
    text = (
        GOOD.replace('"Europe/Stockholm"', '"Europe/Stokholm"')
        .replace('charset = "se7"', 'charset = "se8"')
        .replace("port = 1883", 'port = "1883"')
        .replace("catch_all", "catchall")
        .replace("port=2775", "port=277500")
    )
    found = faults(text)
    assert set(found) == {
        "gateway.timezone",
        "carrier[0].charset",
        "source[1].port",
        "gateway.catchall",
        "carrier[1].endpoint",
    }
    assert "se7, ascii-translit, latin-1, utf-8, de7, dk7" in found["carrier[0].charset"]
    assert "did you mean catch_all?" in found["gateway.catchall"]
    assert "1 to 65535" in found["carrier[1].endpoint"]


def test_other_checks_join_in() -> None:
    """What only the whole file shows is told together with what one key shows."""
    text = (
        GOOD.replace('name = "sms"', 'name = "dect"')
        .replace('"läkare"', '"Nurse "')
        .replace('peer_address = "2"', 'peer_address = "1"')
        .replace('serves = "mobile"', 'serves = "phone"')
    )
    found = faults(text, env={})
    assert set(found) == {
        "carrier[1].name",
        "professions.nurse[0]",
        "carrier[0].peer_address",
        "carrier[1].serves",
        "carrier[1].password_env",
    }
    assert "extension, mobile" in found["carrier[1].serves"]
    assert "BAKJOUR_SMPP_PASSWORD is not set" in found["carrier[1].password_env"]


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ('region = "SE"', "ttl = 1800", "gateway.ttl"),
    ],
)
def test_later_versions(old: str, new: str, path: str) -> None:
    """A key, type or value of a later version is refused in those words."""
    found = faults(GOOD.replace(old, new))
    assert "not in this version" in found[path]


def test_syntax_error_has_line() -> None:
    """A file that is no TOML is told with its line."""
    assert "is not TOML" in faults("[gateway]\nregion = \n")["line 2, column 10"]


def test_not_utf8() -> None:
    """A file in another encoding is told with its line."""
    with pytest.raises(ConfigFaults, match="line 2: is not UTF-8 text"):
        parse("[gateway]\ncatch_all = 'växel'".encode("latin-1"), FOLDER, {})


def test_too_large() -> None:
    """A file that cannot be a configuration is not read into memory."""
    with pytest.raises(ConfigFaults, match="larger than"):
        parse(b"#" * (1 << 20 | 1), FOLDER, {})


def test_missing_file(tmp_path: Path) -> None:
    """A missing file is a fault like any other."""
    with pytest.raises(ConfigFaults, match=r"nothing\.toml: cannot be read: No such file"):
        load(tmp_path / "nothing.toml", {})


def test_password_file(tmp_path: Path) -> None:
    """A password file is found beside the configuration, and its first line is the password."""
    (tmp_path / "smpp.secret").write_text("hemligt\nrest")
    text = GOOD.replace("password_env", "password_file").replace("BAKJOUR_SMPP_PASSWORD", "smpp.secret")
    (tmp_path / "bakjour.toml").write_text(text)
    carrier = load(tmp_path / "bakjour.toml", {}).carrier[1]
    assert isinstance(carrier, SmppCarrier)
    assert carrier.secret == "hemligt"


@pytest.mark.parametrize(
    ("line", "path", "words"),
    [
        ('password_file = "none"', "carrier[1].password_file", "No such file"),
        ("", "carrier[1].password", "is missing"),
        ('password = "123456789"', "carrier[1].password", "at most 8"),
        ('password = "a"\npassword_env = "B"', "carrier[1]", "only one"),
        ("password = 12", "carrier[1].password", "is not shown"),
    ],
)
def test_password_faults(line: str, path: str, words: str) -> None:
    """A password that cannot be had is a fault, and its text is not shown."""
    found = faults(GOOD.replace('password_env = "BAKJOUR_SMPP_PASSWORD"', line))
    assert words in found[path]
    assert "123456789" not in found[path]


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("priority_map = { 1 = 7, 9 = 1 }", "9 = 1, 1 = 7; allowed: priorities 1 to 5 = 1 to 3"),
        ("priority_map = 3", "must be a table"),
        ("beep_map = { 1 = true }", "allowed: priorities 1 to 5 = 1 to 9"),
        ("poll_interval = 99", "must be at most 30"),
        ("retries = 2.5", "whole number"),
        ("idle_poll = 1", "true or false"),
    ],
)
def test_carrier_values(key: str, words: str) -> None:
    """A wrong value is told with what is allowed."""
    text = GOOD.replace("priority_map = { 1 = 1, 4 = 3 }", key)
    assert words in faults(text)[f"carrier[0].{key.split(maxsplit=1)[0]}"]


@pytest.mark.parametrize("sender", ["", "Sjukhuset i Gävle", "+0701740699", "12", "abcdefghijkl"])
def test_senders(sender: str) -> None:
    """A source address is a number or a name that the network can carry."""
    text = GOOD.replace("+46701740699", sender)
    assert "3 to 15 digits" in faults(text)["carrier[1].source_address"]


@pytest.mark.parametrize("text", ["web = 3", "carrier = [3]", "source = 4", "professions = 3", "x = 1"])
def test_wrong_shapes(text: str) -> None:
    """A value of the wrong shape is a fault, never a crash."""
    assert len(faults(text)) == 1


def test_two_unnamed_sources() -> None:
    """Sources without a name get different ones."""
    table = '[[source]]\ntype = "tcp"\nlisten = "tcp:0"\n'
    config = parse((table * 3).encode(), FOLDER, {})
    assert [source.name for source in config.source] == ["tcp", "tcp-2", "tcp-3"]


def test_line_time() -> None:
    """A character's time follows from speed and format: 7E2 at 1200 baud takes 11 bits."""
    text = GOOD.replace('role = "control"', 'baud = 1200\nformat = "7E2"')
    carrier = parse(text.encode(), FOLDER, ENV).carrier[0]
    assert isinstance(carrier, EspaCarrier)
    assert carrier.byte_seconds == pytest.approx(11 / 1200)


def test_json_schema() -> None:
    """The configuration publishes a JSON Schema in which unknown keys are refused."""
    schema = Config.model_json_schema()
    assert schema["additionalProperties"] is False
    assert "EspaCarrier" in schema["$defs"]
