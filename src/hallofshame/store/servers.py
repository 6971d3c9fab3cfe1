"""The engine of a MariaDB or MySQL server, or of a cluster of them (docs/cluster.md)."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from typing import Any

import pymysql
from sqlalchemy import URL, Connection, Dialect, Engine, NullPool, create_engine, event
from sqlalchemy.engine import ExceptionContext

from hallofshame.store import hosts

CONNECT_SECONDS = 10
READ_SECONDS = 300
"""How long a server among several may be silent before its connection is given up: it may hang and not be
gone."""

_SQL_MODE = "STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ZERO_DATE,NO_ZERO_IN_DATE,NO_ENGINE_SUBSTITUTION"

PACKED_BYTES = 8_000_000
"""Length of one text into which a server packs rows; below every usual ``max_allowed_packet``."""

_SYNC_WAIT = 7
"""``wsrep_sync_wait``: the first statement of each transaction, whether it reads (1), changes (2) or inserts
(4), waits until this node has what was committed at any other before."""

_GALERA, _HOST = "hallofshame_galera", "hallofshame_host"

_GONE = frozenset({1047, 1053, 1290, 1836, 1927})
"""Errors after which a connection to one server among several is of no more use: it has left its cluster, is
being stopped, only reads now, or has ended the connection."""

_DEAD_AFTER = {"TCP_KEEPIDLE": 10, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 4, "TCP_USER_TIMEOUT": 30_000}
"""A machine that is gone without a word is noticed in half a minute. Seconds, the last milliseconds."""


def is_galera(connection: Connection) -> bool:
    """Whether the server of a connection is a node of a Galera cluster."""
    return bool(connection.info.get(_GALERA))


def host_of(connection: Connection) -> hosts.ClusterNode | None:
    """Which server of several a connection goes to; null where the URL names one."""
    found: hosts.ClusterNode | None = connection.info.get(_HOST)
    return found


def server_engine(url: URL, *, for_schema: bool = False) -> Engine:
    """An engine for the server or servers of ``url``.

    ``for_schema``: for changes of the schema, which are silent for as long as they copy a table.
    """
    listed = hosts.hosts_of(url)
    single = hosts.without_hosts(url)
    # Nothing leaves this machine through a Unix socket, and TLS would read all certificates per connection.
    without_tls = "unix_socket" in url.query and not any(name.startswith("ssl") for name in url.query)
    has_read_timeout = len(listed) > 1 and not for_schema and "read_timeout" not in url.query
    pool: dict[str, Any] = {"pool_size": 10, "max_overflow": 30, "pool_pre_ping": True}
    engine = create_engine(
        single,
        **({"poolclass": NullPool} if for_schema else pool),
        isolation_level="READ COMMITTED",
        hide_parameters=True,
        connect_args={
            "charset": "utf8mb4",
            "connect_timeout": CONNECT_SECONDS,
            "sql_mode": _SQL_MODE,
            "init_command": f"SET time_zone = '+00:00', group_concat_max_len = {PACKED_BYTES}",
            **({"ssl_disabled": True} if without_tls else {}),
            **({"read_timeout": READ_SECONDS} if has_read_timeout else {}),
        },
    )
    servers = hosts.Hosts(listed)

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: Dialect, record: Any, _arguments: Any, parameters: Mapping[str, Any]) -> Any:
        if len(listed) < 2:
            connection = pymysql.connect(**parameters)
            record.info[_GALERA] = _greet(connection)
            return connection
        host, connection = servers.connect(parameters, _connect_ready)
        record.info[_HOST] = host
        record.info[_GALERA] = _greet(connection)
        return connection

    if len(listed) > 1:
        event.listen(engine, "handle_error", _notice_gone)
    return engine


def _connect_ready(parameters: Mapping[str, Any]) -> pymysql.Connection[Any]:
    """A connection to a server that takes statements and writes.

    :raises pymysql.err.OperationalError: where nobody answers, or one that does not.
    """
    connection = pymysql.connect(**parameters, defer_connect=True)
    connection.connect(_open_socket(str(parameters["host"]), int(parameters["port"])))
    try:
        _require_ready(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _require_ready(connection: pymysql.Connection[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW GLOBAL VARIABLES WHERE Variable_name IN ('wsrep_on', 'read_only')")
        found = dict(cursor.fetchall())
        if found.get("wsrep_on") == "ON":
            cursor.execute("SHOW GLOBAL STATUS LIKE 'wsrep_ready'")
            found |= dict(cursor.fetchall())
    if found.get("wsrep_ready", "ON") != "ON":
        raise pymysql.err.OperationalError(
            hosts.NOT_READY, "it takes no statements while its cluster is not complete"
        )
    if found.get("read_only") == "ON":
        raise pymysql.err.OperationalError(hosts.READ_ONLY, "it is running with read_only")


def _open_socket(name: str, port: int) -> socket.socket:
    """A connection whose other end is noticed when it is gone, as the driver's own is not.

    :raises pymysql.err.OperationalError: as the driver does, where nobody answers.
    """
    try:
        found = socket.create_connection((name, port), CONNECT_SECONDS)
    except OSError as error:
        raise pymysql.err.OperationalError(
            2003, f"Can't connect to MySQL server on {name!r} ({error})"
        ) from error
    found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in _DEAD_AFTER.items():
        if hasattr(socket, option):  # which of them there are differs between systems
            found.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)
    return found


def _greet(connection: pymysql.Connection[Any]) -> bool:
    """Set a new connection up for a node of a Galera cluster; returns whether its server is one."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW SESSION VARIABLES LIKE 'wsrep_on'")
        if dict(cursor.fetchall()).get("wsrep_on") != "ON":
            return False
        cursor.execute("SET SESSION wsrep_sync_wait = %s", (_SYNC_WAIT,))
        return True


def _notice_gone(context: ExceptionContext) -> None:
    """Let the pool drop all connections to a server that has left, so that the next one goes elsewhere."""
    error = context.original_exception
    if isinstance(error, pymysql.err.Error) and error.args and error.args[0] in _GONE:
        context.is_disconnect = True
