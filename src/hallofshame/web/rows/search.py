"""Everything that a search finds: parks, rides, operators and pages, each with the words for it."""

from __future__ import annotations

from collections import Counter
from urllib.parse import urlencode

from hallofshame.domain.periods import NAMED_PERIODS, Period
from hallofshame.pipeline.shipped import former_park_names
from hallofshame.store.reports.former_names import all_former_names
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.envelope import Row
from hallofshame.web.pages.registry import OPERATORS, PAGES


def search_rows(context: AnswerContext) -> Row:
    """The names of everything, with those that parks and rides went by."""
    catalogue = context.catalogue
    of_parks, of_rides = former_park_names(), all_former_names(context.connection)
    parks = Counter(park.operator for park in catalogue.parks.values() if park.operator is not None)
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
        "pages": [
            *({"name": page.label, "words": page.title, "path": page.path} for page in (*PAGES, OPERATORS)),
            *(
                {
                    "name": Period(name).label,
                    "words": "The ranking of parks",
                    "path": f"/?period={name.value}",
                }
                for name in NAMED_PERIODS
            ),
        ],
    }
