"""The tables of bakjour.toml that are not ways in or out: gateway, professions, store, web, and the policies.

Rules: every model is frozen and refuses unknown keys. A `description` says what a key is, with its unit; it
is what the JSON Schema shows. Checks that need another table, the environment or the roster are not made
here but in `load` and `advice`.
"""

from pathlib import Path
from typing import Annotated, Literal

import phonenumbers
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from gateway import endpoints
from gateway.delivery.answer_words import ACCEPT_WORDS, DECLINE_WORDS, AnswerBook, folded, tokens
from gateway.roster.wall import load_zone
from gateway.routing.criteria import ALERTING, DOCTOR_WORDS, NURSE_WORDS
from protocols.clinic24.event import Kind

MAX_WORD = 40  # of a profession: the longest that an event may name
MAX_ID = 64  # of a receiver, as the roster allows
MAX_PATH = 4096  # PATH_MAX of Linux


class Section(BaseModel):
    """A table of the configuration."""

    # Strict: a port in quotes or a number for a name is a slip that the writer wants to hear of.
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)


def as_tuple(value: object) -> object:
    """A TOML array as the tuple that the models hold."""
    return tuple(value) if isinstance(value, list) else value


Name = Annotated[str, Field(min_length=1, max_length=MAX_ID)]
Names = Annotated[tuple[Name, ...], BeforeValidator(as_tuple, json_schema_input_type=list[Name])]
Word = Annotated[str, Field(min_length=1, max_length=MAX_WORD)]
Words = Annotated[tuple[Word, ...], BeforeValidator(as_tuple, json_schema_input_type=list[Word])]
Priority = Annotated[int, Field(ge=1, le=5)]
Priorities = Annotated[tuple[Priority, ...], BeforeValidator(as_tuple, json_schema_input_type=list[Priority])]


def _zone(value: str) -> str:
    load_zone(value)
    return value


def _region(value: str) -> str:
    if value not in phonenumbers.SUPPORTED_REGIONS:
        raise ValueError(f"{value!r} is no region; allowed: a two-letter country code such as SE")
    return value


def _web_listen(value: str) -> str:
    fault = endpoints.web_fault(value)
    if fault is not None:
        raise ValueError(fault)
    return value


class GatewaySection(Section):
    """[gateway]: what holds everywhere."""

    timezone: Annotated[str, AfterValidator(_zone)] = Field(
        default="Europe/Stockholm", description="IANA zone in which shifts are written"
    )
    region: Annotated[str, AfterValidator(_region)] = Field(
        default="SE", description="country whose national phone numbers are understood"
    )
    catch_all: Name | None = Field(default=None, description="receiver for events whose unit is unknown")


class ProfessionsSection(Section):
    """[professions]: words of an event that mean one of the two roles; any other goes to the nurse."""

    doctor: Words = Field(default=DOCTOR_WORDS, description="words that mean the doctor")
    nurse: Words = Field(default=NURSE_WORDS, description="words that mean the nurse")


class StoreSection(Section):
    """[store]: where the gateway keeps everything."""

    path: Path = Field(
        default=Path("bakjour.db"),
        strict=False,
        description="SQLite file on a local disk; relative to the configuration file",
    )


class WebSection(Section):
    """[web]: the HTTP listener; without this table there is none."""

    listen: Annotated[str, AfterValidator(_web_listen)] = Field(
        description="server endpoint, tcp: or unix:, for example tcp:8080:interface=127.0.0.1"
    )
    behind_proxy: bool = Field(
        default=False,
        description="a reverse proxy stands before: believe its X-Forwarded-For and X-Forwarded-Proto",
    )
    secure_cookies: bool | None = Field(
        default=None, description="send cookies over TLS alone; default: where the request came over TLS"
    )


class CriteriaSection(Section):
    """[criteria]: the priorities at which each kind of event alerts; the others are answered `ignored`.

    1 is the most urgent and handled as an emergency outside this flow, so that only an escalated case
    alerts at it unless a site says otherwise.
    """

    triaged: Priorities = Field(
        default=tuple(sorted(ALERTING[Kind.TRIAGED])), description="patient triaged to a digital visit"
    )
    consultation: Priorities = Field(
        default=tuple(sorted(ALERTING[Kind.CONSULTATION])), description="consultation requested"
    )
    escalated: Priorities = Field(
        default=tuple(sorted(ALERTING[Kind.ESCALATED])),
        description="case escalated; one without a priority counts as 1",
    )
    handover: Priorities = Field(
        default=tuple(sorted(ALERTING[Kind.HANDOVER])), description="handover of a case requested"
    )

    @property
    def by_kind(self) -> dict[Kind, tuple[int, ...]]:
        """The alerting priorities of each kind."""
        return {kind: getattr(self, kind.name.lower()) for kind in ALERTING}


class PrivacySection(Section):
    """[privacy]: what leaves the house."""

    sms_case: bool = Field(default=True, description="show the case reference in SMS")


class TextsSection(Section):
    """[texts]: what messages say."""

    language: Literal["sv", "en"] = Field(default="sv", description="of the messages to handsets and phones")


def _answer_words(value: tuple[str, ...]) -> tuple[str, ...]:
    words = tuple(folded(word) for word in value)
    wrong = [word for word in value if tokens(word) != (folded(word),)]
    if wrong:
        raise ValueError(f"has {wrong}; allowed: single words without blanks and punctuation")
    return words


AnswerWords = Annotated[
    tuple[Word, ...],
    BeforeValidator(as_tuple, json_schema_input_type=list[Word]),
    AfterValidator(_answer_words),
]


class AnswersSection(Section):
    """[answers]: what a receiver writes back to an SMS; the first word of each is what the page asks for."""

    accept: AnswerWords = Field(default=ACCEPT_WORDS, min_length=1, description="words that take the case")
    decline: AnswerWords = Field(
        default=DECLINE_WORDS, description="words that pass the case on; empty: only a yes is asked for"
    )

    @property
    def words(self) -> AnswerBook:
        """The words as they are read."""
        return AnswerBook(self.accept, self.decline)


class AlarmsSection(Section):
    """[alarms]: who is told when the gateway itself is in trouble."""

    receivers: Names = Field(
        default=(), description="receivers of the roster that technical alarms are paged to, in order"
    )


class AuditSection(Section):
    """[audit]: the record of changes."""

    keep_years: int = Field(default=5, ge=1, le=100, description="years after which rows are removed")


class CoverageSection(Section):
    """[coverage]: holes in the plan."""

    receivers: Names = Field(
        default=(), description="receivers of the roster that are warned of holes, in order"
    )
