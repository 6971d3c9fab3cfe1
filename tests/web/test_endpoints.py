"""What the declaration of an endpoint promises holds for all of them: types, CSV, OpenAPI."""

from __future__ import annotations

import csv
import io
from typing import Any
from urllib.parse import parse_qsl

import pytest
from flask import Blueprint, Flask
from flask.testing import FlaskClient
from openapi_spec_validator import validate
from pydantic import TypeAdapter

from hallofshame.web import endpoints
from hallofshame.web.admin.declared import declared_admin
from hallofshame.web.answer_context import AnswerContext, site
from hallofshame.web.csv_answers import ATTRIBUTION_COLUMN, rows_of
from hallofshame.web.endpoints import declared
from hallofshame.web.parameters.asked import Parameters
from hallofshame.web.posts import declared_posts
from web.paths import ENDPOINTS, JSON_RULES, PERIOD_RULES, address

NOT_DECLARED = {"/api/openapi.json", "/api/docs", "/api/docs/shapes"}


def checked(client: FlaskClient, rule: str, **query: str) -> dict[str, Any]:
    """The answer, checked against the declared type of its data."""
    response = client.get(address(rule, **query))
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.get_json()
    TypeAdapter(ENDPOINTS[rule].answers).validate_json(response_data(body), strict=True)
    return body


def response_data(body: dict[str, Any]) -> bytes:
    """``data`` as JSON again."""
    return TypeAdapter(Any).dump_json(body["data"])


def test_every_address_under_api_is_declared(app: Flask) -> None:
    rules = {str(rule) for rule in app.url_map.iter_rules() if str(rule).startswith("/api")}
    known = {str(rule) for found in (declared, declared_admin, declared_posts) for rule, _ in found(app)}
    assert rules - known == NOT_DECLARED


@pytest.mark.parametrize("rule", JSON_RULES)
def test_answers_have_the_declared_type(client: FlaskClient, rule: str) -> None:
    checked(client, rule)


@pytest.mark.parametrize("period", ["live", "yesterday", "7days", "30days", "this_year", "last_month"])
@pytest.mark.parametrize("rule", PERIOD_RULES)
def test_answers_have_the_declared_type_for_every_period(client: FlaskClient, rule: str, period: str) -> None:
    response = client.get(address(rule, period=period))
    if period == "live" and response.status_code == 400:
        assert response.get_json()["error"]["parameter"] == "period"
    else:
        checked(client, rule, period=period)


@pytest.mark.parametrize("rule", JSON_RULES)
def test_every_table_is_there_as_csv_with_the_same_values(client: FlaskClient, rule: str) -> None:
    body = client.get(address(rule)).get_json()
    tables = ENDPOINTS[rule].tables
    for table in tables:
        chosen = {"table": table} if len(tables) > 1 else {}
        response = client.get(address(rule, format="csv", **chosen))
        assert response.content_type == "text/csv; charset=utf-8"
        rows = list(csv.DictReader(io.StringIO(response.text)))
        expected = rows_of(body, table)
        assert len(rows) == len(expected)
        header = response.text.splitlines()[0].split(",")
        assert header[-1] == ATTRIBUTION_COLUMN
        assert len(header) == len(set(header)) > 1
        for row, wanted in zip(rows, expected, strict=True):
            assert "https://queue-times.com/" in row[ATTRIBUTION_COLUMN]
            for name, value in wanted.items():
                if not isinstance(value, dict | list) and name in row:
                    said = str(value).lower() if isinstance(value, bool) else value
                    assert row[name] == ("" if said is None else str(said)), name
            own = {name.removeprefix(f"{table}.") for name in tables if name.startswith(f"{table}.")}
            missing = {name for name, value in wanted.items() if not isinstance(value, dict)} - set(row)
            assert missing <= own | {name for name, value in wanted.items() if value is None}


def header(client: FlaskClient, address: str) -> list[str]:
    """The first line of a CSV answer."""
    response = client.get(address)
    assert response.status_code == 200, response.text
    return next(csv.reader(io.StringIO(response.text)))


@pytest.mark.parametrize("rule", JSON_RULES)
def test_no_cell_of_a_table_holds_a_list(client: FlaskClient, rule: str) -> None:
    tables = ENDPOINTS[rule].tables
    for table in tables:
        chosen = {"table": table} if len(tables) > 1 else {}
        text = client.get(address(rule, format="csv", **chosen)).text
        cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
        assert not [cell for cell in cells if cell.startswith(("[", "{"))], table


