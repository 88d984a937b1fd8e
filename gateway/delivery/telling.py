"""What people are told when an alert goes badly: one alarm for each thing that it is about."""

from gateway.delivery.events import Change, Concern
from gateway.logs import get_logger
from gateway.model import Alert
from gateway.ports import Alarms

log = get_logger("telling")


def tell_people(alert: Alert, change: Change, alarms: Alarms) -> None:
    """Raise what a step asks for; a page to the operators that goes badly does not page them again."""
    for concern, text in change.alarms:
        if alert.subject.technical:
            log.error("a page to the operators ended badly", alert=alert.id, text=text)
        elif concern is Concern.UNIT:
            subject = alert.subject
            key = f"unit:{subject.unit_name}" if subject.unit_known else f"unknown:{subject.unit}"
            alarms.tell(key, text)
        elif concern is Concern.RECEIVER:
            alarms.tell(f"receiver:{text}", f"no carrier serves a number of {text}")
        else:
            alarms.tell(f"alert:{alert.id}", f"alert {alert.id} {text}")
