"""Everything about one park in one period: the same row as in the list, and what it is made of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace

from hallofshame.domain.periods import DayRange, Period
from hallofshame.domain.ride_types import NON_RIDES
from hallofshame.domain.words import TIER_WEIGHTS
from hallofshame.metrics import scores
from hallofshame.store.reports.catalogue import ParkProfile, RideProfile
from hallofshame.store.reports.hours import corrections, published_hours
from hallofshame.store.reports.outages import park_outages
from hallofshame.store.reports.points import ParkDay, park_days, score_shares
from hallofshame.store.reports.punctuality import punctuality
from hallofshame.store.reports.running_day import of_park
from hallofshame.store.reports.sums import ParkTotals
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.envelope import RankingLine, Row, coverage_body, iso, ranked_by_body
from hallofshame.web.parameters import ParkFilter, RideFilter
from hallofshame.web.rows.chart_data import park_chart
from hallofshame.web.rows.days import hours_row, judged_row
from hallofshame.web.rows.outages import outages_inside
from hallofshame.web.rows.parks import park_identity, park_lines
from hallofshame.web.rows.rankings import DOWNTIME, PARK_FIELDS, all_standings, park_ranking, with_standing
from hallofshame.web.wording import TIER_LABELS

MAX_DAYS_LISTED = 31
MAX_OUTAGES_LISTED = 500


def park_info(park: ParkProfile) -> Row:
    """The park as the catalogue knows it."""
    return park_identity(park) | {
        "region": park.region,
        "latitude": park.latitude,
        "longitude": park.longitude,
        "is_water_park": park.is_water_park,
        "is_active": park.is_active,
        "primary_feed": park.primary_feed.slug,
        "breakdown_signal": park.breakdown_signal.value,
    }


def park_line(context: AnswerContext, period: Period, park: ParkProfile) -> RankingLine:
    """The park's row of the unfiltered list, or the like for a vanished park that is not listed."""
    listed = park_ranking(context, period, ParkFilter())
    others = [replace(line, row={"rank": None, **line.row}) for line in park_lines(context, period)]
    return next(line for line in (*listed, *others) if line.row["park_id"] == park.park_id)


def park_summary(context: AnswerContext, period: Period, park: ParkProfile) -> Row:
    """The row of :func:`park_line`."""
    return park_line(context, period, park).row


def park_details(
    context: AnswerContext, period: Period, park: ParkProfile, rides_asked: RideFilter
) -> tuple[Row, Row]:
    """The details and their coverage. ``rides`` are those asked for; all other figures are of all."""
    days = period.days(context.today(park))
    summary = park_summary(context, period, park)
    rides = context.catalogue.rides_of[park.park_id]
    lines = with_standing(context, period, rides, all_standings(context, period))
    lines.sort(key=lambda line: _order(line.row))
    rows = [line.row for line in lines]
    listed_rides = [row for row in rows if rides_asked.admits(context.catalogue.rides[row["ride_id"]])]
    latest = DayRange(max(days.start, days.end - dt.timedelta(days=MAX_DAYS_LISTED - 1)), days.end)
    chart = park_chart(context, park, days)
    total, outages = park_outages(context.connection, park.park_id, days, MAX_OUTAGES_LISTED)
    listed = _days_listed(context, park, latest)
    only = listed[0] if days.days == 1 and listed else None
    explained = score_explained(context, period, park, days, rows, summary)
    details = {
        "park": park_info(park),
        "summary": summary,
        "ranked_by": ranked_by_body(PARK_FIELDS[DOWNTIME]),
        "windows": only["windows"] if only else None,
        "evidence": only["evidence"] if only else None,
        "days": listed,
        "chart_grain": chart.grain.value,
        "chart_data": chart.data,
        "rides": listed_rides,
        "non_rides": sum(ride.is_active and ride.type in NON_RIDES for ride in rides),
        "outages": outages_inside(context, outages),
        "outages_total": total,
        "score_explained": explained,
        "tiers": tier_rows(rides, explained["rides"]),
        "schedule": schedule_rows(context, park, latest),
    }
    return details, coverage_body(line for line in lines if line.row["eligible"])


def _order(row: Row) -> tuple[bool, bool, float, str, int]:
    """Rides that count first; among them the longest down (right now: those down) first; then by name."""
    lost = row["downtime_seconds"] or 0
    return (
        not row["eligible"],
        not row["is_down"],
        -lost,
        row["ride_name"].casefold(),
        row["ride_id"],
    )


def _days_listed(context: AnswerContext, park: ParkProfile, days: DayRange) -> list[Row]:
    """The park-days that have a row, newest first, each with its open windows and their evidence."""
    found = park_days(context.connection, park.park_id, days)
    kept = punctuality(context.connection, park.park_id, park.timezone, days, context.data_as_of)
    corrected = corrections(context.connection, park.park_id, park.timezone, days)
    return [
        _day_row(
            found[day],
            context.windows(park.park_id, found[day]),
            of_park(found[day].totals, context.ahead_within(park.park_id, DayRange(day, day))),
        )
        | judged_row(found[day])
        | hours_row(kept.get(day), corrected.get(day), park.timezone)
        for day in sorted(found, reverse=True)
    ]


