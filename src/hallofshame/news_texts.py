"""The words of messages to followers: a notification for people, a body for programs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from hallofshame.domain.following import News
from hallofshame.domain.localtime import isoformat
from hallofshame.domain.plurals import counted
from hallofshame.store.models import Park, Ride
from hallofshame.store.news import Item
from hallofshame.web.answers.envelope import Row
from hallofshame.web.sources import ATTRIBUTION
from hallofshame.web.wording import DEMONSTRATION_MARK

SITE_NAME = "Theme Park Hall of Shame"
_NAMED = 5
"""So many rides are named in one notification; the others are counted."""
_TOPIC_LENGTH = 32
_NAME_LENGTH = 120


@dataclass(frozen=True, slots=True)
class RideInPark:
    """A ride with its park, as far as texts need them."""

    park_id: int
    park_slug: str
    park_name: str
    timezone: str
    ride_id: int
    ride_slug: str
    ride_name: str

    @property
    def path(self) -> str:
        """The page of the ride."""
        return f"/rides/{self.ride_id}-{self.ride_slug}"


def places_of(connection: Connection, items: Iterable[Item]) -> dict[int, RideInPark]:
    """The rides that news are about, by their number."""
    query = (
        select(Park.park_id, Park.slug, Park.name, Park.timezone, Ride.ride_id, Ride.slug, Ride.name)
        .join(Park, Park.park_id == Ride.park_id)
        .where(Ride.ride_id.in_({item.ride_id for item in items}))
    )
    return {row[4]: RideInPark(*row) for row in connection.execute(query)}


def notification(
    items: Sequence[Item], places: Mapping[int, RideInPark], token: str, *, demonstration: bool
) -> dict[str, Any]:
    """What the service worker shows for news of one kind in one park (``items``: at least one)."""
    news = items[0].news
    if news is News.WELCOME:
        title, body = (
            "You will be told here",
            "This browser now follows a ride or a park. Stop it there, or with one click on any message.",
        )
        path, places_told = "/", []
    else:
        known = [places[item.ride_id] for item in items]
        title, body = _words(news, items, known)
        path = known[0].path if len(known) == 1 else f"/parks/{known[0].park_slug}"
        places_told = sorted({(place.park_id, place.ride_id) for place in known})
    if demonstration:
        body = f"{body} ({DEMONSTRATION_MARK[:1].upper()}{DEMONSTRATION_MARK[1:]}.)"
    return {
        "title": title,
        "body": body,
        "url": f"{path}#follow" if places_told else path,
        "tag": topic_of(items),
        "at": isoformat(max(item.observed_at for item in items)),
        "token": token,
        "places": [{"park_id": park, "ride_id": ride} for park, ride in places_told],
    }


def topic_of(items: Sequence[Item]) -> str:
    """Messages of one topic take each other's place: what a ride, or a park, did last is what counts."""
    first = items[0]
    if first.news in (News.WELCOME, News.TEST):
        return first.news.value
    # What is down and what reopened are one story; a wait is another.
    story = "wait" if first.news is News.WAIT else "runs"
    name = f"ride-{first.ride_id}" if len(items) == 1 else f"park-{first.park_id}-{first.news.value}"
    return f"{story}-{name}"[:_TOPIC_LENGTH]


def webhook_body(
    item: Item, places: Mapping[int, RideInPark], public_url: str | None, *, demonstration: bool
) -> Row:
    """What a webhook is sent about one item of news, as ``WebhookBody`` has it."""
    place = places.get(item.ride_id)
    root = (public_url or "").rstrip("/")
    return {
        "event_id": f"news-{item.news_id}",
        "event": item.news.value,
        "observed_at": isoformat(item.observed_at),
        "park": None
        if place is None
        else {
            "park_id": place.park_id,
            "park_slug": place.park_slug,
            "park_name": place.park_name,
            "timezone": place.timezone,
        },
        "ride": None
        if place is None
        else {"ride_id": place.ride_id, "ride_slug": place.ride_slug, "ride_name": place.ride_name},
        "wait_minutes": item.wait_minutes,
        "previous_wait_minutes": item.wait_before,
        "url": f"{root}{place.path}" if root and place is not None else None,
        "demonstration": demonstration,
        "attribution": ATTRIBUTION,
    }


def _words(news: News, items: Sequence[Item], known: Sequence[RideInPark]) -> tuple[str, str]:
    park = known[0].park_name[:_NAME_LENGTH]
    seen = max(item.observed_at for item in items)
    at = f"seen at {dt.datetime.fromtimestamp(seen, ZoneInfo(known[0].timezone)):%H:%M} park time"
    if len(items) > 1:
        title = {
            News.DOWN: f"{counted(len(items), 'ride')} down at {park}",
            News.REOPENED: f"{counted(len(items), 'ride')} running again at {park}",
            News.WAIT: f"Shorter waits at {park}",
        }[news]
        return title, f"{_list(news, items, known)}; {at}."
    name, wait = known[0].ride_name[:_NAME_LENGTH], items[0].wait_minutes
    if news is News.DOWN:
        return f"{name} is down", f"{park}, {at}."
    if news is News.REOPENED:
        waits = f" The posted wait is {wait} min." if wait is not None else ""
        return f"{name} is running again", f"{park}, {at}.{waits}"
    return f"{name}: {wait} min", f"{park}: the wait fell from {items[0].wait_before} to {wait} min, {at}."


def _list(news: News, items: Sequence[Item], known: Sequence[RideInPark]) -> str:
    def one(item: Item, place: RideInPark) -> str:
        name = place.ride_name[:_NAME_LENGTH]
        return f"{name} {item.wait_minutes} min" if news is News.WAIT else name

    named = [one(item, place) for item, place in zip(items, known, strict=True)]
    more = len(named) - _NAMED
    return ", ".join(named[:_NAMED]) + (f" and {more} more" if more > 0 else "")
