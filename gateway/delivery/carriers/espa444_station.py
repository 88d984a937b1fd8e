"""From the keys of a line to the station that speaks on it."""

from collections.abc import Callable
from typing import cast

from gateway.config import EspaCarrier, EspaSource
from protocols import espa444
from protocols.session import Session

Station = espa444.ControlStation | espa444.PolledStation
Command = espa444.SendCall | espa444.SendBlock
LinkEvent = espa444.ControlEvent | espa444.PolledEvent
AnySession = Session[Command, espa444.LinkAnswer, LinkEvent]


def make_station(settings: EspaCarrier | EspaSource, wanted: frozenset[str]) -> Callable[[float], AnySession]:
    """Makes a station of the configured role at a moment; `wanted` are the headers that it passes on.

    A station takes only the command of its role: `SendCall` the control station, `SendBlock` the polled one.
    """
    if settings.role == "control":
        control = _control(settings, wanted)
        return lambda now: cast(AnySession, espa444.ControlStation(control, now))
    polled = _polled(settings, wanted)
    return lambda now: cast(AnySession, espa444.PolledStation(polled, now))


def _control(settings: EspaCarrier | EspaSource, wanted: frozenset[str]) -> espa444.ControlConfig:
    return espa444.ControlConfig(
        own_address=settings.own_address,
        peer_address=settings.peer_address,
        wanted_headers=wanted,
        retries=settings.retries,
        t_select=settings.select_timeout,
        t_reply=settings.select_timeout,
        t_ack=settings.ack_timeout,
        t_retry=settings.retry_delay,
        t_regain=settings.regain_timeout,
        multi_block=settings.multi_block,
        trailing_rs=settings.trailing_rs,
        extra_cr=settings.extra_cr,
        bcc=espa444.BccMode(settings.bcc),
        mask7=settings.masks,
        discard_echo=settings.discard_echo,
        lead_eot=espa444.LeadEot(settings.lead_eot),
        idle_poll=settings.idle_poll,
        poll_interval=settings.poll_interval,
        down_interval=settings.down_interval,
        silent_limit=settings.silent_limit,
    )


def _polled(settings: EspaCarrier | EspaSource, wanted: frozenset[str]) -> espa444.PolledConfig:
    return espa444.PolledConfig(
        own_address=settings.own_address,
        peer_address=settings.peer_address,
        wanted_headers=wanted,
        retries=settings.retries,
        t_select=settings.select_timeout,
        t_ack=settings.ack_timeout,
        t_lost=settings.poll_lost,
        multi_block=settings.multi_block,
        trailing_rs=settings.trailing_rs,
        extra_cr=settings.extra_cr,
        bcc=espa444.BccMode(settings.bcc),
        mask7=settings.masks,
        discard_echo=settings.discard_echo,
    )
