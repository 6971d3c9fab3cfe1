"""Show times of an answer are judged before they are stored, so that none stands on a day it is not of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from hallofshame.domain.localtime import from_unix, local_day
from hallofshame.domain.names import quoted
from hallofshame.domain.readings import Finding, ShowTimeReading
from hallofshame.store.show_times import ShowsSaid

ONE_DAY = dt.timedelta(days=1)


def judged(
    ride_id: int, name: str, observed_at: int, shows: Sequence[ShowTimeReading], timezone: str
) -> tuple[ShowsSaid, list[Finding]]:
    """The show times of one entity that can be believed, and a finding for each that cannot.

    Of another date than the answer's own, the day before or the day after: left out. An end before its begin
    is left out; an end at the begin is how feeds write that they know none.
    """
    today = local_day(from_unix(observed_at), timezone)
    good: list[ShowTimeReading] = []
    found: list[Finding] = []
    for show in shows:
        if abs(_date(show, timezone) - today) > ONE_DAY:
            found.append(
                Finding(
                    "show_time_of_another_date",
                    name,
                    f"{quoted(name)}: a {show.kind} of {_date(show, timezone)} stands in an answer of "
                    f"{today}; left out, while its other times are kept.",
                )
            )
            continue
        if show.ends_at is not None and show.ends_at <= show.starts_at:
            if show.ends_at < show.starts_at:
                found.append(
                    Finding(
                        "show_time_backwards",
                        name,
                        f"{quoted(name)}: a {show.kind} ends at {show.ends_at:%Y-%m-%d %H:%M} UTC, before it "
                        f"begins at {show.starts_at:%H:%M}; kept without an end.",
                    )
                )
            good.append(replace(show, ends_at=None))
            continue
        good.append(show)
    return ShowsSaid(ride_id, observed_at, tuple(dict.fromkeys(good))), found


def _date(show: ShowTimeReading, timezone: str) -> dt.date:
    try:
        return local_day(show.starts_at, timezone)
    except OverflowError:  # in the year 1 or 9999
        return show.starts_at.date()
