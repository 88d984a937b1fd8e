"""What only the whole MQTT source shows."""

from pathlib import Path

import pytest

from gateway.config import ConfigFaults, MqttSource, parse

BASE = '[[source]]\ntype = "mqtt"\nhost = "127.0.0.1"\nclient_id = "bakjour-1"\n'


def faults_of(more: str, folder: Path) -> list[str]:
    with pytest.raises(ConfigFaults) as raised:
        parse((BASE + more).encode(), folder, {})
    return [fault.path for fault in raised.value.faults]


@pytest.mark.parametrize(
    ("more", "path"),
    [
        ('topic = "clinic24/#"', "source[0].topic"),
        ('topic = "$share/a/clinic24/events"', "source[0].topic"),
        ('status_topic = "clinic24/events"', "source[0].status_topic"),
        ('status_topic = "clinic24/+"', "source[0].status_topic"),
        ('cert_file = "a.pem"', "source[0].key_file"),
        ('key_file = "a.key"', "source[0].cert_file"),
    ],
)
def test_topics_that_meet_and_half_a_certificate_are_faults(tmp_path: Path, more: str, path: str) -> None:
    """Each is told with the key that is wrong or missing."""
    assert faults_of(more, tmp_path) == [path]


def test_files_are_found_from_the_configuration_s_folder(tmp_path: Path) -> None:
    """A relative name starts at the file, an absolute one stays."""
    config = parse((BASE + 'ca_file = "ca.pem"\ncert_file = "/c.pem"\nkey_file = "k"').encode(), tmp_path, {})
    (source,) = config.source
    assert isinstance(source, MqttSource)
    assert (source.ca_file, source.cert_file) == (str(tmp_path / "ca.pem"), "/c.pem")
