"""Reads bakjour.toml: from bytes to a `Config`, or to every fault at once.

Rules: what pydantic finds and what only the whole file shows (names used twice, passwords, words that mean
both roles) is collected before anything is raised. Relative paths start at the file, not at the folder that
somebody happened to stand in. The environment is an argument.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from gateway.config.faults import ConfigFaults, Fault, translate
from gateway.config.lines import MqttSource, Source
from gateway.config.model import SECTIONS, TYPES, Config
from gateway.config.mqtt import FILES, mqtt_faults
from gateway.delivery.answer_words import folded as answered
from gateway.routing.criteria import folded

MAX_CONFIG_BYTES = 1 << 20  # a thousand times a long configuration; keeps a wrong path from filling memory
MAX_PASSWORD_FILE_BYTES = 4096
MAX_SMPP_PASSWORD = 8  # octets without the NUL (SMPP 3.4, 5.2.2)
PASSWORD_KEYS = ("password", "password_env", "password_file")
PIN_KEYS = ("pin", "pin_env", "pin_file")
SECRET_KEYS = {"mqtt": PASSWORD_KEYS, "smpp": PASSWORD_KEYS, "gsm-modem": PIN_KEYS}
"""The three ways to write the secret of a type: in clear, in the environment, in a file."""

Table = dict[str, Any]


def load(path: Path, env: Mapping[str, str]) -> Config:
    """The configuration in the file. Raises ConfigFaults, also where the file cannot be read."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_CONFIG_BYTES + 1)
    except OSError as error:
        raise ConfigFaults((Fault(str(path), f"cannot be read: {error.strerror}"),)) from None
    return parse(data, path.absolute().parent, env)


def parse(data: bytes, folder: Path, env: Mapping[str, str]) -> Config:
    """The configuration in `data`; relative paths start at `folder`. Raises ConfigFaults."""
    document = _toml(data)
    faults: list[Fault] = []
    _name_sources(document)
    for check in (_names_twice, _words_twice, _answers_twice, _espa_lines, _smpp_sites):
        faults += check(document)
    faults += _passwords(document, folder, env)
    for path, row in _tables(document, "source"):
        if row.get("type") == "mqtt":
            faults += mqtt_faults(path, row)
    try:
        config = Config.model_validate(document)
    except ValidationError as error:
        faults += translate(error)
    if faults:
        raise ConfigFaults(tuple(sorted(dict.fromkeys(faults))))
    store = config.store.model_copy(update={"path": folder / config.store.path})
    sources = tuple(_beside(source, folder) for source in config.source)
    return config.model_copy(update={"store": store, "source": sources})


def _beside(source: Source, folder: Path) -> Source:
    """The source with its certificate files found from the configuration's folder."""
    if not isinstance(source, MqttSource):
        return source
    named = {key: str(folder / value) for key in FILES if (value := getattr(source, key)) is not None}
    return source.model_copy(update=named)


