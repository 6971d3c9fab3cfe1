"""What the record of a demonstration was made of, and what of it is still to be made."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Self

from hallofshame import private_files

RECORD_FILE = "demo-record.json"


@dataclass(frozen=True, slots=True)
class Edition:
    """Everything that a record depends on; one of another edition cannot go on."""

    recordings: str
    parks: str
    metrics_version: int
    schema_revision: str | None

    def unlike(self, other: Edition) -> str | None:
        """Why a record of ``other`` is not one of this edition, in words; null where it is."""
        if other.recordings != self.recordings:
            return "the recordings have changed"
        if other.parks != self.parks:
            return "the recorded parks have changed in the catalogue"
        if other.metrics_version != self.metrics_version:
            return f"its statistics are of version {other.metrics_version}, now {self.metrics_version}"
        if other.schema_revision != self.schema_revision:
            return "the database has another schema now"
        return None


@dataclass
class DemoRecord:
    """The state of a record.

    ``is_complete``: its statistics have been made once. ``pending``: the parks (by slug) whose recordings
    are not all ingested, each with the instant (Unix seconds) that this is to go on from.
    """

    edition: Edition
    is_complete: bool = False
    pending: dict[str, int] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path) -> Self | None:
        """The state kept in ``folder``; null where there is none that can be read."""
        try:
            found: dict[str, Any] = json.loads((folder / RECORD_FILE).read_text(encoding="utf-8"))
            edition = Edition(**{item.name: found["edition"][item.name] for item in fields(Edition)})
            pending = {str(slug): int(start) for slug, start in found["pending"].items()}
            return cls(edition, bool(found["is_complete"]), pending)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            # Written by another version, or not at all: either way there is nothing to go on with.
            return None

    def write(self, folder: Path) -> None:
        """Keep the state in ``folder``; after a crash it is the old one or the new one."""
        private_files.write_text(folder / RECORD_FILE, json.dumps(asdict(self), indent=1) + "\n")


def digest_of(folder: Path) -> str:
    """One digest over the names and contents of all files in ``folder``."""
    total = hashlib.sha256()
    for path in sorted(found for found in folder.rglob("*") if found.is_file()):
        total.update(f"{path.relative_to(folder)}\0".encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()
