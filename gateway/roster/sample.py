"""The sample roster that `bakjour init` writes and the demo runs on.

Rules: the text is a template, `sample.toml`; what stands below its mark is repeated for every date. The same
date always gets the same slots, so that a sample may be imported over an older one.
"""

from datetime import date, timedelta
from importlib import resources

_MARK = "# --- every day ---\n"
_DATE = "1970-01-01"  # stands in the template for the date, which keeps it valid TOML
MAX_DAYS = 366  # a year of samples is enough for anybody, and well below what a file may hold


def sample(today: date, days: int) -> str:
    """A sample roster as the text of a roster file: yesterday, whose night goes on, and `days` from today.

    `days` is 1 to 366. Raises ValueError otherwise.
    """
    if not 1 <= days <= MAX_DAYS:
        raise ValueError(f"{days} days are not possible; allowed: 1 to {MAX_DAYS}")
    template = (resources.files("gateway.roster") / "sample.toml").read_text("utf-8")
    frame, _, every_day = template.partition(_MARK)
    dates = (today + timedelta(days=number) for number in range(-1, days))
    return frame + "".join(every_day.replace(_DATE, day.isoformat()) for day in dates)
