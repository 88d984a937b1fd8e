"""[[carrier]] of type smpp: an SMS centre, and everything in which one operator differs from another.

Rules: the defaults are what Nordic operators ask for or accept; each key that departs from them is there
because some operator needs it. Statuses are classed by `protocols.smpp.status` unless the site writes
otherwise, for an operator's own codes are in no specification.
"""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from gateway.config.credentials import Credentials
from gateway.config.fields import ClientEndpoint, Kind, by_priority
from gateway.config.sections import Name, as_tuple
from protocols.smpp.status import NAMES, ROK, StatusClass

SMPP_PRIORITIES = {1: 3, 2: 2, 3: 1, 4: 0, 5: 0}
"""Ours to priority_flag: 0 is normal, 1 to 3 are priority (SMPP 3.4, 5.2.14)."""

NAME_SENDER = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}")  # 3GPP 23.040: eleven septets in ten octets
NUMBER_SENDER = re.compile(r"\+[1-9][0-9]{6,14}|[0-9]{3,15}")  # E.164, or a short or national number
MOBILE = re.compile(r"\+[1-9][0-9]{6,14}")

MAX_SITES = 4
"""SMS centres of one account: operators have two."""

MAX_PARTS = 8
"""Parts of one page: each is a message that can be lost by itself, so few is better, and one is best."""

STATUS_WORDS = {
    "throttle": StatusClass.THROTTLE,
    "temporary": StatusClass.TEMPORARY,
    "receiver": StatusClass.PERMANENT_RECEIVER,
    "content": StatusClass.PERMANENT_CONTENT,
    "route": StatusClass.SESSION,
}
"""What [carrier.statuses] says of a status: pause the account; try again; never to this number; never this
content; not over this route at all."""

_CODES = {name: code for code, name in NAMES.items()}
_MAX_CODE = 0xFFFFFFFF


def _sender(value: str) -> str:
    if NAME_SENDER.fullmatch(value) or NUMBER_SENDER.fullmatch(value):
        return value
    raise ValueError(
        "must be a number (+46701740699, or 3 to 15 digits), or a name of 1 to 11 letters, digits and blanks"
    )


def _number_sender(value: str) -> str:
    if NUMBER_SENDER.fullmatch(value):
        return value
    raise ValueError("must be a number: +46701740699, or 3 to 15 digits")


def _mobile(value: str) -> str:
    if MOBILE.fullmatch(value):
        return value
    raise ValueError("must be a mobile number as +46701740605")


def _statuses(value: object) -> object:
    """Codes by number, from names of the specification or numbers as operators' guides write them."""
    if not isinstance(value, dict):
        raise ValueError('must be a table such as { "0x410" = "content", RMSGQFUL = "temporary" }')
    wrong, found = [], {}
    for key, word in value.items():
        code = _code(str(key))
        if code is None or not isinstance(word, str) or word not in STATUS_WORDS:
            wrong.append(f"{key} = {word!r}")
        else:
            found[code] = word
    if wrong:
        raise ValueError(
            f"has {', '.join(wrong)}; allowed: a status such as RMSGQFUL, 1040 or 0x410, but not 0, "
            f"= one of {', '.join(STATUS_WORDS)}"
        )
    return found


def _code(key: str) -> int | None:
    name = key.upper().removeprefix("ESME_")
    if name in _CODES:
        code = _CODES[name]
    else:
        try:
            code = int(key, 0)
        except ValueError:
            return None
    return code if ROK < code <= _MAX_CODE else None


Sites = Annotated[
    tuple[ClientEndpoint, ...], BeforeValidator(as_tuple, json_schema_input_type=list[ClientEndpoint])
]
Mobiles = Annotated[
    tuple[Annotated[str, AfterValidator(_mobile)], ...],
    BeforeValidator(as_tuple, json_schema_input_type=list[str]),
]


