"""Hand-made rows: hours are written down, every larger grain is their plain sum, the slow and obvious way."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert, update

from hallofshame.domain.counters import DOWNTIME_KINDS, PARK_COUNTERS, RIDE_COUNTERS, RIDE_SUMS
from hallofshame.domain.names import slugify
from hallofshame.domain.signals import BEGINNING, SIGNAL_FEED, SignalSource
from hallofshame.domain.words import (
    TIER_WEIGHTS,
    EndedBy,
    Evidence,
    Feed,
    NotCounted,
    Origin,
    OutageKind,
    RideKind,
    ScheduleKind,
    Status,
)
from hallofshame.metrics.awards import QUEUE_MINUTES
from hallofshame.store import models
from hallofshame.store.data_version import bump
from hallofshame.store.database import Database
from hallofshame.store.day_counts import DAY_COUNTS, RIDE_DAY_COUNTS

HOUR = 3600
VERSION = 1

Counters = dict[str, Any]


def at(text: str, timezone: str = "UTC") -> int:
    """``2026-08-20 09:00`` in a zone as Unix seconds."""
    return int(dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(timezone)).timestamp())


@dataclass
class World:
    """Rows to be; :meth:`write` rolls them up and stores them."""

    parks: dict[int, dict[str, Any]] = field(default_factory=dict)
    rides: dict[int, dict[str, Any]] = field(default_factory=dict)
    tiers: dict[int, int | None] = field(default_factory=dict)
    hours: list[dict[str, Any]] = field(default_factory=list)
    park_days: dict[tuple[int, dt.date], dict[str, Any]] = field(default_factory=dict)
    idle: set[tuple[int, dt.date]] = field(default_factory=set)
    ran: dict[tuple[int, dt.date], tuple[int, int]] = field(default_factory=dict)
    """First and last operation of a ride on a day, where that matters."""
    rows: list[tuple[type[models.Base], dict[str, Any]]] = field(default_factory=list)

    def park(
        self, park_id: int, name: str, timezone: str = "Europe/Rome", operator: str = "Disney", **more: Any
    ) -> None:
        """A park, known to both sources."""
        self.parks[park_id] = {
            "park_id": park_id,
            "slug": slugify(name),
            "name": name,
            "operator": operator,
            "country": more.get("country", "Italy"),
            "region": "Europe",
            "timezone": timezone,
            "latitude": 45.0,
            "longitude": 10.0,
            "primary_feed": int(Feed.QUEUE_TIMES),
            "breakdown_signal": "down",
            "is_water_park": False,
            "is_active": more.get("is_active", True),
        }
        signal = {"park_id": park_id, "feed": int(SIGNAL_FEED), "valid_from": BEGINNING, "signal": "down"}
        signal |= {"source": SignalSource.CATALOGUE.value, "evidence": "by hand", "recorded_at": 0}
        self.rows.append((models.ParkSignal, signal))
        for feed, external_id in (
            (Feed.QUEUE_TIMES, f"{100 + park_id}"),
            (Feed.THEMEPARKS_WIKI, f"wiki-{park_id}"),
        ):
            self.rows.append(
                (
                    models.ExternalId,
                    {
                        "feed": int(feed),
                        "kind": "park",
                        "external_id": external_id,
                        "internal_id": park_id,
                        "first_seen_at": 0,
                    },
                )
            )

    def ride(self, ride_id: int, park_id: int, name: str, tier: int | None = 2, **more: Any) -> None:
        """A ride; ``tier`` null is unrated."""
        self.rides[ride_id] = {
            "ride_id": ride_id,
            "park_id": park_id,
            "slug": slugify(name),
            "name": name,
            "kind": more.get("kind", RideKind.ATTRACTION).value,
            "land": more.get("land"),
            "is_active": more.get("is_active", True),
            "first_seen_at": 1_700_000_000,
            "last_seen_at": 1_780_000_000,
            "merged_into": more.get("merged_into"),
        }
        self.tiers[ride_id] = tier
        if "type" in more:
            decision = {"ride_id": ride_id, "type": more["type"].value, "source": "curated"}
            decision |= {"confidence": 0.95, "reason": "listed", "decided_at": 0}
            self.rows.append((models.RideTypeDecision, decision))

    def hour(
        self,
        ride_id: int,
        day: str,
        hour: int,
        *,
        operating: int = 0,
        down: int = 0,
        closed: int = 0,
        refurbishment: int = 0,
        downtime: int | None = None,
        open_seconds: int = HOUR,
        wait: int | None = None,
    ) -> None:
        """One ride's counters in the local hour that begins at the instant ``hour``.

        ``wait`` was posted all the while the ride operated. ``downtime`` is ``down`` unless given.
        """
        self.hours.append(
            {
                "park_id": self.rides[ride_id]["park_id"],
                "ride_id": ride_id,
                "hour": hour,
                "day": dt.date.fromisoformat(day),
                "open": open_seconds,
                "observed": operating + down + closed + refurbishment,
                "operating": operating,
                "down": down,
                "closed": closed,
                "refurbishment": refurbishment,
                "downtime": down if downtime is None else downtime,
                **dict.fromkeys(DOWNTIME_KINDS, 0),
                "wait_known": operating if wait is not None else 0,
                "wait_sum": operating * (wait or 0),
                "samples": (operating + down + closed + refurbishment) // 300,
                "wait_max": wait if operating else None,
            }
        )

    def day(
        self,
        park_id: int,
        day: str,
        windows: Iterable[tuple[int, int]] = (),
        evidence: Evidence = Evidence.SCHEDULE,
        *,
        judged_by_down: bool = False,
    ) -> None:
        """Open windows of a park-day, which has a row also where no ride has one."""
        self.park_days[park_id, dt.date.fromisoformat(day)] = {
            "windows": [list(window) for window in windows],
            "evidence": evidence.value,
            "judged_by_down": int(judged_by_down),
        }

    def idle_day(self, ride_id: int, day: str) -> None:
        """The ride is not in E on that day."""
        self.idle.add((ride_id, dt.date.fromisoformat(day)))

    def outage(
        self,
        ride_id: int,
        day: str,
        start: int,
        end: int | None,
        kind: OutageKind = OutageKind.BREAKDOWN,
        downtime: int | None = None,
        *,
        counted: bool = True,
        ended_by: EndedBy | None = None,
    ) -> None:
        """An outage that began on that park-local day; it ended as its kind says, unless ``ended_by``
        does."""
        self.rows.append(
            (
                models.RideOutage,
                {
                    "ride_id": ride_id,
                    "started_at": start,
                    "park_id": self.rides[ride_id]["park_id"],
                    "day": dt.date.fromisoformat(day),
                    "ended_at": end,
                    "kind": kind.value,
                    "counted": int(counted),
                    "ended_by": _ended_by(end, kind) if ended_by is None else ended_by.value,
                    "since_opening": int(kind is OutageKind.OPENING_DELAY),
                    "downtime": downtime if downtime is not None else (end or start) - start,
                    "flaps": 0,
                    "not_counted": None if counted else NOT_COUNTED[kind].value,
                    "metrics_version": VERSION,
                },
            )
        )

    def published(self, park_id: int, day: str, opens_at: int, closes_at: int) -> None:
        """Published hours in force."""
        self.rows.append(
            (
                models.ParkSchedule,
                {
                    "park_id": park_id,
                    "date": dt.date.fromisoformat(day),
                    "kind": ScheduleKind.OPERATING.value,
                    "opens_at": opens_at,
                    "closes_at": closes_at,
                    "description": None,
                    "seen_at": opens_at - 86_400,
                    "superseded_at": None,
                },
            )
        )

    def park_now(self, park_id: int, observed_at: int, **state: Any) -> None:
        """The latest cycle of a park."""
        row = {
            "park_id": park_id,
            "observed_at": observed_at,
            "is_open": 1,
            "weight_down": 0,
            "weight_eligible": 0,
            "eligible": 0,
            "observed": 0,
            "rides_operating": 0,
            "rides_down": 0,
            "wait_sum": 0,
            "wait_known": 0,
            "wait_max": None,
            "metrics_version": VERSION,
        }
        self.rows.append((models.ParkCurrent, row | state))

    def ride_now(
        self,
        ride_id: int,
        observed_at: int,
        status: Status | None,
        *,
        wait: int | None = None,
        counts_as_down: bool = False,
        since: int | None = None,
    ) -> None:
        """The latest observation of a ride."""
        self.rows.append(
            (
                models.RideCurrent,
                {
                    "ride_id": ride_id,
                    "park_id": self.rides[ride_id]["park_id"],
                    "observed_at": observed_at,
                    "feed": int(Feed.QUEUE_TIMES),
                    "status": status,
                    "wait_minutes": wait,
                    "since": observed_at if since is None else since,
                    "effective_status": status,
                    "counts_as_down": int(counts_as_down),
                    "is_stopped": 0,
                },
            )
        )

    def write(self, database: Database, data_as_of: int | None = None) -> None:
        """Store everything and move the data version on."""
        batches: dict[type[models.Base], list[dict[str, Any]]] = defaultdict(list)
        batches[models.Park] = list(self.parks.values())
        batches[models.Ride] = list(self.rides.values())
        batches[models.RideClassification] = [
            {
                "ride_id": ride_id,
                "tier": tier,
                "source": "override" if tier else "unrated",
                "confidence": 1.0,
                "reason": "by hand",
                "decided_at": 0,
            }
            for ride_id, tier in self.tiers.items()
        ]
        for model, row in self.rows:
            batches[model].append(row)
        self._roll_up(batches)
        moment = None if data_as_of is None else dt.datetime.fromtimestamp(data_as_of, dt.UTC)
        with database.write() as connection:
            for model, rows in batches.items():
                if rows:
                    connection.execute(insert(model), rows)
            bump(connection, moment)

    def _roll_up(self, batches: dict[type[models.Base], list[dict[str, Any]]]) -> None:
        stamped = [row | {"metrics_version": VERSION} for row in self.hours]
        batches[models.RideHourlyStats] = stamped
        ride_days = _summed(self.hours, ("park_id", "day", "ride_id"), RIDE_COUNTERS)
        for row in ride_days:
            key = (row["ride_id"], row["day"])
            attraction = self.rides[row["ride_id"]]["kind"] == RideKind.ATTRACTION
            row["eligible"] = int(attraction and key not in self.idle)
            row["operated_any"] = int(row["operating"] > 0)
            row["posted"] = int(bool(row["wait_max"]))
            row["first_operating_at"], row["last_operating_at"] = self.ran.get(key, (None, None))
        batches[models.RideDailyStats] = ride_days
        eligible = {(row["ride_id"], row["day"]) for row in ride_days if row["eligible"]}
        counted = [self._weighted(row) for row in self.hours if (row["ride_id"], row["day"]) in eligible]
        batches[models.ParkHourlyStats] = _summed(counted, ("park_id", "hour", "day"), PARK_COUNTERS)
        batches[models.ParkDailyStats] = self._park_days(counted, ride_days)
        self._coarse(batches)

    def _weighted(self, row: Counters) -> Counters:
        weight = TIER_WEIGHTS[self.tiers[row["ride_id"]]]
        return row | {
            "weighted_downtime": weight * row["downtime"],
            "weighted_breakdown": weight * (row["downtime"] - sum(row[kind] for kind in DOWNTIME_KINDS)),
            "weighted_exposure": weight * (row["operating"] + row["downtime"]),
        }

    def _park_days(self, counted: list[Counters], ride_days: list[Counters]) -> list[Counters]:
        found = {
            (row["park_id"], row["day"]): row for row in _summed(counted, ("park_id", "day"), PARK_COUNTERS)
        }
        keys = sorted({*found, *self.park_days})
        days = []
        for park_id, day in keys:
            known = self.park_days.get((park_id, day), {"windows": [], "evidence": "schedule"})
            members = [
                row
                for row in ride_days
                if row["park_id"] == park_id and row["day"] == day and row["eligible"]
            ]
            blank = dict.fromkeys(PARK_COUNTERS, 0) | {"wait_max": None, "metrics_version": VERSION}
            row = found.get((park_id, day), {"park_id": park_id, "day": day, **blank})
            days.append(
                row
                | {
                    "windows": json.dumps(known["windows"]),
                    "window_seconds": sum(end - start for start, end in known["windows"]),
                    "evidence": known["evidence"],
                    "origin": 0,
                    "judged_by_down": known.get("judged_by_down", 0),
                    "observed_queue_times": row["observed"],
                    "eligible": len(members),
                    "rides_operated": sum(1 for member in members if member["operating"] > 0),
                    "rides_down": sum(1 for member in members if member["downtime"] > 0),
                    "revision": 1,
                }
            )
        return days

    def _coarse(self, batches: dict[type[models.Base], list[dict[str, Any]]]) -> None:
        for ride_model, park_model, first in (
            (models.RideWeeklyStats, models.ParkWeeklyStats, _week),
            (models.RideMonthlyStats, models.ParkMonthlyStats, _month),
            (models.RideYearlyStats, models.ParkYearlyStats, _year),
        ):
            rides = [
                row
                | {"period_start": first(row["day"]), "eligible_days": row["eligible"]}
                | ride_counts_of_day(row)
                for row in batches[models.RideDailyStats]
            ]
            batches[ride_model] = _summed(
                rides,
                ("park_id", "period_start", "ride_id"),
                (*RIDE_COUNTERS, "eligible_days", *RIDE_DAY_COUNTS),
            )
            parks = [
                row | {"period_start": first(row["day"])} | counts_of_day(row)
                for row in batches[models.ParkDailyStats]
            ]
            batches[park_model] = _summed(
                parks, ("park_id", "period_start"), (*PARK_COUNTERS, "window_seconds", *DAY_COUNTS)
            )


def counts_of_day(row: Mapping[str, Any]) -> dict[str, int]:
    """What one row of a park-day adds to the counts of days of coarser rows."""
    seen, opened = row["observed"] > 0, row["window_seconds"] > 0
    found = {
        "open_days": opened,
        "recorded_days": seen,
        "open_recorded_days": opened and seen,
        "live_days": seen and row["origin"] == Origin.LIVE,
        "archive_days": seen and row["origin"] != Origin.LIVE,
        "closed_days": row["evidence"] == Evidence.NO_ACTIVITY.value,
        "down_days": seen and bool(row["judged_by_down"]),
        "inferred_days": opened and row["evidence"] == Evidence.ACTIVITY.value,
    }
    return {name: int(found[name]) for name in DAY_COUNTS}


def ride_counts_of_day(row: Mapping[str, Any]) -> dict[str, int]:
    """The same of one row of a ride's day."""
    seen = bool(row["eligible"]) and row["observed"] > 0
    ran = seen and row["operating"] > 0
    found = {
        "seen_days": seen,
        "ran_days": ran,
        "queue_days": ran and (row["wait_max"] or 0) >= QUEUE_MINUTES,
    }
    return {name: int(found[name]) for name in RIDE_DAY_COUNTS}


