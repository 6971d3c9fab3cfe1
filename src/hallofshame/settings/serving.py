"""Settings of the web server, its addresses and its caches."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

from pydantic import field_validator

from hallofshame.domain.hosts import LOOPBACK_HOSTS, LOOPBACK_NETWORKS, Network, host_name, network
from hallofshame.settings.fields import BaseAddress, Group, Listed, setting


class ServingSettings(Group):
    """How the site is served."""

    host: str = setting("127.0.0.1", "Address to serve on; `0.0.0.0` serves the whole network.", "an address")
    port: int = setting(
        8000, "Port to serve on; 0 takes any free one.", "a whole number from 0 to 65535", ge=0, le=65535
    )
    public_url: BaseAddress | None = setting(
        None,
        "Where the world finds the site, for links in feeds and cards. "
        "Unset: as each request says, if its host is allowed.",
        "an address with http:// or https:// and a host, without blanks, ? or #",
    )
    allowed_hosts: Listed = setting(
        (),
        "Hosts that links may name while no public URL is set; under others they are relative. "
        "Unset: this machine's own, and the address served on.",
        "host names or addresses with commas between them, without ports",
    )
    web_workers: int = setting(
        2, "Processes that answer requests.", "a whole number from 1 to 64", ge=1, le=64
    )
    web_threads: int = setting(
        8,
        "Requests answered at the same time by each of these processes.",
        "a whole number from 4 to 256",
        ge=4,
        le=256,
    )
    web_connections: int | None = setting(
        None,
        "Connections that each of them holds open, idle ones included; further ones wait. "
        "Unset: as many as it may have descriptors, less those it needs itself.",
        "a whole number from 16 to 65536",
        ge=16,
        le=65536,
    )
    web_idle_seconds: int = setting(
        15,
        "Longest time for the head of a request to arrive, counted from the connection or the answer before; "
        "so long is an idle connection kept.",
        "whole seconds from 1 to 300",
        ge=1,
        le=300,
    )
    web_stalled_seconds: int = setting(
        30,
        "Longest time that a reader may take nothing of an answer before the connection is closed.",
        "whole seconds from 1 to 300",
        ge=1,
        le=300,
    )
    web_requests_per_minute: int = setting(
        600,
        "How often one client may ask each of these processes, or with Redis all together, scripts and "
        "pictures not counted; 0: no limit for anybody. Clients on this machine have none.",
        "a whole number from 0 to 1000000",
        ge=0,
        le=1_000_000,
    )
    web_statement_seconds: int = setting(
        30,
        "Longest time that one query of an answer may take; it is then ended and the answer refused.",
        "whole seconds from 1 to 300",
        ge=1,
        le=300,
    )
    web_key_requests_per_minute: int = setting(
        6000,
        "How often one who sends a key for reading (`hallofshame keys create NAME --scope read`) may ask; "
        "0: no limit.",
        "a whole number from 0 to 1000000",
        ge=0,
        le=1_000_000,
    )
    web_redis_url: str | None = setting(
        None,
        "Redis in which requests are counted for all processes and hosts together; where it is away, each "
        "process counts by itself. Unset: each does. Needs `pip install 'hallofshame[redis]'`.",
        "`redis://:password@host:6379/0`, `rediss://…` or `redis+unix:///path`",
        repr=False,
    )
    web_proxies: Listed = setting(
        (),
        "Proxies in front of the site, whose `X-Forwarded-For` names the client; nobody else's is believed.",
        "addresses or networks with commas between them, such as `127.0.0.1, 10.0.0.0/8`",
    )
    metrics_from: Listed = setting(
        (),
        "Who may read `/metrics`; not through a proxy, except where everybody may (`0.0.0.0/0, ::/0`). "
        "Unset: this machine. `nobody`: it is closed.",
        "addresses or networks with commas between them, or `nobody`",
    )
    web_max_age_seconds: int = setting(
        60,
        "How long browsers and proxies may keep an answer without asking again.",
        "whole seconds from 0 to 3600",
        ge=0,
        le=3600,
    )
    web_cache_megabytes: int = setting(
        64,
        "Memory for ready answers, in each of these processes.",
        "a whole number from 1 to 65536",
        ge=1,
        le=65536,
    )

    @field_validator("web_redis_url")
    @classmethod
    def _redis(cls, value: str | None) -> str | None:
        if value is not None:
            parts = urlsplit(value)
            is_place = parts.path if parts.scheme == "redis+unix" else parts.hostname
            if parts.scheme not in ("redis", "rediss", "redis+unix") or not is_place:
                raise ValueError("no address of Redis")
        return value

    @field_validator("allowed_hosts")
    @classmethod
    def _hosts(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(host_name(host) for host in value)

    @field_validator("web_proxies")
    @classmethod
    def _proxies(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(str(network(text)) for text in value)

    @field_validator("metrics_from")
    @classmethod
    def _readers(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return value if value == ("nobody",) else tuple(str(network(text)) for text in value)

    @property
    def metrics_networks(self) -> tuple[Network, ...]:
        """:attr:`metrics_from` as networks, the default filled in; none for nobody."""
        if self.metrics_from == ("nobody",):
            return ()
        return tuple(map(network, self.metrics_from)) or LOOPBACK_NETWORKS

    @property
    def proxy_networks(self) -> tuple[Network, ...]:
        """:attr:`web_proxies` as networks."""
        return tuple(map(network, self.web_proxies))

    @property
    def site_hosts(self) -> frozenset[str]:
        """:attr:`allowed_hosts`, the default filled in: the names of this machine."""
        served_on = {self.host, f"[{self.host}]", socket.gethostname()}
        own = LOOPBACK_HOSTS | {name.lower() for name in served_on}
        return frozenset(self.allowed_hosts) or own
