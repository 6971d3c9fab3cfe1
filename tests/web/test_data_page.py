"""The page about the data: the orders of its table, its downloads, the source of each day."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from hallofshame.web.answers.downloads import DATA_SETS
from hallofshame.web.pages.data import DATASETS, ORDERS, in_order

ROWS = [
    {"park_name": "beta", "days_recorded": 3, "coverage_percent": None, "first_day": None},
    {"park_name": "Alpha", "days_recorded": 3, "coverage_percent": 90.0, "first_day": "2026-08-02"},
    {"park_name": "gamma", "days_recorded": 9, "coverage_percent": 70.0, "first_day": "2026-07-02"},
]


@pytest.mark.parametrize(
    ("sort", "names"),
    [
        ("name", "Alpha beta gamma"),
        ("days", "gamma Alpha beta"),
        ("watched", "gamma Alpha beta"),
        ("first", "gamma Alpha beta"),
    ],
)
def test_rows_without_a_value_come_last_and_equals_by_name(sort: str, names: str) -> None:
    assert [row["park_name"] for row in in_order(ROWS, sort)] == names.split()


def test_every_data_set_has_a_name() -> None:
    assert set(DATASETS) == set(DATA_SETS)


@pytest.mark.parametrize("sort", ORDERS)
def test_every_order_is_a_heading_that_says_so(client: FlaskClient, sort: str) -> None:
    text = client.get(f"/data?sort={sort}&country=Italy").text
    [heading] = re.findall(r"<th[^>]*aria-sort[^>]*>.*?</th>", text)
    assert f"sort={sort}" in heading
    assert "country=Italy" in heading


def test_an_unknown_order_or_data_set_is_refused_by_name(client: FlaskClient) -> None:
    for query, name in (("sort=size", "sort"), ("files=secrets", "files")):
        answer = client.get(f"/data?{query}")
        assert answer.status_code == 400
        assert name in answer.text


def test_the_share_of_the_fallback_and_each_days_source_are_shown(client: FlaskClient) -> None:
    rows = {row["park_slug"]: row for row in client.get("/api/coverage").get_json()["data"]}
    assert rows["gardaland"]["fallback_percent"] == 0.0
    text = client.get("/data?park=gardaland").text
    days = client.get("/api/parks/gardaland/details?period=30days").get_json()["data"]["chart_data"]
    judged = [day for day in days if day.get("feed")]
    assert judged
    section = text[text.index('id="days-title"') : text.index('id="downloads"')]
    assert section.count('<tr><th scope="row">') == len(judged)


def test_parquet_comes_with_a_line_for_polars_and_one_for_duckdb(client: FlaskClient) -> None:
    text = client.get("/data").text
    assert "pl.read_parquet(&#34;http://localhost/api/downloads/park-days-" in text
    assert "SELECT * FROM &#39;http://localhost/api/downloads/park-days-" in text
    assert "format=excel" in text
