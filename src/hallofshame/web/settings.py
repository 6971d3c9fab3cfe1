"""What the web part may be told; the command line fills it from the project's settings."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from hallofshame.domain.hosts import LOOPBACK_HOSTS, LOOPBACK_NETWORKS, Network
from hallofshame.domain.push_services import PushServices
from hallofshame.domain.retention import Retention
from hallofshame.domain.rules import hold_seconds
from hallofshame.domain.storage import StorageLimits
from hallofshame.sponsor import Sponsor

if TYPE_CHECKING:
    from hallofshame.store.history.shelves import HistoryPlace


@dataclass(frozen=True, slots=True)
class WebSettings:
    """Limits of the web part.

    ``cadence_seconds``: how often parks are collected; a live state older than three of these is no data.
    ``max_age_seconds``: how long browsers and proxies may keep an answer without asking again.
    ``cache_entries``, ``cache_bytes``: bounds of the ready answers kept in memory.
    ``version_seconds``: how long the version of the data stands before the store is asked for it again; with
    0 it is asked for every answer.
    ``requests_per_minute``: how often one client may ask; 0 sets no limit.
    ``key_requests_per_minute``: how often one who sends a key for reading may ask; 0 sets no limit.
    ``redis_url``: where requests are counted for several workers and hosts; null counts in each by itself.
    ``proxies``: networks of our own proxies, whose ``X-Forwarded-For`` names the client.
    ``public_url``: where the world finds the site; null takes the address of each request, if its host is one
    of the ``allowed_hosts`` (in the form of :func:`hallofshame.domain.hosts.host_name`).
    ``demonstration``: the data is that of recordings, and every answer has to say so.
    ``preparing_file``: while it is there, the site says how far the preparation is, and nothing else.
    ``sponsor``: whom every page names at its foot, with a picture.
    ``history``: where the history files stand; without one, only what SQL holds is read and offered.
    ``import_folders``: places that imports started over the network may read.
    ``retention``, ``storage_limits``: how long rows stay, and when the storage is a problem.
    ``push_browsers``: how many browsers may follow; ``push_services``: where their messages may go;
    ``webhook_private``: whether webhooks may lie in private networks.
    ``metrics_from``: networks that may read ``/metrics``.
    ``memo_entries``, ``memo_rows``: bounds of the intermediate tables kept in memory; a row of them takes a
    few hundred bytes.
    """

    cadence_seconds: int = 300
    public_url: str | None = None
    allowed_hosts: frozenset[str] = LOOPBACK_HOSTS
    max_age_seconds: int = 60
    version_seconds: float = 0.0
    requests_per_minute: int = 0
    key_requests_per_minute: int = 0
    redis_url: str | None = field(default=None, repr=False)
    proxies: tuple[Network, ...] = ()
    cache_entries: int = 2_000
    cache_bytes: int = 64 * 1024 * 1024
    memo_entries: int = 256
    memo_rows: int = 120_000
    demonstration: bool = False
    preparing_file: Path | None = None
    sponsor: Sponsor | None = None
    history: HistoryPlace | None = None
    import_folders: tuple[str, ...] = ()
    retention: Retention = field(default_factory=Retention)
    metrics_from: tuple[Network, ...] = LOOPBACK_NETWORKS
    push_browsers: int = 5000
    push_services: PushServices = field(default_factory=PushServices)
    webhook_private: bool = False
    storage_limits: StorageLimits = field(default_factory=StorageLimits)

    @property
    def live_hold_seconds(self) -> int:
        """How long an observation stands for "now" (R3)."""
        return hold_seconds(self.cadence_seconds)
