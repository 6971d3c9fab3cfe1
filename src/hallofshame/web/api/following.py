"""``/api/push``: browsers follow rides and parks, and stop; no account, known by their push subscription."""

from __future__ import annotations

from flask import Blueprint, current_app, request
from limits import RateLimitItemPerHour
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from sqlalchemy import Connection

from hallofshame.domain.errors import InputError, NotFoundError
from hallofshame.domain.following import MOST_FOLLOWS, Asked, Channel, News, ObservedChange
from hallofshame.domain.localtime import to_unix
from hallofshame.store import following, news
from hallofshame.web.answer_context import AnswerContext, AppContext
from hallofshame.web.answers.following import (
    FollowAsked,
    Following,
    FollowingAsked,
    FollowRow,
    PushSubscriptionGiven,
    RenewAsked,
    StopAsked,
    Stopped,
)
from hallofshame.web.errors import AccessError
from hallofshame.web.lookup import find_park, find_ride
from hallofshame.web.posts import post_endpoint
from hallofshame.web.rate_limits import client_of

api_following = Blueprint("api_following", __name__, url_prefix="/api/push")

NEW_BROWSERS_PER_HOUR = 30
"""How many new subscriptions one client may make of one worker: a family has some, a script thousands."""

_NEW = "hallofshame_new_browsers"
_OFF = "this site sends no messages to browsers; its operator may set HALLOFSHAME_PUSH_BROWSERS"


@post_endpoint(
    api_following,
    "/follow",
    statuses={
        404: "There is no such ride or park.",
        409: "This browser, or all together, follow as many as they may.",
    },
)
def follow(here: AppContext, asked: FollowAsked) -> Following:
    """Follow a ride, or all rides of a park.

    What was asked of it before is replaced; asking for nothing ends it. The first message says that it works.
    """
    _require_push(here)
    given = _checked(here, asked["subscription"])
    with here.answer_context() as context:
        wanted = _asked(context, asked)
    now = to_unix(here.clock.now())

    def work(connection: Connection) -> str | None:
        endpoint, keys = given["endpoint"], given["keys"]
        if wanted.is_empty and following.by_endpoint(connection, endpoint) is None:
            return None
        browser, is_new = following.subscribe(
            connection, endpoint, keys["p256dh"], keys["auth"], here.settings.push_browsers, now
        )
        if is_new:
            _count_new(here)
            welcome = ObservedChange(News.WELCOME, 0, 0, now)
            news.note_for(connection, welcome, Channel.PUSH, browser.subscription_id, now)
        following.follow(connection, browser.subscription_id, wanted)
        following.remove_empty(connection, browser.subscription_id)
        return endpoint

    here.database.run(work)
    with here.answer_context() as context:
        return _following(context, given["endpoint"])


@post_endpoint(api_following, "/following")
def following_now(here: AppContext, asked: FollowingAsked) -> Following:
    """What a browser follows; only it and its push service know the endpoint it names."""
    with here.answer_context() as context:
        return _following(context, asked["endpoint"])


@post_endpoint(api_following, "/stop")
def stop(here: AppContext, asked: StopAsked) -> Stopped:
    """Stop following some rides and parks, or all. A token that is of no browser any more stops nothing."""
    places = asked.get("places")
    chosen = None if places is None else {(place["park_id"], place["ride_id"]) for place in places}
    return stop_following(here, asked["token"], chosen)


@post_endpoint(
    api_following,
    "/renew",
    statuses={404: "No browser of that endpoint follows anything."},
)
def renew(here: AppContext, asked: RenewAsked) -> Following:
    """Give a browser its new subscription, when its push service has renewed it."""
    _require_push(here)
    given = _checked(here, asked["subscription"])
    keys, endpoint = given["keys"], given["endpoint"]
    is_known = here.database.run(
        lambda connection: following.move(
            connection, asked["old_endpoint"], endpoint, keys["p256dh"], keys["auth"]
        )
    )
    if not is_known:
        raise NotFoundError("no browser of that endpoint follows anything")
    with here.answer_context() as context:
        return _following(context, endpoint)


