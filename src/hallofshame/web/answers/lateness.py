"""What is late: all of collecting, or a feed that gave most of its parks nothing. Said above every page."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

from hallofshame.domain.plurals import counted
from hallofshame.pipeline.feedhealth import PolledOnce, feed_states
from hallofshame.store.reports.polls import latest_polls
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.answers.envelope import iso
from hallofshame.web.wording import FEED_WORDS


class LateNotice(TypedDict):
    """One thing that is late: ``name`` (``late`` or ``feeds``), in words, and since when."""

    name: Literal["late", "feeds"]
    words: str
    since: str | None


def late_notices(context: AnswerContext) -> list[LateNotice]:
    """One row per thing that is late: ``name`` (``late`` or ``feeds``), ``words``, ``since`` (an instant).

    As ``/api/health`` judges it: no cycle for three cadences, or a feed that failed for over half of its
    parks at the latest one.
    """
    if context.data_as_of is None:
        return []
    known: list[LateNotice] | None = context.site.memo.get(("late", context.version, context.present))
    if known is None:
        known = [*_of_cycles(context), *_of_feeds(context)]
        key = ("late", context.version, context.present)
        context.site.memo.put(key, known, len(known) + 1, context.version)
    return known


def _of_cycles(context: AnswerContext) -> list[LateNotice]:
    _half_hour, is_fresh = context.present
    if is_fresh:
        return []
    words = "The newest figures are late: nothing has been collected since"
    return [{"name": "late", "words": words, "since": iso(context.data_as_of)}]


def _of_feeds(context: AnswerContext) -> list[LateNotice]:
    polls = latest_polls(context.connection)
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
