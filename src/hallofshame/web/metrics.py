"""``/metrics``: how the system is and what it does, for Prometheus, if the settings admit who asks."""

from __future__ import annotations

import os
from collections.abc import Iterator

from flask import Blueprint, Response, current_app, request
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from werkzeug.exceptions import Forbidden

from hallofshame.domain.disks import Disk
from hallofshame.domain.problems import Condition, condition
from hallofshame.metering import FOLDER
from hallofshame.pipeline.problems import Look
from hallofshame.web.answer_context import site
from hallofshame.web.answers.health import looked_at
from hallofshame.web.rate_limits import address_of

metrics_page = Blueprint("metrics", __name__)

FORWARDED = ("X-Forwarded-For", "Forwarded", "X-Real-Ip", "Via")
"""Headers of proxies. A request with one of them comes from elsewhere, whatever machine hands it on."""


@metrics_page.get("/metrics")
def metrics() -> Response:
    """Counters of all processes of this host, and the present state of the store."""
    _refuse_strangers()
    here = site()
    with here.answer_context() as context:
        found, disks = looked_at(context)
        version = context.version
    registry = CollectorRegistry()
    if FOLDER in os.environ:
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    body = generate_latest(registry) if FOLDER in os.environ else generate_latest(REGISTRY)
    state = CollectorRegistry()
    state.register(_State(found, disks, version))
    response = current_app.response_class(body + generate_latest(state))
    response.headers["Content-Type"] = CONTENT_TYPE_LATEST
    response.headers["Cache-Control"] = "no-store"
    return response


def _refuse_strangers() -> None:
    settings = site().settings
    remote = address_of(request.remote_addr or "")
    is_admitted = remote is not None and any(remote in network for network in settings.metrics_from)
    is_everyone = any(network.prefixlen == 0 for network in settings.metrics_from)
    came_through_a_proxy = any(name in request.headers for name in FORWARDED)
    if not is_admitted or (came_through_a_proxy and not is_everyone):
        raise Forbidden("/metrics is not for this address; HALLOFSHAME_METRICS_FROM says for which it is")


class _State(Collector):
    """The present state of the store as gauges; few, whatever the number of parks."""

    def __init__(self, found: Look, disks: list[Disk], version: int) -> None:
        self._found = found
        self._disks = disks
        self._version = version

    def collect(self) -> Iterator[Metric]:
        """Every gauge."""
        found, state = self._found, self._found.state
        now = condition(found.problems)
        yield _by(
            "condition",
            "1 for the condition that the system is in.",
            "condition",
            {each.value: float(each is now) for each in Condition},
        )
        yield _one("problems", "Problems there are.", len(found.problems))
        if state.last_cycle_at is not None:
            yield _one(
                "data_age_seconds", "Age of the last cycle with readings.", found.now - state.last_cycle_at
            )
        yield _one("data_version", "Moves with every change of the data.", self._version)
        yield _one("open_parks", "Parks that are open, or were when last seen.", found.open_parks)
        yield _one("dirty_park_days", "Park-days that wait for their roll-up.", state.dirty_park_days)
        waited = 0 if state.oldest_mark_at is None else found.now - state.oldest_mark_at
        yield _one("dirty_oldest_seconds", "How long the first of them has waited.", waited)
        if found.sealed_until is not None:
            yield _one("sealed_until_timestamp_seconds", "End of the last sealed day.", found.sealed_until)
        feeds = {feed.feed.slug: feed for feed in found.feeds}
        yield _by(
            "feed_failing",
            "1 where over half of a feed's parks got nothing in the latest cycle.",
            "feed",
            {slug: float(feed.is_silent) for slug, feed in feeds.items()},
        )
        yield _by(
            "feed_parks_failed",
            "Parks that got nothing from a feed in the latest cycle.",
            "feed",
            {slug: float(feed.failed) for slug, feed in feeds.items()},
        )
        yield _by(
            "disk_free_bytes",
            "Room on a disk of ours.",
            "holds",
            {" and ".join(disk.holds): float(disk.free_bytes) for disk in self._disks},
        )
        yield _by(
            "job_failures",
            "Runs of a job that ended badly since its last success.",
            "job",
            {job.job_type: float(job.failures) for job in found.jobs},
        )
        yield _by(
            "job_last_success_timestamp_seconds",
            "When the last run that succeeded began.",
            "job",
            {
                job.job_type: float(job.last_success_at)
                for job in found.jobs
                if job.last_success_at is not None
            },
        )


def _one(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(f"hallofshame_{name}", meaning, value=value)


def _by(name: str, meaning: str, label: str, values: dict[str, float]) -> Metric:
    family = GaugeMetricFamily(f"hallofshame_{name}", meaning, labels=[label])
    for text, value in values.items():
        family.add_metric([text], value)
    return family