def stop_following(here: AppContext, token: str, chosen: set[tuple[int, int]] | None) -> Stopped:
    """End what a browser follows: the places (park, ride) chosen and whatever told of them, or everything.

    A place of a ride is told of by those who follow the ride, and by those who follow its park: if the ride
    itself is not followed, the park is meant.
    """

    def work(connection: Connection) -> Stopped:
        browser = following.by_token(connection, token)
        if browser is None:
            return {"stopped": 0, "left": 0}
        followed = following.followed(connection, browser.subscription_id)
        held = {(one.park_id, one.ride_id) for one in followed}
        ending = held if chosen is None else _meant(held, chosen)
        for park_id, ride_id in ending:
            nothing = Asked(park_id, ride_id, down=False, reopened=False, wait_minutes=None)
            following.follow(connection, browser.subscription_id, nothing)
        following.remove_empty(connection, browser.subscription_id)
        return {"stopped": len(ending), "left": len(held) - len(ending)}

    return here.database.run(work)


def follow_rows(context: AnswerContext, subscription_id: int) -> list[FollowRow]:
    """What a browser follows, with the names."""
    parks, catalogue = context.catalogue.parks, context.catalogue
    found: list[FollowRow] = []
    for one in following.followed(context.connection, subscription_id):
        park, ride = parks.get(one.park_id), catalogue.ride(one.ride_id)
        if park is None:
            continue
        found.append(
            {
                "park_id": one.park_id,
                "park_name": park.name,
                "ride_id": one.ride_id,
                "ride_name": None if ride is None else ride.name,
                "down": one.down,
                "reopened": one.reopened,
                "wait_minutes": one.wait_minutes,
            }
        )
    return found


def _meant(held: set[tuple[int, int]], chosen: set[tuple[int, int]]) -> set[tuple[int, int]]:
    return {
        place if place in held else (place[0], 0)
        for place in chosen
        if place in held or (place[0], 0) in held
    }


def _following(context: AnswerContext, endpoint: str) -> Following:
    browser = following.by_endpoint(context.connection, endpoint)
    return {
        "token": None if browser is None else browser.token,
        "follows": [] if browser is None else follow_rows(context, browser.subscription_id),
        "most": MOST_FOLLOWS,
    }


def _asked(context: AnswerContext, asked: FollowAsked) -> Asked:
    ride_id, park_id = asked.get("ride_id"), asked.get("park_id")
    if (ride_id is None) == (park_id is None):
        raise InputError("name either a ride_id or a park_id", parameter="ride_id")
    wants = asked.get("down", False), asked.get("reopened", False), asked.get("wait_minutes")
    if ride_id is not None:
        ride = find_ride(context, str(ride_id))
        return Asked(ride.park_id, ride.ride_id, *wants)
    return Asked(find_park(context, str(park_id)).park_id, 0, *wants)


def _checked(here: AppContext, given: PushSubscriptionGiven) -> PushSubscriptionGiven:
    """A subscription whose endpoint messages may go to and whose keys are some."""
    from hallofshame.pushing import read_keys  # loads the encryption, which reading pages does without

    refusal = here.settings.push_services.refusal(given["endpoint"])
    if refusal is not None:
        raise InputError(refusal, parameter="subscription.endpoint")
    read_keys(given["keys"]["p256dh"], given["keys"]["auth"])
    return given


def _require_push(here: AppContext) -> None:
    if not here.settings.push_browsers:
        raise AccessError(403, "push_off", _OFF)


def _count_new(here: AppContext) -> None:
    """Refuse, by 429, a client that makes too many new subscriptions."""
    forwarded = request.headers.get("X-Forwarded-For", "")
    client = client_of(request.remote_addr or "", forwarded, tuple(here.settings.proxies))
    counts = current_app.extensions.setdefault(_NEW, SlidingWindowCounterRateLimiter(MemoryStorage()))
    if client is not None and not counts.hit(RateLimitItemPerHour(NEW_BROWSERS_PER_HOUR), client):
        raise AccessError(
            429,
            "too_many_requests",
            "too many browsers from your address began to follow rides within an hour; try again later",
            {"Retry-After": "3600"},
        )
