"""TLS to an MQTT broker: whom we trust, and who we are.

Rule: the files are read for every connection, so that a renewed certificate needs no restart.
"""

import ssl

from gateway.config import MqttSource as Settings
from gateway.sources.mqtt_client import Refused


class _TidySocket(ssl.SSLSocket):
    """paho leaves a socket open whose handshake failed, and that may be every few seconds for days."""

    def do_handshake(self, block: bool = False) -> None:
        try:
            super().do_handshake(block)
        except BaseException:
            self.close()
            raise


def tls_context(settings: Settings) -> ssl.SSLContext | None:
    """How the broker is verified, and our certificate; None without TLS. Reads files.

    Raises Refused, naming the file. A key with a pass phrase is refused: nobody is there to type it.
    """
    if not settings.tls:
        return None
    try:
        context = ssl.create_default_context(cafile=settings.ca_file)
    except OSError as error:
        raise Refused(f"ca_file {settings.ca_file}: {error}") from None
    context.sslsocket_class = _TidySocket
    if settings.cert_file is not None:
        try:
            context.load_cert_chain(settings.cert_file, settings.key_file, password="")
        except OSError as error:
            raise Refused(f"cert_file {settings.cert_file}, key_file {settings.key_file}: {error}") from None
    return context
