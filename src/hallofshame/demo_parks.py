"""The parks of a demonstration, and what asking their feeds would have given."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import polars as pl

from hallofshame import private_files
from hallofshame.domain.csv_cells import cell
from hallofshame.domain.errors import RecordingError
from hallofshame.domain.localtime import from_unix
from hallofshame.domain.words import BreakdownSignal, Feed
from hallofshame.feeds.recordings import Recording
from hallofshame.pipeline.shipped import PARK_COLUMNS, CatalogueRow, load_parks
from hallofshame.replay import Tape
from hallofshame.settings import Settings


@dataclass(frozen=True, slots=True)
class RecordedPark:
    """A park of the catalogue and its tapes, the one of its primary feed first."""

    row: CatalogueRow
    tapes: tuple[Tape, ...]


def recorded_parks(tapes: Sequence[Tape], settings: Settings) -> list[RecordedPark]:
    """The parks of the catalogue that ``tapes`` are of, by ``park_id``.

    :raises RecordingError: when there is none.
    """
    by_key = {(tape.info.feed, tape.info.park_external_id): tape for tape in tapes}
    found = []
    for row in load_parks(settings.catalogue_file):
        feeds = [row.primary_feed, *(feed for feed in Feed if feed is not row.primary_feed)]
        keys = [(feed, row.external_id(feed) or "") for feed in feeds]
        its_tapes = tuple(by_key[key] for key in keys if key in by_key)
        if its_tapes:
            found.append(RecordedPark(row, its_tapes))
    if not found:
        raise RecordingError("no recording is of a park in the catalogue; reinstall hallofshame")
    return found


def write_catalogue(parks: Sequence[RecordedPark], file: Path) -> None:
    """Write the parks as a catalogue that knows only their recorded feeds; the others would never answer."""
    lines = [",".join(PARK_COLUMNS)]
    for park in parks:
        recorded = {tape.info.feed: tape.info.park_external_id for tape in park.tapes}
        is_primary = park.row.primary_feed in recorded
        values = asdict(park.row) | {
            "queue_times_id": recorded.get(Feed.QUEUE_TIMES),
            "themeparks_wiki_id": recorded.get(Feed.THEMEPARKS_WIKI),
            "primary_feed": park.tapes[0].info.feed.slug,
            # What a fallback can tell is decided by the fallback (R5).
            "breakdown_signal": park.row.breakdown_signal if is_primary else BreakdownSignal.CLOSED,
            "is_water_park": int(park.row.is_water_park),
            "aliases": "|".join(park.row.aliases),
        }
        lines.append(",".join(cell(values[column]) for column in PARK_COLUMNS))
    private_files.write_text(file, "".join(f"{line}\r\n" for line in lines))


def heard(park: RecordedPark, start: dt.datetime, end: dt.datetime) -> Iterator[tuple[Tape, Recording]]:
    """What polling the park in ``[start, end)`` would have given: fallbacks where those before are silent."""
    for place, tape in enumerate(park.tapes):
        recording = tape.polls_between(start, end)
        if place:
            recording = _where_silent(recording, park.tapes[:place])
        if not recording.readings.is_empty():
            yield tape, recording


def _where_silent(recording: Recording, asked_first: Sequence[Tape]) -> Recording:
    instants = recording.readings["observed_at"].unique().to_list()
    silent = [at for at in instants if all(tape.state_at(from_unix(at)) is None for tape in asked_first)]
    kept = pl.col("observed_at").is_in(silent)
    return replace(
        recording,
        readings=recording.readings.filter(kept),
        queues=recording.queues.filter(kept),
        hours=recording.hours.filter(kept),
        shows=recording.shows.filter(kept),
        dining=recording.dining.filter(kept),
    )
