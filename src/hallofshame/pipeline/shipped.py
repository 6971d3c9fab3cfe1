"""The data files that ship with the package, read and checked once: the park catalogue, the rules of tiers
and of types, the list of facts.

Every error is an :class:`InputError` that names the file, the line, the value and the remedy.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TypeVar

from hallofshame.domain.entity_facts import (
    ANY_HEIGHT_CM,
    HIGHEST_LIMIT_CM,
    LOWEST_LIMIT_CM,
    FactBook,
    FactRule,
    Setting,
    StatedFacts,
)
from hallofshame.domain.errors import InputError
from hallofshame.domain.localtime import zone
from hallofshame.domain.names import normalise, slugify
from hallofshame.domain.ride_types import DECIDED_BY_HAND, RideType, TypeBook, TypePattern, TypeRule
from hallofshame.domain.signals import SIGNAL_FEED, SignalRow, SignalSource
from hallofshame.domain.tiers import TIERS, TierBook, TierPattern, TierRule
from hallofshame.domain.words import BreakdownSignal, Feed
from hallofshame.pipeline.csv_files import WHOLE, CsvLine, read_lines

PARK_COLUMNS = (
    "park_id",
    "slug",
    "name",
    "operator",
    "country",
    "region",
    "timezone",
    "latitude",
    "longitude",
    "queue_times_id",
    "themeparks_wiki_id",
    "primary_feed",
    "breakdown_signal",
    "is_water_park",
    "aliases",
)
OVERRIDE_COLUMNS = ("park", "ride", "tier", "reason")
FORMER_COLUMNS = ("park", "name", "until", "source")
SIGNAL_COLUMNS = ("park", "feed", "valid_from", "signal", "evidence")
CURATED_COLUMNS = ("park_slug", "ride", "tier", "reason")
PATTERN_COLUMNS = ("pattern", "tier", "confidence", "note")
TYPE_OVERRIDE_COLUMNS = ("park", "ride", "type", "reason")
TYPE_CURATED_COLUMNS = ("park_slug", "ride", "type")
TYPE_PATTERN_COLUMNS = ("pattern", "type", "confidence", "note")
FACT_COLUMNS = ("park_slug", "ride", "setting", "min_height_cm", "max_height_cm")
CURATED_TYPE_REASON = "on the curated list"
CURATED_FACT_REASON = "on the list of facts"

_SETTINGS = {setting.value: setting for setting in (Setting.INDOOR, Setting.OUTDOOR)}

R = TypeVar("R", TierRule, TypeRule)

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class CatalogueRow:
    """One park of the catalogue; ``docs/catalogue.md`` says what each column means."""

    park_id: int
    slug: str
    name: str
    operator: str
    country: str
    region: str
    timezone: str
    latitude: float | None
    longitude: float | None
    queue_times_id: str | None
    themeparks_wiki_id: str | None
    primary_feed: Feed
    breakdown_signal: BreakdownSignal
    is_water_park: bool
    aliases: tuple[str, ...]

    def external_id(self, feed: Feed) -> str | None:
        """The park's id at ``feed``, ``None`` if not listed; the archive uses ThemeParks.wiki's ids."""
        if feed is Feed.TOURING_PLANS:
            return None
        return self.queue_times_id if feed is Feed.QUEUE_TIMES else self.themeparks_wiki_id

    @property
    def names(self) -> tuple[str, ...]:
        """Every spelling of the park, the shown one first."""
        return (self.name, *self.aliases)


def load_parks(extra: Path | None = None) -> list[CatalogueRow]:
    """The shipped catalogue ordered by ``park_id``.

    ``extra`` is a file with the same columns: its rows are added, and a row whose ``park_id`` is already
    shipped replaces the shipped one; it keeps the slug, because addresses do not change.
    """
    rows = {row.park_id: (line, row) for line, row in _shipped_parks()}
    for line, row in _read_parks(read_lines(extra, PARK_COLUMNS)) if extra is not None else ():
        if row.park_id in rows and rows[row.park_id][1].slug != row.slug:
            shipped = rows[row.park_id][1]
            raise line.error("slug", f"replaces {shipped.slug!r}; addresses stay, so keep that slug")
        rows[row.park_id] = (line, row)
    ordered = [rows[park_id] for park_id in sorted(rows)]
    _refuse_shared(ordered)
    return [row for _, row in ordered]


def load_tier_book(overrides: Path | None = None, parks: Sequence[CatalogueRow] | None = None) -> TierBook:
    """The shipped tier rules (R13); ``overrides`` is a user's file that goes before the shipped overrides.

    An override names its park by slug, name or alias out of ``parks`` (default: the shipped catalogue).
    """
    slugs = _slugs(parks)
    chosen = _read_tiers(_shipped("tiers", "overrides.csv", OVERRIDE_COLUMNS), slugs)
    if overrides is not None:
        chosen = _overridden(chosen, _read_tiers(read_lines(overrides, OVERRIDE_COLUMNS), slugs))
    curated = _read_tiers(_shipped("tiers", "curated.csv", CURATED_COLUMNS), slugs)
    patterns = [
        TierPattern(pattern, _tier(line), confidence, line.text("note"))
        for line, pattern, confidence in _patterns(_shipped("tiers", "patterns.csv", PATTERN_COLUMNS))
    ]
    return TierBook(chosen, curated, patterns)


def load_type_book(overrides: Path | None = None, parks: Sequence[CatalogueRow] | None = None) -> TypeBook:
    """The shipped type rules (R13); as :func:`load_tier_book`."""
    slugs = _slugs(parks)
    chosen = _read_types(_shipped("types", "overrides.csv", TYPE_OVERRIDE_COLUMNS), slugs)
    if overrides is not None:
        chosen = _overridden(chosen, _read_types(read_lines(overrides, TYPE_OVERRIDE_COLUMNS), slugs))
    curated = _read_types(_shipped("types", "curated.csv", TYPE_CURATED_COLUMNS), slugs)
    patterns = [
        TypePattern(pattern, _type(line), confidence, line.text("note"))
        for line, pattern, confidence in _patterns(_shipped("types", "patterns.csv", TYPE_PATTERN_COLUMNS))
    ]
    return TypeBook(chosen, curated, patterns)


@cache
def load_fact_book() -> FactBook:
    """The shipped list of facts: limits of height and roofs of single attractions."""
    lines = _shipped("facts", "curated.csv", FACT_COLUMNS)
    return FactBook(
        [
            FactRule(
                slug,
                line.text("ride"),
                StatedFacts(
                    line.choice("setting", _SETTINGS) if line.cells["setting"] else None,
                    _limit(line, "min_height_cm", lowest=ANY_HEIGHT_CM),
                    _limit(line, "max_height_cm", lowest=LOWEST_LIMIT_CM),
                ),
                CURATED_FACT_REASON,
            )
            for line, slug in _rides_named(lines, _slugs(None), "line of facts")
        ]
    )


def _limit(line: CsvLine, column: str, *, lowest: int) -> int | None:
    """A limit of height; the lowest that may be written is 0 where it stands for any height."""
    if not line.cells[column]:
        return None
    value = line.number(column, 0, HIGHEST_LIMIT_CM)
    if not value.is_integer() or (value != lowest and value < LOWEST_LIMIT_CM):
        raise line.error(column, f"is no height from {LOWEST_LIMIT_CM} to {HIGHEST_LIMIT_CM} cm; correct it")
    return int(value)


@dataclass(frozen=True, slots=True)
class SignalLine:
    """One line of a signals file: of the park ``slug``, ``feed`` tells what ``row`` says from its date on."""

    slug: str
    feed: Feed
    row: SignalRow


def load_signals(file: Path | None, parks: Sequence[CatalogueRow], today: dt.date) -> list[SignalLine]:
    """What a person says that feeds can tell (R5): the shipped lines, then those of ``file``.

    A line of ``file`` goes before a shipped one of the same park, feed and date. Parks are named by slug,
    name or alias out of ``parks``; ``today`` is the date in UTC.

    :raises InputError: for an unknown park, feed, signal or date, a date still to come, a line without
        evidence and one that is there twice.
    """
    slugs = _slugs(parks)
    chosen = _read_signals(_shipped("catalogue", "signals.csv", SIGNAL_COLUMNS), slugs, today)
    if file is not None:
        chosen |= _read_signals(read_lines(file, SIGNAL_COLUMNS), slugs, today)
    return list(chosen.values())


def _read_signals(
    given: Iterable[CsvLine], slugs: Mapping[str, str], today: dt.date
) -> dict[tuple[str, Feed, dt.date], SignalLine]:
    lines: dict[tuple[str, Feed, dt.date], SignalLine] = {}
    feeds = {feed.slug: feed for feed in (Feed.QUEUE_TIMES, Feed.THEMEPARKS_WIKI)}
    for line in given:
        slug = slugs.get(slugify(line.text("park")))
        if slug is None:
            raise line.error("park", "is no park of the catalogue; write its slug, such as magic-kingdom")
        feed = line.choice("feed", feeds)
        signal = line.choice("signal", {signal.value: signal for signal in BreakdownSignal})
        if feed is not SIGNAL_FEED and signal is BreakdownSignal.DOWN:
            raise line.error(
                "signal", f"cannot be of {feed.slug}, which knows only open and closed; write closed"
            )
        valid_from = line.date("valid_from")
        # The first places on Earth are a day ahead of UTC.
        if valid_from > today + dt.timedelta(days=1):
            raise line.error("valid_from", "is still to come; evidence is of a day that has been")
        row = SignalRow(valid_from, signal, SignalSource.FILE, line.text("evidence"))
        if lines.setdefault((slug, feed, valid_from), new := SignalLine(slug, feed, row)) is not new:
            raise line.error("valid_from", f"is there for {slug} on an earlier line; keep one of the two")
    return lines


@cache
def former_park_names() -> Mapping[str, tuple[str, ...]]:
    """By slug of a park the names that it, or its operator, went by; shipped, each line with its source."""
    slugs = _slugs([row for _line, row in _shipped_parks()])
    found: dict[str, tuple[str, ...]] = {}
    for line in _shipped("catalogue", "former_names.csv", FORMER_COLUMNS):
        slug = slugs.get(slugify(line.text("park")))
        if slug is None:
            raise line.error("park", "is no park of the catalogue; write its slug, such as magic-kingdom")
        line.date("until")
        line.text("source")
        found[slug] = (*found.get(slug, ()), line.text("name"))
    return found


@cache
def _shipped(folder: str, file: str, columns: tuple[str, ...]) -> tuple[CsvLine, ...]:
    return tuple(read_lines(resources.files("hallofshame").joinpath("data", folder, file), columns))


@cache
def _shipped_parks() -> tuple[tuple[CsvLine, CatalogueRow], ...]:
    return tuple(_read_parks(_shipped("catalogue", "parks.csv", PARK_COLUMNS)))


def _read_parks(lines: Iterable[CsvLine]) -> list[tuple[CsvLine, CatalogueRow]]:
    rows = [(line, _park(line)) for line in lines]
    seen: set[int] = set()
    for line, row in rows:
        if row.park_id in seen:
            raise line.error("park_id", "is used twice in this file; give the new park the next free number")
        seen.add(row.park_id)
    return rows


def _park(line: CsvLine) -> CatalogueRow:
    try:
        zone(line.text("timezone"))
    except InputError as error:
        raise line.error("timezone", "is no IANA time zone; write one such as Europe/Rome") from error
    if line.cells["slug"] != slugify(line.text("slug")):
        raise line.error("slug", "is not in lower case with hyphens; write one such as magic-kingdom")
    placed = bool(line.cells["latitude"] or line.cells["longitude"])
    row = CatalogueRow(
        park_id=line.whole("park_id"),
        slug=line.text("slug"),
        name=line.text("name"),
        operator=line.text("operator"),
        country=line.text("country"),
        region=line.text("region"),
        timezone=line.text("timezone"),
        latitude=line.number("latitude", -90, 90) if placed else None,
        longitude=line.number("longitude", -180, 180) if placed else None,
        queue_times_id=line.matching(
            "queue_times_id", WHOLE, "is not a Queue-Times number; write its whole number"
        ),
        themeparks_wiki_id=line.matching(
            "themeparks_wiki_id", _UUID, "is not a UUID; write it in lower case"
        ),
        primary_feed=line.choice(
            "primary_feed", {feed.slug: feed for feed in (Feed.QUEUE_TIMES, Feed.THEMEPARKS_WIKI)}
        ),
        breakdown_signal=line.choice(
            "breakdown_signal", {signal.value: signal for signal in BreakdownSignal}
        ),
        is_water_park=line.choice("is_water_park", {"0": False, "1": True}),
        aliases=tuple(alias for alias in line.cells["aliases"].split("|") if alias),
    )
    if row.external_id(row.primary_feed) is None:
        raise line.error("primary_feed", "does not list this park; fill in its id there or choose the other")
    return row


def _refuse_shared(rows: Sequence[tuple[CsvLine, CatalogueRow]]) -> None:
    """Slugs, external ids and names (as :func:`normalise` sees them) belong to one park each."""
    owners: dict[tuple[str, str], CatalogueRow] = {}
    for line, row in rows:
        keys = [("slug", row.slug)]
        keys += [("queue_times_id", row.queue_times_id)] if row.queue_times_id else []
        keys += [("themeparks_wiki_id", row.themeparks_wiki_id)] if row.themeparks_wiki_id else []
        keys += [("aliases", name) for name in {normalise(name) for name in row.names}]
        for column, value in keys:
            owner = owners.setdefault((column, value), row)
            if owner is not row:
                raise InputError(
                    f"{line.where}: {column} {value!r} belongs to park {owner.park_id} ({owner.name}) "
                    "already; give each park its own",
                    parameter=column,
                )


def _slugs(parks: Sequence[CatalogueRow] | None) -> dict[str, str]:
    """Every spelling of a park as a slug → its own slug."""
    return {slugify(name): park.slug for park in parks or load_parks() for name in (park.slug, *park.names)}


def _overridden(shipped: Sequence[R], own: Sequence[R]) -> list[R]:
    """The shipped overrides that the installation's own leave in force, and these."""
    named = {rule.key for rule in own}
    kept: list[R] = [rule for rule in shipped if rule.key not in named]
    return kept + list(own)


