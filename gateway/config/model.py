"""The whole configuration as one value."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from gateway.config.espa444 import EspaCarrier, EspaSource
from gateway.config.lines import (
    Carrier,
    MqttSource,
    Source,
    TcpSource,
)
from gateway.config.modem import GsmModemCarrier
from gateway.config.sections import (
    AlarmsSection,
    AnswersSection,
    AuditSection,
    CoverageSection,
    CriteriaSection,
    GatewaySection,
    PrivacySection,
    ProfessionsSection,
    Section,
    StoreSection,
    TextsSection,
    WebSection,
    as_tuple,
)
from gateway.config.smpp import SmppCarrier
from gateway.model import NumberKind
from gateway.routing.criteria import Criteria, make_criteria

AnySource = Annotated[Source, Field(discriminator="type")]
AnyCarrier = Annotated[Carrier, Field(discriminator="type")]


class Config(Section):
    """bakjour.toml. Carriers that serve the same kind of number stand in order of preference."""

    gateway: GatewaySection = GatewaySection()
    professions: ProfessionsSection = ProfessionsSection()
    store: StoreSection = StoreSection()
    web: WebSection | None = None
    criteria: CriteriaSection = CriteriaSection()
    privacy: PrivacySection = PrivacySection()
    texts: TextsSection = TextsSection()
    alarms: AlarmsSection = AlarmsSection()
    audit: AuditSection = AuditSection()
    coverage: CoverageSection = CoverageSection()
    answers: AnswersSection = AnswersSection()
    source: Annotated[
        tuple[AnySource, ...], BeforeValidator(as_tuple, json_schema_input_type=list[AnySource])
    ] = ()
    carrier: Annotated[
        tuple[AnyCarrier, ...], BeforeValidator(as_tuple, json_schema_input_type=list[AnyCarrier])
    ] = ()

    def serving(self, kind: NumberKind) -> tuple[Carrier, ...]:
        """The carriers for this kind of number, the preferred one first."""
        return tuple(carrier for carrier in self.carrier if carrier.serves is kind)

    @property
    def routing(self) -> Criteria:
        """The criteria and the role mapping in force."""
        return make_criteria(self.criteria.by_kind, self.professions.doctor, self.professions.nurse)


SECTIONS: dict[str, type[Section]] = {
    "gateway": GatewaySection,
    "professions": ProfessionsSection,
    "store": StoreSection,
    "web": WebSection,
    "criteria": CriteriaSection,
    "privacy": PrivacySection,
    "texts": TextsSection,
    "alarms": AlarmsSection,
    "audit": AuditSection,
    "coverage": CoverageSection,
    "answers": AnswersSection,
}
TYPES: dict[str, dict[str, type[Section]]] = {
    "source": {"tcp": TcpSource, "mqtt": MqttSource, "espa444": EspaSource},
    "carrier": {"espa444": EspaCarrier, "smpp": SmppCarrier, "gsm-modem": GsmModemCarrier},
}
"""The models behind the paths, so that a fault can name the allowed keys."""
