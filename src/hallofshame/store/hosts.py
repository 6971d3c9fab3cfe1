"""Several servers of one database: how a URL names them, and how one is found that takes statements.

The servers are those of one cluster. A process stays with the one it reached last, since its pooled
connections then see what each other wrote without waiting; when that one fails, the others are tried in the
order of the URL.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pymysql
from sqlalchemy import URL, make_url

from hallofshame.domain.errors import StoreError

DEFAULT_PORT = 3306

NOT_READY = 1047
"""MariaDB's number for a node that takes no statements: its cluster is not complete, or it is joining."""

READ_ONLY = 1290

_LISTED = re.compile(
    r"(?P<head>(?:mysql|mariadb)(?:\+\w+)?://(?:[^@]*@)?)(?P<hosts>[^/?@]*,[^/?@]*)(?P<rest>(?:/[^@?]*)?(?:\?.*)?)"
)
_HOST = re.compile(r"(?:\[(?P<v6>[0-9A-Fa-f:.%]+)\]|(?P<name>[^\s:\[\]]+))(?::(?P<port>\d{1,5}))?")
_HOSTS = "host"
"""Where SQLAlchemy's own form of several hosts has them: ``?host=db1:3306&host=db2:3306``."""

Connect = Callable[[Mapping[str, Any]], Any]


@dataclass(frozen=True, slots=True)
class ClusterNode:
    """One server of a cluster."""

    name: str
    port: int = DEFAULT_PORT

    def __str__(self) -> str:
        name = f"[{self.name}]" if ":" in self.name else self.name
        return name if self.port == DEFAULT_PORT else f"{name}:{self.port}"


def parse_url(text: str) -> URL:
    """``make_url`` that also takes several hosts: ``mysql+pymysql://user:password@db1,db2:3307/name``.

    :raises ValueError: for a port that is no number.
    :raises sqlalchemy.exc.ArgumentError: for what is no URL.
    :raises StoreError: for a list of hosts that cannot be read.
    """
    listed = _LISTED.fullmatch(text)
    if listed is None:
        return make_url(text)
    hosts = [str(_host(one)) for one in listed["hosts"].split(",")]
    if len(set(hosts)) < len(hosts):
        raise StoreError(f"the hosts {', '.join(hosts)} of the database URL repeat; name each once")
    return make_url(listed["head"] + listed["rest"]).update_query_dict({_HOSTS: hosts})


def hosts_of(url: URL) -> tuple[ClusterNode, ...]:
    """The servers that a URL lists; none where it names a single one.

    :raises StoreError: for one that cannot be read.
    """
    listed = url.query.get(_HOSTS, ())
    return tuple(map(_host, (listed,) if isinstance(listed, str) else listed))


def without_hosts(url: URL, host: ClusterNode | None = None) -> URL:
    """The URL with one of its servers alone, the first unless told."""
    hosts = hosts_of(url)
    if not hosts:
        return url
    chosen = host or hosts[0]
    return url.difference_update_query([_HOSTS]).set(host=chosen.name, port=chosen.port)


def shown(url: URL) -> str:
    """The URL as it is written in the settings, its password masked."""
    hosts = hosts_of(url)
    if len(hosts) < 2:
        return url.render_as_string(hide_password=True)
    text = url.difference_update_query([_HOSTS]).set(host="hosts", port=None).render_as_string()
    head, _, tail = text.rpartition("hosts/")
    return f"{head}{','.join(map(str, hosts))}/{tail}"


def _host(text: str) -> ClusterNode:
    found = _HOST.fullmatch(text.strip())
    if found is None or not 0 < int(found["port"] or DEFAULT_PORT) < 65536:
        raise StoreError(
            f"cannot read the host {text.strip()!r} of the database URL; write several as "
            "mysql+pymysql://user:password@db1,db2,db3:3307/name"
        )
    return ClusterNode(found["v6"] or found["name"], int(found["port"] or DEFAULT_PORT))


class Hosts:
    """The servers of one cluster for one process; threads may share it."""

    def __init__(self, hosts: tuple[ClusterNode, ...]) -> None:
        self._hosts = hosts
        self._lock = threading.Lock()
        self._current = 0

    def connect(self, parameters: Mapping[str, Any], connect: Connect) -> tuple[ClusterNode, Any]:
        """A connection to the server reached last or, where that one fails, to the next that does not.

        :param connect: opens a connection with the driver's ``parameters``; raises its errors.
        :raises pymysql.err.OperationalError: the last server's, with what each of them said.
        """
        with self._lock:
            first = self._current
        failures: list[tuple[ClusterNode, pymysql.err.Error]] = []
        for number in (*range(first, len(self._hosts)), *range(first)):
            host = self._hosts[number]
            try:
                connection = connect({**parameters, "host": host.name, "port": host.port})
            except pymysql.err.Error as error:
                failures.append((host, error))
                continue
            with self._lock:
                self._current = number
            return host, connection
        last = failures[-1][1]
        said = "; ".join(f"{host}: {error.args[-1]}" for host, error in failures)
        raise pymysql.err.OperationalError(last.args[0], said) from last
