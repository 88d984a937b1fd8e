"""The chain: an event comes to the right person over the right route, and back."""

import pytest


def test_a_nurse_is_paged_and_acknowledges(ward):
    """A triaged case comes to the nurse on duty, and her OK closes the alert."""
    sent = ward.clinic.sends("triaged", profession="nurse", priority=2, case="A-1042", callback="20300")
    sent.is_answered("accepted")
    ward.settles()
    ward.handset("20117").shows("Prio 2 Triage HC Andersberg A-1042 ring 20300")
    ward.accepts("20117")
    sent.ends("acknowledged", proof="acknowledged")
    assert sent.words == [
        "page sent Anna Berg",
        "page delivered Anna Berg",
        "page acknowledged Anna Berg",
        "alert acknowledged",
    ]
    ward.advance(minutes=40)


def test_a_doctor_is_paged_by_sms(ward):
    """A doctor on duty with a mobile gets an SMS, and the receipt comes back."""
    sent = ward.clinic.sends("consultation", profession="Läkare", case="B-7")
    ward.settles()
    text = ward.phone("+46701740606").gets("Prio 2 Konsultation HC Andersberg B-7")
    assert text.endswith("Svara 1=ja 2=nej (10)")
    assert sent.words == ["page sent Maria Johansson", "page delivered Maria Johansson"]
    sent.is_open()


def test_another_profession_goes_to_the_nurse_by_name(ward):
    """A physiotherapist is asked for: the nurse is paged, and sees who was asked for."""
    ward.clinic.sends(profession="fysioterapeut")
    ward.settles()
    ward.handset("20117").shows("Prio 2 Triage HC Andersberg för fysioterapeut")


def test_a_profession_that_is_none_is_not_shown(ward):
    """A profession with anything but letters, blanks and hyphens is shown as another profession."""
    ward.clinic.sends(profession="sjukgymnast 19900101-0017")
    ward.settles()
    assert "1990" not in ward.handset("20117").shows("för annan yrkesgrupp")


@pytest.mark.parametrize(
    ("kind", "word"),
    [
        ("triaged", "Triage"),
        ("consultation", "Konsultation"),
        ("escalated", "Eskalering"),
        ("handover", "Överlämning"),
    ],
)
def test_each_kind_alerts(ward, kind, word):
    """Each of the four kinds of event pages somebody, and the text names it in one word."""
    ward.clinic.sends(kind).is_answered("accepted")
    ward.settles()
    ward.handset("20117").shows(f"Prio 2 {word} HC Andersberg")


def test_an_escalated_case_alerts_at_priority_1_and_without_one(ward):
    """Only an escalated case alerts at priority 1; one without a priority orders and beeps as 1."""
    ward.clinic.sends("escalated", priority=1, case="E-1")
    ward.settles()
    ward.handset("20117").shows("Prio 1 Eskalering", "E-1")
    ward.clinic.sends("escalated", priority=None, case="E-2").is_answered("accepted")
    ward.settles()
    ward.handset("20117").shows("Prio - Eskalering", "E-2")
    assert [shown.beep for shown in ward.device("20117").screen] == [1, 1]


@pytest.mark.parametrize("kind", ["triaged", "consultation", "handover"])
def test_priority_1_does_not_alert_by_the_criteria(ward, kind):
    """The other kinds do not alert at priority 1: ignored, counted, nobody paged."""
    ward.clinic.sends(kind, priority=1).is_answered("ignored")
    ward.advance(minutes=5)


def test_a_duplicate_is_answered_and_pages_nobody_again(ward):
    """The same event again is a duplicate with the first alert's identity."""
    sent = ward.clinic.sends()
    ward.settles()
    ward.handset("20117").shows("Prio 2 Triage")
    first = sent.is_answered("accepted")
    ward.clinic.sends_again(sent)
    assert sent.answers[1].status == "duplicate"
    assert sent.answers[1].alert == first.alert
    ward.settles()


def test_the_same_id_with_other_content_is_a_new_alert(ward):
    """An id that is used twice for different things pages again, warns the sender and alarms people."""
    ward.clinic.sends(id="x", source="s", case="A-1").is_answered("accepted")
    ward.settles()
    ward.handset("20117").shows("A-1")
    again = ward.clinic.sends(id="x", source="s", case="A-2")
    assert again.answers[1].status == "accepted"
    assert [warning.path for warning in again.answers[1].warnings] == ["id"]
    ward.settles()
    ward.handset("20117").shows("A-2")
    ward.handset("20999").shows("TEKNISKT LARM", "samma id två gånger")


def test_an_alias_names_a_unit(ward):
    """A unit may be named by its alias, an HSA-id for example; the text has its own name."""
    ward.clinic.sends(unit="SE2321000016-1XYZ").is_answered("accepted")
    ward.settles()
    ward.handset("20117").shows("HC Andersberg")


def test_an_unknown_unit_goes_to_the_catch_all(ward):
    """An event for a unit that the roster does not know is paged to the catch-all, marked."""
    ward.clinic.sends(unit="okand-1").is_answered("accepted")
    ward.settles()
    ward.handset("20999").shows("Prio 2 Triage OKÄND ENHET okand-1")
    ward.handset("20999").shows("TEKNISKT LARM", "okänd enhet okand-1")


def test_taken_closes_the_case(ward):
    """A case that somebody took in Clinic24 closes its alert, and the handset's message is taken back."""
    sent = ward.clinic.sends(case="T-1")
    ward.settles()
    ward.handset("20117").shows("T-1")
    ward.clinic.sends("taken", case="T-1", profession=None, priority=None).is_answered("accepted")
    ward.settles()
    sent.ends("cancelled")
    assert ward.device("20117").screen == []
    ward.clinic.sends("closed", case="T-1", profession=None, priority=None).is_answered("ignored")


def test_the_age_of_a_late_event_is_said(ward):
    """An event that is older than five minutes at its commit is paged with its age."""
    five_hours_ago = ward.wall() - 5 * 3600 * 1000 - 60_000
    ward.clinic.sends(time=five_hours_ago).is_answered("accepted")
    ward.settles()
    ward.handset("20117").shows("(5 tim sen) Prio 2 Triage HC Andersberg")


def test_a_personal_number_never_stops_a_page(ward):
    """A personal identity number in case or callback is dropped and named, and the page goes out without."""
    sent = ward.clinic.sends(case="19900101-0017", callback="900101-0017")
    answer = sent.is_answered("accepted")
    assert [warning.path for warning in answer.warnings] == ["data.case", "data.callback"]
    ward.settles()
    text = ward.handset("20117").shows("Prio 2 Triage HC Andersberg")
    assert "0017" not in text