def _tier(line: CsvLine) -> int:
    return line.choice("tier", {str(tier): tier for tier in TIERS})


def _type(line: CsvLine) -> RideType:
    return line.choice("type", {kind.value: kind for kind in DECIDED_BY_HAND})


def _read_tiers(lines: Iterable[CsvLine], slugs: Mapping[str, str]) -> list[TierRule]:
    return [
        TierRule(slug, line.text("ride"), _tier(line), line.text("reason"))
        for line, slug in _rides_named(lines, slugs, "tier")
    ]


def _read_types(lines: Iterable[CsvLine], slugs: Mapping[str, str]) -> list[TypeRule]:
    return [
        TypeRule(
            slug,
            line.text("ride"),
            _type(line),
            line.text("reason") if "reason" in line.cells else CURATED_TYPE_REASON,
        )
        for line, slug in _rides_named(lines, slugs, "type")
    ]


def _rides_named(
    lines: Iterable[CsvLine], slugs: Mapping[str, str], what: str
) -> Iterator[tuple[CsvLine, str]]:
    """Each line of a list of hand-named rides with the slug of its park: in ``park`` or ``park_slug``.

    :param what: the column that a line decides.
    """
    seen: set[tuple[str, str]] = set()
    for line in lines:
        park = "park" if "park" in line.cells else "park_slug"
        slug = slugs.get(slugify(line.text(park)))
        if slug is None:
            raise line.error(park, "is no park of the catalogue; write its slug, such as magic-kingdom")
        key = (slug, normalise(line.text("ride")))
        if key in seen:
            raise line.error("ride", f"has a {what} for {slug} on an earlier line; keep one of the two")
        seen.add(key)
        yield line, slug


def _patterns(lines: Iterable[CsvLine]) -> Iterator[tuple[CsvLine, re.Pattern[str], float]]:
    """Each line of a list of keyword patterns with its regular expression and its confidence."""
    for line in lines:
        try:
            pattern = re.compile(line.text("pattern"))
        except re.error as error:
            raise line.error("pattern", f"is no regular expression ({error}); correct it") from error
        yield line, pattern, line.number("confidence", 0, 1)
