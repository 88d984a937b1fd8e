"""A gateway of its own process, accounts, and the system's Chromium, which reaches nothing but loopback.

Playwright has a loop of its own, and the reactor of the other tests holds this thread's: so everything that
touches the browser, the tests too, runs in one thread beside.
"""

import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from gateway.cli.main import app

playwright = pytest.importorskip("playwright.sync_api")

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
BESIDE = ThreadPoolExecutor(1)
PASSWORD = "correct horse battery"
PEOPLE = {
    "ab12345": ("Karin Ek", "unit"),
    "it": ("Ivar Tek", "it"),
    "reader": ("Rut Läs", "reader"),
}
WITHIN = 8_000  # milliseconds; the machine of a test run may be busy
DESKTOP = {"width": 1280, "height": 900}
AXE = "() => axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']})"
"""axe-core, in the copy of the npm package that its Python wrapper brings, against WCAG 2.1 A and AA."""
UNNAMED = """() => [...document.querySelectorAll("button, input:not([hidden]), select, a[href]")]
    .filter(one => one.offsetParent)
    .filter(one => !(one.ariaLabel || one.textContent.trim() || one.labels?.length))
    .map(one => one.outerHTML)"""
PHONE = {"width": 360, "height": 740}


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool:
    """Run a test of this folder in the browser's thread."""
    wanted = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    BESIDE.submit(pyfuncitem.obj, **wanted).result()
    return True


@pytest.fixture(scope="session")
def inaccessible() -> Callable[[Any], list[tuple[str, str]]]:
    """Tells what of a page not everybody can use: the fault and where it is."""
    script = (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")

    def found(page: Any) -> list[tuple[str, str]]:
        page.evaluate(script)
        faults = [(one["id"], one["nodes"][0]["html"]) for one in page.evaluate(AXE)["violations"]]
        faults += [("has no name", html) for html in page.evaluate(UNNAMED)]
        width = page.evaluate("() => document.documentElement.scrollWidth")
        if width > page.viewport_size["width"]:
            faults.append(("is wider than the screen", f"{width} pixels"))
        return faults

    return found


class Site:
    """A gateway that serves; its DECT system is at a port of this machine."""

    def __init__(self, folder: Path, dect: int = 1) -> None:
        self.folder = folder
        self.command("init", str(folder))
        path = folder / "bakjour.toml"
        text = path.read_text("utf-8").replace("tcp:8080:", "tcp:0:").replace("tcp:4024:", "tcp:0:")
        # Ports on which nobody listens: an alert stays open, which is what is looked at.
        path.write_text(text.replace("port=4444", f"port={dect}").replace("port=2775", "port=1"), "utf-8")
        self.command("roster", "import", str(folder / "roster.toml"))
        serve = [sys.executable, "-m", "gateway", "serve"]
        self.process = subprocess.Popen(serve, cwd=folder, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        told = ""
        for line in self.process.stdout:
            if line.strip() == "ready":
                break
            told += line
        self.told = told
        found = re.search(r"http://127\.0\.0\.1:\d+", told)
        assert found, told
        self.address = found[0]
        for username, (name, kind) in PEOPLE.items():
            units = ["--unit", "hc-andersberg", "--unit", "hc-satra"] if kind == "unit" else []
            self.command("admin", "add", username, "--name", name, "--kind", kind, *units, said=PASSWORD)

    def command(self, *arguments: str, said: str = "") -> str:
        """What a command printed; it must succeed."""
        config = {"BAKJOUR_CONFIG": str(self.folder / "bakjour.toml")}
        done = CliRunner().invoke(app, arguments, env=config, input=said + "\n")
        assert done.exit_code == 0, done.output
        return done.stdout

    def send(self, unit: str, profession: str) -> None:
        """An event over the TCP source."""
        port = re.search(r"tcp.*?127\.0\.0\.1:(\d+)", self.told)
        assert port is not None, self.told
        self.command("send", unit, profession, "--to", f"127.0.0.1:{port[1]}")

    def stop(self) -> None:
        """End it as a service manager does."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)
        assert self.process.stdout is not None
        self.process.stdout.close()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One gateway for all tests that leave its register alone; each uses days of its own."""
    _want_chromium()
    made = Site(tmp_path_factory.mktemp("site"))
    yield made
    made.stop()


@pytest.fixture(scope="module")
def own_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A gateway of the test module's own, whose register it may change."""
    _want_chromium()
    made = Site(tmp_path_factory.mktemp("own"))
    yield made
    made.stop()


@pytest.fixture(scope="module")
def make_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Site]]:
    """Makes a gateway with what the module wants of it."""
    made: list[Site] = []

    def make(**wanted: Any) -> Site:
        _want_chromium()
        made.append(Site(tmp_path_factory.mktemp("made"), **wanted))
        return made[-1]

    yield make
    for one in made:
        one.stop()


def _want_chromium() -> None:
    if not Path(CHROMIUM).exists():
        pytest.skip("there is no chromium on this machine")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """The browser."""
    _want_chromium()
    started = BESIDE.submit(lambda: playwright.sync_playwright().start()).result()
    browser = BESIDE.submit(started.chromium.launch, executable_path=CHROMIUM, args=FLAGS).result()
    yield browser
    BESIDE.submit(browser.close).result()
    BESIDE.submit(started.stop).result()


@pytest.fixture(scope="session")
def states() -> dict[tuple[str, str | None], Any]:
    """The cookies of each account that has logged in at a site."""
    return {}


@pytest.fixture
def open_page(site: Site, open_at: Callable[..., Any]) -> Callable[..., Any]:
    """Opens a page of the common site as somebody."""
    return partial(open_at, site)


@pytest.fixture
def open_own(own_site: Site, open_at: Callable[..., Any]) -> Callable[..., Any]:
    """Opens a page of the module's own site as somebody."""
    return partial(open_at, own_site)


@pytest.fixture
def open_at(chromium: Any, states: dict[tuple[str, str | None], Any]) -> Iterator[Callable[..., Any]]:
    """Opens a page of a site as somebody; no page may fault, nor ask for anything from another host."""
    faults: list[str] = []
    contexts = []

    def watch(page: Any, address: str) -> None:
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("request", lambda one: one.url.startswith((address, "blob:")) or faults.append(one.url))
        page.on("console", lambda one: "Content Security" in one.text and faults.append(one.text))

    def make(
        where: Site, path: str, username: str | None = "ab12345", viewport: Any = DESKTOP, **more: Any
    ) -> Any:
        context = chromium.new_context(
            base_url=where.address,
            viewport=viewport,
            locale="sv-SE",
            storage_state=states.get((where.address, username)),
            **more,
        )
        contexts.append(context)
        context.set_default_timeout(WITHIN)
        page = context.new_page()
        watch(page, where.address)
        page.goto(path)
        if username is not None and "/login" in page.url:
            log_in(page, username)
            states[where.address, username] = context.storage_state()
        return page

    yield make
    for context in contexts:
        BESIDE.submit(context.close).result()
    assert faults == []


def log_in(page: Any, username: str, password: str = PASSWORD) -> None:
    """As a person does it."""
    page.get_by_label("Användarnamn").fill(username)
    page.get_by_label("Lösenord").fill(password)
    page.get_by_role("button", name="Logga in").click()
    page.wait_for_url(lambda url: "/login" not in url)
