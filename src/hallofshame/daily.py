"""The daily sequence: what is brought up to date once a day, in one order for everybody who runs it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from hallofshame.domain.errors import JobBusyError
from hallofshame.domain.jobs import JobStopped, JobType
from hallofshame.domain.localtime import ONE_DAY, to_unix
from hallofshame.domain.plurals import counted, noun
from hallofshame.installation import Installation
from hallofshame.logs import log_failure
from hallofshame.pipeline.agreement import check_agreement
from hallofshame.pipeline.calibration import calibrate
from hallofshame.pipeline.classifying import classify
from hallofshame.pipeline.failures import FAILURES
from hallofshame.pipeline.history_days import SETTLED_AFTER
from hallofshame.pipeline.history_request import HistoryRange
from hallofshame.pipeline.import_history import import_history, in_words
from hallofshame.pipeline.jobrun import brief, job_run, trim_job_log
from hallofshame.pipeline.merging import sweep
from hallofshame.pipeline.partitioning import make_partitions
from hallofshame.pipeline.quality import check_quality
from hallofshame.pipeline.repair import repair_gaps
from hallofshame.pipeline.retention import retain
from hallofshame.pipeline.reviewing import refresh_reviews
from hallofshame.pipeline.sealing import seal
from hallofshame.pipeline.signals import judge_signals
from hallofshame.pipeline.storage import measure_storage
from hallofshame.pipeline.sync import sync
from hallofshame.pipeline.vanished import retire_vanished
from hallofshame.pipeline.vanished_blocks import watch_rides
from hallofshame.store import news
from hallofshame.store.history.reading import History

Progress = Callable[[int, int], None]
Bar = Callable[[str], AbstractContextManager[Progress]]
"""Shows how far a step with a label has come. What the progress raises ends the step."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a step did, in a sentence without a full stop; ``failure`` says what did not come about."""

    text: str
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class DailyStep:
    """One job of the sequence, a run of its own in the job log."""

    job: JobType
    label: str
    work: Callable[[Progress], Done]
    beside: bool = False
    """It takes long and nothing waits for it: the service runs it beside the cycles, not between them."""


@dataclass(frozen=True, slots=True)
class StepOutcome:
    """How one step ended: ``text`` where it ran to its end, ``failure`` where it failed.

    ``is_busy``: it was left out, because the same job is running elsewhere; ``failure`` says where.
    """

    step: DailyStep
    text: str | None
    failure: str | None
    is_busy: bool = False


def daily_steps(parts: Installation) -> tuple[DailyStep, ...]:
    """The sequence: what changes inputs of park-days, then the roll-up, then what reads its rows.

    The signals are read off the rows and may change how days are judged: those are rolled up again at once.
    """
    repair = (repair_step(parts),) if parts.settings.gap_repair else ()
    return (
        DailyStep(JobType.SYNC, "Sync", lambda progress: _sync(parts, progress)),
        *repair,
        DailyStep(JobType.RETIRE, "Vanished rides", lambda _progress: _retire(parts)),
        DailyStep(JobType.CLASSIFY, "Tiers and types", lambda _progress: _classify(parts)),
        rollup_step(parts),
        DailyStep(JobType.SIGNALS, "Signals", lambda progress: _judge(parts, progress)),
        seal_step(parts),
        DailyStep(JobType.QUALITY, "Quality check", lambda progress: _check(parts, progress)),
        DailyStep(JobType.AGREEMENT, "Outside check", lambda progress: _compare(parts, progress)),
        DailyStep(JobType.PARTITION, "Partitions", lambda _progress: _partition(parts)),
        DailyStep(JobType.TRIM, "Job log", lambda _progress: _trim(parts)),
        retain_step(parts),
        storage_step(parts),
        DailyStep(JobType.CALIBRATE, "Chances", lambda progress: _calibrate(parts, progress), beside=True),
    )


def cycle_step(parts: Installation) -> DailyStep:
    """Ask every park's feed once and keep the answers."""
    return DailyStep(JobType.CYCLE, "Cycle", lambda progress: _cycle(parts, progress))


def schedules_step(parts: Installation) -> DailyStep:
    """Ask for the hours of open parks."""
    return DailyStep(JobType.SCHEDULES, "Hours of open parks", lambda _progress: _refresh(parts))


def watch_step(parts: Installation) -> DailyStep:
    """Look whether several rides of a park left its feed at once."""
    return DailyStep(JobType.WATCH, "Watch over rides", lambda _progress: _watch(parts))


