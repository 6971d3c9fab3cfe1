"""The package for Home Assistant is YAML that Home Assistant takes, and reads fields that the API has."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from flask import Flask
from jinja2 import StrictUndefined
from jinja2.sandbox import SandboxedEnvironment
from pydantic import TypeAdapter

from hallofshame.domain.following import News
from hallofshame.news_texts import RideInPark, webhook_body
from hallofshame.store.news import Item
from hallofshame.web.answers.following import WebhookBody
from web.conftest import _read_app  # noqa: F401 - a fixture

FILE = Path(__file__).parents[2] / "docs" / "home-assistant.yaml"
PACKAGE: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
SOURCES: list[dict[str, Any]] = PACKAGE["rest"]
SENSORS = [
    (source["resource"], kind, sensor)
    for source in SOURCES
    for kind in ("sensor", "binary_sensor")
    for sensor in source.get(kind, ())
]
TEMPLATES = SandboxedEnvironment(undefined=StrictUndefined)
PLACE = RideInPark(1, "gardaland", "Gardaland", "Europe/Rome", 11, "raptor", "Raptor")


def answer(app: Flask, resource: str) -> Any:
    parts = urlsplit(resource)
    assert parts.netloc == "hall.example"
    found = app.test_client().get(f"{parts.path}?{parts.query}")
    assert found.status_code == 200, resource
    return found.get_json()


def test_every_sensor_is_told_apart() -> None:
    ids = [sensor["unique_id"] for _, _, sensor in SENSORS]
    assert len(ids) == len(set(ids)) >= 8
    assert all(source["scan_interval"] >= 300 for source in SOURCES)


@pytest.mark.parametrize(
    ("resource", "kind", "sensor"), SENSORS, ids=[one[2]["unique_id"] for one in SENSORS]
)
def test_each_sensor_reads_fields_that_the_api_has(
    _read_app: Flask,  # noqa: F811
    resource: str,
    kind: str,
    sensor: dict[str, Any],
) -> None:
    body = answer(_read_app, resource)
    shown = TEMPLATES.from_string(sensor["value_template"]).render(value_json=body)
    if kind == "binary_sensor":
        assert shown in ("True", "False")
    elif "state_class" in sensor:
        assert float(shown) >= 0
    else:
        assert shown in ("operating", "down", "closed", "refurbishment", "unknown")
    if "json_attributes" in sensor:
        assert sensor["json_attributes_path"] == "$.data.summary"
        assert set(sensor["json_attributes"]) <= set(body["data"]["summary"])


@pytest.mark.parametrize("news", [News.DOWN, News.REOPENED, News.WAIT])
def test_the_automation_reads_fields_that_a_webhook_has(news: News) -> None:
    wait = None if news is News.DOWN else 15
    item = Item(1, news, 1, 11, 1_787_000_000, wait, 40 if news is News.WAIT else None)
    body = webhook_body(item, {11: PLACE}, "https://hall.example", demonstration=False)
    TypeAdapter(WebhookBody).validate_python(body, strict=True)
    [automation] = PACKAGE["automation"]
    trigger = {"json": body}
    [condition] = automation["condition"]
    assert TEMPLATES.from_string(condition["value_template"]).render(trigger=trigger) == "True"
    data = automation["action"][0]["data"]
    words = [TEMPLATES.from_string(data[part]).render(trigger=trigger) for part in ("title", "message")]
    assert words[0] == "Raptor"
    assert "at Gardaland" in words[1]
    assert ("15 min" in words[1]) == (wait is not None)
