"""Finding the park or ride that an address names; what is not found comes with what may have been meant."""

from __future__ import annotations

from collections.abc import Iterable

from hallofshame.domain.names import quoted
from hallofshame.store.reports.catalogue import ParkProfile, RideProfile
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.answers.envelope import Row
from hallofshame.web.errors import UnknownError, nearest

_MAX_SHOWN = 80
_NEAREST_NUMBERS = 3


def find_park(context: AnswerContext, text: str) -> ParkProfile:
    """The park with this id or slug; raises :class:`UnknownError` with near matches."""
    parks = context.catalogue.parks
    park = parks.get(_number(text)) or context.catalogue.by_slug.get(text)
    if park is None:
        near = [_park_match(parks[park_id]) for park_id in _near_parks(context, text)]
        raise UnknownError(f"there is no park {quoted(text)}", near)
    return park


def find_ride(context: AnswerContext, text: str) -> RideProfile:
    """The ride with this id, or the one that it was found to be (R14).

    Raises :class:`UnknownError` with near matches.
    """
    rides = context.catalogue.rides
    ride = context.catalogue.ride(_number(text))
    if ride is None:
        near_ids = _near(text, rides, {ride_id: ride.name for ride_id, ride in rides.items()})
        near = [_ride_match(context, rides[ride_id]) for ride_id in near_ids]
        raise UnknownError(f"there is no ride {quoted(text)}", near)
    return ride


def _near_parks(context: AnswerContext, text: str) -> list[int]:
    parks = context.catalogue.parks
    return _near(text, parks, {park_id: park.name for park_id, park in parks.items()})


def _near(text: str, ids: Iterable[int], names: dict[int, str]) -> list[int]:
    """For a number the ids next to it, for a word the names like it."""
    number = _number(text)
    if number >= 0:
        return sorted(ids, key=lambda known: (abs(known - number), known))[:_NEAREST_NUMBERS]
    found: list[int] = nearest(text[:_MAX_SHOWN].replace("-", " "), names)
    return found


def _number(text: str) -> int:
    """The id that the text spells, or -1, which is no id."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 10 else -1


def _park_match(park: ParkProfile) -> Row:
    return {
        "park_id": park.park_id,
        "park_name": park.name,
        "park_slug": park.slug,
        "path": f"/parks/{park.slug}",
    }


def _ride_match(context: AnswerContext, ride: RideProfile) -> Row:
    park = context.catalogue.parks[ride.park_id]
    return {
        "ride_id": ride.ride_id,
        "ride_name": ride.name,
        "park_name": park.name,
        "path": f"/rides/{ride.ride_id}-{ride.slug}",
    }
