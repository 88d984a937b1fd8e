"""Answers by SMS: what counts, what does not, and what the one who answered is told."""

from dataclasses import replace

import pytest

from simulators.smsc.phones import Manner

MARIA = "+46701740606"
TAKEN = "Mottaget: du har tagit larm {}."
PASSED = "Mottaget: larm {} går vidare till nästa."
NOTHING = "Inget larm är besvarat."


@pytest.fixture
def maria(ward):
    """The doctor on duty, by her phone: `pages` sends a case and reads the page, `writes` answers."""
    return Maria(ward)


class Maria:
    def __init__(self, ward):
        self.ward = ward

    def pages(self, case, reference):
        """A case for the doctor; its text shows this reference."""
        sent = self.ward.clinic.sends(profession="doctor", case=case)
        self.ward.settles()
        assert self.ward.phone(MARIA).gets(case).endswith(f"Svara 1=ja 2=nej ({reference})")
        return sent

    def writes(self, text, to=None):
        """She answers, and what comes back has the time to come."""
        self.ward.mobile(MARIA).reply(text, to)
        self.ward.settles()

    def is_told(self, *parts):
        """The next SMS says this."""
        return self.ward.phone(MARIA).gets(*parts)

    def is_told_nothing(self):
        """No SMS came."""
        self.ward.phone(MARIA).gets_nothing()


def test_yes_takes_the_case_and_is_confirmed_by_one_line(maria):
    """Bare or with the reference, in any case and with a full stop: acknowledged, and one SMS says so."""
    written = ["1", "ok", "OK", " Ok! ", "1 {}", "1 ({})", "ok {}."]
    for reference, text in enumerate(written, 10):
        sent = maria.pages(f"A-{reference}", reference)
        maria.writes(text.format(reference))
        sent.ends("acknowledged", proof="acknowledged")
        maria.is_told(TAKEN.format(reference))
        maria.is_told_nothing()


def test_no_pages_the_next_and_is_confirmed(maria):
    """Declined: the next receiver is paged at once."""
    for reference, text in enumerate(["2", "nej", "Nej!", "2 {}"], 10):
        sent = maria.pages(f"A-{reference}", reference)
        maria.writes(text.format(reference))
        assert "page declined Maria Johansson" in sent.words
        maria.is_told(PASSED.format(reference))
        maria.ward.handset("20119").shows(f"A-{reference}")
        sent.is_open()


def test_what_is_no_answer_takes_nothing_and_is_said_at_once(maria):
    """Anything else than one word, alone or with the reference, takes nothing; how to answer is told."""
    sent = maria.pages("A-1", 10)
    for text in ["", "kanske", "1 2 10", "ok kommer strax", "10", "11", "3"]:
        maria.writes(text)
        sent.is_open()
        maria.is_told(NOTHING, "Svara 1 10 för ja, 2 10 för nej.")


def test_each_alert_to_a_phone_has_a_reference_of_its_own(maria):
    """They go up from alert to alert, and a repeat of the same alert keeps its own."""
    maria.pages("A-1", 10)
    maria.pages("A-2", 11)
    maria.ward.centre.next_answers.append(None)
    maria.ward.clinic.sends(profession="doctor", case="A-3")
    maria.ward.mobile(MARIA).manner = Manner.OFF
    maria.ward.advance(seconds=20)
    maria.ward.mobile(MARIA).turn_on()
    maria.is_told("A-3", "(12)")


def test_a_bare_answer_to_one_of_two_takes_neither_and_the_reference_does(maria):
    """Two pages since the last answer: told to name one; naming it counts for that one alone."""
    first, second = maria.pages("A-1", 10), maria.pages("A-2", 11)
    maria.writes("1")
    first.is_open()
    second.is_open()
    maria.is_told(NOTHING, "Ange larmets nummer.", "Svara 1 11/10 för ja")
    maria.writes("1 10")
    first.ends("acknowledged")
    second.is_open()
    maria.is_told(TAKEN.format(10))


def test_after_an_answer_a_bare_one_is_about_what_came_since(maria):
    """What was sent before the last answer is not meant; what came after it is, if it is one alone."""
    first, second = maria.pages("A-1", 10), maria.pages("A-2", 11)
    maria.writes("1 11")
    second.ends("acknowledged")
    maria.is_told(TAKEN.format(11))
    maria.writes("1")
    first.is_open()
    maria.is_told(NOTHING, "Svara 1 10 för ja")
    third = maria.pages("A-3", 12)
    maria.writes("1")
    third.ends("acknowledged")
    first.is_open()
    maria.is_told(TAKEN.format(12))


def test_a_closed_page_still_makes_a_bare_answer_ambiguous(maria):
    """A page that somebody else took lies on her screen all the same."""
    first = maria.pages("A-1", 10)
    maria.ward.clinic.sends("taken", case="A-1", profession=None, priority=None)
    first.ends("cancelled")
    second = maria.pages("A-2", 11)
    maria.writes("1")
    second.is_open()
    maria.is_told(NOTHING, "Svara 1 11 för ja")


def test_a_reference_that_never_was_takes_nothing(maria):
    """Told, with those that are open."""
    sent = maria.pages("A-1", 10)
    maria.writes("1 99")
    sent.is_open()
    maria.is_told("Larm 99 finns inte.", "Svara 1 10 för ja")


