"""Catalogue, tier and type files that cannot be used: the error names file, line, value and remedy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from hallofshame.domain.errors import InputError
from hallofshame.domain.tiers import TierSource
from hallofshame.pipeline.registry import MAPPING_COLUMNS, load_mapping
from hallofshame.pipeline.shipped import (
    OVERRIDE_COLUMNS,
    PARK_COLUMNS,
    TYPE_OVERRIDE_COLUMNS,
    load_parks,
    load_tier_book,
    load_type_book,
)

GOOD = {
    "park_id": "9001",
    "slug": "my-park",
    "name": "My Park",
    "operator": "Independent",
    "country": "Italy",
    "region": "Europe",
    "timezone": "Europe/Rome",
    "latitude": "45.0",
    "longitude": "10.0",
    "queue_times_id": "9999",
    "themeparks_wiki_id": "",
    "primary_feed": "queue_times",
    "breakdown_signal": "closed",
    "is_water_park": "0",
    "aliases": "Mio Parco|Mein Park",
}


def parks_file(folder: Path, *rows: dict[str, str]) -> Path:
    file = folder / "my_parks.csv"
    lines = [",".join(PARK_COLUMNS), *(",".join((GOOD | row).values()) for row in rows)]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def overrides_file(folder: Path, *lines: str) -> Path:
    file = folder / "my_overrides.csv"
    file.write_text("\n".join(["park,ride,tier,reason", *lines]) + "\n", encoding="utf-8")
    return file


def test_a_park_is_added_by_configuration_alone(tmp_path: Path) -> None:
    parks = load_parks(parks_file(tmp_path, {}))
    assert len(parks) == len(load_parks()) + 1
    assert parks[-1].names == ("My Park", "Mio Parco", "Mein Park")


def test_a_row_with_a_shipped_id_replaces_the_shipped_park(tmp_path: Path) -> None:
    gardaland = next(park for park in load_parks() if park.slug == "gardaland")
    row = {
        "park_id": str(gardaland.park_id),
        "slug": "gardaland",
        "name": "Gardaland",
        "queue_times_id": "12",
    }
    parks = load_parks(parks_file(tmp_path, row))
    assert next(park for park in parks if park.slug == "gardaland").latitude == 45.0
    assert len(parks) == len(load_parks())


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"park_id": "x"}, "line 2: park_id 'x' is not a whole number"),
        ({"park_id": ""}, "line 2: park_id '' is empty"),
        ({"park_id": "1"}, "line 2: slug 'my-park' replaces 'disney-adventure-world'"),
        ({"slug": "My Park"}, "line 2: slug 'My Park' is not in lower case"),
        ({"slug": "gardaland"}, "line 2: slug 'gardaland' belongs to park 47"),
        ({"name": ""}, "line 2: name '' is empty; fill it in"),
        ({"timezone": "Europe/Rom"}, "line 2: timezone 'Europe/Rom' is no IANA time zone; write one such as"),
        ({"latitude": "145"}, "line 2: latitude '145' is out of range; write one from -90 to 90"),
        ({"longitude": ""}, "line 2: longitude '' is not a number; write one from -180 to 180"),
        ({"longitude": "nan"}, "line 2: longitude 'nan' is out of range"),
        ({"queue_times_id": "12"}, "line 2: queue_times_id '12' belongs to park 47 .Gardaland. already"),
        ({"queue_times_id": "twelve"}, "line 2: queue_times_id 'twelve' is not a Queue-Times number"),
        ({"themeparks_wiki_id": "043211C0"}, "line 2: themeparks_wiki_id '043211C0' is not a UUID"),
        ({"primary_feed": "archive"}, "line 2: primary_feed 'archive' is not one of queue_times, themep"),
        ({"primary_feed": "themeparks_wiki"}, "line 2: primary_feed 'themeparks_wiki' does not list this"),
        ({"breakdown_signal": "open"}, "line 2: breakdown_signal 'open' is not one of down, closed"),
        ({"is_water_park": "yes"}, "line 2: is_water_park 'yes' is not one of 0, 1"),
        ({"aliases": "Magic Kingdom Park"}, "line 2: aliases 'magic kingdom park' belongs to park 11"),
    ],
)
def test_a_bad_park_line_is_refused(tmp_path: Path, cells: dict[str, str], message: str) -> None:
    with pytest.raises(InputError, match=rf"my_parks\.csv, {message}"):
        load_parks(parks_file(tmp_path, cells))


def test_two_rows_of_one_file_cannot_share_a_park_id(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="line 3: park_id '9001' is used twice"):
        load_parks(parks_file(tmp_path, {}, {"slug": "other", "name": "Other", "queue_times_id": "9998"}))


def test_users_overrides_go_before_everything(tmp_path: Path) -> None:
    file = overrides_file(tmp_path, "# our own view", "Magic Kingdom Park,SPACE MOUNTAIN,2,being rebuilt")
    decision = load_tier_book(file).classify("magic-kingdom", "Space Mountain", None)
    assert (decision.tier, decision.source, decision.reason) == (2, TierSource.OVERRIDE, "being rebuilt")


def test_overrides_may_name_a_park_of_the_users_catalogue(tmp_path: Path) -> None:
    parks = load_parks(parks_file(tmp_path, {}))
    book = load_tier_book(overrides_file(tmp_path, "Mio Parco,Big One,1,ours"), parks)
    assert book.classify("my-park", "Big One", None).tier == 1


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("magic-kingdom,Space Mountain,4,x", "line 3: tier '4' is not one of 1, 2, 3"),
        ("magic-kingdom,Space Mountain,,x", "line 3: tier '' is not one of 1, 2, 3"),
        (
            "atlantis,Space Mountain,1,x",
            "line 3: park 'atlantis' is no park of the catalogue; write its slug",
        ),
        ("magic-kingdom,,1,x", "line 3: ride '' is empty"),
        ("magic-kingdom,Space Mountain,1,", "line 3: reason '' is empty"),
        ("magic-kingdom,Fish, Two Fish,1,x", "line 3: 5 cells where 4 belong .park,ride,tier,reason.; put"),
        ("magic-kingdom,JUNGLE Cruise,1,x", "line 3: ride 'JUNGLE Cruise' has a tier for magic-kingdom"),
    ],
)
def test_a_bad_override_line_is_refused(tmp_path: Path, line: str, message: str) -> None:
    file = overrides_file(tmp_path, "magic-kingdom,Jungle Cruise,2,x", line)
    with pytest.raises(InputError, match=rf"my_overrides\.csv, {message}"):
        load_tier_book(file)


def test_a_wrong_header_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "bad.csv"
    file.write_text("park;ride;tier;reason\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"bad\.csv, line 1: columns are separated by semicolons; separate"):
        load_tier_book(file)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            "efteling,Python,rollercoaster,x",
            "line 3: type 'rollercoaster' is not one of coaster, water",
        ),
        ("efteling,Python,unknown,x", "line 3: type 'unknown' is not one of coaster"),
        ("efteling,Python,,x", "line 3: type '' is not one of coaster"),
        ("atlantis,Python,coaster,x", "line 3: park 'atlantis' is no park of the catalogue; write its slug"),
        ("efteling,,coaster,x", "line 3: ride '' is empty; fill it in"),
        ("efteling,Python,coaster,", "line 3: reason '' is empty; fill it in"),
        ("efteling,SYMBOLICA,show,x", "line 3: ride 'SYMBOLICA' has a type for efteling on an earlier line"),
    ],
)
def test_a_bad_line_of_type_overrides_is_refused(tmp_path: Path, line: str, message: str) -> None:
    file = tmp_path / "my_types.csv"
    file.write_text(f"park,ride,type,reason\nefteling,Symbolica,dark_ride,x\n{line}\n", encoding="utf-8")
    with pytest.raises(InputError, match=rf"my_types\.csv, {message}"):
        load_type_book(file)


READERS: list[tuple[Callable[[Path], object], Sequence[str]]] = [
    (load_parks, PARK_COLUMNS),
    (load_tier_book, OVERRIDE_COLUMNS),
    (load_type_book, TYPE_OVERRIDE_COLUMNS),
    (load_mapping, MAPPING_COLUMNS),
]


@pytest.mark.parametrize(("read", "columns"), READERS, ids=["catalogue", "tiers", "types", "mapping"])
def test_every_reader_names_the_missing_columns_and_no_others(
    tmp_path: Path, read: Callable[[Path], object], columns: Sequence[str]
) -> None:
    file = tmp_path / "mine.csv"

    def said(header: Sequence[str]) -> str:
        file.write_text(",".join(header) + "\n", encoding="utf-8-sig")
        with pytest.raises(InputError) as raised:
            read(file)
        return str(raised.value).removeprefix(f"{file}, line 1: ")

    assert said(columns[1:]) == f"column {columns[0]!r} missing; add it to that line"
    assert said(columns[2:]) == f"columns {columns[0]!r}, {columns[1]!r} missing; add them to that line"
    assert said([*columns[:-1], f"{columns[-1]}s"]) == (
        f"column {columns[-1]!r} missing; is '{columns[-1]}s' meant as {columns[-1]!r}?"
    )
    assert said([*columns, "note"]) == "column 'note' unknown; leave out what is not asked for"
    assert said([*columns, columns[0]]) == f"column {columns[0]!r} named twice; leave one out"


def test_columns_may_come_in_any_order(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_text("reason,tier,ride,park\nours,1,Jungle Cruise,magic-kingdom\n", encoding="utf-8")
    assert load_tier_book(file).classify("magic-kingdom", "Jungle Cruise", None).tier == 1


def test_a_nul_in_a_file_is_told_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_bytes(b"park,ride,tier,reason\nmagic-kingdom,\0,1,x\n")
    with pytest.raises(InputError, match=r"mine\.csv, line 2: there is a NUL character"):
        load_tier_book(file)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty; its first line must be 'park,ride,tier,reason'"),
        (b"park,ride\xff", "cannot be read .*; give a UTF-8 CSV file"),
    ],
)
def test_an_unreadable_file_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    file = tmp_path / "bad.csv"
    file.write_bytes(content)
    with pytest.raises(InputError, match=rf"bad\.csv: {message}"):
        load_tier_book(file)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere\.csv: cannot be read"):
        load_tier_book(tmp_path / "nowhere.csv")
