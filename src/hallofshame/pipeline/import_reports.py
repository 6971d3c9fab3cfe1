"""The quality report of an import: what came in, what was left out and why, whichever door it came through.

An import may be broken off and taken up again. Its report is kept as JSON with the job and joined with what
each further attempt tells.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from hallofshame.pipeline.history_request import HistoryImported
from hallofshame.pipeline.import_archive import ImportResult
from hallofshame.pipeline.import_readings import ReadingsResult
from hallofshame.pipeline.imported import ONE_DAY, Imported
from hallofshame.pipeline.repair import RepairResult

Report = dict[str, Any]
Result = ImportResult | HistoryImported | ReadingsResult | RepairResult

MOST_REFUSED = 200
"""So many refused files or days are named; the others are counted."""

_ADDED = ("events", "new_rows", "left_out_events")
"""Counts that further attempts add to. All others are those of the latest attempt, which sees the whole."""


def report_of(result: Result) -> Report:
    """What an import did so far.

    ``events`` read, ``new_rows`` new to the record, ``known`` files or days in it before, ``failed`` ones
    that could not be written, ``left`` ones for later; ``counts`` are of this kind of import alone.
    """
    if isinstance(result, ReadingsResult):
        total = result.total
        counts = {"recordings": len(result.taken), "rides_created": total.rides_created}
        return _report(
            events=total.observations,
            new_rows=total.new_observations,
            known=result.known,
            failed=total.failed,
            findings={"in_recordings": total.findings} if total.findings else {},
            refused=result.refused,
            counts=counts,
        )
    if isinstance(result, RepairResult):
        return _report(
            events=result.observations,
            new_rows=result.observations,
            failed=result.failed,
            left=result.waiting,
            refused={"first failure": result.first_failure} if result.first_failure else {},
            counts={"gaps": result.gaps, "park_days": result.park_days},
        )
    found = _report(
        events=result.events,
        new_rows=result.new_rows,
        known=result.known,
        failed=result.failed,
        findings=result.findings,
        refused=result.refused,
        parks=_parks(result),
    )
    if isinstance(result, ImportResult):
        found["left_out_events"] = result.without_park + sum(result.unknown_parks.values())
        found["unknown_parks"] = dict(result.unknown_parks)
        found["counts"] = {"files": result.files, "events_of_other_dates": result.outside}
    else:
        found["left"] = result.left
        found["refused"] = {**result.refused, **result.outside}
        found["counts"] = {
            "park_days": result.taken,
            "corrected": result.corrected,
            "empty": result.empty,
            "beyond_the_key": result.beyond,
            "requests": result.requests,
        }
    return _bounded(found)


def joined(before: Report | None, now: Report) -> Report:
    """One report of all attempts; ``before`` is that of the earlier ones."""
    if before is None:
        return now
    parks = dict(before["parks"])
    for slug, park in now["parks"].items():
        old = parks.get(slug)
        parks[slug] = park if old is None else _joined_park(old, park)
    return _bounded(
        now
        | {name: before[name] + now[name] for name in _ADDED}
        | {name: dict(Counter(before[name]) + Counter(now[name])) for name in ("findings", "unknown_parks")}
        | {"parks": parks, "refused": before["refused"] | now["refused"]}
        | {"refused_more": before["refused_more"] + now["refused_more"]}
    )


def _report(**given: Any) -> Report:
    empty: Report = {
        "events": 0,
        "new_rows": 0,
        "known": 0,
        "failed": 0,
        "left": 0,
        "left_out_events": 0,
        "findings": {},
        "unknown_parks": {},
        "refused": {},
        "refused_more": 0,
        "parks": {},
        "counts": {},
    }
    return _bounded(empty | {name: dict(v) if isinstance(v, Mapping) else v for name, v in given.items()})


def _bounded(report: Report) -> Report:
    refused = dict(report["refused"])
    kept = dict(list(refused.items())[:MOST_REFUSED])
    return report | {"refused": kept, "refused_more": report["refused_more"] + len(refused) - len(kept)}


def _parks(result: Imported) -> dict[str, Report]:
    return {
        park.slug: {"events": park.events, "new_rows": park.new_rows, "days": _spans(park.days)}
        for park in sorted(result.parks.values(), key=lambda park: park.slug)
    }


def _joined_park(before: Report, now: Report) -> Report:
    days = {day for park in (before, now) for span in park["days"] for day in _days(*span)}
    return {
        "events": before["events"] + now["events"],
        "new_rows": before["new_rows"] + now["new_rows"],
        "days": _spans(days),
    }


def _days(first: str, last: str) -> list[dt.date]:
    start, end = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
    return [start + number * ONE_DAY for number in range((end - start).days + 1)]


def _spans(days: Iterable[dt.date]) -> list[list[str]]:
    """Days as stretches without a hole: first and last day of each."""
    spans: list[list[dt.date]] = []
    for day in sorted(days):
        if spans and day - spans[-1][1] == ONE_DAY:
            spans[-1][1] = day
        else:
            spans.append([day, day])
    return [[first.isoformat(), last.isoformat()] for first, last in spans]
