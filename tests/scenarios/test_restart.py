"""The gateway stops, or dies, and is started again: what was accepted goes on."""


def test_a_restart_goes_on_with_open_pages(ward):
    """After a restart the ladder of an open alert goes on where it stood, and its answer still counts."""
    sent = ward.clinic.sends(case="R-1")
    ward.settles()
    ward.handset("20117").shows("R-1")
    ward.dies()
    ward.starts()
    ward.clinic.connects()
    ward.accepts("20117")
    sent.ends("acknowledged")


def test_a_page_that_was_in_flight_is_repeated_and_says_so(ward):
    """A page whose attempt had begun when the process died may have been shown: it is repeated, marked."""
    ward.dect.faults.silent = True
    ward.clinic.sends(case="R-2")
    ward.dies()
    ward.dect.faults.silent = False
    ward.starts()
    ward.settles()
    assert ward.handset("20117").shows("R-2").startswith("(upprepat) Prio 2")


def test_a_queued_page_is_sent_after_a_restart_without_a_mark(ward):
    """A page that had not begun is sent after the restart as if nothing had been."""
    ward.network.refuse("dect")
    ward.network.cut("dect")
    ward.clinic.sends(case="R-3")
    ward.dies()
    ward.network.allow("dect")
    ward.starts()
    ward.settles()
    assert ward.handset("20117").shows("R-3").startswith("Prio 2")


def test_the_ladder_s_deadlines_pass_during_the_outage(ward):
    """A deadline that passed while the gateway was away is kept at its start: the next receiver is paged."""
    ward.clinic.sends(case="R-4")
    ward.settles()
    ward.handset("20117").shows("R-4")
    ward.dies()
    ward.advance(minutes=5)
    ward.starts()
    ward.settles()
    ward.handset("20118").shows("R-4")


def test_outcomes_are_not_lost_over_a_restart(ward):
    """A source that asks from its last number hears every outcome, in order, without a hole."""
    sent = ward.clinic.sends(case="R-5")
    ward.settles()
    ward.handset("20117").shows("R-5")
    ward.dies()
    ward.starts()
    ward.accepts("20117")
    ward.clinic.connects()
    assert [one.seq for one in ward.clinic.outcomes] == list(range(1, len(ward.clinic.outcomes) + 1))
    sent.ends("acknowledged")


def test_the_wall_clock_set_back_freezes_nothing(ward):
    """The system's clock is set an hour back: the next receiver is paged when he would have been."""
    ward.clinic.sends(case="C-1")
    ward.settles()
    ward.handset("20117").shows("C-1")
    ward.wall_step = -3600_000
    ward.advance(seconds=116)
    ward.handset("20118").gets_nothing()
    ward.advance(seconds=4)
    ward.handset("20118").shows("C-1")
    ward.handset("20999").shows("TEKNISKT LARM", "klocka")


def test_the_wall_clock_set_forth_expires_nothing(ward):
    """The system's clock is set an hour forth: nothing expires early, nothing is paged early."""
    sent = ward.clinic.sends(case="C-2")
    ward.settles()
    ward.handset("20117").shows("C-2")
    ward.wall_step = 3600_000
    ward.advance(seconds=60)
    sent.is_open()
    ward.handset("20118").gets_nothing()
    ward.advance(seconds=60)
    ward.handset("20118").shows("C-2")
    ward.handset("20999").shows("TEKNISKT LARM", "klocka")
