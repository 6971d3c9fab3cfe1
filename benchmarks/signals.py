"""What a park's figure is worth where its feed knows only open and closed (R5).

Run as ``python -m benchmarks.signals``. The recordings of Tokyo Disney Resort and Walt Disney World say DOWN.
Each is judged twice: as it is, and as if its feed had said CLOSED instead. Of the time that counts as
downtime in the second reading, how much was really DOWN? Of all DOWN time, how much is seen? How far does the
comparable score depend on what the feed admits (R8)? And, by reason, what of the DOWN time is left out.
Rides weigh the same; hours published for rides are used where the recording has them.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

import polars as pl
from tests.metrics.recordings import SHARED, inputs_of, themeparks_wiki

from hallofshame.domain.rules import HOUR_SECONDS, MAX_PUBLISHED_SECONDS
from hallofshame.domain.words import Feed, Status
from hallofshame.metrics.compute import compute
from hallofshame.metrics.frames import RIDE_HOURS
from hallofshame.metrics.parkday import ParkDayInputs, ParkDays
from hallofshame.metrics.scores import comparable_score, shame_score

RECORDINGS = (
    ("Tokyo Disney Resort", "tpw_tokyo_disney_resort", "Asia/Tokyo", 48 * 60),
    ("Walt Disney World", "tpw_walt_disney_world", "America/New_York", 15 * 60),
)
"""Title, folder, time zone and cadence in seconds."""

LEAST_TRUE = 0.85
"""Share of the counted time that has to be really DOWN, over both recordings."""

_SUMS = ("weighted_downtime", "weighted_breakdown", "weighted_exposure")


@dataclass
class Compared:
    """Two readings of the same days: seconds, and the sums of each reading's score."""

    counted: int = 0
    counted_down: int = 0
    down: int = 0
    as_told: list[int] = field(default_factory=lambda: [0, 0, 0])
    as_closed: list[int] = field(default_factory=lambda: [0, 0, 0])
    left_out: dict[str, int] = field(default_factory=dict)

    def add(self, other: Compared) -> None:
        """Add the days of another park."""
        self.counted += other.counted
        self.counted_down += other.counted_down
        self.down += other.down
        self.as_told = [a + b for a, b in zip(self.as_told, other.as_told, strict=True)]
        self.as_closed = [a + b for a, b in zip(self.as_closed, other.as_closed, strict=True)]
        for reason, seconds in other.left_out.items():
            self.left_out[reason] = self.left_out.get(reason, 0) + seconds

    @property
    def true_share(self) -> float:
        """The share of the counted time that was really DOWN."""
        return self.counted_down / self.counted

    def lines(self) -> Iterator[str]:
        """What is printed of it."""
        yield (
            f"{self.true_share:.0%} of the {self.counted / HOUR_SECONDS:.0f} h counted were DOWN; "
            f"{self.counted_down / self.down:.0%} of {self.down / HOUR_SECONDS:.0f} h DOWN were seen"
        )
        (down, breakdown, due), (down_closed, breakdown_closed, due_closed) = self.as_told, self.as_closed
        yield (
            f"score as told {shame_score(down, due)}, comparable {comparable_score(breakdown, down, due)}; "
            f"read as closed {shame_score(down_closed, due_closed)}, "
            f"comparable {comparable_score(breakdown_closed, down_closed, due_closed)}"
        )
        reasons = sorted(self.left_out.items(), key=lambda item: -item[1])
        yield "DOWN not counted: " + ", ".join(
            f"{reason} {seconds / HOUR_SECONDS:.1f} h" for reason, seconds in reasons
        )


def published_hours(rows: pl.DataFrame, ids: dict[str, int]) -> pl.DataFrame:
    """The hours that each ride's latest answer of a date gave for it: shape ``RIDE_HOURS``.

    Hours that cannot be (backwards, longer than 20 h) are left out.
    """
    if "operating_hours_json" not in rows.columns:
        return pl.DataFrame(schema=RIDE_HOURS)
    latest: dict[tuple[int, dt.date], list[tuple[int, int]]] = {}
    told = rows.filter(pl.col("operating_hours_json").is_not_null()).sort("polled_at")
    for name, hours in told.select("name", "operating_hours_json").iter_rows():
        found: dict[tuple[int, dt.date], list[tuple[int, int]]] = {}
        for entry in json.loads(hours):
            opens, closes = (dt.datetime.fromisoformat(entry[key]) for key in ("startTime", "endTime"))
            length = (closes - opens).total_seconds()
            if entry["type"] == "Operating" and 0 < length <= MAX_PUBLISHED_SECONDS:
                stretch = (int(opens.timestamp()), int(closes.timestamp()))
                found.setdefault((ids[name], opens.date()), []).append(stretch)
        latest.update(found)
    lines = [(*key, *stretch) for key, stretches in latest.items() for stretch in stretches]
    return pl.DataFrame(lines, schema=RIDE_HOURS, orient="row")


