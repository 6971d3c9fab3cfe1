"""Answers and bodies of ``/api/admin/webhooks``."""

from __future__ import annotations

from typing import Annotated, NotRequired, get_args

from pydantic import Field
from typing_extensions import TypedDict

from hallofshame.web.answers.common import Instant, slugs
from hallofshame.web.answers.following import Event, Minutes, WaitLimit
from hallofshame.web.shapes import closed


@closed
class WebhookAsked(TypedDict):
    """A webhook to add. Without parks and rides it is told of every park."""

    name: str
    url: Annotated[
        str, Field(description="Takes https, unless the settings let it lie in a private network.")
    ]
    events: Annotated[list[Event], Field(min_length=1)]
    parks: NotRequired[Annotated[list[str | int], Field(description="Slugs or ids.")]]
    rides: NotRequired[list[int]]
    wait_minutes: NotRequired[WaitLimit | None]


EventSlug = Annotated[str, Field(json_schema_extra=slugs(*get_args(Event)))]


@closed
class WebhookRow(TypedDict):
    """A webhook and how its messages fare."""

    webhook_id: int
    name: str
    url: Annotated[str, Field(description="Scheme and host; the rest may hold a secret.")]
    events: list[EventSlug]
    parks: list[int]
    rides: list[int]
    wait_minutes: WaitLimit | None
    created_by: str
    created_at: Instant
    delivered_at: Annotated[Instant | None, Field(description="When it took a message last.")]
    failures: Annotated[Minutes, Field(description="Tries in a row that did not get there.")]
    error: Annotated[str | None, Field(description="Why the last of them did not.")]


class WebhookAdded(WebhookRow):
    """A webhook that was just added."""

    secret: Annotated[str, Field(description="Signs its messages; shown this once.")]