def _day_row(day: ParkDay, windows: Iterable[tuple[int, int]], totals: ParkTotals) -> Row:
    shown = list(windows)
    return {
        "date": day.day.isoformat(),
        "evidence": day.evidence.value,
        "origin": day.origin.name.lower(),
        "windows": [{"start": iso(start), "end": iso(end)} for start, end in shown],
        "window_seconds": sum(end - start for start, end in shown),
        "shame_score": scores.shame_score(totals.weighted_downtime, totals.weighted_exposure),
        "rides_eligible": day.tally.eligible,
        "coverage_percent": scores.coverage_percent(totals.observed, totals.open),
    }


def score_explained(
    context: AnswerContext, period: Period, park: ParkProfile, days: DayRange, rows: list[Row], summary: Row
) -> Row:
    """The score to the second: what each ride puts into the two totals, and that they are the totals shown.

    ``adds_up`` is false only while a change of tiers waits for its recomputation, and says so honestly.
    """
    shares = _live_shares(rows) if period.is_live else _period_shares(context, park, days)
    if summary["weighted_exposure"] is None:
        shares = []
    downtime = sum(share["weighted_downtime"] for share in shares)
    exposure = sum(share["weighted_exposure"] for share in shares)
    for share in shares:
        share["score_points"] = scores.shame_score(share["weighted_downtime"], exposure)
    shares.sort(key=lambda share: (-share["weighted_downtime"], share["ride_name"], share["ride_id"]))
    shown = (summary["weighted_downtime"], summary["weighted_exposure"])
    return {
        "formula": "10 × weighted_downtime ÷ weighted_exposure",
        "unit": "weight" if period.is_live else "weight × seconds",
        "rides": shares,
        "weighted_downtime": downtime,
        "weighted_exposure": exposure,
        "shame_score": scores.shame_score(downtime, exposure),
        "adds_up": (downtime, exposure) == tuple(value or 0 for value in shown),
    }


def tier_rows(rides: Iterable[RideProfile], shares: Iterable[Row]) -> list[Row]:
    """The park's rides by tier, flagships first: how many there are, how many count, and what they lost.

    ``shares`` are those of the score explained, so the tiers add up to the park's row.
    """
    counted = list(shares)
    in_score = {share["ride_id"] for share in counted}
    known = [ride for ride in rides if ride.ride_id in in_score or (ride.is_active and ride.is_ride)]
    rows = []
    for tier, label in TIER_LABELS.items():
        of_tier = [share for share in counted if share["tier"] == tier]
        lost = [share["downtime_seconds"] for share in of_tier if share["downtime_seconds"] is not None]
        if total := sum(1 for ride in known if ride.tier == tier):
            rows.append(
                {
                    "tier": tier,
                    "tier_label": label,
                    "weight": TIER_WEIGHTS[tier],
                    "rides": total,
                    "eligible": len(of_tier),
                    "downtime_seconds": sum(lost) if lost else None,
                }
            )
    return rows


def _period_shares(context: AnswerContext, park: ParkProfile, days: DayRange) -> list[Row]:
    rides = context.catalogue.rides
    return [
        {
            "ride_id": share.ride_id,
            "ride_name": rides[share.ride_id].name,
            "tier": rides[share.ride_id].tier,
            "tier_label": TIER_LABELS[rides[share.ride_id].tier],
            "weight": rides[share.ride_id].weight,
            "downtime_seconds": share.downtime,
            "exposure_seconds": share.exposure,
            "weighted_downtime": rides[share.ride_id].weight * share.downtime,
            "weighted_exposure": rides[share.ride_id].weight * share.exposure,
            "eligible_days": share.eligible_days,
        }
        for share in score_shares(context.connection, park.park_id, days)
        if share.ride_id in rides
    ]


def _live_shares(rows: list[Row]) -> list[Row]:
    return [
        {name: row[name] for name in ("ride_id", "ride_name", "tier", "tier_label", "weight")}
        | {
            "downtime_seconds": None,
            "exposure_seconds": None,
            "weighted_downtime": row["weight"] if row["is_down"] else 0,
            "weighted_exposure": row["weight"],
            "eligible_days": 1,
        }
        for row in rows
        if row["eligible"]
    ]


def schedule_rows(
    context: AnswerContext, park: ParkProfile, days: DayRange, *, is_history: bool = False
) -> list[Row]:
    """Published hours in force, or every version; also those that do not count as regular opening (R4)."""
    return [
        {
            "date": entry.date.isoformat(),
            "kind": entry.kind.value,
            "opens_at": iso(entry.opens_at),
            "closes_at": iso(entry.closes_at),
            "description": entry.description,
            "seen_at": iso(entry.seen_at),
            "superseded_at": iso(entry.superseded_at),
        }
        for entry in published_hours(context.connection, park.park_id, days, is_history=is_history)
    ]
