"""What followers are told and what they ask for: the body of a webhook, and the requests of web push."""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from hallofshame.domain.following import LEAST_WAIT, MOST_FOLLOWS, MOST_WAIT
from hallofshame.web.answers.common import Instant
from hallofshame.web.shapes import closed
from hallofshame.web.sources import Source

Minutes = Annotated[int, Field(ge=0)]
WaitLimit = Annotated[
    int, Field(ge=LEAST_WAIT, le=MOST_WAIT, description="The greatest wait worth telling, in minutes.")
]
Event = Literal["down", "reopened", "wait"]


@closed
class WebhookPark(TypedDict):
    """The park that a webhook is told about."""

    park_id: int
    park_slug: str
    park_name: str
    timezone: Annotated[str, Field(description="IANA name of its time zone.")]


@closed
class WebhookRide(TypedDict):
    """The ride that a webhook is told about."""

    ride_id: int
    ride_slug: str
    ride_name: str


@closed
class WebhookBody(TypedDict):
    """What a webhook is sent.

    Three headers go with it, as in Standard Webhooks: `webhook-id` (the `event_id`; the same in every try),
    `webhook-timestamp` (Unix seconds of the try) and `webhook-signature`: `v1,` and the base64 of the
    HMAC-SHA256 of `id.timestamp.body`, by the bytes that stand in base64 after `whsec_` in the secret.
    """

    event_id: Annotated[str, Field(description="The same in every try; who has seen it may leave it out.")]
    event: Literal["down", "reopened", "wait", "test"]
    observed_at: Annotated[Instant, Field(description="The cycle that saw it.")]
    park: Annotated[WebhookPark | None, Field(description="Null in a test.")]
    ride: Annotated[WebhookRide | None, Field(description="Null in a test.")]
    wait_minutes: Annotated[
        Minutes | None,
        Field(description="The posted wait, of `wait`, and of `reopened` where one is posted."),
    ]
    previous_wait_minutes: Annotated[Minutes | None, Field(description="The one before it, of `wait`.")]
    url: Annotated[str | None, Field(description="The page of the ride; null without a public URL.")]
    demonstration: bool
    attribution: list[Source]


class PushKeysGiven(TypedDict):
    """The keys of a browser's push subscription."""

    p256dh: Annotated[str, Field(max_length=100)]
    auth: Annotated[str, Field(max_length=40)]


class PushSubscriptionGiven(TypedDict):
    """A browser's push subscription, as `PushSubscription.toJSON()` gives it."""

    endpoint: Annotated[str, Field(max_length=1500)]
    keys: PushKeysGiven
    expirationTime: NotRequired[float | None]


@closed
class FollowAsked(TypedDict):
    """What a browser wants to be told of one ride, or of all rides of one park; nothing ends it.

    Either `ride_id` or `park_id`.
    """

    subscription: PushSubscriptionGiven
    ride_id: NotRequired[int]
    park_id: NotRequired[int]
    down: NotRequired[bool]
    reopened: NotRequired[bool]
    wait_minutes: NotRequired[WaitLimit | None]


@closed
class FollowingAsked(TypedDict):
    """Which browser asks what it follows."""

    endpoint: Annotated[str, Field(max_length=1500)]


@closed
class RenewAsked(TypedDict):
    """The new subscription of a browser whose push service renewed it."""

    old_endpoint: Annotated[str, Field(max_length=1500)]
    subscription: PushSubscriptionGiven


@closed
class PlaceGiven(TypedDict):
    """A ride, or with `ride_id` 0 all rides of a park."""

    park_id: int
    ride_id: int


@closed
class StopAsked(TypedDict):
    """What is to be followed no more: these places, or without any all of them."""

    token: Annotated[str, Field(max_length=60, description="From a message, or from the answer to a follow.")]
    places: NotRequired[Annotated[list[PlaceGiven], Field(max_length=MOST_FOLLOWS)]]


@closed
class FollowRow(TypedDict):
    """One ride, or all rides of one park, that a browser follows."""

    park_id: int
    park_name: str
    ride_id: Annotated[int, Field(description="0: all rides of the park.")]
    ride_name: str | None
    down: bool
    reopened: bool
    wait_minutes: WaitLimit | None


@closed
class Following(TypedDict):
    """What a browser follows."""

    token: Annotated[str | None, Field(description="Ends it; null where this browser follows nothing.")]
    follows: list[FollowRow]
    most: Annotated[int, Field(description="So many rides and parks may one browser follow.")]


@closed
class Stopped(TypedDict):
    """How many rides and parks are followed no more, and how many still are."""

    stopped: Minutes
    left: Minutes