def single_steps(parts: Installation) -> dict[JobType, DailyStep]:
    """Every job that the scheduler runs, by itself: for cron, timers and people."""
    repair = repair_step(parts)
    frequent = (cycle_step(parts), rollup_step(parts), schedules_step(parts), watch_step(parts))
    steps = (*frequent, repair, *daily_steps(parts))
    return {step.job: step for step in steps}


def repair_step(parts: Installation, max_days: int = 7) -> DailyStep:
    """Fill what collection missed."""
    return DailyStep(JobType.REPAIR, "Gap repair", lambda progress: _repair(parts, max_days, progress))


def history_step(parts: Installation, seconds: float) -> DailyStep:
    """Take as many days of the history API as ``seconds`` and its budget allow."""
    return DailyStep(
        JobType.HISTORY, "History import", lambda progress: _import_history(parts, seconds, progress)
    )


def rollup_step(parts: Installation) -> DailyStep:
    """Compute every park-day whose inputs changed."""
    return DailyStep(JobType.ROLLUP, "Roll-up", lambda progress: _roll_up(parts, progress))


def seal_step(parts: Installation) -> DailyStep:
    """Write closed days and months into history files."""
    return DailyStep(JobType.SEAL, "Seal", lambda progress: _seal(parts, progress))


def retain_step(parts: Installation) -> DailyStep:
    """Drop raw rows of sealed months and hourly rows that are old."""
    return DailyStep(JobType.RETAIN, "Retention", lambda progress: _retain(parts, progress), beside=True)


def storage_step(parts: Installation) -> DailyStep:
    """Measure tables and files."""
    return DailyStep(JobType.STORAGE, "Storage", lambda _progress: _measure(parts), beside=True)


def run_steps(parts: Installation, steps: Sequence[DailyStep], bar: Bar) -> Iterator[StepOutcome]:
    """Run ``steps`` one after the other, yielding how each ended; the failure of one does not stop the next.

    A step that is stopped (:class:`JobStopped`) ends the sequence. One that is running elsewhere is left out.
    """
    log = parts.log("jobs")
    for step in steps:
        try:
            with bar(step.label) as progress, job_run(parts.database, parts.clock, step.job, is_alone=True):
                done = step.work(progress)
        except JobBusyError as error:
            log.info("%s left out: %s", step.label.lower(), error)
            yield StepOutcome(step, None, str(error), is_busy=True)
        except JobStopped:
            log.info("%s left for the next start", step.label.lower())
            return
        except FAILURES as error:
            log_failure(log, f"{step.label.lower()} failed; what comes after it goes on", error)
            yield StepOutcome(step, None, brief(error))
        else:
            yield StepOutcome(step, done.text, done.failure)


def _cycle(parts: Installation, progress: Progress) -> Done:
    result = parts.collector.cycle(progress)
    return Done(
        f"{result.answered} of {counted(result.parks, 'park')} answered, "
        f"{counted(result.readings, 'reading')}",
        "; ".join(result.failures) if result.is_failure else None,
    )


def _refresh(parts: Installation) -> Done:
    result = parts.schedule_refresh.run()
    return Done(
        f"{counted(result.parks, 'park')} asked, {result.failed} failed; "
        f"{counted(result.dates_changed, 'date')} of hours changed"
    )


def _sync(parts: Installation, progress: Progress) -> Done:
    result = sync(
        parts.database, parts.feeds, parts.clock, parts.log("sync"), parts.registry(), progress=progress
    )
    return Done(
        f"{counted(result.parks, 'park')} asked for hours and entities, {result.failed} failed; "
        f"{counted(result.dates_changed, 'date')} of hours changed",
        result.failure,
    )


def _repair(parts: Installation, max_days: int, progress: Progress) -> Done:
    result = repair_gaps(
        parts.database,
        parts.feeds,
        parts.clock,
        parts.log("repair"),
        max_days=max_days,
        registry=parts.registry(),
        progress=progress,
    )
    return Done(
        f"{counted(result.gaps, 'gap')}: {counted(result.park_days, 'park-day')} filled with "
        f"{counted(result.observations, 'observation')}, "
        f"{result.waiting} waiting, {result.failed} failed"
    )


