"""What a park and its rides are doing now: decided here, so that every answer says the same (R3, R5)."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from hallofshame.domain.words import RideKind, Status
from hallofshame.store.reports.catalogue import ParkProfile, RideProfile
from hallofshame.store.reports.current import ParkState, RideState
from hallofshame.web.answer_context import AnswerContext


class ParkNow(StrEnum):
    """Whether a park is open at its latest look; nobody has looked lately: no data."""

    OPEN = "open"
    CLOSED = "closed"
    NOT_WATCHED = "not_watched"

    @property
    def is_open(self) -> bool | None:
        """The same as the rows say it: null where it is not known."""
        return None if self is ParkNow.NOT_WATCHED else self is ParkNow.OPEN


class RideNow(NamedTuple):
    """A ride at its latest look.

    ``park``: its park's state. ``status``: null where nothing is known of the ride, or nobody has looked
    lately. ``down_since`` (Unix seconds): set where it counts as down, which takes an open park.
    ``is_provisional``: its source knows only open and closed, so that it counts for good only if it comes
    back. ``wait_minutes``: the wait an operating ride of an open park posts, null where none above 0.
    """

    park: ParkNow
    status: Status | None = None
    down_since: int | None = None
    is_provisional: bool = False
    wait_minutes: int | None = None

    @property
    def is_known(self) -> bool:
        """Whether anything is known of it."""
        return self.status is not None

    @property
    def is_down(self) -> bool | None:
        """Whether it counts as broken down; null where nothing is known of it."""
        return self.down_since is not None if self.is_known else None


def park_now(context: AnswerContext, state: ParkState | None) -> ParkNow:
    """What the latest look at a park says; it stands for its hold (R3) and is no data after that."""
    if state is None or not context.is_fresh(state.observed_at):
        return ParkNow.NOT_WATCHED
    return ParkNow.OPEN if state.is_open else ParkNow.CLOSED


def is_watched(park: ParkProfile, ride: RideProfile) -> bool:
    """Whether the ride is among those whose present is counted and listed: an active attraction."""
    return park.is_active and ride.is_active and ride.kind is RideKind.ATTRACTION


def ride_now(context: AnswerContext, ride: RideState | None, park: ParkState | None) -> RideNow:
    """What the latest look at a ride says, given that at its park; each stands for its own hold."""
    here = park_now(context, park)
    if ride is None or ride.status is None or not context.is_fresh(ride.observed_at):
        return RideNow(here)
    is_open = here is ParkNow.OPEN
    runs = is_open and ride.status is Status.OPERATING
    return RideNow(
        here,
        ride.status,
        ride.since if is_open and ride.counts_as_down else None,
        is_open and ride.counts_as_down and ride.is_stopped,
        (ride.wait_minutes or None) if runs else None,
    )
