"""Choosing a period and parks without a script: links and a plain form that keep the rest of the state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from hallofshame.domain.periods import FIRST_YEAR, Period, PeriodName
from hallofshame.domain.ride_types import NON_RIDES, RideType
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.pages.addresses import page_url, period_links, period_query
from hallofshame.web.pages.view import asked_for
from hallofshame.web.parameters.asked import Parameters
from hallofshame.web.parameters.filters import DISNEY_UNIVERSAL, ParkFilter, RideFilter
from hallofshame.web.parameters.shared import (
    FILTER_PARAMETERS,
    FILTERS,
    PERIOD,
    PERIOD_PARAMETERS,
    RIDE_PARAMETERS,
    RIDES,
)
from hallofshame.web.wording import TYPE_PLURALS

_RIDES = tuple(kind for kind in RideType if kind not in {*NON_RIDES, RideType.UNKNOWN})
_OTHERS = tuple(kind for kind in RideType if kind in NON_RIDES)
ANY_RIDE = "Rides"
_BIG_TWO_WORDS, _OTHERS_WORDS = "Disney and Universal", "with films and walkthroughs"


@dataclass(frozen=True)
class Choosing:
    """What the period bar and the filter form of a page need.

    ``asked`` are their parameters as the address gives them, which is how the script hands them on; ``rest``
    is state that neither of them changes, such as the order of the rows.
    """

    path: str
    asked: Mapping[str, str]
    period: Period
    parks: ParkFilter
    rest: Mapping[str, str]
    options: Mapping[str, tuple[str, ...]]
    years: tuple[int, ...] = ()
    """The calendar years that can be chosen, the latest first."""
    has_live: bool = True
    rides: RideFilter | None = None
    """Which rides are asked for, on a page that lists rides."""
    shows_others: bool = False
    """Whether the page can show films, walkthroughs and other non-rides, which have waits and no downtime."""

    @classmethod
    def of(
        cls,
        context: AnswerContext,
        path: str,
        asked: Parameters,
        rest: Iterable[str] = (),
        *,
        has_live: bool = True,
        lists_rides: bool = False,
        shows_others: bool = False,
    ) -> Choosing:
        """Read from the address; ``rest`` names the parameters that are kept."""
        catalogue = context.catalogue
        return cls(
            path,
            asked_for(
                asked,
                (*PERIOD_PARAMETERS, *FILTER_PARAMETERS, *(RIDE_PARAMETERS if lists_rides else ())),
            ),
            PERIOD.read(asked, context.now.date()),
            FILTERS.read(asked, context),
            asked_for(asked, rest),
            {"operator": catalogue.operators, "country": catalogue.countries, "region": catalogue.regions},
            tuple(range(context.now.year, FIRST_YEAR - 1, -1)),
            has_live,
            RIDES.read(asked) if lists_rides else None,
            shows_others,
        )

    def at(self, period: Period) -> Choosing:
        """The same for another period."""
        filters = {name: value for name, value in self.asked.items() if name not in PERIOD_PARAMETERS}
        return replace(self, period=period, asked=filters | period_query(period))

    @property
    def period_query(self) -> dict[str, str]:
        """The period as parameters; none for today."""
        return period_query(self.period)

    @property
    def query(self) -> dict[str, str]:
        """Period and filters as the API takes them."""
        return self.period_query | self.parks.query

    @property
    def ride_query(self) -> dict[str, str]:
        """Which rides are asked for as parameters; none for every ride."""
        return {} if self.rides is None else self.rides.query

    @property
    def asked_of_parks(self) -> dict[str, str]:
        """The parameters that lists of parks take, as the address gives them."""
        return {name: value for name, value in self.asked.items() if name not in RIDE_PARAMETERS}

    @property
    def types(self) -> list[tuple[str, str]]:
        """The types of rides among which readers choose, each with its plural: rides first."""
        kinds = (*_RIDES, *_OTHERS) if self.shows_others else _RIDES
        return [(kind.value, TYPE_PLURALS[kind]) for kind in kinds]

    @property
    def rides_words(self) -> str:
        """The one type of ride that is listed, in the plural; else rides of any type."""
        chosen = self.rides.types if self.rides is not None else ()
        return TYPE_PLURALS[chosen[0]] if len(chosen) == 1 else ANY_RIDE

    @property
    def period_links(self) -> list[dict[str, Any]]:
        """The named periods as links."""
        return period_links(self.path, self.period, self.kept_by_period, live=self.has_live)

    @property
    def kept_by_period(self) -> dict[str, str]:
        """What stays when another period is chosen."""
        return self.parks.query | self.ride_query | dict(self.rest)

    @property
    def kept_by_filter(self) -> dict[str, str]:
        """What stays when other parks are chosen."""
        return self.period_query | dict(self.rest)

    @property
    def everyone_href(self) -> str:
        """The same without any filter."""
        return page_url(self.path, self.kept_by_filter)

    @property
    def is_running(self) -> bool:
        """Whether its figures change with each look: those of today and of this moment."""
        return self.period.name in (PeriodName.LIVE, PeriodName.TODAY)

    @property
    def chosen_words(self) -> list[str]:
        """What the filters are set to, in words; none where everything is listed."""
        parks, rides = self.parks, self.rides
        words = [_BIG_TWO_WORDS] if parks.scope == DISNEY_UNIVERSAL else []
        words += [name for name in (parks.operator, parks.country, parks.region) if name is not None]
        if rides is not None:
            words += [TYPE_PLURALS[kind] for kind in rides.types]
            words += [_OTHERS_WORDS] if rides.non_rides else []
        return words

    @property
    def big_two(self) -> str:
        """The one ``filter`` there is."""
        return DISNEY_UNIVERSAL

    def href(self, path: str | None = None, **changed: str | None) -> str:
        """The address of this page, or another, in this state with some of it changed."""
        return page_url(path or self.path, self.query, self.ride_query, self.rest, changed)

    def with_period(self, path: str) -> str:
        """Another page, for the same period."""
        return page_url(path, self.period_query)

    @property
    def words(self) -> str:
        """The period in the middle of a sentence."""
        label = self.period.label
        return label if label[:1].isdigit() else label.lower()
