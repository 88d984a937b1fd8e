"""What only a broker with permissions, certificates and a memory of its own can show: mosquitto.

It is run as docs/deployment.md says that it has to be: with persistence, saved at every change.
"""

import json
import shutil
import signal
import socket
import ssl
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from gateway.delivery.carriers import line
from gateway.sources import mqtt as mqtt_source
from gateway.sources import mqtt_client, mqtt_events, mqtt_outcomes

pytestmark = [pytest.mark.peer, pytest.mark.reactor(seconds=10)]

EVENTS = 60
"""Of the run in which the broker dies: as it writes its memory at every change, it takes a second."""


async def together(house, clinic, wait) -> None:
    """Start both, and wait until they are."""
    await wait(lambda: clinic.ready)
    await house.start()
    await wait(lambda: house.line.up)


# --- the broker dies, the store fails, the gateway dies


@pytest.mark.parametrize("version", ["3.1.1", "5"])
async def test_broker_killed_in_mid_stream(version, make_mosquitto, make_house, make_clinic, wait) -> None:
    """A broker killed with -9 and started again loses no event and no outcome."""
    broker = make_mosquitto()
    house, clinic = make_house(broker.port, version), make_clinic(broker.port, version)
    await together(house, clinic, wait)
    names = [f"e-{number}" for number in range(EVENTS)]
    for name in names[: EVENTS // 2]:
        clinic.sends(name)
    await wait(lambda: sum(bool(clinic.answers(name)) for name in names) >= 10)
    broker.kill()
    for name in names[EVENTS // 2 :]:
        clinic.sends(name)
    broker.start()
    await wait(lambda: all(clinic.answers(name) for name in names))
    assert house.count("alert") == EVENTS
    last = house.gateway.outbox.read(0, 10_000)[-1].seq
    await wait(lambda: set(clinic.outcomes()) == set(range(1, last + 1)))


async def test_outcomes_of_a_time_without_broker(make_mosquitto, make_house, make_clinic, wait) -> None:
    """Outcomes of a time without broker, over a restart of ours, are told from where we were."""
    broker = make_mosquitto()
    house, clinic = make_house(broker.port), make_clinic(broker.port)
    await together(house, clinic, wait)
    clinic.sends("e-1")
    await wait(clinic.outcomes)
    broker.kill()
    await wait(lambda: not house.line.up)
    event = {
        "specversion": "1.0",
        "id": "by-http",
        "source": "s",
        "type": "clinic24.case.escalated",
        "data": {"unit": "hc-andersberg", "profession": "nurse", "priority": 1},
    }
    answer = await house.gateway.intake.document(json.dumps(event).encode(), "http")
    assert answer.status == "accepted"
    await house.stop()
    broker.start()
    await house.start()
    await wait(lambda: house.line.up)
    last = house.gateway.outbox.read(0, 100)[-1].seq
    await wait(lambda: clinic.outcomes() and clinic.outcomes()[-1] == last)
    assert set(clinic.outcomes()) == set(range(1, last + 1))


async def test_history_is_not_told(make_mosquitto, make_house, make_clinic, wait, tmp_path: Path) -> None:
    """A source that is new in an old store tells what happens from now on; after that, nothing twice."""
    broker = make_mosquitto()
    house, clinic = make_house(broker.port), make_clinic(broker.port)
    await together(house, clinic, wait)
    clinic.sends("e-1")
    await wait(lambda: len(clinic.outcomes()) == len(house.gateway.outbox.read(0, 100)) > 0)
    await house.close()
    newcomer = make_house(broker.port, name="second", client_id="bakjour-2")
    before = len(clinic.outcomes())
    await newcomer.start()
    await wait(lambda: newcomer.line.up)
    clinic.sends("e-2")
    await wait(lambda: len(clinic.outcomes()) > before)
    assert min(clinic.outcomes()[before:]) > max(clinic.outcomes()[:before])


async def test_commit_that_fails(make_mosquitto, make_house, make_clinic, wait, monkeypatch) -> None:
    """A message is kept and tried again; then the connection is dropped, and the broker sends it again."""
    monkeypatch.setattr(mqtt_events, "RETRY_FOR", 0.2)
    monkeypatch.setattr(mqtt_events, "RETRY_PAUSE", 0.05)
    broker = make_mosquitto()
    house, clinic = make_house(broker.port), make_clinic(broker.port)
    await together(house, clinic, wait)
    house.writer.full = True
    clinic.sends("e-1")
    await wait(lambda: house.gateway.intake.counts["retry"] >= 3)
    assert house.line.counters["events"] == 1
    await wait(lambda: not house.line.up)
    assert "store" in house.alarms()
    assert clinic.answers("e-1") == []
    house.writer.full = False
    await wait(lambda: clinic.answers("e-1"))
    assert clinic.answers("e-1") == ["accepted"]
    assert house.count("alert") == 1


async def test_fault_that_nobody_foresaw(make_mosquitto, make_house, make_clinic, wait, monkeypatch) -> None:
    """Whatever is raised on the way is alarmed; the source connects again, and the event is taken."""
    broker = make_mosquitto()
    house, clinic = make_house(broker.port), make_clinic(broker.port)
    await together(house, clinic, wait)
    with monkeypatch.context() as broken:
        broken.setattr(mqtt_events.EventTaker, "take", lambda *_: 1 / 0)
        clinic.sends("e-1")
        await wait(lambda: "loop:mqtt" in house.alarms())
    await wait(lambda: clinic.answers("e-1"))
    assert clinic.answers("e-1") == ["accepted"]
    assert house.line.up
    assert house.line.counters["connections"] == 2


async def test_more_than_may_wait(
    make_mosquitto, make_house, make_clinic, wait, monkeypatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A broker that sends more ahead than may wait is left; what it had sent comes again, until all is in."""
    monkeypatch.setattr(mqtt_client, "WAITING_MOST", 5)
    monkeypatch.setattr(mqtt_source, "RECEIVE_MOST", 2)
    broker = make_mosquitto("allow_anonymous true\nmax_inflight_messages 50\n")
    house, clinic = make_house(broker.port, "3.1.1"), make_clinic(broker.port, "3.1.1")
    await together(house, clinic, wait)
    house.writer.held = True
    names = [f"e-{number}" for number in range(12)]
    for name in names:
        clinic.sends(name)
    await wait(lambda: "queue is full" in caplog.text)
    house.writer.release()
    await wait(lambda: "sent more than 5 messages ahead" in house.line.detail)
    await wait(lambda: all(clinic.answers(name) for name in names))
    assert house.count("alert") == 12
    assert house.line.counters["connections"] > 1


async def test_two_of_one_client_id(make_mosquitto, make_house, make_clinic, wait, monkeypatch) -> None:
    """Two clients that throw each other out are told to people, though the line is never down for long."""
    monkeypatch.setattr(line, "ALARM_AFTER", 1.2)
    monkeypatch.setattr(line, "UNSTEADY_AFTER", 1.0)
    broker = make_mosquitto()
    house = make_house(broker.port, client_id="clinic24")
    await house.start()
    await wait(lambda: house.line.up)
    make_clinic(broker.port)
    await wait(lambda: "unsteady:mqtt" in house.alarms())


async def test_stop_while_connecting(make_house, wait, monkeypatch) -> None:
    """A broker that never answers CONNECT holds up the end no longer than its answer is waited for."""
    monkeypatch.setattr(mqtt_client, "ANSWER_WITHIN", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        house = make_house(silent.getsockname()[1])
        await house.start()
        await house.stop()
        await house.start()
        await wait(lambda: "timed out" in house.line.detail)
        await house.stop()


@pytest.mark.process
async def test_last_will_of_a_killed_gateway(make_mosquitto, make_clinic, wait, tmp_path: Path) -> None:
    """Monitors are told by the broker when the gateway's process dies."""
    broker = make_mosquitto()
    config = tmp_path / "bakjour.toml"
    config.write_text(
        f'[store]\npath = "b.db"\n[[source]]\ntype = "mqtt"\nhost = "127.0.0.1"\n'
        f'port = {broker.port}\nclient_id = "bakjour-1"\n'
    )
    clinic = make_clinic(broker.port)
    await wait(lambda: clinic.ready)
    process = serve(config)
    try:
        await wait(lambda: clinic.online() == [True])
        process.send_signal(signal.SIGKILL)
        await wait(lambda: clinic.online() == [True, False])
    finally:
        process.kill()
        process.wait()


def serve(config: Path) -> "subprocess.Popen[bytes]":
    """The gateway as a process."""
    command = [sys.executable, "-m", "gateway", "serve", "--config", str(config)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


# --- who may do what


async def test_outcomes_that_the_broker_refuses(
    make_mosquitto, make_house, make_clinic, wait, tmp_path: Path, monkeypatch
) -> None:
    """Without the right to publish, events are taken all the same; it is alarmed, and nothing is left out."""
    monkeypatch.setattr(mqtt_outcomes, "REFUSED_PAUSE", 0.1)
    rights = tmp_path / "rights"
    rights.write_text("topic readwrite clinic24/events\ntopic read clinic24/status/#\n")
    broker = make_mosquitto(f"allow_anonymous true\nacl_file {rights}\n")
    house, clinic = make_house(broker.port), make_clinic(broker.port)
    await together(house, clinic, wait)
    clinic.sends("e-1")
    await wait(lambda: house.line.counters["acknowledged"] == 1)
    await wait(lambda: {"publish:mqtt", "answers:mqtt"} <= set(house.alarms()))
    assert house.count("alert") == 1
    rights.write_text("topic readwrite #\n")
    broker.hang_up()
    await wait(clinic.outcomes)
    assert clinic.outcomes()[0] == 1
    await wait(lambda: "publish:mqtt" not in house.alarms())


async def test_subscription_that_the_broker_refuses(make_mosquitto, make_house, wait, tmp_path: Path) -> None:
    """A subscription at less than QoS 1 is no line: the state says what was refused."""
    broker = make_mosquitto("allow_anonymous true\nmax_qos 0\n")
    house = make_house(broker.port)
    await house.start()
    await wait(lambda: "QoS" in house.line.detail)
    assert not house.line.up


def make_users(file: Path, **passwords: str) -> Path:
    """A password file of mosquitto's own making."""
    program = shutil.which("mosquitto_passwd")
    if program is None:
        pytest.skip("mosquitto_passwd is not installed (it comes with Debian's mosquitto)")
    file.touch()
    for user, password in passwords.items():
        subprocess.run([program, "-b", str(file), user, password], check=True)
    return file


async def test_wrong_password(make_mosquitto, make_house, make_clinic, wait, tmp_path: Path) -> None:
    """The right user and password open the line, the wrong ones do not, and the state says why."""
    users = make_users(tmp_path / "users", bakjour="hemligt", clinic24="annat")
    broker = make_mosquitto(f"password_file {users}\n")
    wrong = make_house(broker.port, username="bakjour", password="fel", name="wrong")
    await wrong.start()
    await wait(lambda: "ot authorized" in wrong.line.detail or "user name" in wrong.line.detail)
    assert not wrong.line.up
    await wrong.close()
    right = make_house(broker.port, username="bakjour", password="hemligt")
    clinic = make_clinic(broker.port, configure=lambda client: client.username_pw_set("clinic24", "annat"))
    await together(right, clinic, wait)
    clinic.sends("e-1")
    await wait(lambda: clinic.answers("e-1"))


# --- TLS


@pytest.fixture
def papers(tmp_path: Path) -> dict[str, str]:
    """An authority, a server for 127.0.0.1 and a client, and one client of nobody's."""
    authority = _key()
    own = _certificate("ca", authority, None, authority)
    files = {"ca": own.public_bytes(serialization.Encoding.PEM)}
    for name in ("server", "client"):
        key = _key()
        certificate = _certificate(name, key, own, authority)
        files[f"{name}.crt"] = certificate.public_bytes(serialization.Encoding.PEM)
        files[f"{name}.key"] = _pem(key)
    stranger = _key()
    files["stranger.crt"] = _certificate("x", stranger, None, stranger).public_bytes(
        serialization.Encoding.PEM
    )
    files["stranger.key"] = _pem(stranger)
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    return {name: str(tmp_path / name) for name in files}


def _key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _certificate(name: str, key, issuer, issuer_key) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if issuer is None else issuer.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
    )
    if issuer is not None:
        names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
        builder = builder.add_extension(names, critical=False)
    return builder.sign(issuer_key, hashes.SHA256())


def with_tls(papers: dict[str, str]) -> str:
    """mosquitto's configuration that wants a certificate of its authority."""
    return (
        f"cafile {papers['ca']}\ncertfile {papers['server.crt']}\nkeyfile {papers['server.key']}\n"
        "require_certificate true\nallow_anonymous true\n"
    )


@pytest.mark.parametrize("version", ["3.1.1", "5"])
async def test_tls_with_client_certificate(
    version, papers, make_mosquitto, make_house, make_clinic, wait
) -> None:
    """The broker is verified by the authority given, and sees our certificate."""
    broker = make_mosquitto(with_tls(papers))
    context = ssl.create_default_context(cafile=papers["ca"])
    context.load_cert_chain(papers["client.crt"], papers["client.key"])
    keys = {"ca_file": papers["ca"], "cert_file": papers["client.crt"], "key_file": papers["client.key"]}
    house = make_house(broker.port, version, tls=True, **keys)
    clinic = make_clinic(broker.port, version, configure=lambda client: client.tls_set_context(context))
    await together(house, clinic, wait)
    clinic.sends("e-1")
    await wait(lambda: clinic.answers("e-1"))
    assert clinic.answers("e-1") == ["accepted"]


@pytest.mark.parametrize(
    ("keys", "why"),
    [
        ({"ca_file": "stranger.crt"}, "certificate verify failed"),
        ({"ca_file": "ca", "cert_file": "stranger.crt", "key_file": "stranger.key"}, ""),
        ({"ca_file": "ca", "cert_file": "client.crt", "key_file": "stranger.key"}, "cert_file"),
        ({"ca_file": "nowhere"}, "ca_file"),
    ],
)
async def test_wrong_papers(keys, why, papers, make_mosquitto, make_house, wait, tmp_path: Path) -> None:
    """A broker that is not verified, or that does not know us, is no line; the state says why."""
    broker = make_mosquitto(with_tls(papers))
    house = make_house(broker.port, tls=True, **{key: str(tmp_path / file) for key, file in keys.items()})
    await house.start()
    await wait(lambda: house.line.detail != "not connected yet")
    assert not house.line.up
    assert why in house.line.detail
