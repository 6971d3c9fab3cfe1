"""ThemeParks.wiki's history API: a park's days of change rows, and its own daily figures.

Always asked per park: one request answers for all its rides. Every request goes through the one HTTP policy
and is booked in a budget first.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

from hallofshame.domain.errors import (
    BodyError,
    BudgetSpentError,
    FeedError,
    KeyRefusedError,
    WindowExceededError,
)
from hallofshame.domain.localtime import ONE_DAY, day_bounds, from_unix
from hallofshame.domain.plurals import counted
from hallofshame.domain.readings import DayTold, HistoryPage, StatusChange
from hallofshame.domain.words import PollOutcome
from hallofshame.feeds.base import FeedContext
from hallofshame.feeds.history_budget import HistoryBudget, Unmetered
from hallofshame.feeds.parsing import Findings, as_object, shown
from hallofshame.feeds.themeparks_wiki_history import clip, parse_daily, parse_history

MAX_HISTORY_PAGES = 50
"""Pages followed for one day of history; the documented answer is a single page."""

MAX_DAILY_PAGES = 200

Page = tuple[list[Any], str | None]


@dataclass(frozen=True, slots=True)
class HistoryAccess:
    """How the history API is asked: the key (empty: none is sent) and who keeps the budget."""

    key: str = field(default="", repr=False)
    budget: HistoryBudget = field(default_factory=Unmetered)


class HistoryApi:
    """The history endpoints. Errors: :class:`BudgetSpentError` where no request is allowed now,
    :class:`WindowExceededError` for days before the plan's first, :class:`KeyRefusedError` for the key."""

    def __init__(self, context: FeedContext, access: HistoryAccess) -> None:
        self._context = context
        self._base_url = context.base_url.rstrip("/")
        # An empty key is answered 401, not taken for none.
        self._headers = {"X-API-Key": access.key} if access.key else None
        self.budget = access.budget

    def day(self, park_external_id: str, day: dt.date, timezone: str) -> HistoryPage:
        """All changes of a park on one local day, each entity opened by its state at the start.

        What lies outside the day is left out with a finding, what is further back than a day before it too.
        """
        findings = Findings()
        start, end = (from_unix(edge) for edge in day_bounds(day, timezone))
        changes = self.changes_of(park_external_id, day, findings)
        near = [change for change in changes if start - ONE_DAY <= change.at < end]
        if len(near) < len(changes):
            findings.add(
                "history_time_outside",
                f"{day}",
                f"Left out of {day}'s history: {counted(len(changes) - len(near), 'row')} of other days.",
            )
        return HistoryPage(clip(near, start, end), findings.as_tuple())

    def changes_of(self, park_external_id: str, day: dt.date, findings: Findings) -> list[StatusChange]:
        """The change rows of a park-local day as they came, from all pages."""
        what = f"history of {day}"
        pages = self._pages(
            self._url(park_external_id, "history"),
            {"date": day.isoformat()},
            lambda body: parse_history(body, findings),
            what,
            MAX_HISTORY_PAGES,
            findings,
        )
        return [change for page in pages for change in page]

    def daily(self, park_external_id: str, first: dt.date, last: dt.date) -> tuple[list[DayTold], Findings]:
        """The API's own figures of every ride of a park and day from ``first`` to ``last``, both included."""
        findings = Findings()
        pages = self._pages(
            self._url(park_external_id, "history/daily"),
            {"from": first.isoformat(), "to": last.isoformat()},
            lambda body: parse_daily(body, findings),
            f"history of {first}",
            MAX_DAILY_PAGES,
            findings,
        )
        return [row for page in pages for row in page if first <= row.day <= last], findings

    def _pages(
        self,
        url: str,
        params: dict[str, str],
        parse: Callable[[object], Page],
        what: str,
        limit: int,
        findings: Findings,
    ) -> Iterator[list[Any]]:
        """Every page from ``url`` on; the address of the next one is the server's and never built here."""
        read = {url}
        asked: dict[str, str] | None = params
        for _ in range(limit):
            page, following = self._page(url, asked, parse, what)
            yield page
            if following is None:
                return
            url, asked = self._next(url, following), None
            if url in read:
                findings.add(
                    "history_paging_capped",
                    what,
                    f"The {what} names a next page that was read already ({shown(following)}); the rest was "
                    "not read.",
                )
                return
            read.add(url)
        findings.add(
            "history_paging_capped", what, f"The {what} has more than {limit} pages; the rest was not read."
        )

    def _page(
        self, url: str, params: dict[str, str] | None, parse: Callable[[object], Page], what: str
    ) -> Page:
        if (wait := self.budget.take()) > 0:
            raise BudgetSpentError(
                f"the budget of history requests is spent; the next one is allowed in {wait:.0f} s",
                wait_seconds=wait,
            )
        try:
            if self._headers is None:
                answer = self._context.client.get_json(url, params=params)
            else:
                answer = self._context.client.get_json(url, params=params, headers=self._headers)
        except FeedError as error:
            self.budget.booked(error.attempts - 1)
            raise self._explained(error, what) from error
        self.budget.booked(answer.attempts - 1)
        self.budget.note(answer.headers)
        try:
            return parse(answer.body)
        except BodyError as error:
            raise BodyError(
                f"{url} {error}", http_status=answer.http_status, attempts=answer.attempts
            ) from error

    def _explained(self, error: FeedError, what: str) -> FeedError:
        """The refusals that this API documents as errors of their own; others as they are."""
        if error.outcome is PollOutcome.RATE_LIMITED:
            if error.retry_after_seconds is not None:
                self.budget.pause(error.retry_after_seconds)
                return BudgetSpentError(
                    str(error), wait_seconds=error.retry_after_seconds, attempts=error.attempts
                )
            return error
        said = _refusal(error.body)
        if "HISTORY_WINDOW_EXCEEDED" in (said.get("type"), *_words(str(error))):
            return WindowExceededError(
                f"{what} lies beyond what ThemeParks.wiki gives {self._to_whom}: {error}",
                earliest=_date(said.get("earliestAllowedDate")),
                http_status=error.http_status,
            )
        if error.http_status in (401, 402, 403):
            return KeyRefusedError(
                f"ThemeParks.wiki gives no history {self._to_whom} (HTTP {error.http_status}); check "
                f"HALLOFSHAME_THEMEPARKS_WIKI_KEY: {error}",
                outcome=error.outcome,
                http_status=error.http_status,
                attempts=error.attempts,
            )
        return error

    @property
    def _to_whom(self) -> str:
        return "to this key" if self._headers else "without a key (about seven days back)"

    def _next(self, url: str, following: str) -> str:
        try:
            target = urljoin(url, following)
            parts = urlsplit(target)
        except ValueError as error:
            raise BodyError(f"{url} names a next page that is no address: {shown(following)}") from error
        own = urlsplit(self._base_url)
        # The key goes with every request: to this host and in this form only.
        if (parts.scheme, parts.netloc) != (own.scheme, own.netloc):
            raise BodyError(f"{url} names a next page on another host: {shown(following)}")
        return target

    def _url(self, entity_id: str, part: str) -> str:
        return f"{self._base_url}/v1/entity/{quote(entity_id, safe='')}/{part}"


def _refusal(body: bytes) -> dict[str, Any]:
    try:
        return as_object(as_object(json.loads(body)).get("error"))
    except (ValueError, RecursionError):
        return {}


def _words(message: str) -> tuple[str, ...]:
    return ("HISTORY_WINDOW_EXCEEDED",) if "HISTORY_WINDOW_EXCEEDED" in message else ()


def _date(value: object) -> dt.date | None:
    if not isinstance(value, str):
        return None
    try:
        return dt.date.fromisoformat(value[:10])
    except ValueError:
        return None