class SmppCarrier(Credentials):
    """An account at an operator's SMS centre, reached over SMPP 3.4 at one site or several."""

    type: Literal["smpp"]
    name: Name
    serves: Kind = Field(description="what the numbers that go this way are")
    endpoint: ClientEndpoint | None = Field(
        default=None, description="client endpoint, for example tls:smpp.example.org:3550; else endpoints"
    )
    endpoints: Sites = Field(
        default=(),
        max_length=MAX_SITES,
        description="sites of one account, bound at once: receipts and answers come over any of them",
    )
    bind_mode: Literal["transceiver", "separate"] = Field(
        default="transceiver",
        description="one bind both ways for each site, or a transmitter and a receiver for each",
    )
    system_id: str = Field(min_length=1, max_length=15, description="account; 15 octets (SMPP 3.4, 5.2.1)")
    system_type: str = Field(default="", max_length=12)
    source_address: Annotated[str, AfterValidator(_sender)] = Field(
        description="a number that can receive; with a name nobody can answer"
    )
    plain_address: Annotated[str, AfterValidator(_number_sender)] | None = Field(
        default=None,
        description="numeric sender of a text that was refused once; default: source_address if it is a "
        "number, else none, which is the centre's own",
    )
    can_answer: bool | None = Field(
        default=None, description="can an answer come back? default: if the sender is a number"
    )
    window: int = Field(
        default=10, ge=1, le=1000, description="messages under way at once on each bind; centres allow 10"
    )
    enquire_link: float = Field(
        default=30.0, ge=1, le=600, description="seconds of silence before the link is tested"
    )
    response_timeout: float = Field(default=10.0, ge=1, le=120, description="seconds for any response")
    registered_delivery: Literal[0, 1, 2] = Field(
        default=1, description="receipts: 0 none, 1 all, 2 failures only"
    )
    rate: float | None = Field(
        default=None, gt=0, le=10000, description="messages a second that the contract allows; we stay below"
    )
    alphabet: Literal["gsm", "gsm-packed", "latin-1"] | None = Field(
        default=None,
        description="octets of plain text: GSM 03.38 one septet an octet, packed, or ISO 8859-1; default: "
        "latin-1 if data_coding is 3, else gsm",
    )
    data_coding: Literal[0, 1, 3] = Field(
        default=0, description="label of plain text: 0 the centre's default (GSM 03.38), 1 IA5, 3 Latin-1"
    )
    validity: Literal["relative", "absolute", "none"] = Field(
        default="relative", description="how validity_period is written; it ends with the page"
    )
    priority_map: Annotated[dict[int, int], by_priority(SMPP_PRIORITIES, 0, 3)] = SMPP_PRIORITIES
    max_parts: int = Field(
        default=1, ge=1, le=MAX_PARTS, description="messages that one page may take; a page fits into one"
    )
    long_messages: Literal["udh8", "udh16", "sar", "payload"] = Field(
        default="udh8", description="how the parts are tied together, or message_payload without parts"
    )
    long_receipts: Literal["each", "one"] = Field(
        default="each", description="a receipt for each part, or one that stands for the whole message"
    )
    flash_numbers: Mobiles = Field(
        default=(),
        description="numbers that also get each page as flash (class 0), beside the one that is kept",
    )
    flash_form: Literal["f0", "10", "subunit"] = Field(
        default="f0",
        description="how flash is written: data_coding 0xF0 or 0x10, or dest_addr_subunit 1",
    )
    statuses: Annotated[
        dict[int, Literal["throttle", "temporary", "receiver", "content", "route"]],
        BeforeValidator(_statuses),
    ] = Field(default={}, description="what a command_status means at this operator, where it is not usual")

    @model_validator(mode="after")
    def _holds_a_page(self) -> "SmppCarrier":
        if self.window < self.parts_most:
            raise ValueError(f"window = {self.window} has no room for max_parts = {self.max_parts}")
        return self

    @property
    def sites(self) -> tuple[str, ...]:
        """The endpoints to bind at, the preferred one first."""
        return self.endpoints or (() if self.endpoint is None else (self.endpoint,))

    @property
    def parts_most(self) -> int:
        """Messages that one page may take of the window."""
        return 1 if self.long_messages == "payload" else self.max_parts

    @property
    def plain_alphabet(self) -> str:
        """The alphabet of plain text, chosen or implied by its label."""
        return self.alphabet or ("latin-1" if self.data_coding == 3 else "gsm")

    @property
    def classes(self) -> dict[int, StatusClass]:
        """The site's own classes of statuses."""
        return {code: STATUS_WORDS[word] for code, word in self.statuses.items()}

    @property
    def answers(self) -> bool:
        """Whether a receiver's answer can come back this way."""
        return not self.sender_is_name if self.can_answer is None else self.can_answer

    @property
    def sender_is_name(self) -> bool:
        """Whether `source_address` is alphanumeric (TON 5), so that no phone can reply."""
        return NUMBER_SENDER.fullmatch(self.source_address) is None