def _import_history(parts: Installation, seconds: float, progress: Progress) -> Done:
    api = parts.history_api
    if api is None:
        return Done("no feed of ThemeParks.wiki to ask, 0 left")
    # Younger days are not finished in the API's archive and would have to be taken twice.
    last = (parts.clock.now() - SETTLED_AFTER).date() - ONE_DAY
    first = parts.settings.history_import_from
    if first is not None and first > last:
        return Done(f"nothing to take before {first} is over and finished")
    result = import_history(
        parts.database,
        api,
        parts.clock,
        parts.log("history"),
        HistoryRange(start=first, end=last, wait=False, seconds=seconds),
        history=parts.history,
        registry=parts.registry(),
        progress=progress,
        job=JobType.HISTORY,
    )
    left = in_words(api.budget.seconds_for(result.left))
    return Done(
        f"{counted(result.taken, 'park-day')} taken, {result.left} left, about {left} by the budget",
        result.stopped if result.is_refused else None,
    )


def _retire(parts: Installation) -> Done:
    result = retire_vanished(parts.database, parts.clock)
    sweep(parts.database, parts.clock, History(parts.shelf))
    in_doubt = counted(refresh_reviews(parts.database, parts.clock), "match", "matches")
    retired = counted(len(result.retired), "ride")
    return Done(f"{retired} retired, {len(result.returned)} returned, {in_doubt} in doubt")


def _classify(parts: Installation) -> Done:
    result = classify(parts.database, parts.clock, parts.tier_book(), parts.type_book())
    return Done(f"{result.changed} of {result.rides} tiers changed, {result.retyped} types")


def _roll_up(parts: Installation, progress: Progress) -> Done:
    result = parts.rollup.run(progress)
    left = len(result.unreadable)
    waits = f"{counted(left, 'park-day')} {noun(left, 'waits', 'wait')} for history files"
    return Done(
        f"{counted(result.park_days, 'park-day')} computed, {counted(result.rows_written, 'row')} changed",
        f"{waits}: {result.unreadable_why}" if left else None,
    )


def _seal(parts: Installation, progress: Progress) -> Done:
    result = seal(parts.database, parts.clock, parts.log("seal"), parts.shelf, progress=progress)
    return Done(
        f"{counted(result.rows, 'row')} of {counted(result.periods, 'day or month', 'days and months')} "
        f"sealed in {counted(result.files, 'file')}, {counted(result.bytes, 'byte')}"
    )


def _retain(parts: Installation, progress: Progress) -> Done:
    result = retain(
        parts.database,
        parts.clock,
        parts.log("retain"),
        parts.shelf,
        parts.settings.retention,
        progress=progress,
    )
    return Done(f"{result.rows} raw and {result.hourly.rows} hourly rows dropped", result.failure)


def _watch(parts: Installation) -> Done:
    missing = watch_rides(parts.database, parts.clock)
    return Done(f"{counted(missing, 'block')} of rides missing")


def _measure(parts: Installation) -> Done:
    report = measure_storage(
        parts.database, parts.clock, parts.shelf, parts.settings.retention, parts.settings.storage_limits
    )
    return Done(
        f"{report.database_bytes} bytes in the database, {report.history_bytes} in history files, "
        f"{counted(len(report.alerts), 'finding')}"
    )


def _judge(parts: Installation, progress: Progress) -> Done:
    result = judge_signals(parts.database, parts.clock)
    if result.park_days:
        parts.rollup.run(progress)
    return Done(
        f"{counted(len(result.parks), 'park')} moved to DOWN, "
        f"{counted(result.park_days, 'park-day')} judged anew"
    )


def _check(parts: Installation, progress: Progress) -> Done:
    return Done(f"{counted(check_quality(parts.database, parts.clock, progress, parts.shelf), 'finding')}")


def _calibrate(parts: Installation, progress: Progress) -> Done:
    judged, shown = calibrate(parts.database, parts.clock, progress)
    return Done(f"{shown} of {judged} classes of outages show chances to reopen")


def _compare(parts: Installation, progress: Progress) -> Done:
    if parts.history_api is None:
        return Done("no feed of ThemeParks.wiki to compare with")
    result = check_agreement(
        parts.database, parts.history_api, parts.clock, parts.log("agreement"), progress=progress
    )
    text = (
        f"{counted(result.ride_days, 'ride-day')} of {counted(result.parks, 'park')} compared, "
        f"{counted(result.left, 'park')} left"
    )
    return Done(text, result.stopped if result.is_refused else None)


def _partition(parts: Installation) -> Done:
    return Done(f"{make_partitions(parts.database, parts.clock)} monthly partitions made")


def _trim(parts: Installation) -> Done:
    removed = trim_job_log(parts.database, parts.clock, parts.settings.job_log_days)
    items = parts.database.run(lambda connection: news.trim(connection, to_unix(parts.clock.now())))
    return Done(f"{removed} old runs removed from the job log, {counted(items, 'old item')} of news")
