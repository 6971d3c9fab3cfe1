"""The closed vocabularies. Members are small integers, so the store and the kernel keep them as such."""

from __future__ import annotations

from enum import IntEnum, StrEnum


class Status(IntEnum):
    """What a ride was doing. Unknown has no member: it is ``None`` everywhere and never zero or closed."""

    OPERATING = 1
    DOWN = 2
    CLOSED = 3
    REFURBISHMENT = 4


class Feed(IntEnum):
    """Outside sources (design §2). The first two are sampled, ``ARCHIVE`` is an event log.

    ``TOURING_PLANS`` is what the people of TouringPlans noted in the parks; it comes as files alone.
    """

    QUEUE_TIMES = 1
    THEMEPARKS_WIKI = 2
    ARCHIVE = 3
    TOURING_PLANS = 4

    @property
    def slug(self) -> str:
        """Name used on the command line, in the API and in exports, for example ``queue_times``."""
        return self.name.lower()

    @classmethod
    def from_slug(cls, text: str) -> Feed:
        """Parse :attr:`slug`; raises ``ValueError`` that names the text and the choices."""
        try:
            return cls[text.upper()]
        except KeyError:
            choices = ", ".join(feed.slug for feed in cls)
            raise ValueError(f"unknown feed {text!r}; choose one of {choices}") from None


class Origin(IntEnum):
    """Which kind of record an observation belongs to; one park-day never mixes two (R15).

    ``SURVEY``: what others noted of some rides of a park, and we imported.
    """

    LIVE = 0
    ARCHIVE = 1
    SURVEY = 2


RECORD_OF = {
    Feed.QUEUE_TIMES: Origin.LIVE,
    Feed.THEMEPARKS_WIKI: Origin.LIVE,
    Feed.ARCHIVE: Origin.ARCHIVE,
    Feed.TOURING_PLANS: Origin.SURVEY,
}
"""The kind of record that each feed's observations belong to."""

NAMED_BY_IDS_OF = {
    Feed.QUEUE_TIMES: (Feed.QUEUE_TIMES,),
    Feed.THEMEPARKS_WIKI: (Feed.THEMEPARKS_WIKI, Feed.ARCHIVE),
    Feed.ARCHIVE: (),
    Feed.TOURING_PLANS: (Feed.TOURING_PLANS,),
}
"""The feeds that name rides by the ids of each one: the archive speaks in those of ThemeParks.wiki."""


class RideKind(StrEnum):
    """What a tracked entity is. Only ``ATTRACTION`` enters reliability statistics."""

    ATTRACTION = "ATTRACTION"
    SHOW = "SHOW"
    MEET_AND_GREET = "MEET_AND_GREET"
    RESTAURANT = "RESTAURANT"
    SHOP = "SHOP"
    OTHER = "OTHER"


class QueueType(IntEnum):
    """Ways to wait other than the standby line as posted.

    ``ACTUAL_STANDBY`` is the standby line as a visitor who joined it waited.
    """

    SINGLE_RIDER = 1
    RETURN_TIME = 2
    PAID_RETURN_TIME = 3
    BOARDING_GROUP = 4
    PAID_STANDBY = 5
    ACTUAL_STANDBY = 6


class BreakdownSignal(StrEnum):
    """What a park's feed can tell (R5)."""

    DOWN = "down"
    CLOSED = "closed"


class ScheduleKind(StrEnum):
    """Kinds of published hours. Only ``OPERATING`` counts as regular opening (R4)."""

    OPERATING = "OPERATING"
    TICKETED_EVENT = "TICKETED_EVENT"
    PRIVATE_EVENT = "PRIVATE_EVENT"
    EXTRA_HOURS = "EXTRA_HOURS"
    INFO = "INFO"


OPERATING_HOURS = "Operating"
"""Kind of a ride's own hours in which it is due to run (R5); all others (early entry, events) are kept and
shown only."""


class Evidence(StrEnum):
    """Why a park-day's open windows are what they are (R4)."""

    SCHEDULE = "schedule"
    SCHEDULE_AND_ACTIVITY = "schedule+activity"
    ACTIVITY = "activity"
    NO_ACTIVITY = "no_activity"
    NO_DATA = "no_data"


class OutageKind(StrEnum):
    """Kinds of outage (R9)."""

    BREAKDOWN = "breakdown"
    OPENING_DELAY = "opening_delay"
    NEVER_REOPENED = "never_reopened"
    PARK_WIDE = "park_wide"


class EndedBy(StrEnum):
    """How an outage ended (R9): the ride was seen operating, the park or the ride's hours ended, or nothing
    more was heard of it, so that its length is a lower bound."""

    REOPENED = "reopened"
    CLOSED = "closed"
    LOST = "lost"


class NotCounted(StrEnum):
    """Why a stretch in which a ride did not run is no downtime (R5)."""

    OUTSIDE_HOURS = "outside_hours"
    PLANNED = "planned"
    BEFORE_FIRST_RUN = "before_first_run"
    DID_NOT_COME_BACK = "did_not_come_back"
    PARK_WIDE = "park_wide"
    HARDLY_RAN = "hardly_ran"


class PollOutcome(StrEnum):
    """How one park's poll of one feed ended; stored in ``feed_polls``."""

    OK = "ok"
    EMPTY = "empty"
    NOT_FOUND = "not_found"
    RATE_LIMITED = "rate_limited"
    SERVER_ERROR = "server_error"
    CLIENT_ERROR = "client_error"
    TIMEOUT = "timeout"
    CONNECTION_ERROR = "connection_error"
    NO_NETWORK = "no_network"
    NAME_ERROR = "name_error"
    REFUSED = "refused"
    TLS_ERROR = "tls_error"
    BAD_BODY = "bad_body"
    INTERNAL_ERROR = "internal_error"
    """The answer made this program fail; the log has the traceback."""


UNREACHABLE = frozenset(
    {
        PollOutcome.CONNECTION_ERROR,
        PollOutcome.NO_NETWORK,
        PollOutcome.NAME_ERROR,
        PollOutcome.REFUSED,
        PollOutcome.TLS_ERROR,
    }
)
"""Outcomes of a poll that did not get as far as its host."""

TIER_WEIGHTS: dict[int | None, int] = {1: 3, 2: 2, 3: 1, None: 2}
"""Weight per tier (design §2); ``None`` is an unrated ride."""

MAX_RIDES_PER_ANSWER = 10_000
"""Rides that one answer of one park may name; the largest parks have some hundreds. More is refused."""

MAX_PLAUSIBLE_WAIT_MINUTES = 600
"""Posted waits below 0 or above this are refused and logged (R2)."""
