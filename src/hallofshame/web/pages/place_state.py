"""What the page of a park or a ride is asked to show: its period, and the choices of its sections."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hallofshame.domain.periods import Period
from hallofshame.web.answers.envelope import Row
from hallofshame.web.pages.addresses import page_url, period_links, period_query
from hallofshame.web.wording import CHART_MEASURES

MEASURE, HEAT, DAYS, CALENDAR, DATE, ALL_RIDES, ORDER = (
    "measure", "heat", "days", "calendar", "date", "all", "sort",
)  # fmt: skip
SECTION_PARAMETERS = (MEASURE, HEAT, DAYS, CALENDAR, DATE, ALL_RIDES, ORDER)
"""Measures of the chart, the week and the year; the year; the day; which rides, and in which order."""


@dataclass(frozen=True)
class PlaceState:
    """``choices`` are those of the address, by parameter; ``kept`` is what lists of rides are asked for."""

    path: str
    period: Period
    choices: Mapping[str, str]
    kept: Mapping[str, str]

    @property
    def during(self) -> str:
        """The period after "over" or "for": ``the last 7 days``."""
        return (
            f"the {self.words}"
            if self.words.startswith("last ") and self.words[5:6].isdigit()
            else self.words
        )

    @property
    def words(self) -> str:
        """The period in the middle of a sentence."""
        label = self.period.label
        return label if label[:1].isdigit() else label.lower()

    @property
    def kept_by_period(self) -> dict[str, str]:
        """What stays when another period is chosen: all but the day and the year that sections show."""
        stays = {name: value for name, value in self.choices.items() if name not in (DATE, CALENDAR)}
        return stays | dict(self.kept)

    @property
    def period_links(self) -> list[Row]:
        """The named periods."""
        return period_links(self.path, self.period, self.kept_by_period)

    def href(self, section: str, **changed: str | None) -> str:
        """The address of a section with some choices changed; null drops one."""
        query = period_query(self.period)
        return f"{page_url(self.path, query, self.kept, self.choices, changed)}#{section}"

    def day_href(self, day: str, **changed: str | None) -> str:
        """The address of one day."""
        stays = {name: value for name, value in self.choices.items() if name != DATE}
        return page_url(self.path, self.kept, stays, {"start": day, "end": day}, changed)

    def chosen(self, name: str, options: Sequence[str]) -> str:
        """The option that the address names, else the first."""
        return next((option for option in options if option == self.choices.get(name)), options[0])

    def measures(self, name: str, keys: Sequence[str], section: str) -> list[Row]:
        """The measures that a section can show, as links."""
        shown = self.chosen(name, keys)
        return [
            {
                "key": key,
                "label": CHART_MEASURES[key][1],
                "href": self.href(section, **{name: None if key == keys[0] else key}),
                "is_current": key == shown,
            }
            for key in keys
        ]