NOT_COUNTED = {
    OutageKind.OPENING_DELAY: NotCounted.BEFORE_FIRST_RUN,
    OutageKind.NEVER_REOPENED: NotCounted.DID_NOT_COME_BACK,
    OutageKind.PARK_WIDE: NotCounted.PARK_WIDE,
    OutageKind.BREAKDOWN: NotCounted.HARDLY_RAN,
}
"""Why an outage of each kind usually does not count."""


def _ended_by(end: int | None, kind: OutageKind) -> str | None:
    if end is None:
        return None
    return (EndedBy.CLOSED if kind is OutageKind.NEVER_REOPENED else EndedBy.REOPENED).value


def _week(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=day.weekday())


def _month(day: dt.date) -> dt.date:
    return day.replace(day=1)


def _year(day: dt.date) -> dt.date:
    return day.replace(month=1, day=1)


def _summed(rows: Iterable[Counters], key: tuple[str, ...], names: Iterable[str]) -> list[Counters]:
    groups: dict[tuple[Any, ...], list[Counters]] = defaultdict(list)
    for row in rows:
        groups[tuple(row[name] for name in key)].append(row)
    summed = []
    for values, members in groups.items():
        total: Counters = dict(zip(key, values, strict=True)) | {"metrics_version": VERSION}
        for name in names:
            if name == "wait_max":
                total[name] = max((m[name] for m in members if m[name] is not None), default=None)
            else:
                total[name] = sum(member[name] for member in members)
        summed.append(total)
    return summed


def plain_sum(rows: Iterable[Counters]) -> Counters:
    """The oracle: counters of day rows added one by one."""
    found = _summed([row | {"all": 0} for row in rows], ("all",), (*RIDE_SUMS, "wait_max"))
    return found[0] if found else {}


def touch(database: Database, park_id: int, **values: Any) -> None:
    """Change a park's row and move the data version on, as any job that changes answers does."""
    with database.write() as connection:
        connection.execute(update(models.Park).where(models.Park.park_id == park_id).values(**values))
        bump(connection, None)
