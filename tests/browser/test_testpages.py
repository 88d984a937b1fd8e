"""Test pages with proof, over a simulated DECT system: a process of its own, on a line like a real one's."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

SIMULATOR = [
    *(sys.executable, "-m", "simulators", "dect", "--listen", "tcp:0:interface=127.0.0.1", "--json"),
    *("--answer", "ignore", "--handsets", "20117,20118,20119,20121"),
]


@dataclass
class Dect:
    """The paging system with its handsets."""

    process: subprocess.Popen[str]
    port: int = 0

    def waits(self, event: str, **facts: object) -> dict[str, Any]:
        """The next event of this kind that has these facts."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            told: dict[str, Any] = json.loads(line)
            if told["event"] == event and facts.items() <= told.items():
                return told
        raise AssertionError(f"the paging system ended before {event}")

    def presses_ok(self, extension: str) -> None:
        """Whoever holds the handset presses OK on the message in front."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{extension} accept\n")
        self.process.stdin.flush()


@pytest.fixture(scope="module")
def dect() -> Iterator[Dect]:
    """The simulator."""
    pipe = subprocess.PIPE
    with subprocess.Popen(
        SIMULATOR, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True
    ) as process:
        made = Dect(process)
        made.port = made.waits("listening")["port"]
        yield made
        process.terminate()


@pytest.fixture(scope="module")
def wired(make_site: Callable[..., Any], dect: Dect) -> Any:
    """A gateway whose line to the paging system is up."""
    return make_site(dect=dect.port)


def receiver(page: Any, name: str) -> Any:
    return page.locator("#receivers .alert", has_text=name)


def test_proof_of_a_number(open_at: Callable[..., Any], wired: Any, dect: Dect) -> None:
    """Unproved, under test, proved when OK is pressed on the handset; a changed number is unproved again."""
    page = open_at(wired, "/test?unit=hc-andersberg")
    anna = receiver(page, "Anna Berg")
    anna.get_by_text("Oprövat").wait_for()
    page.get_by_role("button", name="Skicka testlarm till Anna Berg").click()
    anna.get_by_text("Test pågår").wait_for()
    shown = dect.waits("shown", extension="20117")
    assert "TEST" in shown["text"]
    assert "HC Andersberg" in shown["text"]
    anna.locator(".timeline", has_text="Framme").wait_for()
    dect.presses_ok("20117")
    anna.get_by_text("Prövat").wait_for()
    anna.locator(".timeline .final", has_text="Besvarat").wait_for()
    # Still live on the same page: IT changes her number.
    changed = wired.folder / "changed.toml"
    changed.write_text(
        '[[receiver]]\nid = "anna"\nname = "Anna Berg"\nkind = "person"\nnumber = "20121"\n'
        'units = ["hc-andersberg", "hc-satra"]\n',
        "utf-8",
    )
    wired.command("roster", "import", str(changed))
    receiver(page, "20121").get_by_text("Oprövat").wait_for()
    page.get_by_role("button", name="Skicka testlarm till Anna Berg").click()
    dect.waits("shown", extension="20121")
    dect.presses_ok("20121")
    receiver(page, "20121").get_by_text("Prövat").wait_for()


def test_to_whoever_is_on_duty(open_at: Callable[..., Any], wired: Any, dect: Dect) -> None:
    """To unit and role, followed in every window that shows it, until somebody answers."""
    page, other = (open_at(wired, "/test?unit=hc-andersberg") for _ in range(2))
    nurse = page.locator("#roles > li", has_text="Sjuksköterska")
    button = nurse.get_by_role("button", name="Skicka testlarm till sjuksköterska i tjänst")
    name = nurse.locator("ol li").first.inner_text()
    button.click()
    nurse.locator(".timeline li", has_text=name).first.wait_for()
    shown = dect.waits("shown")
    other.reload()
    there = other.locator("#roles > li", has_text="Sjuksköterska")
    there.locator(".timeline li", has_text=name).first.wait_for()
    dect.presses_ok(shown["extension"])
    for one in (nurse, there):
        one.locator(".timeline .final", has_text="Besvarat").wait_for()
    reader = open_at(wired, "/test?unit=hc-andersberg", "reader")
    reader.get_by_text("Testlarm skickas av enhetens administratörer och IT").wait_for()
    assert reader.get_by_role("button", name="Skicka testlarm").count() == 0
