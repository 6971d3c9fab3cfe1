"""When which job runs: aligned cycles, the daily sync, the lease, and what was missed while away."""

from __future__ import annotations

import datetime as dt
import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from hallofshame import duty, import_worker
from hallofshame.daily import (
    Bar,
    DailyStep,
    Progress,
    daily_steps,
    history_step,
    repair_step,
    rollup_step,
    run_steps,
)
from hallofshame.domain.errors import ClockError, JobBusyError
from hallofshame.domain.jobs import JobOutcome, JobStopped, JobType
from hallofshame.domain.localtime import from_unix, isoformat
from hallofshame.duty import COLLECT_LEASE
from hallofshame.installation import Installation
from hallofshame.logs import log_failure
from hallofshame.pipeline.failures import FAILURES
from hallofshame.pipeline.jobrun import job_run
from hallofshame.pipeline.published import RUN_EVERY_SECONDS
from hallofshame.pipeline.retries import FREQUENT_PAUSES_SECONDS, due_jobs, pause_seconds
from hallofshame.pipeline.vanished_blocks import watch_rides
from hallofshame.store import leases
from hallofshame.store.reports.polls import latest_polls
from hallofshame.timetable import Timetable

_LOOK_SECONDS = 0.5
"""How often a job that gives way looks whether it may go on or has to stop."""

SPARE_SHARE = 0.2
"""Share of the cadence before a cycle that is kept free of other requests, so that no cycle is late."""
LEAST_IMPORT_SECONDS = 5.0
HISTORY_REST_SECONDS = 3600
"""Pause of that import where all is taken, or it failed."""
IMPORTS_LOOK_SECONDS = 5
"""How often it is looked whether an import was started through the admin API."""
_SYNC_MINUTE = 20
"""Off the full hour, when everybody else asks the feeds."""

_CHANGE_INPUTS = frozenset({JobType.SYNC, JobType.REPAIR, JobType.RETIRE, JobType.CLASSIFY, JobType.SIGNALS})
"""Daily jobs after which there may be something to roll up."""