def as_if_closed(inputs: ParkDayInputs) -> ParkDayInputs:
    """The same days under a feed that says CLOSED where this one says DOWN."""
    status = pl.when(pl.col("status") == Status.DOWN.value).then(Status.CLOSED.value).otherwise("status")
    return replace(
        inputs,
        observations=inputs.observations.with_columns(status=status.cast(pl.UInt8)),
        days=inputs.days.with_columns(tells_down=pl.lit(value=False)),
    )


def both_readings(inputs: ParkDayInputs) -> Compared:
    """The days of ``inputs``, whose feed tells DOWN, judged by it and as if it did not."""
    told, closed = compute(inputs).rows, compute(as_if_closed(inputs)).rows
    shared = _shared(told.stops, closed.stops)
    missed = shared.filter(~pl.col("counted_closed")).group_by("not_counted").agg(pl.col("shared").sum())
    return Compared(
        counted=_seconds(closed.stops.filter("counted")),
        counted_down=int(shared.filter("counted_closed")["shared"].sum()),
        down=_seconds(told.stops),
        as_told=_sums(told),
        as_closed=_sums(closed),
        left_out=dict(missed.iter_rows()),
    )


def _shared(told: pl.DataFrame, closed: pl.DataFrame) -> pl.DataFrame:
    """The stretches of DOWN inside stops of the other reading: ``shared`` seconds, ``counted_closed``,
    ``not_counted``."""
    pairs = told.select("ride_id", "start", "end").join(
        closed.select("ride_id", "start", "end", "not_counted", counted_closed="counted"),
        on="ride_id",
        suffix="_closed",
    )
    until = pl.min_horizontal("end", "end_closed")
    both = pairs.with_columns(shared=until - pl.max_horizontal("start", "start_closed"))
    return both.filter(pl.col("shared") > 0)


def _seconds(stops: pl.DataFrame) -> int:
    return int((stops["end"] - stops["start"]).sum())


def _sums(rows: ParkDays) -> list[int]:
    return [int(rows.park_days[name].sum()) for name in _SUMS]


def parks_of(folder: str, timezone: str, cadence: int) -> Iterator[tuple[str, ParkDayInputs]]:
    """Each park of a recording by name, with the inputs of its days."""
    rows = pl.read_parquet(SHARED / folder / "live_rows.parquet")
    if "entity_type" in rows.columns:
        rows = rows.filter(pl.col("entity_type") == "ATTRACTION")
    for park in sorted(rows["park_name"].unique()):
        own = rows.filter(pl.col("park_name") == park)
        inputs, ids = inputs_of(
            themeparks_wiki(own),
            timezone,
            cadence_seconds=cadence,
            feed=Feed.THEMEPARKS_WIKI,
            tells_down=True,
        )
        yield park, replace(inputs, ride_hours=published_hours(own, ids))


def _print(title: str, lines: Iterable[str]) -> None:
    print(f"  {title}")
    for line in lines:
        print(f"    {line}")


def main() -> None:
    """Print both readings of each park and recording, and whether enough of what counts was DOWN."""
    print("signals: recordings whose feed tells DOWN, read as if it knew only open and closed")
    whole = Compared()
    for title, folder, timezone, cadence in RECORDINGS:
        if not (SHARED / folder).is_dir():
            print(f"  {title} left out: no recording {folder} in ../shared/data")
            continue
        found = Compared()
        for park, inputs in parks_of(folder, timezone, cadence):
            each = both_readings(inputs)
            _print(park, each.lines())
            found.add(each)
        _print(f"{title}, all of it", found.lines())
        whole.add(found)
    if whole.counted:
        _print("both", whole.lines())
        print(f"  really DOWN: {whole.true_share:.0%}, at least {LEAST_TRUE:.0%} wanted")


if __name__ == "__main__":
    main()
