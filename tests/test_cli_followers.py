"""``followers`` and ``webhooks`` on the command line."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Connection, select

from hallofshame.cli import cli
from hallofshame.domain.following import Asked, News, ObservedChange
from hallofshame.store import following, news
from hallofshame.store.models import Ride
from support.installations import gardaland
from support.push_service import PushService, push_service

pytestmark = pytest.mark.enable_socket


@pytest.fixture(scope="module")
def service() -> Iterator[PushService]:
    with push_service() as running:
        yield running


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("followers")
    with gardaland(made) as parts:
        parts.collector.cycle()
    return made


def run(folder: Path, *arguments: str) -> Result:
    environment = {"HALLOFSHAME_DATA": str(folder), "HALLOFSHAME_WEBHOOK_PRIVATE": "true"}
    return CliRunner().invoke(cli, arguments, env=environment)


def test_a_webhook_is_added_tried_listed_and_removed(folder: Path, service: PushService) -> None:
    url = f"{service.origin}/secret-path"
    made = run(
        folder, "webhooks", "add", "home", url, "--park", "gardaland", "--event", "wait", "--wait", "20"
    )
    assert made.exit_code == 0, made.output
    assert made.stdout.startswith("whsec_")
    assert len(made.stdout.splitlines()) == 1
    tried = run(folder, "webhooks", "test", "home")
    assert tried.output.strip() == "home took it: answered 201"
    [sent] = service.received
    assert json.loads(sent.body)["event"] == "test"
    listed = run(folder, "webhooks", "list")
    assert "home" in listed.output
    assert "secret-path" not in listed.output
    [row] = json.loads(run(folder, "webhooks", "list", "--json").stdout)
    assert (row["events"], row["wait_minutes"], row["failures"]) == (["wait"], 20, 0)
    service.status = 500
    failed = run(folder, "webhooks", "test", "home")
    assert (failed.exit_code, failed.output.strip()) == (1, "Error: home did not take it: answered 500")
    service.forget()
    assert run(folder, "webhooks", "remove", "home").output.strip() == "removed home"
    assert run(folder, "webhooks", "remove", "home").exit_code == 2


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--park", "nowhere"), "there is no park 'nowhere'"),
        (("--ride", "999"), "there is no ride 999"),
        (("--event", "wait"), "the event wait takes wait_minutes"),
    ],
)
def test_what_cannot_be_a_webhook_is_refused(folder: Path, more: tuple[str, ...], said: str) -> None:
    refused = run(folder, "webhooks", "add", "x", "https://hook.example/x", *more)
    assert refused.exit_code == 2
    assert said in refused.output


def test_what_waits_is_delivered_once_and_followers_are_counted(folder: Path, service: PushService) -> None:
    service.forget()
    run(folder, "webhooks", "add", "here", f"{service.origin}/here")
    with gardaland(folder) as parts:
        now = int(time.time())

        def work(connection: Connection) -> None:
            made, _ = following.subscribe(connection, "https://push.example/one", "k", "a", 9, now)
            ride = next(iter(following_rides(connection)))
            following.follow(connection, made.subscription_id, Asked(ride[0], ride[1], True, True, None))
            everybody = [
                one for one in news.followers(connection, [ride[0]]) if one.channel.value == "webhook"
            ]
            news.note(connection, [ObservedChange(News.DOWN, *ride, now)], everybody, now)

        parts.database.run(work)
    sent = run(folder, "followers", "deliver")
    assert sent.output.strip().endswith("1 message delivered, 0 tried again later, 0 refused, 0 too old")
    assert len(service.of("/here")) == 1
    assert "0 messages delivered" in run(folder, "followers", "deliver").output
    listed = json.loads(run(folder, "followers", "list", "--json").stdout)
    assert listed["browsers"] == 1
    assert listed["follows"][0]["park"] == "Gardaland"
    assert listed["messages"] == {"webhook delivered": 1}
    assert (
        "1 browser; messages of the last week: 1 webhook delivered" in run(folder, "followers", "list").output
    )


def following_rides(connection: Connection) -> list[tuple[int, int]]:
    """Park and number of the rides that there are."""
    return [(row[0], row[1]) for row in connection.execute(select(Ride.park_id, Ride.ride_id))]
