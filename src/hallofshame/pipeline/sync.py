"""Sync: once a day, what the feeds publish beside the waits: park lists, hours of parks and rides, entities.

The other daily jobs on the catalogue are found from here too: seeding, tiers, retirement.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar

from sqlalchemy import Connection

from hallofshame.clock import Clock
from hallofshame.domain.errors import FeedError, summary
from hallofshame.domain.jobs import JobType
from hallofshame.domain.names import normalise
from hallofshame.domain.plurals import counted
from hallofshame.domain.readings import Finding, ListedEntity, ListedPark, ParkReading, ScheduleReading
from hallofshame.domain.words import Feed
from hallofshame.feeds.base import LiveFeed
from hallofshame.feeds.deadlines import Deadline, waiting
from hallofshame.pipeline.classifying import ClassifyResult, ReviewLine, classify, review_list
from hallofshame.pipeline.entities import write_entities
from hallofshame.pipeline.failures import FAILURES, refuse_too_many
from hallofshame.pipeline.jobrun import JobRun, job_run
from hallofshame.pipeline.polling import PolledPark, polled_parks
from hallofshame.pipeline.published import publish
from hallofshame.pipeline.registry import Registry
from hallofshame.pipeline.ride_hours import HoursPublished, publish_reading
from hallofshame.pipeline.seeding import park_names, seed_catalogue
from hallofshame.pipeline.shipped import load_parks
from hallofshame.pipeline.vanished import RetireResult, retire_vanished
from hallofshame.store import catalogue, data_version, findings
from hallofshame.store.database import Database

__all__ = [
    "ClassifyResult",
    "RetireResult",
    "ReviewLine",
    "SyncResult",
    "classify",
    "park_names",
    "retire_vanished",
    "review_list",
    "seed_catalogue",
    "sync",
]

WORKERS = 8

DEADLINE_SECONDS = 300
"""How long a sync waits for the feeds in all; collection stands still meanwhile."""

ONE_DAY = dt.timedelta(days=1)

T = TypeVar("T")
Progress = Callable[[int, int], None]


@dataclass
class SyncResult:
    """What a sync did. ``parks`` were asked for, ``failed`` of them did not give hours, entities and rides.

    ``broken`` ones met an error of the store or of this program, which is in the log with its traceback;
    they count as failed too. ``failure`` says why the sync as a whole failed, if it did;
    ``first_failure`` what the first park without an answer met.
    """

    parks: int = 0
    failed: int = 0
    broken: int = 0
    dates_changed: int = 0
    rides_linked: int = 0
    metadata_changed: int = 0
    unlisted_parks: int = 0
    findings: int = 0
    failure: str | None = None
    first_failure: str | None = None


@dataclass
class _Answers:
    """What one park's requests gave; ``None`` where one failed, and then a finding says why."""

    park: PolledPark
    schedule: ScheduleReading | None = None
    entities: list[ListedEntity] | None = None
    live: ParkReading | None = None
    failures: list[Finding] = field(default_factory=list)


def sync(
    database: Database,
    feeds: Mapping[Feed, LiveFeed],
    clock: Clock,
    log: logging.Logger,
    registry: Registry | None = None,
    progress: Progress | None = None,
) -> SyncResult:
    """Compare the upstream park lists with ours, then bring every park's hours and entities up to date.

    Requests run side by side; each park is one short transaction. A request that fails is a finding
    (``sync_failed``) and touches no other park; neither does any other error over one park, but then the
    run counts as failed. Changed hours mark the park-days that have rows already.
    """
    result = SyncResult()
    deadline = Deadline(clock, DEADLINE_SECONDS)
    with job_run(database, clock, JobType.SYNC) as run:
        with waiting(deadline):
            lists = _fetch_lists(feeds, log)
        database.run(lambda connection: _compare(connection, lists, clock.now(), result))
        with database.read() as connection:
            parks = [
                park for park in polled_parks(connection, feeds) if Feed.THEMEPARKS_WIKI in dict(park.sources)
            ]
        result.parks = len(parks)
        registry = registry or Registry()
        with ThreadPoolExecutor(WORKERS, thread_name_prefix="sync") as pool:
            requests = [pool.submit(_fetch_park, feeds, park, log, deadline) for park in parks]
            for done, (park, request) in enumerate(zip(parks, requests, strict=True)):
                try:
                    _store(database, registry, request.result(), clock.now(), result)
                except FAILURES as error:
                    log.exception("sync of %s failed; the other parks go on", park.slug)
                    _note_broken(database, park, error, clock.now(), result)
                if progress is not None:
                    progress(done + 1, len(parks))
        if feeds and not any(lists.values()) and result.failed == result.parks:
            result.failure = "no feed answered"
        elif result.broken:
            result.failure = f"{counted(result.broken, 'park')} met an error; the log has the tracebacks"
        _note(run, result)
    if result.first_failure is not None:
        log.warning(
            "sync: no answer for %d of %d parks; first: %s", result.failed, result.parks, result.first_failure
        )
    if result.failure is not None and not result.broken:
        log.error("sync: %s; it is tried again later", result.failure)
    log.info("sync: %s; %d dates of hours changed", run.detail, result.dates_changed)
    return result


def _note(run: JobRun, result: SyncResult) -> None:
    run.parks, run.rides = result.parks, result.rides_linked
    run.park_days, run.rows_written = result.dates_changed, result.metadata_changed
    run.detail = (
        f"{result.failed} of {counted(result.parks, 'park')} failed ({result.broken} by errors in the log), "
        f"{result.unlisted_parks} unlisted"
    )
    if result.failure is not None:
        run.fail(result.failure)


