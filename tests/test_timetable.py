"""A machine whose clock is set while jobs are planned: back and forward, by little and by much."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import apscheduler.schedulers.base
import pytest
from apscheduler.executors.pool import ThreadPoolExecutor

from hallofshame import timetable
from hallofshame.scheduler import aligned
from hallofshame.timetable import Timetable
from support.waiting import until

LONG = 300.0


@dataclass
class Machine:
    """A clock that a test can set."""

    ahead: float = 0.0
    told: list[float] = field(default_factory=list)
    ran: threading.Event = field(default_factory=threading.Event)

    def now(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC) + dt.timedelta(seconds=self.ahead)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    found = Machine()

    class Set(dt.datetime):
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> dt.datetime:  # type: ignore[override]
            return found.now().astimezone(tz)

    monkeypatch.setattr(apscheduler.schedulers.base, "datetime", Set)
    monkeypatch.setattr(Timetable, "_time", staticmethod(found.now))
    monkeypatch.setattr(timetable, "LOOK_SECONDS", 0.02)
    return found


@pytest.fixture
def planned(machine: Machine) -> Iterator[Timetable]:
    made = Timetable(
        machine.told.append,
        timezone=dt.UTC,
        executors={"default": ThreadPoolExecutor(1)},
        job_defaults={"coalesce": True, "misfire_grace_time": None},
    )
    made.start()
    yield made
    made.shutdown(wait=True)


def next_run(planned: Timetable) -> float:
    [job] = planned.get_jobs()
    return float(job.next_run_time.timestamp())


@pytest.mark.parametrize("by", [-6.0, -7200.0, -400 * 86_400.0], ids=["6 s", "2 h", "400 days"])
def test_a_clock_set_back_puts_no_regular_job_off(machine: Machine, planned: Timetable, by: float) -> None:
    planned.add_job(machine.ran.set, aligned(int(LONG)))
    machine.ahead = by
    until("the clock's setting is seen", lambda: machine.told)
    until("the job is planned anew", lambda: next_run(planned) - machine.now().timestamp() <= LONG)
    assert machine.told == [pytest.approx(by, abs=1)]
    assert next_run(planned) % LONG == 0


def test_a_clock_set_back_puts_off_what_is_tried_again_no_longer_than_planned(
    machine: Machine, planned: Timetable
) -> None:
    planned.add_after(100, machine.ran.set)
    before = next_run(planned)
    machine.ahead = -7200
    until("the job is planned anew", lambda: next_run(planned) == pytest.approx(before - 7200, abs=1))


def test_a_clock_set_forward_past_a_planned_time_runs_the_job_at_once(
    machine: Machine, planned: Timetable
) -> None:
    planned.add_after(3600, machine.ran.set)
    machine.ahead = 7200
    until("the job runs", machine.ran.is_set)
    assert machine.told == [pytest.approx(7200, abs=1)]


def test_a_clock_that_a_time_server_corrects_is_not_set(machine: Machine, planned: Timetable) -> None:
    planned.add_after(0.2, machine.ran.set)
    machine.ahead = -0.1
    until("the job runs", machine.ran.is_set)
    assert machine.told == []
