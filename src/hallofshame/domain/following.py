"""What followers are told: the kinds of news, and the limits that keep a follower and all of them bounded."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class News(StrEnum):
    """One kind of change that followers can be told of."""

    DOWN = "down"
    """A ride counts as down (R5, as the live score counts it)."""
    REOPENED = "reopened"
    """A ride that was told or known to be down was seen operating again while its park is open."""
    WAIT = "wait"
    """The posted wait of a ride fell to what a follower asked for, or below."""
    WELCOME = "welcome"
    """Sent once when a browser begins to follow, so that a reader sees that it works."""
    TEST = "test"
    """Sent by a person to try a webhook; noted nowhere."""


ASKABLE = (News.DOWN, News.REOPENED, News.WAIT)
"""What a follower may ask for."""


class Channel(StrEnum):
    """How a message goes out."""

    PUSH = "push"
    WEBHOOK = "webhook"


FRESH_SECONDS = 15 * 60
"""News older than this is told to nobody: an outage of ours must not spill what has long passed."""

QUIET_SECONDS = 30 * 60
"""A wait that goes up and down around the limit is told to one follower once in so long."""

MOST_FOLLOWS = 50
"""Rides and parks that one browser may follow."""

LEAST_WAIT, MOST_WAIT = 0, 240
"""Limits of the minutes that may be asked for."""

MOST_WEBHOOKS = 50
MOST_WEBHOOK_PLACES = 500
"""Parks, and rides, that one webhook may name."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What one follower wants to be told of one ride, or of all rides of one park.

    ``ride_id`` 0 means every ride of the park. ``wait_minutes``: the greatest wait worth telling; null = no
    news of waits.
    """

    park_id: int
    ride_id: int
    down: bool
    reopened: bool
    wait_minutes: int | None

    @property
    def is_empty(self) -> bool:
        """Whether it asks for nothing."""
        return not self.down and not self.reopened and self.wait_minutes is None


@dataclass(frozen=True, slots=True)
class ObservedChange:
    """One change that a cycle saw. ``observed_at``: Unix seconds of that cycle.

    ``wait_minutes`` and ``wait_before`` are of :attr:`News.WAIT`, the first also of a ride that reopened.
    """

    news: News
    park_id: int
    ride_id: int
    observed_at: int
    wait_minutes: int | None = None
    wait_before: int | None = None