def test_an_answer_after_the_end_is_late_and_is_told_so(maria):
    """It changes no closing word; the source hears of it, and she hears that the alert is over."""
    sent = maria.pages("A-1", 10)
    maria.ward.clinic.sends("taken", case="A-1", profession=None, priority=None)
    sent.ends("cancelled")
    maria.writes("1 10")
    late = sent.outcomes[-1]
    assert (late.status, late.late, late.final) == ("acknowledged", True, False)
    sent.ends("cancelled")
    maria.is_told("Larm 10 är redan avslutat.")


def test_answered_twice_is_told_as_answered(maria):
    """The second yes changes nothing."""
    sent = maria.pages("A-1", 10)
    maria.writes("1")
    maria.is_told(TAKEN.format(10))
    maria.writes("1")
    sent.ends("acknowledged")
    maria.is_told("Larm 10 är redan besvarat.")


def test_who_declined_may_still_take_it(maria):
    """People change their minds while the alert is open."""
    sent = maria.pages("A-1", 10)
    maria.writes("2")
    maria.is_told(PASSED.format(10))
    maria.ward.handset("20119").shows("A-1")
    maria.writes("1 10")
    sent.ends("acknowledged")
    maria.is_told(TAKEN.format(10))


def test_without_an_open_page_a_refusal_comes_once_an_hour(maria):
    """A phone that answers by itself does not keep us talking."""
    maria.pages("A-1", 10)
    maria.writes("1")
    maria.is_told(TAKEN.format(10))
    for _ in range(4):
        maria.writes("hej")
        maria.ward.advance(minutes=10)
    maria.is_told("Inget larm väntar på svar från dig.")
    maria.is_told_nothing()
    maria.ward.advance(minutes=30)
    maria.writes("hej")
    maria.is_told("Inget larm väntar på svar från dig.")


def test_while_a_page_is_open_each_refusal_is_answered_until_it_is_a_machine(maria):
    """Ten in ten minutes are answered at once; who goes on then is no person."""
    maria.pages("A-1", 10)
    for _ in range(10):
        maria.writes("?")
        maria.is_told(NOTHING)
    maria.writes("?")
    maria.is_told_nothing()


def test_somebody_who_was_never_paged_takes_nothing(ward):
    """A yes from another phone is nobody's answer; he is told once."""
    sent = ward.clinic.sends(profession="doctor", case="A-1")
    ward.settles()
    ward.phone(MARIA).gets("A-1")
    ward.mobile("+46701740999").reply("1", "46701740699")
    ward.mobile("+46701740999").reply("1 10", "46701740699")
    ward.settles()
    sent.is_open()
    ward.phone("+46701740999").gets("Inget larm väntar på svar från dig.")


def test_an_answer_before_its_response_counts(maria):
    """The phone is faster than the centre's answer to us: the page is taken all the same."""
    ward = maria.ward
    ward.centre.manners = replace(
        ward.centre.manners, receipt_first=True, response_delay=3.0, receipt_delay=9.0
    )
    sent = ward.clinic.sends(profession="doctor", case="A-1")
    ward.advance(seconds=1)
    ward.phone(MARIA).gets("A-1")
    ward.mobile(MARIA).reply("1")
    ward.advance(seconds=15)
    sent.ends("acknowledged")
    ward.phone(MARIA).gets(TAKEN.format(10))


def test_an_answer_over_a_restart_counts(maria):
    """References and last answers are stored: the next process knows them."""
    ward = maria.ward
    first = maria.pages("A-1", 10)
    maria.writes("1")
    maria.is_told(TAKEN.format(10))
    second = maria.pages("A-2", 11)
    ward.dies()
    ward.starts()
    ward.clinic.connects()
    maria.writes("1")
    second.ends("acknowledged")
    first.ends("acknowledged")
    maria.is_told(TAKEN.format(11))
    maria.pages("A-3", 12)


def test_an_answer_that_comes_while_we_are_down_counts_afterwards(maria):
    """The centre keeps it until it is answered."""
    ward = maria.ward
    sent = maria.pages("A-1", 10)
    ward.dies()
    ward.mobile(MARIA).reply("1")
    ward.advance(seconds=1)
    ward.starts()
    ward.clinic.connects()
    ward.settles()
    sent.ends("acknowledged")
    maria.is_told(TAKEN.format(10))


def test_the_words_are_the_sites(make_ward, plans):
    """Other words, and no way to decline."""
    config = plans.CONFIG + '\n[answers]\naccept = ["ja", "👍"]\ndecline = []\n'
    ward = make_ward(config=config)
    sent = ward.clinic.sends(profession="doctor", case="A-1")
    ward.settles()
    ward.phone(MARIA).gets("Svara ja=ja (10)")
    ward.mobile(MARIA).reply("1")
    ward.settles()
    sent.is_open()
    ward.phone(MARIA).gets("Svara ja 10 för ja.")
    ward.mobile(MARIA).reply("👍")
    ward.settles()
    sent.ends("acknowledged")
    ward.phone(MARIA).gets(TAKEN.format(10))


def test_what_was_written_is_kept_nowhere(maria):
    """A message may name a patient: neither timeline nor outcome repeats it."""
    sent = maria.pages("A-1", 10)
    maria.writes("Karin Åkesson 19900101-0017 mår sämre")
    maria.is_told(NOTHING)
    for table in ("step", "alert", "alarm"):
        for row in maria.ward.store.execute(f"SELECT * FROM {table}").fetchall():
            assert "kesson" not in repr(row)
    sent.is_open()
