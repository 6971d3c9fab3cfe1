"""Derived tables: exact counters (R7) per grain, outages (R9), the present state. All can be rebuilt."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import BigInteger, Date, Index, Integer, SmallInteger, String, Text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from hallofshame.store.models.base import CLUSTERED, TABLE_OPTIONS, Base, UnixSeconds


class RideCounters:
    """The R7 counters of a ride; seconds inside open windows unless the data dictionary says otherwise."""

    open: Mapped[int] = mapped_column(BigInteger)
    observed: Mapped[int] = mapped_column(BigInteger)
    operating: Mapped[int] = mapped_column(BigInteger)
    down: Mapped[int] = mapped_column(BigInteger)
    closed: Mapped[int] = mapped_column(BigInteger)
    refurbishment: Mapped[int] = mapped_column(BigInteger)
    downtime: Mapped[int] = mapped_column(BigInteger)
    downtime_opening_delay: Mapped[int] = mapped_column(BigInteger)
    downtime_never_reopened: Mapped[int] = mapped_column(BigInteger)
    downtime_park_wide: Mapped[int] = mapped_column(BigInteger)
    wait_known: Mapped[int] = mapped_column(BigInteger)
    wait_sum: Mapped[int] = mapped_column(BigInteger)
    samples: Mapped[int] = mapped_column(BigInteger)
    wait_max: Mapped[int | None] = mapped_column(Integer)
    metrics_version: Mapped[int] = mapped_column(SmallInteger)


class ParkCounters(RideCounters):
    """Sums over the eligible rides, and the weighted sums of the two scores (R8)."""

    weighted_downtime: Mapped[int] = mapped_column(BigInteger)
    weighted_breakdown: Mapped[int] = mapped_column(BigInteger)
    weighted_exposure: Mapped[int] = mapped_column(BigInteger)


class RideHourlyStats(RideCounters, Base):
    """One ride, one park-local hour (``hour`` is the instant it begins) that touches an open window."""

    __tablename__ = "ride_hourly_stats"
    __table_args__ = (Index(None, "ride_id", "hour"), Index(None, "park_id", "day"), CLUSTERED)

    park_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    hour: Mapped[int] = mapped_column(UnixSeconds, primary_key=True)
    ride_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    day: Mapped[dt.date] = mapped_column(Date)


class RideDailyStats(RideCounters, Base):
    """One ride, one park-local day: the sum of its hours.

    ``eligible`` is membership of E (R6); ``operated_any`` that the ride operated at some moment of the
    day, inside a window or not, ``posted`` that it posted a wait above 0 (both: set A of R4).
    ``first_operating_at``, ``last_operating_at``: its first and last operation in the windows that began on
    the day, up to three hours after midnight.
    """

    __tablename__ = "ride_daily_stats"
    __table_args__ = (Index(None, "ride_id", "day"), CLUSTERED)

    park_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    day: Mapped[dt.date] = mapped_column(Date, primary_key=True)
    ride_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    eligible: Mapped[int] = mapped_column(SmallInteger)
    operated_any: Mapped[int] = mapped_column(SmallInteger)
    posted: Mapped[int] = mapped_column(SmallInteger)
    first_operating_at: Mapped[int | None] = mapped_column(UnixSeconds)
    last_operating_at: Mapped[int | None] = mapped_column(UnixSeconds)


class RidePeriodKey:
    """Key of the coarse ride grains, and their days by ``RIDE_DAY_COUNTS``.

    ``period_start`` is the first day of the week, month or year.
    """

    park_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    period_start: Mapped[dt.date] = mapped_column(Date, primary_key=True)
    ride_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    eligible_days: Mapped[int] = mapped_column(Integer)
    seen_days: Mapped[int] = mapped_column(Integer, server_default="0")
    ran_days: Mapped[int] = mapped_column(Integer, server_default="0")
    queue_days: Mapped[int] = mapped_column(Integer, server_default="0")

    @declared_attr.directive
    def __table_args__(cls) -> tuple[object, ...]:  # noqa: N805
        """Index by ride; rows in key order."""
        return (Index(None, "ride_id", "period_start"), CLUSTERED)


class RideWeeklyStats(RideCounters, RidePeriodKey, Base):
    """One ride, one week from Monday: the sum of its days."""

    __tablename__ = "ride_weekly_stats"


class RideMonthlyStats(RideCounters, RidePeriodKey, Base):
    """One ride, one calendar month: the sum of its days."""

    __tablename__ = "ride_monthly_stats"


class RideYearlyStats(RideCounters, RidePeriodKey, Base):
    """One ride, one calendar year: the sum of its months."""

    __tablename__ = "ride_yearly_stats"


class ParkHourlyStats(ParkCounters, Base):
    """One park, one local hour: sums over the day's eligible rides.

    Every local hour of a rolled-up day has a row; zeros and nulls where the park was closed or unseen.
    """

    __tablename__ = "park_hourly_stats"
    __table_args__ = (Index(None, "park_id", "day"), CLUSTERED)

    park_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    hour: Mapped[int] = mapped_column(UnixSeconds, primary_key=True)
    day: Mapped[dt.date] = mapped_column(Date)


class ParkDailyStats(ParkCounters, Base):
    """The park-day: its open windows with their evidence, its set E and the sum of its hours.

    ``windows`` is a JSON list of ``[start, end]`` pairs in Unix seconds, ``window_seconds`` their total.
    ``origin`` says whether live samples or the archive were used (R15); ``judged_by_down`` whether DOWN was
    downtime or what came back after being closed (R5); ``observed_queue_times`` how much of ``observed`` came
    through Queue-Times. ``active_from``, ``active_until``: the first and last moment at which enough rides to
    make the park open operated, without what the date before left over after midnight; ``night_until``: the
    last one in that.
    """

    __tablename__ = "park_daily_stats"
    __table_args__ = (Index(None, "day"), CLUSTERED)

    park_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    day: Mapped[dt.date] = mapped_column(Date, primary_key=True)
    windows: Mapped[str] = mapped_column(Text)
    window_seconds: Mapped[int] = mapped_column(BigInteger)
    evidence: Mapped[str] = mapped_column(String(20))
    origin: Mapped[int] = mapped_column(SmallInteger)
    judged_by_down: Mapped[int] = mapped_column(SmallInteger)
    observed_queue_times: Mapped[int] = mapped_column(BigInteger)
    active_from: Mapped[int | None] = mapped_column(UnixSeconds)
    active_until: Mapped[int | None] = mapped_column(UnixSeconds)
    night_until: Mapped[int | None] = mapped_column(UnixSeconds)
    eligible: Mapped[int] = mapped_column(Integer)
    rides_operated: Mapped[int] = mapped_column(Integer)
    rides_down: Mapped[int] = mapped_column(Integer)


class ParkPeriodKey:
    """Key of the coarse park grains, and their days by ``DAY_COUNTS``."""

    park_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    period_start: Mapped[dt.date] = mapped_column(Date, primary_key=True)
    window_seconds: Mapped[int] = mapped_column(BigInteger)
    open_days: Mapped[int] = mapped_column(Integer)
    recorded_days: Mapped[int] = mapped_column(Integer, server_default="0")
    open_recorded_days: Mapped[int] = mapped_column(Integer, server_default="0")
    live_days: Mapped[int] = mapped_column(Integer, server_default="0")
    archive_days: Mapped[int] = mapped_column(Integer, server_default="0")
    closed_days: Mapped[int] = mapped_column(Integer, server_default="0")
    down_days: Mapped[int] = mapped_column(Integer, server_default="0")
    inferred_days: Mapped[int] = mapped_column(Integer, server_default="0")

    @declared_attr.directive
    def __table_args__(cls) -> tuple[object, ...]:  # noqa: N805
        """Rows in key order."""
        return (CLUSTERED,)


class ParkWeeklyStats(ParkCounters, ParkPeriodKey, Base):
    """One park, one week from Monday: the sum of its days."""

    __tablename__ = "park_weekly_stats"


class ParkMonthlyStats(ParkCounters, ParkPeriodKey, Base):
    """One park, one calendar month: the sum of its days."""

    __tablename__ = "park_monthly_stats"


class ParkYearlyStats(ParkCounters, ParkPeriodKey, Base):
    """One park, one calendar year: the sum of its months."""

    __tablename__ = "park_yearly_stats"


class StoredSpan(Base):
    """A span of days of which the sums are stored: that of a park, of its rides, or nothing where they had
    no day in it.
    """

    __tablename__ = "stored_spans"
    __table_args__ = (CLUSTERED,)

    park_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    period_start: Mapped[dt.date] = mapped_column(Date, primary_key=True)
    period_end: Mapped[dt.date] = mapped_column(Date, primary_key=True)


class RideSpanStats(RideCounters, Base):
    """One ride, one of the spans of its park in ``stored_spans``: the sum of its days."""

    __tablename__ = "ride_span_stats"
    __table_args__ = (CLUSTERED,)

    park_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    period_start: Mapped[dt.date] = mapped_column(Date, primary_key=True)
    period_end: Mapped[dt.date] = mapped_column(Date, primary_key=True)
    ride_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    eligible_days: Mapped[int] = mapped_column(Integer)
    seen_days: Mapped[int] = mapped_column(Integer)
    ran_days: Mapped[int] = mapped_column(Integer)
    queue_days: Mapped[int] = mapped_column(Integer)


class ParkSpanStats(ParkCounters, Base):
    """One park, one of its spans in ``stored_spans``: the sum of its days."""

    __tablename__ = "park_span_stats"
    __table_args__ = (CLUSTERED,)

    park_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    period_start: Mapped[dt.date] = mapped_column(Date, primary_key=True)
    period_end: Mapped[dt.date] = mapped_column(Date, primary_key=True)
    window_seconds: Mapped[int] = mapped_column(BigInteger)
    open_days: Mapped[int] = mapped_column(Integer)
    recorded_days: Mapped[int] = mapped_column(Integer)
    open_recorded_days: Mapped[int] = mapped_column(Integer)
    live_days: Mapped[int] = mapped_column(Integer)
    archive_days: Mapped[int] = mapped_column(Integer)
    closed_days: Mapped[int] = mapped_column(Integer)
    down_days: Mapped[int] = mapped_column(Integer)
    inferred_days: Mapped[int] = mapped_column(Integer)


class RideOutagePart(Base):
    """The share of an outage that lies in one park-day, from which whole outages are put together (R9)."""

    __tablename__ = "ride_outage_parts"
    __table_args__ = (CLUSTERED,)

    park_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    day: Mapped[dt.date] = mapped_column(Date, primary_key=True)
    ride_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    started_at: Mapped[int] = mapped_column(UnixSeconds, primary_key=True)
    ended_at: Mapped[int] = mapped_column(UnixSeconds)
    ongoing: Mapped[int] = mapped_column(SmallInteger)
    downtime: Mapped[int] = mapped_column(BigInteger)
    flaps: Mapped[int] = mapped_column(Integer)
    by_down: Mapped[int] = mapped_column(SmallInteger)
    counted: Mapped[int] = mapped_column(SmallInteger)
    at_opening: Mapped[int] = mapped_column(SmallInteger)
    at_closing: Mapped[int] = mapped_column(SmallInteger)
    park_wide: Mapped[int] = mapped_column(SmallInteger)
    had_run: Mapped[int] = mapped_column(SmallInteger)
    first_due: Mapped[int] = mapped_column(SmallInteger)
    last_due: Mapped[int] = mapped_column(SmallInteger)
    came_over: Mapped[int] = mapped_column(SmallInteger)
    goes_on: Mapped[int] = mapped_column(SmallInteger)
    ended_by: Mapped[str | None] = mapped_column(String(10))
    not_counted: Mapped[str | None] = mapped_column(String(20))
    metrics_version: Mapped[int] = mapped_column(SmallInteger)


class RideOutage(Base):
    """One outage of one ride (R9); ``ended_at`` null = still down.

    ``downtime``: the seconds of not running; they are part of the counters of that name only where
    ``counted``.
    ``ended_by``: null while it lasts. ``since_opening``: it began with the opening, not after the ride had
    run. ``not_counted``: why it does not count, a ``NotCounted`` (R5); null where it does.

    The second index holds all that lists of outages choose and order by.
    """

    __tablename__ = "ride_outages"
    __table_args__ = (
        Index(None, "park_id", "started_at"),
        Index(None, "park_id", "day", "kind", "downtime"),
        CLUSTERED,
    )

    ride_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    started_at: Mapped[int] = mapped_column(UnixSeconds, primary_key=True)
    park_id: Mapped[int] = mapped_column(Integer)
    day: Mapped[dt.date] = mapped_column(Date)
    ended_at: Mapped[int | None] = mapped_column(UnixSeconds)
    kind: Mapped[str] = mapped_column(String(16))
    counted: Mapped[int] = mapped_column(SmallInteger)
    ended_by: Mapped[str | None] = mapped_column(String(10))
    since_opening: Mapped[int] = mapped_column(SmallInteger)
    downtime: Mapped[int] = mapped_column(BigInteger)
    flaps: Mapped[int] = mapped_column(Integer)
    not_counted: Mapped[str | None] = mapped_column(String(20))
    metrics_version: Mapped[int] = mapped_column(SmallInteger)


class RideCurrent(Base):
    """The latest observation of each ride, and what the kernel makes of it in the last three columns.

    ``is_stopped``: closed where the feed knows only open and closed, after it had run: not counted until it
    comes back, and shown as provisional until then (R5).
    """

    __tablename__ = "ride_current"
    __table_args__ = (Index(None, "park_id"), TABLE_OPTIONS)

    ride_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    park_id: Mapped[int] = mapped_column(Integer)
    observed_at: Mapped[int] = mapped_column(UnixSeconds)
    feed: Mapped[int] = mapped_column(SmallInteger)
    status: Mapped[int | None] = mapped_column(SmallInteger)
    wait_minutes: Mapped[int | None] = mapped_column(SmallInteger)
    since: Mapped[int] = mapped_column(UnixSeconds)
    effective_status: Mapped[int | None] = mapped_column(SmallInteger)
    counts_as_down: Mapped[int] = mapped_column(SmallInteger)
    is_stopped: Mapped[int] = mapped_column(SmallInteger)


class ParkCurrent(Base):
    """The live state of each park: is it open, and the two weights of its live shame score (R8)."""

    __tablename__ = "park_current"
    __table_args__ = (TABLE_OPTIONS,)

    park_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    observed_at: Mapped[int] = mapped_column(UnixSeconds)
    is_open: Mapped[int] = mapped_column(SmallInteger)
    weight_down: Mapped[int] = mapped_column(BigInteger)
    weight_eligible: Mapped[int] = mapped_column(BigInteger)
    eligible: Mapped[int] = mapped_column(Integer)
    observed: Mapped[int] = mapped_column(Integer)
    rides_operating: Mapped[int] = mapped_column(Integer)
    rides_down: Mapped[int] = mapped_column(Integer)
    wait_sum: Mapped[int] = mapped_column(BigInteger)
    wait_known: Mapped[int] = mapped_column(BigInteger)
    wait_max: Mapped[int | None] = mapped_column(Integer)
    metrics_version: Mapped[int] = mapped_column(SmallInteger)


class DerivedRevision(Base):
    """Counts the changes of one park's derived rows, so that a rollup knows whether its copy still holds."""

    __tablename__ = "derived_revisions"
    __table_args__ = (TABLE_OPTIONS,)

    park_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    revision: Mapped[int] = mapped_column(BigInteger)
