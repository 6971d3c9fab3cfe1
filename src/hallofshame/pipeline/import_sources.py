"""From where imports that were started over the network may read: below places that the settings name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hallofshame.domain.errors import InputError, NotFoundError
from hallofshame.domain.names import quoted
from hallofshame.feeds.archive_shelf import BUCKET_SCHEME

SETTING = "HALLOFSHAME_IMPORT_FOLDERS"


class NoImportFoldersError(InputError):
    """The settings name no place to import from."""

    def __init__(self) -> None:
        super().__init__(
            f"no folder may be imported from; name some in {SETTING} and start the service again",
            parameter="source",
        )


def checked(source: str, roots: Sequence[str]) -> str:
    """The place that ``source`` names: a folder below one of ``roots``, or a bucket's folder.

    A relative path is one below the first root that has it. Links are followed before it is compared, so that
    none leads outside. Whether a place outside exists is not told.

    :raises NoImportFoldersError: where there are no roots.
    :raises InputError: for a place outside.
    :raises NotFoundError: for a place inside that is not there.
    """
    if not roots:
        raise NoImportFoldersError
    if source.startswith(BUCKET_SCHEME):
        return _bucket(source, roots)
    if "://" in source or "\0" in source:
        raise _outside(source, roots)
    folders = [Path(root).resolve() for root in roots if not root.startswith(BUCKET_SCHEME)]
    asked = Path(source)
    inside = [
        place
        for root in folders
        for place in ((asked if asked.is_absolute() else root / asked).resolve(),)
        if place == root or place.is_relative_to(root)
    ]
    if not inside:
        raise _outside(source, roots)
    found = next((place for place in inside if place.is_dir()), None)
    if found is None:
        raise NotFoundError(
            f"source {quoted(source)} is no folder here; name one below {_shown(roots)} that is there"
        )
    return str(found)


def folder(source: str, roots: Sequence[str]) -> Path:
    """As :func:`checked`, for imports that read local folders only."""
    place = checked(source, roots)
    if place.startswith(BUCKET_SCHEME):
        raise InputError("recordings are imported from a local folder, not from a bucket", parameter="source")
    return Path(place)


def _bucket(source: str, roots: Sequence[str]) -> str:
    steps = source.removeprefix(BUCKET_SCHEME).split("/")
    if ".." in steps or "." in steps or "?" in source or "#" in source:
        raise _outside(source, roots)
    plain = source.rstrip("/")
    for root in (root.rstrip("/") for root in roots if root.startswith(BUCKET_SCHEME)):
        if plain == root or plain.startswith(f"{root}/"):
            return plain
    raise _outside(source, roots)


def _outside(source: str, roots: Sequence[str]) -> InputError:
    return InputError(
        f"source {quoted(source)} lies outside of what may be imported from: {_shown(roots)} ({SETTING})",
        parameter="source",
    )


def _shown(roots: Sequence[str]) -> str:
    return ", ".join(roots)
