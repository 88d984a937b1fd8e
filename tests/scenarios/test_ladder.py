"""Nobody answers, nobody is there, somebody declines: the next receiver is paged, and people are told."""

from gateway.ports import Report, ReportWord


def test_unanswered_goes_up_the_whole_ladder_and_expires_red(ward):
    """Unanswered, the next of the slot is paged, then the unit's fallback, the area's; then it expires."""
    sent = ward.clinic.sends(priority=2, case="L-1")
    ward.settles()
    ward.handset("20117").shows("L-1")
    ward.advance(seconds=115)
    ward.handset("20118").gets_nothing()
    ward.advance(seconds=5)
    ward.handset("20118").shows("L-1")
    ward.advance(minutes=2)
    ward.handset("20119").shows("L-1")
    ward.advance(minutes=2)
    ward.handset("20999").shows("L-1")
    sent.is_open()
    ward.advance(minutes=24)
    sent.ends("expired", proof="delivered")
    ward.handset("20999").shows("TEKNISKT LARM", "slutade utan")
    ward.advance(minutes=30)


def test_priority_1_goes_up_every_minute(ward):
    """At priority 1 the next receiver is paged after 60 seconds, whatever `delivered` says."""
    sent = ward.clinic.sends("escalated", priority=1)
    ward.settles()
    ward.handset("20117").shows("Prio 1")
    ward.advance(seconds=58)
    ward.handset("20118").shows("Prio 1")
    ward.accepts("20118")
    sent.ends("acknowledged")
    assert ward.device("20117").screen == [], "the first handset's message is taken back"


def test_priority_5_waits_five_minutes(ward):
    """At priorities 3 to 5 the next receiver is paged after 300 seconds."""
    ward.clinic.sends(priority=5)
    ward.settles()
    ward.handset("20117").shows("Prio 5")
    ward.advance(seconds=290)
    ward.handset("20118").gets_nothing()
    ward.advance(seconds=10)
    ward.handset("20118").shows("Prio 5")


def test_nobody_on_duty_goes_to_the_unit_s_fallback_and_alarms(ward):
    """With nobody on duty the unit's fallback is paged, and people are told that the plan has a hole."""
    sent = ward.clinic.sends(profession="doctor")  # Maria is on by day
    ward.settles()
    ward.phone("+46701740606").gets("Prio 2")
    sent.is_open()
    ward.advance(minutes=60 * 8)  # 18:00: no shift covers this
    for screen in (ward.handset("20119"), ward.handset("20999"), ward.handset("20999")):
        screen.shows()
    ward.clinic.sends(profession="doctor", case="N-1").is_answered("accepted")
    ward.settles()
    ward.handset("20119").shows("N-1")
    ward.handset("20999").shows("TEKNISKT LARM", "ingen i tjänst på HC Andersberg")


def test_no_receiver_is_told_to_the_source_and_to_people(ward):
    """With nobody on duty and no fallback the alert closes no_receiver at once, and that is an alarm."""
    sent = ward.clinic.sends(unit="tom")
    sent.is_answered("accepted")
    sent.ends("no_receiver", proof="none")
    ward.settles()
    ward.handset("20999").shows("TEKNISKT LARM", "slutade utan")


def test_declined_pages_the_next_at_once(ward):
    """A receiver who declines is followed by the next without waiting."""
    sent = ward.clinic.sends(case="D-1")
    ward.settles()
    ward.handset("20117").shows("D-1")
    news = Report("dect", ("20117",), ReportWord.DECLINED, "declined", lambda attempt: True)
    ward.gateway.dispatcher.reported(news)
    ward.settles()
    ward.handset("20118").shows("D-1")
    assert "page declined Anna Berg" in sent.words


def test_an_answer_after_the_end_changes_no_closing_word(ward):
    """An answer that comes after the end is told as late, and the alert stays what it was."""
    sent = ward.clinic.sends(unit="hc-andersberg", profession="nurse", case="X-1")
    ward.settles()
    ward.handset("20117").shows("X-1")
    ward.advance(minutes=30)
    for extension in ("20118", "20119", "20999", "20999"):
        ward.handset(extension).shows()
    sent.ends("expired")
    ward.accepts("20117")
    late = sent.outcomes[-1]
    assert (late.status, late.late, late.final) == ("acknowledged", True, False)
    sent.ends("expired")


def test_an_ambiguous_status_acknowledges_nothing(ward):
    """A status that could belong to two pages acknowledges neither, and both ladders go on."""
    first = ward.clinic.sends(case=None)
    second = ward.clinic.sends(case=None)
    ward.settles()
    for _ in range(2):
        ward.handset("20117").shows("Prio 2 Triage HC Andersberg")
    ward.accepts("20117")
    first.is_open()
    second.is_open()
    ward.advance(minutes=2)
    for _ in range(2):
        ward.handset("20118").shows("Prio 2 Triage HC Andersberg")


def test_a_one_way_unit_closes_unconfirmed(make_ward, plans):
    """Where the unit wants it, a route that cannot answer closes its alert when it has proved all it can."""
    ward = make_ward(config=plans.CONFIG.replace('"+46701740699"', '"Bakjour"'))
    sent = ward.clinic.sends(unit="sms-enheten", case="S-1")
    ward.settles()
    assert "Svara" not in ward.phone("+46701740606").gets("S-1"), "nobody can reply to a name"
    sent.ends("unconfirmed", proof="delivered")
    ward.advance(minutes=40)


def test_a_page_whose_text_fails_goes_out_in_the_plainest_words(ward, monkeypatch):
    """A fault in one page's text costs it its words, not its page, and touches no other."""
    from gateway.delivery import scribe  # noqa: PLC0415

    real = scribe.compose

    def compose(subject, *args, **options):
        if subject.case == "BAD":
            raise ValueError("template")
        return real(subject, *args, **options)

    monkeypatch.setattr(scribe, "compose", compose)
    ward.clinic.sends(case="BAD")
    ward.clinic.sends(case="GOOD")
    ward.settles()
    assert ward.handset("20117").shows("Prio 2 larm hc-andersberg") == "Prio 2 larm hc-andersberg"
    ward.handset("20117").shows("GOOD")
    ward.handset("20999").shows("TEKNISKT LARM", "texten till larm")
