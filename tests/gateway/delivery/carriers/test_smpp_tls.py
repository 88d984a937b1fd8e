"""SMPP over TLS, on real sockets: the centre's name is sent and checked, and its authority too."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from OpenSSL import SSL
from twisted.internet import reactor, ssl
from twisted.internet.task import deferLater

from gateway import endpoints
from gateway.clock import Clock
from gateway.config import SmppCarrier as Settings
from gateway.delivery.carriers.smpp import SmppCarrier
from simulators.smsc.centre import SmsCentre

Make = Callable[..., Any]
Key = ec.EllipticCurvePrivateKey


def certificate(subject: str, key: Key, issuer: str, issuer_key: Key, *, is_authority: bool) -> bytes:
    """A certificate of a day, PEM."""
    now = datetime.now(UTC)
    name, by = (x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)]) for text in (subject, issuer))
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(by)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(subject)]), critical=False)
        .sign(issuer_key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM)


class Authority:
    """Trusted through `folder`; signs for names."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.key = ec.generate_private_key(ec.SECP256R1())
        own = certificate("Operator CA", self.key, "Operator CA", self.key, is_authority=True)
        (folder / "ca.pem").write_bytes(own)

    def server(self, name: str) -> tuple[Any, list[tuple[str, str]]]:
        """A context factory for a centre of this name; and what each client asked for: name, TLS version."""
        key = ec.generate_private_key(ec.SECP256R1())
        secret = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        file = self.folder.with_suffix(".server")
        file.write_bytes(certificate(name, key, "Operator CA", self.key, is_authority=False) + secret)
        context = SSL.Context(SSL.TLS_SERVER_METHOD)
        context.use_certificate_file(str(file))
        context.use_privatekey_file(str(file))
        asked: list[tuple[str, str]] = []

        def named(connection: SSL.Connection) -> None:
            asked.append(
                ((connection.get_servername() or b"").decode(), connection.get_protocol_version_name())
            )

        context.set_tlsext_servername_callback(named)
        return _Contexts(context), asked


class _Contexts(ssl.ContextFactory):
    def __init__(self, context: SSL.Context) -> None:
        self._context = context

    def getContext(self) -> SSL.Context:
        return self._context


async def tried(core: Any, server: Any, trusted: Path, seconds: float) -> tuple[bool, list[str]]:
    """Whether a carrier that trusts this folder was bound, and what the centre saw happen."""
    seen: list[str] = []
    centre = SmsCentre(reactor, lambda happening: seen.append(happening.event))
    port = reactor.listenSSL(0, centre.factory, server, interface="127.0.0.1")
    endpoint = f"tls:localhost:{port.getHost().port}:trustRoots={trusted}"
    settings = Settings.model_validate(
        {
            "type": "smpp",
            "name": "sms",
            "serves": "mobile",
            "endpoint": endpoint,
            "system_id": "bakjour",
            "password": "secret",
            "source_address": "+46701740699",
        }
    )
    clock = Clock(reactor, lambda: 0)
    site = endpoints.client(reactor, endpoint)
    carrier = SmppCarrier(settings, [site], clock, core, core, core, "SE")
    carrier.start()
    try:
        for _ in range(round(seconds / 0.05)):
            await deferLater(reactor, 0.05)
            if carrier.state().up:
                break
        return carrier.state().up, seen
    finally:
        await carrier.stop()
        await port.stopListening()
        centre.stop()
        await deferLater(reactor, 0.05)


@pytest.mark.reactor(seconds=10)
async def test_the_name_is_sent_and_the_bind_stands(core: Any, tmp_path: Path) -> None:
    """SNI carries the host's name, TLS is 1.2 or later, and the bind is inside."""
    authority = Authority(tmp_path / "ca")
    server, asked = authority.server("localhost")
    up, seen = await tried(core, server, authority.folder, 5)
    assert up
    assert "bound" in seen
    assert {name for name, _ in asked} == {"localhost"}
    assert all(version in ("TLSv1.2", "TLSv1.3") for _, version in asked)


@pytest.mark.reactor(seconds=10)
async def test_another_name_is_not_bound_to(core: Any, tmp_path: Path) -> None:
    """A certificate of the right authority for another host: no password leaves."""
    authority = Authority(tmp_path / "ca")
    server, asked = authority.server("smpp.example.org")
    up, seen = await tried(core, server, authority.folder, 1)
    assert asked
    assert not up
    assert "bound" not in seen
    assert "bind_refused" not in seen


@pytest.mark.reactor(seconds=10)
async def test_another_authority_is_not_trusted(core: Any, tmp_path: Path) -> None:
    """The right name signed by somebody else."""
    server, asked = Authority(tmp_path / "theirs").server("localhost")
    up, seen = await tried(core, server, Authority(tmp_path / "ours").folder, 1)
    assert asked
    assert not up
    assert "bound" not in seen
