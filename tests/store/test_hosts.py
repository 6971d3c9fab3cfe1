"""A database URL with several hosts, and which of them a process uses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pymysql
import pytest

from hallofshame.domain.errors import StoreError
from hallofshame.store.database import Database
from hallofshame.store.hosts import ClusterNode, Hosts, hosts_of, parse_url, shown, without_hosts

NAMED = "mysql+pymysql://hall:secret%20word@db1,db2:3307,[::1]:3308/rides"
DB1, DB2, SIX = ClusterNode("db1"), ClusterNode("db2", 3307), ClusterNode("::1", 3308)


@pytest.mark.parametrize(
    "text", [NAMED, "mysql+pymysql://hall:secret%20word@/rides?host=db1&host=db2:3307&host=[::1]:3308"]
)
def test_several_hosts_are_read_in_both_forms_and_shown_as_in_the_settings(text: str) -> None:
    url = parse_url(text)
    assert hosts_of(url) == (DB1, DB2, SIX)
    assert (url.username, url.password, url.database) == ("hall", "secret word", "rides")
    single = without_hosts(url)
    assert (single.host, single.port, dict(single.query)) == ("db1", 3306, {})
    assert shown(url) == "mysql+pymysql://hall:***@db1,db2:3307,[::1]:3308/rides"
    assert Database(text).url == shown(url)


@pytest.mark.parametrize(
    "text",
    [
        "mysql+pymysql://hall:word@db1:3307/rides",
        "mysql+pymysql://hall:a,b@db1/rides",
        "sqlite:///a,b.db",
        "mysql+pymysql://root@localhost/rides?unix_socket=/tmp/a,b",
    ],
)
def test_a_url_of_one_host_stays_what_it_was(text: str) -> None:
    assert hosts_of(parse_url(text)) == ()
    assert without_hosts(parse_url(text)) == parse_url(text)


@pytest.mark.parametrize(
    ("hosts", "said"),
    [
        ("db1,", "cannot read the host '' of the database URL; write several as mysql"),
        ("db1,db2:0", "cannot read the host 'db2:0'"),
        ("db1,db2:99999", "cannot read the host 'db2:99999'"),
        ("db1,db 2", "cannot read the host 'db 2'"),
        ("db1,db2,db1:3306", "the hosts db1, db2, db1 of the database URL repeat"),
    ],
)
def test_a_list_that_cannot_be_read_is_refused_without_its_password(hosts: str, said: str) -> None:
    with pytest.raises(StoreError) as error:
        Database(f"mysql+pymysql://hall:secret@{hosts}/rides")
    assert said in str(error.value)
    assert "secret" not in str(error.value)


class Servers:
    """Servers of which some answer; ``asked`` are those that were tried."""

    def __init__(self, *up: ClusterNode) -> None:
        self.up = set(up)
        self.asked: list[ClusterNode] = []

    def connect(self, parameters: Mapping[str, Any]) -> str:
        host = ClusterNode(parameters["host"], parameters["port"])
        self.asked.append(host)
        if host not in self.up:
            raise pymysql.err.OperationalError(2003, f"nobody answers at {host}")
        return f"{parameters['user']} at {host}"


def test_a_process_stays_with_the_host_that_it_reached_last() -> None:
    servers, hosts = Servers(DB2, SIX), Hosts((DB1, DB2, SIX))
    assert hosts.connect({"user": "hall"}, servers.connect) == (DB2, "hall at db2:3307")
    servers.up.add(DB1)
    assert hosts.connect({"user": "hall"}, servers.connect)[0] == DB2
    assert servers.asked == [DB1, DB2, DB2]


def test_after_a_host_was_lost_the_others_are_tried_in_turn() -> None:
    servers, hosts = Servers(DB2), Hosts((DB1, DB2, SIX))
    hosts.connect({"user": "hall"}, servers.connect)
    servers.up = {DB1}
    assert hosts.connect({"user": "hall"}, servers.connect)[0] == DB1
    assert servers.asked == [DB1, DB2, DB2, SIX, DB1]


def test_when_no_host_takes_statements_each_says_why() -> None:
    hosts = Hosts((DB1, DB2))
    with pytest.raises(pymysql.err.OperationalError) as error:
        hosts.connect({"user": "hall"}, Servers().connect)
    assert error.value.args == (2003, "db1: nobody answers at db1; db2:3307: nobody answers at db2:3307")