class Scheduler:
    """Runs the jobs of one process; of several on one database, only the holder of the lease collects.

    All writing jobs share one thread, so none meets another; the lease is renewed on a second one. A third
    is for what takes long and nothing waits for, a fourth for imports started through the admin API; both
    work only while the first has nothing to do. A job that fails is logged with its traceback, tried again
    after growing pauses, and the next run goes on.
    """

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._settings = installation.settings
        self._clock = installation.clock
        self._log = installation.log("scheduler")
        self._stopping = threading.Event()
        self._idle = threading.Event()
        self._idle.set()
        self._beside_idle = threading.Event()
        self._beside_idle.set()
        self._imports_idle = threading.Event()
        self._imports_idle.set()
        self._lease_lock = threading.Lock()
        self._holds_lease = False
        self._holds_imports = False
        self._caught_up = False
        self._stands_back_until = -math.inf
        self._history_rests_until = -math.inf
        self._failures: dict[JobType, int] = {}
        self._scheduler = Timetable(
            self._clock_was_set,
            timezone=dt.UTC,
            executors={name: ThreadPoolExecutor(1) for name in ("jobs", "beside", "imports", "lease")},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def start(self) -> None:
        """Begin: the first cycle at once, then one on every multiple of the cadence."""
        self._step(
            "look for a lease left behind",
            lambda: duty.drop_of_the_dead(self._installation.database, self._log),
        )
        every_day = CronTrigger(hour=self._settings.sync_hour, minute=_SYNC_MINUTE, timezone=dt.UTC)
        often = aligned(self._settings.lease_seconds // 3)
        between = aligned(RUN_EVERY_SECONDS)
        cycle, daily = self._alone(self.run_cycle), self._alone(self.run_daily)
        hours = self._alone(self.run_schedules)
        self._scheduler.add_job(cycle, executor="jobs", name="first cycle")
        self._scheduler.add_job(cycle, aligned(self._settings.cadence_seconds), executor="jobs", name="cycle")
        self._scheduler.add_job(hours, between, executor="jobs", name="hours of open parks")
        self._scheduler.add_job(daily, every_day, executor="jobs", name="daily sync")
        self._scheduler.add_job(self.keep_lease, often, executor="lease", name="lease")
        imports = self._alone(self.run_imports, self._imports_idle)
        look = aligned(IMPORTS_LOOK_SECONDS)
        self._scheduler.add_job(imports, look, executor="imports", name="imports")
        self._scheduler.start()

    def stop(self, wait_seconds: float) -> bool:
        """Start nothing more, wait for the running job, let the lease go.

        Returns whether the job ended in time. One that did not loses nothing but its open transaction.
        """
        self._stopping.set()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        until = time.monotonic() + wait_seconds
        finished = all(
            idle.wait(max(0.0, until - time.monotonic()))
            for idle in (self._idle, self._beside_idle, self._imports_idle)
        )
        if not finished:
            self._log.warning(
                "a job is still running after %g s; its open transaction is given up", wait_seconds
            )
        if self._holds_lease:
            self._release()
        return finished

    def run_cycle(self) -> None:
        """Collect once and roll up, if this process holds the lease; the first time, catch up as well."""
        if not self.renew_lease():
            self._log.debug("another process collects; nothing to do")
            return
        self._step("cycle", self._cycle)
        if self._stands_back:
            return
        self._roll_up()
        due = self._due()
        if due:
            self._daily(due)
        if self._settings.gap_repair and not self._caught_up and JobType.REPAIR not in due:
            self._run(repair_step(self._installation), rollup_step(self._installation))
        self._caught_up = True
        self._import_history()

    def _import_history(self) -> None:
        """Take days of the history API until shortly before the next cycle, where that is wanted."""
        if not self._settings.history_import or self._clock.elapsed() < self._history_rests_until:
            return
        cadence = self._settings.cadence_seconds
        seconds = cadence - self._clock.now().timestamp() % cadence - SPARE_SHARE * cadence
        if seconds < LEAST_IMPORT_SECONDS or self._stopping.is_set():
            return
        api = self._installation.history_api
        if api is not None and (wait := api.budget.seconds_for(1)) > 0:
            self._history_rests_until = self._clock.elapsed() + wait
            return
        for ended in run_steps(
            self._installation, (history_step(self._installation, seconds),), self._watched
        ):
            if ended.text is None or ended.failure is not None or " 0 left" in ended.text:
                self._history_rests_until = self._clock.elapsed() + HISTORY_REST_SECONDS

    def _cycle(self) -> None:
        """Collect once; a host whose clock is wrong makes room for another for one cycle's time."""
        try:
            with job_run(self._installation.database, self._clock, JobType.CYCLE) as run:
                self._installation.collector.cycle()
        except ClockError as error:
            self._log.error("%s", error)
            self._stands_back_until = self._clock.elapsed() + self._settings.cadence_seconds
            self._release()
        except JobBusyError:
            raise
        except FAILURES:
            self._try_again(JobType.CYCLE, self.run_cycle, self._cycle_seconds)
            raise
        else:
            if run.outcome == JobOutcome.FAILURE:
                self._try_again(JobType.CYCLE, self.run_cycle, self._cycle_seconds)
            else:
                self._failures[JobType.CYCLE] = 0

    @property
    def _cycle_seconds(self) -> float:
        """How long a cycle may take."""
        found = self._settings.cycle_deadline_seconds
        return self._settings.cadence_seconds / 2 if found is None else found

    def run_rollup(self) -> None:
        """Roll up what is dirty, if this process holds the lease."""
        if self.renew_lease():
            self._roll_up()

    def _roll_up(self) -> None:
        if self._stopping.is_set():
            return
        for ended in run_steps(self._installation, (rollup_step(self._installation),), self._watched):
            if ended.failure is not None and not ended.is_busy:
                self._try_again(JobType.ROLLUP, self.run_rollup, 0.0)
            elif ended.failure is None:
                self._failures[JobType.ROLLUP] = 0

    def _try_again(self, job: JobType, work: Callable[[], None], takes_seconds: float) -> None:
        """Run a frequent job again after a pause, if it can end before its next regular run.

        The pauses grow from one failure to the next, also over several cadences: what fails all the time is
        then left to the regular runs.
        """
        failures = self._failures[job] = self._failures.get(job, 0) + 1
        pause = pause_seconds(FREQUENT_PAUSES_SECONDS, failures, (job, self._settings.holder_name, failures))
        cadence = self._settings.cadence_seconds
        left = cadence - self._clock.now().timestamp() % cadence
        if pause is None or pause + takes_seconds > left or self._stopping.is_set():
            return
        self._log.info("the %s is tried again in %.0f s", job.value, pause)
        self._scheduler.add_after(
            pause,
            self._alone(work),
            executor="jobs",
            name=f"{job.value} again",
            id=f"{job.value} again",
            replace_existing=True,
        )

    def _clock_was_set(self, seconds: float) -> None:
        how = "forward" if seconds > 0 else "back"
        self._log.warning("the clock of this machine was set %s by %.0f s", how, abs(seconds))

    @property
    def _stands_back(self) -> bool:
        return self._clock.elapsed() <= self._stands_back_until

    def run_daily(self) -> None:
        """Bring schedules, entities and tiers up to date, look the record over, roll up what changed."""
        if self.renew_lease():
            self._daily()

    def run_schedules(self) -> None:
        """Ask for the hours of open parks whose turn it is; the next cycle rolls up what they change."""
        if self.renew_lease():
            self._step("hours of open parks", self._installation.schedule_refresh.run)
            self._step("watch over rides", self._watch_rides)

    def _watch_rides(self) -> None:
        watch_rides(self._installation.database, self._clock)

    def renew_lease(self) -> bool:
        """Take or keep the duty to collect; returns whether this process has it."""
        with self._lease_lock:
            if self._stopping.is_set() or self._stands_back:
                return False
            held, self._holds_lease = self._holds_lease, self._acquire()
            if self._holds_lease and not held:
                self._caught_up = False
                self._log.info("%s collects from now on", self._settings.holder_name)
            elif held and not self._holds_lease:
                self._log.warning("%s lost the duty to collect", self._settings.holder_name)
            if self._holds_lease:
                self._holds_imports = self._acquire_imports()
            return self._holds_lease

    def keep_lease(self) -> None:
        """Keep the duty, or take it over from a host that fell silent, perhaps in the middle of a cycle."""
        held = self._holds_lease
        if self.renew_lease() and not held:
            self._scheduler.add_job(
                self._alone(self.run_missed_cycle),
                executor="jobs",
                name="missed cycle",
                id="missed cycle",
                replace_existing=True,
            )

    def run_missed_cycle(self) -> None:
        """Take the cycle that the host before has left out, unless the next one is near."""
        cadence, now = self._settings.cadence_seconds, self._clock.now().timestamp()
        begins = now - now % cadence
        if begins + cadence - now <= SPARE_SHARE * cadence:
            return
        with self._installation.database.read() as connection:
            polls = latest_polls(connection)
        if not polls or polls[0].observed_at < begins:
            self._log.info("nobody took the cycle of %s; taking it now", isoformat(int(begins)))
            self.run_cycle()

    def _acquire(self) -> bool:
        try:
            return duty.acquire(self._installation, self._settings.holder_name)
        except Exception as error:  # noqa: BLE001 - logged
            what = "the lease cannot be renewed; this process does not collect until it can"
            log_failure(self._log, what, error)
            return False

    def _acquire_imports(self) -> bool:
        """Take or keep the duty to work on imports, which goes with that to collect."""
        holder, seconds = self._settings.holder_name, self._settings.lease_seconds
        try:
            return import_worker.take_over(self._installation, holder, seconds)
        except Exception as error:  # noqa: BLE001 - logged
            log_failure(self._log, "this process works on no import until its lease can be renewed", error)
            return False

    def _release(self) -> None:
        with self._lease_lock:
            self._holds_lease = False
            try:
                self._installation.database.run(
                    lambda connection: leases.release(connection, COLLECT_LEASE, self._settings.holder_name)
                )
                if self._holds_imports:
                    self._holds_imports = False
                    import_worker.let_go(self._installation, self._settings.holder_name)
            except Exception as error:  # noqa: BLE001 - logged
                log_failure(self._log, "the lease stays until it runs out", error)

    def _due(self) -> frozenset[JobType]:
        """The daily jobs that failed, were stopped or were missed, and are to run now.

        The roll-up is none of them: each cycle is followed by one.
        """
        jobs = {step.job for step in daily_steps(self._installation)} - {JobType.ROLLUP}
        with self._installation.database.read() as connection:
            return frozenset(due_jobs(connection, jobs, self._clock.now()))

    def run_beside(self, jobs: frozenset[JobType] | None = None) -> None:
        """Do what takes long and nothing waits for; it stands still while another job runs.

        ``jobs``: of the daily sequence only these.
        """
        if self.renew_lease():
            steps = [step for step in daily_steps(self._installation) if step.beside]
            chosen = [step for step in steps if jobs is None or step.job in jobs]
            self._run(*chosen, watched=self._giving_way)

    def run_imports(self) -> None:
        """Work on the imports that wait, one after the other; they stand still while another job runs."""
        if not self._holds_imports:
            return
        with self._giving_way("Imports") as watched:
            job = import_worker.work_on_next(self._installation, self._settings.holder_name, watched)
            while job is not None and not self._stopping.is_set():
                job = import_worker.work_on_next(self._installation, self._settings.holder_name, watched)

    def _daily(self, jobs: frozenset[JobType] | None = None) -> None:
        """The daily sequence, or of it only these ``jobs`` and the roll-up of what they change."""
        steps = daily_steps(self._installation)
        if jobs is not None:
            wanted = jobs | ({JobType.ROLLUP} if jobs & _CHANGE_INPUTS else frozenset())
            steps = tuple(step for step in steps if step.job in wanted)
        self._run(*(step for step in steps if not step.beside))
        if any(step.beside for step in steps) and not self._stopping.is_set():
            self._scheduler.add_job(
                self._alone(partial(self.run_beside, jobs), self._beside_idle),
                executor="beside",
                name="what runs beside the cycles",
                id="beside",
                replace_existing=True,
            )

    def _run(self, *steps: DailyStep, watched: Bar | None = None) -> None:
        """Run steps of the daily sequence until the scheduler is stopped; failures are logged."""
        if not self._stopping.is_set():
            list(run_steps(self._installation, steps, watched or self._watched))

    @contextmanager
    def _watched(self, _label: str) -> Iterator[Progress]:
        """A progress that ends the step, or the sequence before its next step, once the scheduler stops."""
        self._leave_if_stopping(0, 0)
        yield self._leave_if_stopping

    @contextmanager
    def _giving_way(self, _label: str) -> Iterator[Progress]:
        """A progress that waits while the thread of the cycles has work, and ends the step on a stop."""

        def wait(done: int, total: int) -> None:
            self._leave_if_stopping(done, total)
            while not self._idle.wait(_LOOK_SECONDS):
                self._leave_if_stopping(done, total)

        wait(0, 0)
        yield wait

    def _leave_if_stopping(self, _done: int, _total: int) -> None:
        if self._stopping.is_set():
            raise JobStopped

    def _step(self, name: str, work: Callable[[], object]) -> None:
        """Do ``work``; a failure is logged and touches nothing else."""
        if self._stopping.is_set():
            return
        try:
            work()
        except JobStopped:
            self._log.info("%s left for the next start", name)
        except JobBusyError as error:
            self._log.info("%s left out: %s", name, error)
        except FAILURES as error:
            log_failure(self._log, f"{name} failed; the next run goes on", error)

    def _alone(self, job: Callable[[], None], idle: threading.Event | None = None) -> Callable[[], None]:
        """``job``, with its running made visible to :meth:`stop` and its failures to the log."""
        rests = self._idle if idle is None else idle
        name = getattr(job, "__name__", "what runs beside the cycles")

        def run() -> None:
            rests.clear()
            try:
                self._step(name, job)
            finally:
                rests.set()

        return run


def aligned(cadence_seconds: int) -> IntervalTrigger:
    """Fires on whole multiples of the cadence, counted in UTC from midnight and beyond."""
    return IntervalTrigger(seconds=cadence_seconds, start_date=from_unix(0), timezone=dt.UTC)
