"""What is late: all of collecting, or a feed that gave most of its parks nothing. Said above every page."""

from __future__ import annotations

from hallofshame.domain.plurals import counted
from hallofshame.pipeline.feedhealth import PolledOnce, feed_states
from hallofshame.store.reports.polls import latest_polls
from hallofshame.web.envelope import Row, iso
from hallofshame.web.reading import Reading
from hallofshame.web.wording import FEED_WORDS


def late_notices(reading: Reading) -> list[Row]:
    """One row per thing that is late: ``name`` (``late`` or ``feeds``), ``words``, ``since`` (an instant).

    As ``/api/health`` judges it: no cycle for three cadences, or a feed that failed for over half of its
    parks at the latest one.
    """
    if reading.data_as_of is None:
        return []
    known: list[Row] | None = reading.site.memo.get(("late", reading.version, reading.present))
    if known is None:
        known = [*_of_cycles(reading), *_of_feeds(reading)]
        reading.site.memo.put(("late", reading.version, reading.present), known, len(known) + 1)
    return known


def _of_cycles(reading: Reading) -> list[Row]:
    _half_hour, is_fresh = reading.present
    if is_fresh:
        return []
    words = "The newest figures are late: nothing has been collected since"
    return [{"name": "late", "words": words, "since": iso(reading.data_as_of)}]


def _of_feeds(reading: Reading) -> list[Row]:
    polls = latest_polls(reading.connection)
    states = feed_states(
        PolledOnce(poll.feed, poll.park_slug, poll.outcome, poll.http_status, poll.detail, poll.attempts)
        for poll in polls
    )
    silent = [
        f"{FEED_WORDS[state.feed.slug]} gave nothing for {state.failed} of {counted(state.asked, 'park')}"
        for state in states
        if state.is_silent
    ]
    if not silent:
        return []
    words = f"A source is late: {', and '.join(silent)}; figures of these parks may be old. Last asked"
    return [{"name": "feeds", "words": words, "since": iso(polls[0].observed_at)}]