@pytest.mark.parametrize(
    ("kind", "own", "other"),
    [("parks=1,5", "shame_score", "ride_id"), ("rides=11,12", "ride_id", "rides_eligible")],
)
def test_compared_rows_have_the_columns_of_their_kind_alone(
    client: FlaskClient, kind: str, own: str, other: str
) -> None:
    alone = header(client, f"/api/compare?{kind}&format=csv")
    both = header(client, f"/api/compare?{kind}&against=previous&format=csv")
    assert alone == both, "with nothing to compare with, its columns are empty"
    for which in ("first", "second"):
        assert f"{which}.{own}" in both
        assert f"{which}.{other}" not in both
    assert both[0] == "id"
    assert both[-2] == "change.average_wait_minutes"


def test_lists_inside_rows_are_tables_with_the_row_before_each_item(client: FlaskClient) -> None:
    answer = client.get("/api/parks/sparklines").get_json()["data"]
    rows = list(csv.DictReader(io.StringIO(client.get("/api/parks/sparklines?format=csv").text)))
    assert [(row["park_id"], row["days"], row["values"]) for row in rows] == [
        (str(park["park_id"]), day, "" if value is None else str(value))
        for park in answer
        for day, value in zip(park["days"], park["values"], strict=True)
    ]
    segments = header(client, "/api/parks/1/timeline?format=csv")
    assert segments[0] == "rides.ride_id"
    names = ["start", "end", "status", "counts_as_down", "not_counted", "in_window", "wait_minutes"]
    assert segments[-8:-1] == names
    shares = header(client, "/api/parks/1/details?format=csv&table=score_explained.rides")
    assert shares[:2] == ["score_explained.formula", "score_explained.unit"]
    assert "score_explained.rides" not in shares


def test_an_empty_table_has_the_same_header(client: FlaskClient) -> None:
    for path in ("/api/awards", "/api/parks/1/details", "/api/coverage"):
        for table in ENDPOINTS[path.replace("/1/", "/<park>/")].tables:
            whole = header(client, f"{path}?format=csv&table={table}")
            if path == "/api/awards":
                empty = header(client, f"{path}?format=csv&table={table}&year=2001")
            elif path == "/api/coverage":
                empty = header(client, f"{path}?format=csv&table={table}&limit=1&offset=900")
            else:
                empty = header(client, f"{path}?format=csv&table={table}&year=2001")
            if table != "categories.winners":
                assert empty == whole
            assert set(whole) <= set(empty)


def test_a_table_is_no_choice_of_json(client: FlaskClient) -> None:
    error = client.get("/api/parks/1/details?table=rides").get_json()["error"]
    assert error["parameter"] == "table"
    error = client.get("/api/parks/1/details?table=horses&format=csv").get_json()["error"]
    assert "rides, summary" in error["message"]


@pytest.mark.slow
def test_the_description_is_valid_openapi_and_complete(app: Flask, client: FlaskClient) -> None:
    spec = client.get("/api/openapi.json").get_json()
    validate(spec)
    assert spec["openapi"].startswith("3.1")
    assert len(spec["paths"]) == len(ENDPOINTS) + len(list(declared_admin(app))) + len(
        list(declared_posts(app))
    )
    ids = [operation["operationId"] for path in spec["paths"].values() for operation in path.values()]
    assert len(ids) == len(set(ids))


def test_the_readable_page_names_every_path_and_parameter(client: FlaskClient) -> None:
    page = client.get("/api/docs").text
    spec = client.get("/api/openapi.json").get_json()
    for path, operations in spec["paths"].items():
        assert f"<code>{path}</code>" in page
        for parameter in (one for operation in operations.values() for one in operation["parameters"]):
            assert f"<code>{parameter['name']}</code>" in page


@pytest.mark.parametrize("rule", JSON_RULES)
def test_a_page_gets_the_very_body_of_the_api(app: Flask, client: FlaskClient, rule: str) -> None:
    answered = client.get(address(rule)).get_json()
    path, _, _query = address(rule).partition("?")
    with app.test_request_context("/"), site(app).answer_context() as context:
        query = dict(parse_qsl(_query))
        assert endpoints.body(context, path, query) == answered


@pytest.mark.parametrize("rule", JSON_RULES)
def test_the_envelope_says_what_is_described(client: FlaskClient, rule: str) -> None:
    always = {"success", "data", "data_as_of", "metrics_version", "demonstration", "attribution"}
    body = client.get(address(rule)).get_json()
    said = {*ENDPOINTS[rule].says}
    assert set(body) - always <= said
    assert said - set(body) <= {"coverage"}


def test_an_endpoint_that_answers_json_has_to_say_of_what_type() -> None:
    def silent(context: AnswerContext, asked: Parameters) -> dict[str, int]:
        return {}

    with pytest.raises(TypeError, match="/api/silent answers JSON; let silent say that it returns Answer"):
        endpoints.endpoint(Blueprint("api_silent", __name__, url_prefix="/api"), "/silent")(silent)
