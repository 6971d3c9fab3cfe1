"""What the commands share: durations, park names and an installation that is ready.

Here and in the commands' modules what is heavy (Polars, Flask, the database) is imported by the function that
needs it: a command starts as fast as what it does allows.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from hallofshame.domain.errors import InputError, NotFoundError
from hallofshame.domain.names import normalise
from hallofshame.domain.words import Feed

if TYPE_CHECKING:
    from hallofshame.installation import Installation
    from hallofshame.settings import Settings
    from hallofshame.store.catalogue import StoredPark

_DURATION = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?", re.IGNORECASE)


class Duration(click.ParamType[int]):
    """``5m``, ``300s``, ``48m``, ``1h30m``: a length of time, in whole seconds."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The seconds; a usage error that shows the forms for anything else."""
        if isinstance(value, int):
            return value
        found = _DURATION.fullmatch(str(value).strip())
        hours, minutes, seconds = (int(part or 0) for part in found.groups()) if found else (0, 0, 0)
        total = 3600 * hours + 60 * minutes + seconds
        if total <= 0:
            self.fail(f"{value!r} is no duration; write it like 5m, 300s or 1h30m", param, ctx)
        return total


class Day(click.ParamType[dt.date]):
    """A date, ``2026-08-20``."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dt.date:
        """The date; a usage error for anything else."""
        if isinstance(value, dt.date):
            return value
        try:
            return dt.date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is no date; write it like 2026-08-20", param, ctx)


class Hour(click.ParamType[dt.datetime]):
    """An hour, ``2026-08-20T14`` without a time zone or ``2026-08-20T14Z`` with one."""

    name = "hour"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dt.datetime:
        """The hour's begin; a usage error for anything else."""
        if isinstance(value, dt.datetime):
            return value
        try:
            found = dt.datetime.fromisoformat(str(value))
        except ValueError:
            found = None
        if found is None or "T" not in str(value).upper():
            self.fail(f"{value!r} is no hour; write it like 2026-08-20T14 or 2026-08-20T14Z", param, ctx)
        return found.replace(minute=0, second=0, microsecond=0)


DURATION = Duration()
DAY = Day()
HOUR = Hour()
SAMPLED_FEEDS = click.Choice([Feed.QUEUE_TIMES.slug, Feed.THEMEPARKS_WIKI.slug, Feed.TOURING_PLANS.slug])

replace_option = click.option(
    "--replace",
    "replaces",
    is_flag=True,
    help="Compute the park-days of this import from it, whatever covers them better (R15).",
)

park_option = click.option(
    "--park",
    "parks",
    multiple=True,
    metavar="PARK",
    help="Only this park, by slug, name or number; repeatable.",
)


def configured(**given: Any) -> Settings:
    """The settings of this command, with the log set up as they say; values of ``None`` are not given."""
    from hallofshame import logs, settings

    found = settings.load(**{name: value for name, value in given.items() if value is not None})
    logs.configure(found.log_level, found.log_format)
    return found


@contextmanager
def opened(*, migrate: bool = False) -> Iterator[Installation]:
    """The installation, its database ready for a job."""
    from hallofshame.installation import Installation

    with Installation(configured()) as installation:
        installation.make_ready(migrate=migrate)
        yield installation


def chosen_parks(installation: Installation, names: tuple[str, ...]) -> list[int] | None:
    """The ids of the parks that a user named; ``None`` for all where none was named.

    :raises NotFoundError: for a name that fits no park.
    :raises InputError: for one that fits several.
    """
    if not names:
        return None
    from hallofshame.pipeline.shipped import load_parks
    from hallofshame.store.catalogue import park_table

    with installation.database.read() as connection:
        parks = park_table(connection)
    aliases = {row.park_id: row.names for row in load_parks(installation.settings.catalogue_file)}
    return [_chosen(name, parks, aliases) for name in names]


def _chosen(wanted: str, parks: list[StoredPark], aliases: dict[int, tuple[str, ...]]) -> int:
    key = normalise(wanted)
    found = {
        park.park_id
        for park in parks
        if park.park_id is not None
        and (wanted in (park.slug, str(park.park_id)) or key in _spellings(park, aliases))
    }
    if not found:
        raise NotFoundError(f"there is no park {wanted!r}; use a slug such as magic-kingdom")
    if len(found) > 1:
        slugs = ", ".join(sorted(park.slug for park in parks if park.park_id in found))
        raise InputError(f"{wanted!r} fits several parks; use one of {slugs}", parameter="park")
    return found.pop()


def _spellings(park: StoredPark, aliases: dict[int, tuple[str, ...]]) -> set[str]:
    return {normalise(name) for name in (park.name, *aliases.get(park.park_id or 0, ()))}
