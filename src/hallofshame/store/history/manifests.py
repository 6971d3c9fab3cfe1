"""Manifests: what a period's history files are, said beside them for use without a database."""

from __future__ import annotations

import datetime as dt
import json
import re

from hallofshame.domain.errors import HistoryError
from hallofshame.domain.localtime import from_unix, isoformat, to_unix
from hallofshame.store.history.formats import CODES, SCHEMA_VERSION
from hallofshame.store.history.periods import FilePeriod
from hallofshame.store.history.sealed import DATASETS, SealedFile
from hallofshame.store.history.shelves import Shelf

_SUFFIX = ".manifest.json"
_FILE = re.compile(r"(\d{4}-\d{2}(?:-\d{2})?)\.([a-z]+)\.[0-9a-f]{12}\.parquet")


def file_name(dataset: str, period: FilePeriod, sha256: str) -> str:
    """``2026-10.snapshots.1a2b3c4d5e6f.parquet``: another content is another name."""
    return f"{period.name}.{dataset}.{sha256[:12]}.parquet"


def manifest_name(period: FilePeriod) -> str:
    """``2026-10.manifest.json``."""
    return f"{period.name}{_SUFFIX}"


def parsed_name(name: str) -> tuple[FilePeriod, str] | None:
    """Period and data set of a name that :func:`file_name` gave, else ``None``."""
    found = _FILE.fullmatch(name)
    return (FilePeriod.named(found[1]), found[2]) if found and found[2] in DATASETS else None


def periods_on(shelf: Shelf) -> list[FilePeriod]:
    """The periods whose manifests are on the shelf, in order."""
    return sorted(
        FilePeriod.named(name.removesuffix(_SUFFIX)) for name in shelf.names() if name.endswith(_SUFFIX)
    )


def write_manifest(shelf: Shelf, period: FilePeriod, files: list[SealedFile]) -> None:
    """Say what the files of ``period`` are. The files themselves must be on the shelf already."""
    said = {
        "schema_version": SCHEMA_VERSION,
        "period": period.name,
        "starts_at": isoformat(period.starts_at),
        "ends_at": isoformat(period.ends_at),
        "codes": CODES,
        "files": [
            {
                "dataset": file.dataset,
                "name": file.name,
                "schema_version": file.schema_version,
                "rows": file.rows,
                "bytes": file.bytes,
                "sha256": file.sha256,
                "first_at": _shown(file.first_at),
                "last_at": _shown(file.last_at),
                "sealed_at": isoformat(file.sealed_at),
                "parks": [
                    {"park_id": park, "rows": rows, "first_at": _shown(first), "last_at": _shown(last)}
                    for park, rows, first, last in file.parks
                ],
            }
            for file in files
        ],
    }
    shelf.publish_text(manifest_name(period), json.dumps(said, indent=1) + "\n")


def read_manifest(shelf: Shelf, period: FilePeriod, now: int) -> list[SealedFile]:
    """The files of ``period`` as its manifest says; ``now`` is when they count as verified.

    :raises HistoryError: for a manifest that is missing or cannot be read.
    """
    name = manifest_name(period)
    text = shelf.read_text(name)
    try:
        said = json.loads(text)
        return [
            SealedFile(
                dataset=str(file["dataset"]),
                period=period,
                name=str(file["name"]),
                schema_version=int(file["schema_version"]),
                rows=int(file["rows"]),
                bytes=int(file["bytes"]),
                sha256=str(file["sha256"]),
                first_at=_instant(file["first_at"]),
                last_at=_instant(file["last_at"]),
                sealed_at=_instant(file["sealed_at"]) or now,
                verified_at=now,
                parks=tuple(
                    (
                        int(park["park_id"]),
                        int(park["rows"]),
                        _instant(park["first_at"]) or 0,
                        _instant(park["last_at"]) or 0,
                    )
                    for park in file["parks"]
                ),
            )
            for file in said["files"]
        ]
    except (ValueError, KeyError, TypeError) as error:
        raise HistoryError(
            f"the manifest {name} in {shelf.place} cannot be read ({error}); put it back from a copy"
        ) from error


def _shown(instant: int | None) -> str | None:
    return None if instant is None else isoformat(from_unix(instant))


def _instant(text: str | None) -> int | None:
    return None if text is None else to_unix(dt.datetime.fromisoformat(text))
