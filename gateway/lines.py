"""From what is configured to what runs: carriers and sources on their endpoints. Used by `app` alone."""

from typing import TYPE_CHECKING

from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.interfaces import IAddress, IStreamClientEndpoint, IStreamServerEndpoint

from gateway import serial
from gateway.clock import Clock
from gateway.config import Carrier as Settings
from gateway.config import Config, EspaCarrier, EspaSource, SmppCarrier, TcpSource
from gateway.config import Source as SourceSettings
from gateway.delivery.carriers.espa444 import Espa444Carrier
from gateway.delivery.carriers.gsm_modem import GsmModemCarrier
from gateway.delivery.carriers.gsm_modem_pin import RefusedPin
from gateway.delivery.carriers.smpp import SmppCarrier as SmppLine
from gateway.ports import Alarms, Carrier, CarrierEvents, Replies
from gateway.sources.espa444 import EspaSource as CallListener
from gateway.sources.joints import Joints
from gateway.sources.tcp import TcpSource as TcpListener

if TYPE_CHECKING:
    from gateway.app import Endpoints
    from gateway.sources.mqtt import MqttSource as MqttClient


def make_carrier(
    settings: Settings,
    endpoints: "Endpoints",
    clock: Clock,
    events: CarrierEvents,
    replies: Replies,
    alarms: Alarms,
    config: Config,
) -> Carrier:
    """The carrier that a [[carrier]] is."""
    region = config.gateway.region
    if isinstance(settings, SmppCarrier):
        sites = [endpoints.client(site) for site in settings.sites]
        return SmppLine(settings, sites, clock, events, replies, alarms, region)
    if isinstance(settings, EspaCarrier):
        return Espa444Carrier(settings, espa_way(settings, endpoints), clock, events, alarms)
    endpoint = endpoints.client(serial.describe(settings.endpoint, settings.baud, settings.format))
    pin = RefusedPin.beside(config.store.path, settings.name, settings.secret)
    return GsmModemCarrier(settings, endpoint, clock, events, replies, alarms, region, pin)


def make_source(
    settings: SourceSettings, endpoints: "Endpoints", clock: Clock, joints: Joints
) -> "TcpListener | CallListener | MqttClient":
    """The way in that a [[source]] is."""
    if isinstance(settings, TcpSource):
        endpoint = endpoints.server(settings.listen)
        return TcpListener(settings.name, endpoint, clock, joints.intake, joints.outbox)
    if isinstance(settings, EspaSource):
        return CallListener(settings, espa_way(settings, endpoints), clock, joints)
    # Imported only here: who has no broker pays neither memory nor start time for its libraries.
    from gateway.sources.mqtt import MqttSource as MqttClient  # noqa: PLC0415

    return MqttClient(settings, clock, joints.writer, joints.intake, joints.outbox, joints.alarms)


def espa_way(
    settings: EspaCarrier | EspaSource, endpoints: "Endpoints"
) -> IStreamClientEndpoint | IStreamServerEndpoint:
    """Where an ESPA line connects to, or listens."""
    if settings.listen is not None:
        return endpoints.server(settings.listen)
    assert settings.endpoint is not None  # one of the two, by `config.load`
    return endpoints.client(serial.describe(settings.endpoint, settings.baud, settings.format))


def words(address: IAddress | str) -> str:
    """An address as people write it."""
    if isinstance(address, IPv4Address | IPv6Address):
        return f"{address.type.lower()} {address.host}:{address.port}"
    return str(address)