def _fetch_lists(feeds: Mapping[Feed, LiveFeed], log: logging.Logger) -> dict[Feed, list[ListedPark]]:
    """The park list of each feed; empty where it could not be had."""
    lists: dict[Feed, list[ListedPark]] = {}
    for feed, source in feeds.items():
        try:
            lists[feed] = source.list_parks()
        except FeedError as error:
            log.warning("the park list of %s cannot be read: %s", feed.slug, error)
            lists[feed] = []
        except FAILURES:
            log.exception("reading the park list of %s failed; the parks go on", feed.slug)
            lists[feed] = []
    return lists


def _compare(
    connection: Connection,
    lists: Mapping[Feed, Sequence[ListedPark]],
    now: dt.datetime,
    result: SyncResult,
) -> None:
    """Parks that only one side knows, as findings; a list that is empty says nothing about any park."""
    found: list[tuple[int | None, Finding]] = []
    names = park_names(connection)
    parks = {park.park_id: park for park in catalogue.park_table(connection)}
    for feed, listed in lists.items():
        if not listed:
            found.append((None, Finding("park_list_missing", feed.slug, "The park list could not be read.")))
            continue
        known = catalogue.external_ids(connection, feed, "park")
        shipped = {row.external_id(feed) for row in load_parks()}
        unlisted = [
            park for park in listed if park.external_id not in known and park.external_id not in shipped
        ]
        found += [(None, _unlisted(park, names.get(normalise(park.name)))) for park in unlisted]
        result.unlisted_parks += len(unlisted)
        here = {park.external_id for park in listed}
        for external_id, park_id in sorted(known.items()):
            if external_id not in here and park_id in parks and parks[park_id].is_active:
                found.append((park_id, _gone(feed, external_id, parks[park_id].name)))
    findings.record(connection, found, now)
    result.findings += len(found)


def _unlisted(park: ListedPark, namesake: int | None) -> Finding:
    place = ", ".join(part for part in (park.destination, park.country, park.timezone) if part)
    remedy = (
        f"if it is park {namesake}, which has that name, add the id to its row of the catalogue"
        if namesake is not None
        else "to watch it, add a row to the catalogue file, as docs/catalogue.md describes"
    )
    return Finding(
        "unlisted_park",
        f"{park.feed.slug} {park.external_id}",
        f"{park.feed.slug} lists {park.name} ({place or 'place unknown'}) under the id {park.external_id}, "
        f"which no park of ours has; {remedy}.",
    )


def _gone(feed: Feed, external_id: str, name: str) -> Finding:
    return Finding(
        "park_gone_upstream",
        f"{feed.slug} {external_id}",
        f"{feed.slug} no longer lists {name} under the id {external_id}; its record stays. "
        "If it has a new id there, correct the catalogue.",
    )


def _fetch_park(
    feeds: Mapping[Feed, LiveFeed], park: PolledPark, log: logging.Logger, deadline: Deadline
) -> _Answers:
    source = feeds[Feed.THEMEPARKS_WIKI]
    external_id = dict(park.sources)[Feed.THEMEPARKS_WIKI]
    answers = _Answers(park)

    def ask(what: str, request: Callable[[], T]) -> T | None:
        try:
            return request()
        except FeedError as error:
            log.debug("%s of %s cannot be read: %s", what, park.slug, error)
            answers.failures.append(Finding("sync_failed", what, f"{park.slug}: {error}"))
            return None

    with waiting(deadline):
        answers.schedule = ask("schedule", lambda: source.schedule(external_id, park.timezone))
        answers.entities = ask("entities", lambda: _entities(source, external_id))
        answers.live = ask("ride hours", lambda: _live(source, external_id))
    return answers


def _entities(source: LiveFeed, external_id: str) -> list[ListedEntity]:
    entities = source.list_entities(external_id)
    refuse_too_many("the list of entities", len(entities))
    return entities


def _live(source: LiveFeed, external_id: str) -> ParkReading:
    """The live answer, for the hours of single rides: of parks read elsewhere nothing else brings them."""
    reading = source.poll(external_id).reading
    refuse_too_many("the live answer", len(reading.rides))
    return reading


def _note_broken(
    database: Database, park: PolledPark, error: BaseException, now: dt.datetime, result: SyncResult
) -> None:
    """Count and note a park whose sync broke off; raises where not even that can be stored."""
    result.failed += 1
    result.broken += 1
    result.findings += 1
    detail = f"{park.slug}: {summary(error)}; the log has the traceback."
    found = [(park.park_id, Finding("sync_failed", "error", detail))]
    database.run(lambda connection: findings.record(connection, found, now))


def _store(
    database: Database, registry: Registry, answers: _Answers, now: dt.datetime, result: SyncResult
) -> None:
    """One park's answers in one transaction."""

    def work(connection: Connection) -> tuple[set[dt.date], int, int, int]:
        dates = publish(connection, answers.park, answers.schedule, now)
        linked, changed = write_entities(connection, registry, answers.park, answers.entities or (), now)
        hours = HoursPublished()
        if answers.live is not None:
            hours = publish_reading(connection, registry, answers.park, answers.live, now)
            dates |= hours.dates
        found = [*answers.failures, *(answers.schedule.findings if answers.schedule else ())]
        findings.record(connection, [(answers.park.park_id, finding) for finding in found], now)
        if dates or changed:
            data_version.bump(connection, None)
        return dates, linked, changed, len(hours.findings)

    try:
        dates, linked, changed, refused = database.run(work)
    except BaseException:
        registry.forget()
        raise
    result.failed += bool(answers.failures)
    if answers.failures and result.first_failure is None:
        result.first_failure = answers.failures[0].detail
    result.findings += (
        refused + len(answers.failures) + len(answers.schedule.findings if answers.schedule else ())
    )
    result.dates_changed += len(dates)
    result.rides_linked += linked
    result.metadata_changed += changed
