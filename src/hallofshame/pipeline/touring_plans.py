"""Which ride and park each of TouringPlans' files is of (R14): by a list, by names beside it, by its name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

import polars as pl

from hallofshame.domain.errors import InputError, RecordingError
from hallofshame.domain.localtime import zone
from hallofshame.domain.names import normalise
from hallofshame.feeds.touring_plans import TouringPlansFile, is_dataset
from hallofshame.pipeline.csv_files import read_lines
from hallofshame.pipeline.shipped import CatalogueRow

LIST_COLUMNS = ("dataset", "park_slug", "ride")
NAMES_FILE = "entities.csv"
"""TouringPlans' own list of codes and names, where somebody put it beside the files."""

_CODE = re.compile(r"(AK|EP|HS|MK)[0-9]+", re.IGNORECASE)
_PARKS = {
    "AK": "disneys-animal-kingdom",
    "EP": "epcot",
    "HS": "disneys-hollywood-studios",
    "MK": "magic-kingdom",
}
"""The parks that the letters of a code stand for."""


def datasets_in(
    path: Path, catalogue: Sequence[CatalogueRow], park: str | None = None, timezone: str | None = None
) -> list[TouringPlansFile]:
    """The data sets at ``path``: a CSV file, or every one in a folder that has the columns.

    :param park: a park's name, alias or slug, for files that the list does not have.
    :param timezone: IANA zone of a park that the catalogue does not have.
    :raises RecordingError: where there is none.
    :raises InputError: for a file whose ride or park nobody tells.
    """
    if path.is_dir():
        found = [each for each in sorted(path.glob("*.csv")) if each.name != NAMES_FILE and is_dataset(each)]
        if not found:
            raise RecordingError(f"no TouringPlans file in {path}; give a CSV file, or a folder with some")
    else:
        found = [path]
    return [dataset_of(each, catalogue, park, timezone) for each in found]


def dataset_of(
    path: Path, catalogue: Sequence[CatalogueRow], park: str | None = None, timezone: str | None = None
) -> TouringPlansFile:
    """The ride and park of one file."""
    name = path.stem
    slug, ride = _listed().get(name.casefold(), (None, None))
    code = _CODE.fullmatch(name)
    if slug is None and park is None and code is not None:
        slug = _PARKS[code[1].upper()]
    row = _row(park or slug, catalogue)
    if row is None and park is None:
        raise InputError(
            f"{path} is of a ride that is not on the list of TouringPlans' files; say of which park with "
            "--park NAME",
            parameter="park",
        )
    ride = ride or _named_beside(path) or (None if code is not None else _spelled(name))
    if ride is None:
        raise InputError(
            f"{path} is named by a code; put TouringPlans' {NAMES_FILE} beside it or rename it after its ride"
        )
    shown = row.name if row is not None else str(park)
    zone_name = row.timezone if row is not None else timezone
    if zone_name is None:
        raise InputError(
            f"the park {shown!r} is not in the catalogue; say its time zone with --timezone ZONE",
            parameter="timezone",
        )
    zone(zone_name)
    return TouringPlansFile(path, name, shown, ride, zone_name)


def _listed() -> dict[str, tuple[str, str]]:
    """Park and ride of the files that TouringPlans gives away, by their names."""
    file = files("hallofshame").joinpath("data", "catalogue", "touring_plans.csv")
    return {
        line.text("dataset"): (line.text("park_slug"), line.text("ride"))
        for line in read_lines(file, LIST_COLUMNS)
    }


def _row(park: str | None, catalogue: Sequence[CatalogueRow]) -> CatalogueRow | None:
    if park is None:
        return None
    wanted = normalise(park.replace("-", " "))
    for row in catalogue:
        names = {normalise(name) for name in row.names}
        if wanted in names | {normalise(row.slug.replace("-", " "))}:
            return row
    return None


def _named_beside(path: Path) -> str | None:
    """The name that the list beside a file gives its code."""
    beside = path.parent / NAMES_FILE
    if not beside.is_file():
        return None
    try:
        listed = pl.read_csv(beside, infer_schema=False)
    except pl.exceptions.PolarsError as error:
        raise RecordingError(f"{beside} cannot be read as CSV: {str(error).partition(chr(10))[0]}") from error
    if not {"code", "name"} <= set(listed.columns):
        raise RecordingError(f"{beside} has no columns 'code' and 'name'; take it away or correct it")
    mine = listed.filter(pl.col("code").str.to_lowercase() == path.stem.lower())["name"].drop_nulls()
    return mine[0] if mine.len() else None


def _spelled(stem: str) -> str:
    """A file's name as words: ``haunted_mansion`` → ``Haunted Mansion``."""
    return " ".join(word.capitalize() for word in stem.replace("-", "_").split("_") if word)
