"""A folder of tapes: ``manifest.json`` and beside it one folder per park and feed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hallofshame.domain.errors import RecordingError
from hallofshame.domain.words import Feed
from hallofshame.feeds.recordings import read_rows
from hallofshame.replay.tape import Tape, TapeInfo

SHIPPED_RECORDINGS = Path(__file__).resolve().parents[1] / "data" / "recordings"
"""The recordings that come with the package."""

_INFO_FIELDS = (
    "park_external_id",
    "park_name",
    "timezone",
    "cadence_seconds",
    "group_id",
    "group_name",
    "country",
    "continent",
    "latitude",
    "longitude",
)

_EXTRAS = ("ride_ids", "lands", "schedule", "locations")
"""Files that a tape's folder may hold beside its rows."""


def read_manifest(folder: Path) -> list[dict[str, Any]]:
    """The entries of ``folder``'s manifest; raises :class:`RecordingError` naming the file."""
    file = folder / "manifest.json"
    try:
        tapes = json.loads(file.read_text(encoding="utf-8"))["tapes"]
    except FileNotFoundError:
        raise RecordingError(f"no recordings at {folder}: it holds no manifest.json") from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RecordingError(f"{file} is not a list of tapes: {error}") from error
    return list(tapes)


def load_tapes(folder: Path = SHIPPED_RECORDINGS) -> list[Tape]:
    """All tapes of ``folder``; raises :class:`RecordingError` naming the file that cannot be played."""
    return [_load_tape(folder, entry) for entry in read_manifest(folder)]


def _load_tape(folder: Path, entry: dict[str, Any]) -> Tape:
    try:
        info = TapeInfo(
            feed=Feed.from_slug(entry["feed"]),
            **{name: entry[name] for name in _INFO_FIELDS if name in entry},
        )
        place = folder / entry["folder"]
    except (KeyError, TypeError, ValueError) as error:
        raise RecordingError(
            f"{folder / 'manifest.json'}: entry {entry!r} lacks or misspells {error}"
        ) from error
    _, rows = read_rows(place, info.feed)
    extras = {name: _read_json(place / f"{name}.json") for name in _EXTRAS}
    return Tape(
        info,
        rows,
        ride_ids=extras["ride_ids"],
        lands=extras["lands"],
        schedule=extras["schedule"] or (),
        locations={key: (float(at[0]), float(at[1])) for key, at in (extras["locations"] or {}).items()},
    )


def _read_json(file: Path) -> Any:
    if not file.exists():
        return None
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RecordingError(f"{file} cannot be read as JSON: {error}") from error
