"""ThemeParks.wiki: the catalogue, live states, published hours and the public history of its API."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import ClassVar, TypeVar
from urllib.parse import quote

from hallofshame.domain.errors import BodyError, FeedError, InputError
from hallofshame.domain.localtime import ONE_DAY, local_day, zone
from hallofshame.domain.readings import HistoryPage, ListedEntity, ListedPark, ScheduleReading, StatusChange
from hallofshame.domain.words import Feed, PollOutcome
from hallofshame.feeds.base import FeedAnswer, FeedContext, Poll
from hallofshame.feeds.history_api import HistoryAccess, HistoryApi
from hallofshame.feeds.parsing import Findings, as_list, as_object, coordinates, id_of, shown, text_of
from hallofshame.feeds.themeparks_wiki_history import clip
from hallofshame.feeds.themeparks_wiki_parse import parse_children, parse_live, parse_schedule

_Parsed = TypeVar("_Parsed")


class ThemeParksWikiFeed:
    """The ThemeParks.wiki feed (``LiveFeed``)."""

    feed: ClassVar[Feed] = Feed.THEMEPARKS_WIKI

    def __init__(self, context: FeedContext, access: HistoryAccess | None = None) -> None:
        self._context = context
        self._base_url = context.base_url.rstrip("/")
        self.history_api = HistoryApi(context, access or HistoryAccess())

    def list_parks(self) -> list[ListedPark]:
        """All parks with their destination; time zone and place come from :meth:`park`."""
        url = f"{self._base_url}/v1/destinations"
        destinations = as_object(self._context.client.get_json(url).body).get("destinations")
        if not isinstance(destinations, list):
            raise BodyError(f"{url} holds no list of destinations")
        parks: dict[str, ListedPark] = {}
        for destination in map(as_object, as_list(destinations)):
            resort = text_of(destination.get("name"))
            for entry in map(as_object, as_list(destination.get("parks"))):
                external_id, name = id_of(entry.get("id")), text_of(entry.get("name"))
                if external_id is None or name is None:
                    self._context.log.warning(
                        "ThemeParks.wiki lists a park without id or name: %s", shown(entry)
                    )
                    continue
                parks.setdefault(external_id, ListedPark(self.feed, external_id, name, destination=resort))
        return list(parks.values())

    def park(self, entity_id: str) -> ListedPark:
        """One park with its IANA time zone and coordinates; a zone unknown here is ``None`` and logged."""
        return self._parsed(self._entity_url(entity_id), self._listed_park)[0]

    def list_entities(self, park_external_id: str) -> list[ListedEntity]:
        """The attractions, shows, restaurants … of one park; hotels and parks are left out."""
        (entities, findings), _ = self._parsed(self._entity_url(park_external_id, "children"), parse_children)
        for finding in findings:
            self._context.log.warning("%s %s: %s", finding.kind, finding.subject, finding.detail)
        return entities

    def poll(self, park_external_id: str) -> Poll:
        """The park's rides as they are now (R2)."""
        reading, answer = self._parsed(
            self._entity_url(park_external_id, "live"), lambda body: parse_live(body, park_external_id)
        )
        return Poll(reading, answer.http_status, answer.attempts, answer.duration_ms, answer.served_at)

    def schedule(self, park_external_id: str, timezone: str) -> ScheduleReading:
        """Published hours of about the next month (R4); ``timezone`` is the park's."""
        return self._parsed(
            self._entity_url(park_external_id, "schedule"),
            lambda body: parse_schedule(body, park_external_id, timezone),
        )[0]

    def history(self, park_external_id: str, start: dt.datetime, end: dt.datetime) -> HistoryPage:
        """The event log of ``[start, end)``, opened by each entity's state at ``start`` where that is known.

        A whole park answers for one park-local day per request. Errors as :class:`HistoryApi` has them.
        """
        timezone = self.park(park_external_id).timezone
        if timezone is None:
            raise FeedError(
                f"park {park_external_id} has no known time zone, so its days of history cannot be asked for",
                outcome=PollOutcome.CLIENT_ERROR,
            )
        findings = Findings()
        changes: list[StatusChange] = []
        day, last = local_day(start, timezone), local_day(end - dt.timedelta(seconds=1), timezone)
        while day <= last:
            changes += self.history_api.changes_of(park_external_id, day, findings)
            day += ONE_DAY
        return HistoryPage(clip(changes, start, end), findings.as_tuple())

    def _entity_url(self, entity_id: str, part: str | None = None) -> str:
        url = f"{self._base_url}/v1/entity/{quote(entity_id, safe='')}"
        return url if part is None else f"{url}/{part}"

    def _parsed(
        self, url: str, parse: Callable[[object], _Parsed], params: dict[str, str] | None = None
    ) -> tuple[_Parsed, FeedAnswer]:
        answer = self._context.client.get_json(url, params=params)
        try:
            return parse(answer.body), answer
        except BodyError as error:
            raise BodyError(
                f"{url} {error}", http_status=answer.http_status, attempts=answer.attempts
            ) from error

    def _listed_park(self, body: object) -> ListedPark:
        fields = as_object(body)
        external_id, name = id_of(fields.get("id")), text_of(fields.get("name"))
        if external_id is None or name is None:
            raise BodyError(f"holds no entity with id and name: {shown(body)}")
        timezone = text_of(fields.get("timezone"))
        try:
            zone(timezone or "")
        except InputError as error:
            self._context.log.warning("ThemeParks.wiki park %s (%s): %s", external_id, name, error)
            timezone = None
        place = as_object(fields.get("location"))
        latitude, longitude = coordinates(place.get("latitude"), place.get("longitude"))
        return ListedPark(
            self.feed, external_id, name, timezone=timezone, latitude=latitude, longitude=longitude
        )
