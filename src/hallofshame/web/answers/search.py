"""Everything that a search finds: parks, rides, operators and pages, each with the words for it."""

from __future__ import annotations

from collections import Counter
from typing import Annotated
from urllib.parse import urlencode

from pydantic import Field
from typing_extensions import TypedDict

from hallofshame.domain.periods import NAMED_PERIODS, Period
from hallofshame.pipeline.shipped import former_park_names
from hallofshame.store.reports.former_names import all_former_names
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.answers.common import RideKindSlug
from hallofshame.web.page_registry import OPERATORS, PAGES
from hallofshame.web.shapes import closed


@closed
class ParkName(TypedDict):
    """A park to search for."""

    park_id: int
    name: str
    slug: str
    operator: str | None
    country: str | None
    former: Annotated[list[str], Field(description="Names that it, or its operator, went by.")]


@closed
class RideName(TypedDict):
    """A ride to search for."""

    ride_id: int
    name: str
    slug: str
    park_id: int
    kind: RideKindSlug
    former: Annotated[list[str], Field(description="Other names under which it was seen.")]


@closed
class FoundPage(TypedDict):
    """A page to search for: one of the site, or one period of the ranking."""

    name: str
    words: Annotated[str, Field(description="What it is about.")]
    path: str


@closed
class OperatorName(TypedDict):
    """An operator to search for."""

    name: str
    parks: Annotated[int, Field(ge=1, description="Its parks in the catalogue.")]
    path: Annotated[str, Field(description="Its parks in the ranking.")]


@closed
class SearchIndex(TypedDict):
    """Every name, for a search that needs no server."""

    parks: list[ParkName]
    rides: list[RideName]
    operators: list[OperatorName]
    pages: list[FoundPage]


def search_rows(context: AnswerContext) -> SearchIndex:
    """The names of everything, with those that parks and rides went by."""
    catalogue = context.catalogue
    of_parks, of_rides = former_park_names(), all_former_names(context.connection)
    parks = Counter(park.operator for park in catalogue.parks.values() if park.operator is not None)
    pages: list[FoundPage] = [
        {"name": page.label, "words": page.title, "path": page.path} for page in (*PAGES, OPERATORS)
    ]
    periods: list[FoundPage] = [
        {"name": Period(name).label, "words": "The ranking of parks", "path": f"/?period={name.value}"}
        for name in NAMED_PERIODS
    ]
    return {
        "parks": [
            {
                "park_id": park.park_id,
                "name": park.name,
                "slug": park.slug,
                "operator": park.operator,
                "country": park.country,
                "former": list(of_parks.get(park.slug, ())),
            }
            for park in catalogue.parks.values()
        ],
        "rides": [
            {
                "ride_id": ride.ride_id,
                "name": ride.name,
                "slug": ride.slug,
                "park_id": ride.park_id,
                "kind": ride.kind.value,
                "former": of_rides.get(ride.ride_id, []),
            }
            for ride in catalogue.rides.values()
        ],
        "operators": [
            {"name": name, "parks": count, "path": f"/?{urlencode({'operator': name})}"}
            for name, count in sorted(parks.items())
        ],
        "pages": [*pages, *periods],
    }
