"""Every test that takes `vector` runs once for each PDU of tests/vectors/smpp34.json; joined sessions."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from protocols.smpp import events
from protocols.smpp.esme import Esme, EsmeConfig
from protocols.smpp.smsc import Smsc, SmscConfig

VECTORS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[2] / "vectors" / "smpp34.json").read_text(encoding="utf-8")
)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "vector" in metafunc.fixturenames:
        metafunc.parametrize("vector", VECTORS, ids=[vector["name"] for vector in VECTORS])


class Joined:
    """An ESME and an SMS centre whose bytes go to each other, `chunk` octets a read (0: all at once)."""

    def __init__(self, esme: EsmeConfig, smsc: SmscConfig, chunk: int = 0) -> None:
        self.esme, self.smsc, self.chunk = Esme(esme, 0.0), Smsc(smsc, 0.0), chunk
        self.at_esme: list[Any] = []
        self.at_smsc: list[Any] = []

    def run(self, now: float) -> None:
        while (up := self.esme.data_to_send()) or (down := self.smsc.data_to_send()):
            down = b"" if up else down
            for part in self._cut(up):
                self.at_smsc += self.smsc.receive_data(part, now)
            for part in self._cut(down):
                self.at_esme += self.esme.receive_data(part, now)

    def _cut(self, data: bytes) -> list[bytes]:
        step = self.chunk or max(1, len(data))
        return [data[start : start + step] for start in range(0, len(data), step)]

    def bind(self, now: float = 0.0) -> "Joined":
        self.run(now)
        (request,) = self.at_smsc
        self.smsc.answer(request.token, events.BindAnswer(), now)
        self.run(now)
        self.at_esme.clear()
        self.at_smsc.clear()
        return self


@pytest.fixture
def joined() -> Callable[..., Joined]:
    def make(esme: EsmeConfig | None = None, smsc: SmscConfig | None = None, chunk: int = 0) -> Joined:
        return Joined(esme or EsmeConfig(system_id="bakjour"), smsc or SmscConfig(), chunk)

    return make
