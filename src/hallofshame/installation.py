"""One installation: database, feeds and jobs put together as its settings say.

Each part is imported when it is first asked for, so that a command loads only what it works with.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from hallofshame import private_files
from hallofshame.clock import Clock, SystemClock
from hallofshame.domain.errors import SettingsError
from hallofshame.domain.localtime import to_unix
from hallofshame.domain.words import Feed
from hallofshame.logs import LOGGER
from hallofshame.settings import Settings, variable
from hallofshame.store.database import Database

if TYPE_CHECKING:
    from hallofshame.domain.ride_types import TypeBook
    from hallofshame.domain.tiers import TierBook
    from hallofshame.feeds.base import LiveFeed
    from hallofshame.feeds.history_api import HistoryAccess, HistoryApi
    from hallofshame.feeds.http import HttpClient
    from hallofshame.pipeline.collect import Collector
    from hallofshame.pipeline.published import ScheduleRefresh
    from hallofshame.pipeline.registry import Registry
    from hallofshame.pipeline.rollup import Rollup
    from hallofshame.store.history.reading import History
    from hallofshame.store.history.shelves import HistoryPlace, Shelf
    from hallofshame.store.observations import ObservationCache
    from hallofshame.web.settings import WebSettings


class Installation:
    """What every command and service works with; parts are made when first asked for.

    ``feeds`` replaces the real ones. ``demonstration``: its data is that of recordings, and the site says so.
    ``preparing_file``: as :class:`WebSettings` has it. Close it, or use it in a ``with`` block.

    >>> from hallofshame.settings import Settings
    >>> with Installation(Settings(_env_file=None, parks="gardaland")) as parts:
    ...     _ = parts.make_ready(migrate=True)
    ...     parts.rollup.run().park_days
    0
    """

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Clock | None = None,
        feeds: Mapping[Feed, LiveFeed] | None = None,
        demonstration: bool = False,
        preparing_file: Path | None = None,
    ) -> None:
        self.settings = settings
        self.demonstration = demonstration
        self.preparing_file = preparing_file
        self.clock: Clock = clock if clock is not None else SystemClock()
        if settings.database_url is None:
            make_folder(settings.data)
        self.database = Database(settings.database)
        self._given_feeds = feeds
        self._client: HttpClient | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give connections back, those to the feeds and those to the database."""
        if "collector" in vars(self):
            self.collector.close()
        if self._client is not None:
            self._client.close()
        self.database.dispose()

    def log(self, part: str) -> logging.Logger:
        """The logger of one part, for example ``hallofshame.collect``."""
        return logging.getLogger(f"{LOGGER}.{part}")

    @cached_property
    def feeds(self) -> Mapping[Feed, LiveFeed]:
        """The live feeds, sharing one HTTP client and its limits."""
        if self._given_feeds is not None:
            return self._given_feeds
        from hallofshame.feeds.base import FeedContext
        from hallofshame.feeds.http import HttpClient
        from hallofshame.feeds.queue_times import QueueTimesFeed
        from hallofshame.feeds.themeparks_wiki import ThemeParksWikiFeed

        self._client = HttpClient(self.settings.http_policy, self.clock)

        def context(base_url: str) -> FeedContext:
            assert self._client is not None  # noqa: S101 - set on the line above
            return FeedContext(self._client, self.clock, self.log("feeds"), base_url)

        return {
            Feed.QUEUE_TIMES: QueueTimesFeed(context(self.settings.queue_times_url)),
            Feed.THEMEPARKS_WIKI: ThemeParksWikiFeed(
                context(self.settings.themeparks_wiki_url), self.history_access
            ),
        }

    @cached_property
    def history_access(self) -> HistoryAccess:
        """The key for the history API and the budget that goes with it."""
        from hallofshame.feeds.history_api import HistoryAccess
        from hallofshame.pipeline.history_budget import StoredBudget

        key = self.settings.themeparks_wiki_key
        return HistoryAccess(key, StoredBudget(self.database, self.clock, key))

    @property
    def history_api(self) -> HistoryApi | None:
        """The history API of ThemeParks.wiki, where the feeds have one."""
        return getattr(self.feeds.get(Feed.THEMEPARKS_WIKI), "history_api", None)

    @cached_property
    def cache(self) -> ObservationCache:
        """Recent observations, shared by the jobs of this process."""
        from hallofshame.store.observations import ObservationCache

        return ObservationCache(self.history)

    @property
    def history(self) -> History:
        """Reads the raw record from its sealed files and SQL."""
        from hallofshame.store.history.reading import History

        return History(self.shelf)

    @property
    def shelf(self) -> Shelf:
        """Where the history files stand.

        :raises SettingsError: for a place that cannot be one.
        """
        return self.history_place.shelf()

    @cached_property
    def history_place(self) -> HistoryPlace:
        """Where the settings say that the history files stand."""
        from hallofshame.store.history.shelves import BucketAccess, HistoryPlace

        settings = self.settings
        access = BucketAccess(
            settings.history_endpoint,
            settings.history_region,
            settings.history_access_key,
            settings.history_secret_key,
        )
        return HistoryPlace(settings.history_place, settings.data, access)

    def registry(self) -> Registry:
        """A new one: who is who among the rides, with the installation's own mapping (R14). One per job."""
        from hallofshame.pipeline.registry import Registry, load_mapping

        file = self.settings.ride_mapping_file
        return Registry(load_mapping(file) if file is not None else ())

    @cached_property
    def rollup(self) -> Rollup:
        """The roll-up job."""
        from hallofshame.pipeline.rollup import Rollup

        return Rollup(self.database, self.clock, self.log("rollup"), self.cache)

    @cached_property
    def schedule_refresh(self) -> ScheduleRefresh:
        """The job that keeps the hours of open parks."""
        from hallofshame.pipeline.published import ScheduleRefresh

        return ScheduleRefresh(self.database, self.feeds, self.clock, self.log("schedules"), self.registry())

    @cached_property
    def collector(self) -> Collector:
        """The collection job."""
        from hallofshame.pipeline.collect import Collector

        return Collector(
            self.database,
            self.feeds,
            self.clock,
            self.log("collect"),
            cadence_seconds=self.settings.cadence_seconds,
            deadline_seconds=self.settings.cycle_deadline_seconds,
            workers=self.settings.workers,
            cache=self.cache,
            registry=self.registry(),
            parks=frozenset(self.settings.parks) or None,
        )

    @property
    def web_settings(self) -> WebSettings:
        """The part of the settings that the web application takes."""
        from hallofshame.web.settings import WebSettings

        return WebSettings(
            cadence_seconds=self.settings.cadence_seconds,
            public_url=self.settings.public_url,
            allowed_hosts=self.settings.site_hosts,
            max_age_seconds=self.settings.web_max_age_seconds,
            requests_per_minute=self.settings.web_requests_per_minute,
            key_requests_per_minute=self.settings.web_key_requests_per_minute,
            redis_url=self.settings.web_redis_url,
            proxies=self.settings.proxy_networks,
            cache_bytes=self.settings.web_cache_megabytes * 1024 * 1024,
            demonstration=self.demonstration,
            preparing_file=self.preparing_file,
            sponsor=self.settings.sponsor,
            history=self.history_place,
            import_folders=self.settings.import_folders,
            retention=self.settings.retention,
            metrics_from=self.settings.metrics_networks,
            storage_limits=self.settings.storage_limits,
            push_browsers=self.settings.push_browsers,
            push_services=self.settings.allowed_push_services,
            webhook_private=self.settings.webhook_private,
        )

    def make_ready(self, *, migrate: bool) -> None:
        """Give the database its tables and parks; bring those of an older version up to date if ``migrate``.

        A SQLite file that other users of the machine can read is closed to them.

        :raises StoreError: when the schema is not this program's and must not be changed.
        :raises InputError: when the parks chosen or the catalogue file cannot be used.
        """
        from hallofshame.pipeline.preparation import prepare

        for file in self.database.files:
            if (mode := private_files.close_to_others(file)) is not None:
                self.log("files").warning(
                    "%s was open to other users of this machine (%s) and is closed to them now; for a group, "
                    "chmod 640 the file and chmod 750 its folder",
                    file,
                    mode,
                )
        settings = self.settings
        prepare(
            self.database,
            self.clock,
            migrate=migrate,
            only=settings.parks or None,
            extra=settings.catalogue_file,
            signals=settings.signals_file,
        )
        if settings.push_browsers:
            self._make_push_keys()

    def _make_push_keys(self) -> None:
        """Give the installation its key pair for web push, once and for all its hosts."""
        from hallofshame.store import following

        with self.database.read() as connection:
            is_made = following.keys(connection) is not None
        if not is_made:
            from hallofshame.pushing import new_keys

            made, now = new_keys(), to_unix(self.clock.now())
            self.database.run(lambda connection: following.keep_keys(connection, made, now))

    def tier_book(self) -> TierBook:
        """The tier rules in force: shipped ones and the installation's overrides (R13)."""
        from hallofshame.pipeline.shipped import load_parks, load_tier_book

        parks = load_parks(self.settings.catalogue_file)
        return load_tier_book(self.settings.tier_overrides_file, parks)

    def type_book(self) -> TypeBook:
        """The type rules in force: shipped ones and the installation's overrides (R13)."""
        from hallofshame.pipeline.shipped import load_parks, load_type_book

        parks = load_parks(self.settings.catalogue_file)
        return load_type_book(self.settings.type_overrides_file, parks)


def make_folder(folder: Path) -> None:
    """Make the data folder where it is missing, closed to others; :class:`SettingsError` if it cannot be."""
    try:
        private_files.make_folder(folder)
    except OSError as error:
        raise SettingsError(
            f"{variable('data')} is {str(folder)!r}, which cannot be made ({error.strerror}); name another"
        ) from error
