"""The keys of an SMPP carrier and of [answers]: defaults, faults with their places, what goes together."""

from pathlib import Path

import pytest

from gateway.config import ConfigFaults, SmppCarrier, parse
from protocols.smpp.status import StatusClass

SMS = """
[[carrier]]
name = "sms"
type = "smpp"
serves = "mobile"
endpoint = "tcp:host=127.0.0.1:port=2775"
system_id = "bakjour"
password = "secret"
source_address = "+46701740699"
"""


def carrier(more: str = "", text: str = SMS) -> SmppCarrier:
    (made,) = parse((text + more).encode(), Path("/etc"), {}).carrier
    assert isinstance(made, SmppCarrier)
    return made


def faults(more: str, text: str = SMS) -> dict[str, str]:
    with pytest.raises(ConfigFaults) as caught:
        parse((text + more).encode(), Path("/etc"), {})
    return {fault.path: fault.message for fault in caught.value.faults}


def test_one_site_or_several() -> None:
    """`endpoint`, or `endpoints` in its place, up to four; not both, and not neither."""
    assert carrier().sites == ("tcp:host=127.0.0.1:port=2775",)
    two = 'endpoints = ["tls:smpp1.example.org:3550", "tls:smpp2.example.org:3550"]\n'
    bare = SMS.replace('endpoint = "tcp:host=127.0.0.1:port=2775"\n', "")
    assert len(carrier(two, bare).sites) == 2
    assert set(faults(two)) == {"carrier[0].endpoints"}
    assert set(faults("", bare)) == {"carrier[0].endpoint"}
    assert set(faults("endpoints = []\n", bare)) == {"carrier[0].endpoint"}
    wrong = 'endpoints = ["ssl:smpp1.example.org:3550", "tcp:host=a:port=1"]\n'
    assert "verifies nobody" in faults(wrong, bare)["carrier[0].endpoints[0]"]


def test_statuses_by_name_or_number() -> None:
    """As the specification or an operator's guide writes them; 0 is never an error."""
    table = '[carrier.statuses]\nRMSGQFUL = "temporary"\n"0x410" = "content"\n1042 = "route"\n'
    table += 'ESME_RX_T_APPN = "throttle"\n'
    assert carrier(table).classes == {
        0x14: StatusClass.TEMPORARY,
        0x410: StatusClass.PERMANENT_CONTENT,
        1042: StatusClass.SESSION,
        0x64: StatusClass.THROTTLE,
    }
    wrong = '[carrier.statuses]\nROK = "content"\nRNOSUCH = "route"\nRSYSERR = "later"\n'
    said = faults(wrong)["carrier[0].statuses"]
    assert all(word in said for word in ("ROK", "RNOSUCH", "later", "throttle, temporary, receiver"))


def test_the_alphabet_follows_its_label_unless_it_is_written() -> None:
    """Latin-1 is sent as Latin-1 and not as GSM under its name."""
    assert carrier().plain_alphabet == "gsm"
    assert carrier("data_coding = 3\n").plain_alphabet == "latin-1"
    assert carrier('data_coding = 3\nalphabet = "gsm"\n').plain_alphabet == "gsm"


def test_a_page_of_several_parts_must_fit_into_the_window() -> None:
    """Or it could never leave."""
    assert "max_parts = 4" in faults("window = 3\nmax_parts = 4\n")["carrier[0]"]
    assert carrier('window = 1\nmax_parts = 4\nlong_messages = "payload"\n').parts_most == 1


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ('flash_numbers = ["0701740605"]', "carrier[0].flash_numbers[0]"),
        ('bind_mode = "both"', "carrier[0].bind_mode"),
        ("max_parts = 9", "carrier[0].max_parts"),
        ('plain_address = "Bakjour"', "carrier[0].plain_address"),
        ('alphabet = "utf-8"', "carrier[0].alphabet"),
        ('long_messages = "concat"', "carrier[0].long_messages"),
    ],
)
def test_what_is_not_allowed_is_told_with_its_place(line: str, path: str) -> None:
    """Each key by itself."""
    assert set(faults(line + "\n")) == {path}


def test_the_words_of_answers() -> None:
    """Folded, single words; the defaults are the contract's."""
    usual = parse(SMS.encode(), Path("/etc"), {}).answers
    assert (usual.accept, usual.decline) == (("1", "ok"), ("2", "nej"))
    written = '[answers]\naccept = ["JA", "👍"]\ndecline = []\n'
    assert parse((SMS + written).encode(), Path("/etc"), {}).answers.words.accept == ("ja", "👍")


@pytest.mark.parametrize(
    ("lines", "path"),
    [
        ('accept = ["ja nu"]', "answers.accept"),
        ('accept = ["ok!"]', "answers.accept"),
        ("accept = []", "answers.accept"),
        ('accept = ["2"]', "answers.decline[0]"),
        ('decline = ["OK", "nej"]', "answers.decline[0]"),
        ('accpet = ["1"]', "answers.accpet"),
    ],
)
def test_a_word_that_cannot_be_read_or_means_both_is_a_fault(lines: str, path: str) -> None:
    """Also where it meets a default."""
    assert path in faults(f"[answers]\n{lines}\n")
