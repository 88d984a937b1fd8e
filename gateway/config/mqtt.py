"""What only the whole [[source]] of an MQTT broker shows: topics that meet, half a certificate.

Run on the document before pydantic sees it, so that these faults come with all others.
"""

from typing import Any

from gateway.config.faults import Fault

SHARED = "$share/"
FILES = ("ca_file", "cert_file", "key_file")
"""Keys that name files beside the configuration."""


def mqtt_faults(path: str, row: dict[str, Any]) -> list[Fault]:
    """The faults of one source; values of a wrong type are left to pydantic."""
    # Imported only where a source is configured: a gateway without MQTT starts without its library.
    from paho.mqtt.client import topic_matches_sub  # noqa: PLC0415

    faults = []
    topic = _text(row, "topic", "clinic24/events")
    status = _text(row, "status_topic", "clinic24/status")
    if topic.startswith(SHARED):
        reason = "a shared subscription loses a dead node's share; every node subscribes to everything"
        faults.append(Fault(f"{path}.topic", f"{reason}; allowed: a topic without {SHARED}"))
    elif topic and status and topic_matches_sub(topic, f"{status}/online"):
        faults.append(Fault(f"{path}.topic", "covers status_topic: what we publish would come back"))
    elif topic == status:
        faults.append(Fault(f"{path}.status_topic", "is the topic of the events; allowed: another"))
    if "#" in status or "+" in status:
        faults.append(Fault(f"{path}.status_topic", "is published to: # and + are not allowed"))
    for one, other in (("cert_file", "key_file"), ("key_file", "cert_file")):
        if one in row and other not in row:
            faults.append(Fault(f"{path}.{other}", f"is missing: {one} needs it"))
    return faults


def _text(row: dict[str, Any], key: str, default: str) -> str:
    value = row.get(key, default)
    return value if isinstance(value, str) else ""