def _toml(data: bytes) -> Table:
    if len(data) > MAX_CONFIG_BYTES:
        raise ConfigFaults((Fault("", f"the file is larger than {MAX_CONFIG_BYTES} bytes"),))
    try:
        return tomllib.loads(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigFaults((Fault(f"line {line}", "is not UTF-8 text"),)) from None
    except tomllib.TOMLDecodeError as error:
        text, _, place = str(error).rpartition(" (at ")
        raise ConfigFaults((Fault(place.rstrip(")") or "end", f"is not TOML: {text or error}"),)) from None


def _tables(document: Table, key: str) -> list[tuple[str, Table]]:
    """The tables of an array with their paths; what is no table is left to pydantic."""
    value = document.get(key)
    rows = value if isinstance(value, list) else []
    return [(f"{key}[{place}]", row) for place, row in enumerate(rows) if isinstance(row, dict)]


def _name_sources(document: Table) -> None:
    """A source without a name gets its type, with a number from the second on."""
    sources = _tables(document, "source")
    taken = {str(row.get("name")) for _, row in sources + _tables(document, "carrier")}
    for _, row in sources:
        kind = row.get("type")
        if "name" in row or kind not in TYPES["source"]:
            continue
        candidates = [kind] + [f"{kind}-{number}" for number in range(2, len(sources) + len(taken) + 2)]
        row["name"] = next(name for name in candidates if name not in taken)
        taken.add(row["name"])


def _names_twice(document: Table) -> list[Fault]:
    seen: dict[str, str] = {}
    faults = []
    for path, row in _tables(document, "source") + _tables(document, "carrier"):
        name = row.get("name")
        if not isinstance(name, str):
            continue
        if name in seen:
            faults.append(Fault(f"{path}.name", f"{name!r} is also the name of {seen[name]}"))
        seen.setdefault(name, path)
    return faults


def _words_twice(document: Table) -> list[Fault]:
    defaults = SECTIONS["professions"]().model_dump()
    section = document.get("professions", {})
    words = defaults | section if isinstance(section, dict) else defaults
    seen: dict[str, str] = {}
    faults = []
    for role in ("doctor", "nurse"):
        values = words[role] if isinstance(words[role], list | tuple) else ()
        for place, value in enumerate(values):
            word = folded(value) if isinstance(value, str) else ""
            path = f"professions.{role}[{place}]"
            if isinstance(value, str) and not word:
                faults.append(Fault(path, "must not be blank"))
            elif word in seen:
                faults.append(Fault(path, f"{value!r} stands in {seen[word]} too"))
            if word:
                seen.setdefault(word, path)
    return faults


def _answers_twice(document: Table) -> list[Fault]:
    """A word that says yes and no; the defaults count where a key is not written."""
    defaults = SECTIONS["answers"]().model_dump()
    section = document.get("answers", {})
    words = defaults | section if isinstance(section, dict) else defaults
    accepted, declined = (
        [answered(word) for word in words[key] if isinstance(word, str)]
        if isinstance(words[key], list | tuple)
        else []
        for key in ("accept", "decline")
    )
    return [
        Fault(f"answers.decline[{place}]", f"{word!r} stands in answers.accept too")
        for place, word in enumerate(declined)
        if word in accepted
    ]


def _smpp_sites(document: Table) -> list[Fault]:
    faults = []
    for path, row in _tables(document, "carrier"):
        if row.get("type") != "smpp":
            continue
        if not row.get("endpoint") and not row.get("endpoints"):
            what = "is missing; allowed: endpoint (one site), or endpoints (several of one account)"
            faults.append(Fault(f"{path}.endpoint", what))
        elif "endpoint" in row and "endpoints" in row:
            faults.append(Fault(f"{path}.endpoints", "stands beside endpoint; only one of them is allowed"))
    return faults


def _espa_lines(document: Table) -> list[Fault]:
    faults: list[Fault] = []
    for table, own, peer in (("source", "2", "1"), ("carrier", "1", "2")):
        for path, row in _tables(document, table):
            if row.get("type") != "espa444":
                continue
            if row.get("peer_address", peer) == row.get("own_address", own):
                what = f"{row.get('peer_address', peer)!r} is our own address too"
                faults.append(Fault(f"{path}.peer_address", what))
            if "endpoint" not in row and "listen" not in row:
                what = "is missing; allowed: endpoint (we connect), or listen (the other side does)"
                faults.append(Fault(f"{path}.endpoint", what))
            elif "endpoint" in row and "listen" in row:
                faults.append(Fault(f"{path}.listen", "stands beside endpoint; only one of them is allowed"))
            elif "allow" in row and "listen" not in row:
                faults.append(Fault(f"{path}.allow", "says who may connect, and belongs to listen"))
    return faults


def _passwords(document: Table, folder: Path, env: Mapping[str, str]) -> list[Fault]:
    """Fetch each password and PIN into its table; the faults of those that cannot be had."""
    faults: list[Fault] = []
    for path, row in _tables(document, "source") + _tables(document, "carrier"):
        keys = SECRET_KEYS.get(str(row.get("type")))
        if keys is None:
            continue
        given = [key for key in keys if key in row]
        if len(given) > 1:
            faults.append(Fault(path, f"has {' and '.join(given)}; only one of them is allowed"))
        elif not given and row["type"] == "smpp":
            faults.append(
                Fault(f"{path}.password", f"is missing; allowed: one of {', '.join(PASSWORD_KEYS)}")
            )
        elif given and given[0] != keys[0] and isinstance(row[given[0]], str):
            fetch = _from_env if given[0] == keys[1] else _from_file
            try:
                row[keys[0]] = fetch(row[given[0]], folder, env)
            except ValueError as error:
                faults.append(Fault(f"{path}.{given[0]}", str(error)))
        faults += _password_length(path, row)
    return faults


def _password_length(path: str, row: Table) -> list[Fault]:
    password = row.get("password")
    if row["type"] != "smpp" or not isinstance(password, str):
        return []
    if len(password.encode()) > MAX_SMPP_PASSWORD or not password.isascii():
        message = f"must be at most {MAX_SMPP_PASSWORD} ASCII characters (SMPP 3.4)"
        return [Fault(f"{path}.password", message)]
    return []


def _from_env(name: str, _folder: Path, env: Mapping[str, str]) -> str:
    if name not in env:
        raise ValueError(f"the environment variable {name} is not set")
    return env[name]


def _from_file(name: str, folder: Path, _env: Mapping[str, str]) -> str:
    try:
        with (folder / name).open("rb") as file:
            text = file.read(MAX_PASSWORD_FILE_BYTES).decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "is not UTF-8 text"
        raise ValueError(f"{name}: {reason}") from None
    return text.partition("\n")[0].rstrip("\r")
