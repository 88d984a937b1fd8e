"""Outcomes as the wires write them."""

from gateway.store.values import StoredOutcome
from protocols.clinic24.messages import Outcome


def wire_outcome(outcome: StoredOutcome) -> Outcome:
    """A stored outcome as a line for Clinic24."""
    return Outcome(
        seq=outcome.seq,
        scope=outcome.scope,
        alert=str(outcome.alert),
        source=outcome.source,
        id=outcome.event,
        status=outcome.status.value,
        at=outcome.at,
        receiver=outcome.receiver,
        carrier=outcome.carrier,
        final=outcome.final,
        proof=None if outcome.proof is None else outcome.proof.value,
        late=outcome.late,
        reason=outcome.reason,
    )
