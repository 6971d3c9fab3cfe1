"""Park-days told apart: each as a park of its own, so that all are computed at once and none sees more than
the observations of its own horizon."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import polars as pl

from hallofshame.domain.rules import LOOKBACK_DAYS, SECONDS_AFTER, SECONDS_BEFORE
from hallofshame.metrics.parkday import ParkDayInputs, ParkDays

KEY = ["park_id", "day"]


@dataclass(frozen=True, slots=True)
class DaysApart:
    """``told``: the inputs as they are. ``slots``: ``park_id, day, slot``, the number that stands for the
    park while it is computed for that day. ``rides``: ride ids, sorted; a ride of a slot is numbered
    ``slot × len(rides) + place``, so that rides keep their order.
    """

    told: ParkDayInputs
    slots: pl.DataFrame
    rides: pl.Series
    observations: pl.DataFrame

    @classmethod
    def of(cls, inputs: ParkDayInputs) -> DaysApart:
        """The days of ``inputs`` apart, their observations within the horizon of each."""
        slots = inputs.days.select(KEY).sort(KEY).with_columns(slot=pl.int_range(pl.len(), dtype=pl.Int32))
        rides = pl.concat([inputs.rides["ride_id"], inputs.observations["ride_id"].unique()]).unique().sort()
        horizon = inputs.days.join(slots, on=KEY).select(
            "park_id",
            "slot",
            since=pl.col("day_start") - SECONDS_BEFORE,
            until=pl.col("day_end") + SECONDS_AFTER,
        )
        at = pl.col("observed_at")
        observations = (
            inputs.observations.lazy()
            .join(horizon.lazy(), on="park_id")
            .filter((at >= pl.col("since")) & (at < pl.col("until")))
            .drop("since", "until")
            .collect()
        )
        numbered = _numbered(observations, rides).sort("ride_id", "observed_at")
        return cls(inputs, slots, rides, numbered.select(inputs.observations.columns))

    def inputs(self, history: pl.DataFrame, neighbours: pl.DataFrame) -> ParkDayInputs:
        """What the slots depend on, given what is known of the days around them (shapes ``HISTORY`` and
        ``NEIGHBOURS``, in the numbers of ``told``)."""
        told = self.told
        recent = (
            history.rename({"day": "date"})
            .join(self.slots, on="park_id")
            .filter(
                (pl.col("date") < pl.col("day"))
                & (pl.col("date") >= pl.col("day").dt.offset_by(f"-{LOOKBACK_DAYS}d"))
            )
            .drop("day")
            .rename({"date": "day"})
        )
        rides = told.rides.join(self.slots.select("park_id", "slot"), on="park_id")
        own = rides.select("ride_id", "slot")
        return ParkDayInputs(
            observations=self.observations,
            parks=self._of_slots(told.parks.join(self.slots, on="park_id"), told.parks),
            rides=self._of_slots(rides, told.rides),
            days=self._of_slots(told.days.join(self.slots, on=KEY), told.days),
            schedules=self._of_slots(
                told.schedules.join(self.slots.select("park_id", "slot"), on="park_id"), told.schedules
            ),
            ride_hours=self._of_slots(told.ride_hours.join(own, on="ride_id"), told.ride_hours),
            history=self._of_slots(recent, history),
            neighbours=self._of_slots(neighbours.join(self.slots, on=KEY), neighbours),
        )

    def slots_of(self, park_days: pl.DataFrame) -> pl.DataFrame:
        """Rows of park-days (``park_id, day``, others) in the numbers of their slots."""
        return park_days.join(self.slots, on=KEY).with_columns(park_id="slot").drop("slot")

    def restored(self, rows: ParkDays) -> ParkDays:
        """``rows`` of slots as those of their park-days."""
        return replace(rows, **{each.name: self.named(getattr(rows, each.name)) for each in fields(rows)})

    def named(self, frame: pl.DataFrame) -> pl.DataFrame:
        """``frame`` with the parks and rides that the numbers of its slots stand for."""
        back = {"park_id": self.slots["park_id"].gather(frame["park_id"])}
        if "ride_id" in frame.columns:
            back["ride_id"] = self.rides.gather(frame["ride_id"] % self.rides.len())
        return frame.with_columns(**{name: values.cast(frame.schema[name]) for name, values in back.items()})

    def _of_slots(self, frame: pl.DataFrame, shape: pl.DataFrame) -> pl.DataFrame:
        """``frame`` (with a column ``slot``) in the numbers of its slots and the columns of ``shape``."""
        numbered = _numbered(frame, self.rides) if "ride_id" in frame.columns else frame
        if "park_id" in shape.columns:
            numbered = numbered.with_columns(park_id="slot")
        return numbered.select(shape.columns).cast(shape.schema)


def _numbered(frame: pl.DataFrame, rides: pl.Series) -> pl.DataFrame:
    """``frame`` with the park and ride numbers of its ``slot``."""
    place = rides.search_sorted(frame["ride_id"]).cast(pl.Int64)
    return frame.with_columns(park_id="slot", ride_id=(pl.col("slot") * rides.len() + place).cast(pl.Int32))
