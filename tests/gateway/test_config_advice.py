"""What `bakjour check` warns of."""

from pathlib import Path

from gateway.config import Config, Reach, advise, advise_roster, parse
from gateway.model import NumberKind

SMS = """
[[carrier]]
name = "sms"
type = "smpp"
serves = "mobile"
endpoint = "tcp:host=127.0.0.1:port=2775"
system_id = "bakjour"
password = "hemligt"
source_address = "{sender}"
"""
DECT = """
[[carrier]]
name = "{name}"
type = "espa444"
serves = "extension"
endpoint = "tcp:host=127.0.0.1:port=4444"
status_mode = "{status}"
"""
TCP = """
[[source]]
type = "tcp"
listen = "tcp:0"
"""
MOBILE, EXTENSION = NumberKind.MOBILE, NumberKind.EXTENSION
ANNA = Reach("anna", "Anna Berg", (EXTENSION, MOBILE))
BO = Reach("bo", "Bo Ek", (MOBILE,))


def config(*parts: str) -> Config:
    """A configuration of these parts."""
    return parse("\n".join(parts).encode(), Path("/etc/bakjour"), {})


def test_everything_in_order() -> None:
    """A configuration without doubts brings no advice."""
    text = SMS.format(sender="+46701740699").replace("hemligt", "")
    assert advise(config(TCP, text, DECT.format(name="dect", status="automatic"))) == ()


def test_doubts() -> None:
    """A password in clear, a sender that is a name, a kind nobody serves and no source are told."""
    warned = {item.path: item.message for item in advise(config(SMS.format(sender="Bakjour")))}
    assert set(warned) == {"carrier[0].password", "carrier[0].source_address", "carrier", "source"}
    assert "extension" in warned["carrier"]
    assert "hemligt" not in str(warned)


def test_route_without_answer() -> None:
    """A paging system that tells no status cannot bring an answer back, unless the site says it can."""
    silent = DECT.format(name="dect", status="none")
    assert "carrier[0]" in {item.path for item in advise(config(silent))}
    assert "carrier[0]" not in {item.path for item in advise(config(silent, "can_answer = true"))}


def test_receiver_without_carrier() -> None:
    """A receiver whose kind of number no carrier serves is named."""
    warned = advise_roster(config(SMS.format(sender="+46701740699")), {"anna": ANNA}, {})
    assert [item.path for item in warned] == ["receiver anna"]


def test_unit_on_one_carrier() -> None:
    """A unit all of whose people hang on one carrier is named; one with two ways is not."""
    ways = config(SMS.format(sender="+46701740699"), DECT.format(name="dect", status="automatic"))
    warned = advise_roster(ways, {"anna": ANNA, "bo": BO}, {"a": ["anna", "bo"], "b": ["bo"], "c": []})
    assert [item.path for item in warned] == ["unit b", "unit c"]
    assert "hangs on one carrier, sms" in warned[0].message


def test_unit_without_answer() -> None:
    """A unit none of whose carriers brings an answer back is named."""
    ways = config(SMS.format(sender="Bakjour"), DECT.format(name="dect", status="none"))
    warned = advise_roster(ways, {"anna": ANNA}, {"a": ["anna"]})
    assert "no route that an answer" in warned[0].message


def test_names_that_the_roster_lacks() -> None:
    """A catch-all or an alarm's receiver that the roster does not have is named."""
    ways = config('[gateway]\ncatch_all = "x"', '[alarms]\nreceivers = ["anna", "y"]')
    found = [item.path for item in advise_roster(ways, {"anna": ANNA}, {})]
    assert found[:2] == ["gateway.catch_all", "alarms.receivers[1]"]
