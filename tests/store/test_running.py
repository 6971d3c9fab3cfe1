"""Leases, findings and data version."""

from __future__ import annotations

import datetime as dt
import threading
import time

import pytest

from hallofshame.domain.readings import Finding
from hallofshame.store import data_version, findings, leases
from hallofshame.store.database import Database
from hallofshame.store.reports.findings import FindingRow, FindingState, counts, list_findings
from store.samples import NOON, NOW

MINUTE = dt.timedelta(minutes=1)


def test_one_holder_at_a_time_until_the_lease_runs_out(database: Database) -> None:
    with database.write() as connection:
        assert leases.acquire(connection, "collect", "a", NOW, 60)
        assert not leases.acquire(connection, "collect", "b", NOW + 0.5 * MINUTE, 60)
        assert leases.acquire(connection, "collect", "a", NOW + 0.5 * MINUTE, 60), "the holder renews"
        assert not leases.acquire(connection, "collect", "b", NOW + MINUTE, 60)
        assert leases.acquire(connection, "collect", "b", NOW + 1.5 * MINUTE, 60), "it has run out"
        assert not leases.acquire(connection, "collect", "a", NOW + 1.5 * MINUTE, 60)
        assert leases.acquire(connection, "seal", "a", NOW, 60), "another duty"


def test_only_the_holder_can_let_go(database: Database) -> None:
    with database.write() as connection:
        leases.acquire(connection, "collect", "a", NOW, 60)
        leases.release(connection, "collect", "b")
        assert not leases.acquire(connection, "collect", "b", NOW, 60)
        leases.release(connection, "collect", "a")
        assert leases.acquire(connection, "collect", "b", NOW, 60)


@pytest.mark.parametrize("lengths", [leases.ABSURD_LENGTHS, 10_000])
def test_a_lease_that_ends_absurdly_late_was_taken_under_a_wrong_clock(
    database: Database, lengths: int
) -> None:
    with database.write() as connection:
        ahead = NOW + (lengths - 1) * MINUTE
        assert leases.acquire(connection, "collect", "a", ahead, 60)
        assert leases.acquire(connection, "collect", "b", NOW, 60), "whether or not its holder lives"
        assert not leases.acquire(connection, "collect", "a", NOW, 60)


def test_a_lease_of_a_clock_that_is_a_little_ahead_holds(database: Database) -> None:
    with database.write() as connection:
        assert leases.acquire(connection, "collect", "a", NOW + MINUTE, 60)
        assert not leases.acquire(connection, "collect", "b", NOW, 60)


def test_on_a_server_leases_go_by_its_clock(database: Database) -> None:
    with database.write() as connection:
        present = leases.present(connection, NOON)
    if database.dialect == "sqlite":
        assert present == NOON
    else:
        assert abs(present - time.time()) < 60


def test_of_many_hosts_that_ask_at_once_one_gets_it(database: Database) -> None:
    got: list[str] = []
    start = threading.Barrier(6)

    def ask(holder: str) -> None:
        start.wait()
        if database.run(lambda connection: leases.acquire(connection, "collect", holder, NOW, 60)):
            got.append(holder)

    threads = [threading.Thread(target=ask, args=(f"host-{number}",)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 1


def test_a_finding_is_stored_once_and_counts_up(database: Database) -> None:
    with database.write() as connection:
        twice = [(1, Finding("bad_wait", "ride 7", "wait -5")), (1, Finding("bad_wait", "ride 7", "wait -9"))]
        findings.record(connection, [*twice, (None, Finding("unknown", "feed", "odd"))], NOW)
        findings.record(connection, [(1, Finding("bad_wait", "ride 7", "wait 999"))], NOW + MINUTE)
        findings.record(connection, [], NOW + MINUTE)
        first, second = list_findings(connection)
    assert first == FindingRow("bad_wait", 1, "ride 7", "wait 999", NOON, NOON + 60, 3, None)
    assert (second.park_id, second.occurrences) == (None, 1)


def test_what_a_check_no_longer_finds_is_resolved_and_open_again_when_it_returns(database: Database) -> None:
    def check(minutes: int, *subjects: str) -> int:
        found = [(None, Finding("full", subject, "a disk")) for subject in subjects]
        with database.write() as connection:
            return findings.record_all_of(connection, ["full"], found, NOW + minutes * MINUTE)

    def states() -> dict[str, int | None]:
        with database.read() as connection:
            return {row.subject: row.resolved_at for row in list_findings(connection, kinds=["full"])}

    with database.write() as connection:
        findings.record(connection, [(1, Finding("bad_wait", "ride 7", "wait -5"))], NOW)
    assert check(0, "a", "b") == 0
    assert check(1, "b") == 1
    assert states() == {"a": NOON + 60, "b": None}
    assert check(2, "b") == 0
    assert states()["a"] == NOON + 60
    assert check(3, "a", "b") == 0
    assert states() == {"a": None, "b": None}
    assert check(4) == 2
    with database.read() as connection:
        assert [(each.kind, each.open, each.resolved) for each in counts(connection)] == [
            ("bad_wait", 1, 0),
            ("full", 0, 2),
        ]
        (still,) = list_findings(connection, state=FindingState.OPEN)
        assert (still.kind, still.state) == ("bad_wait", FindingState.OPEN)
        assert len(list_findings(connection, state=FindingState.RESOLVED)) == 2


def test_what_is_noted_as_it_happens_is_resolved_when_it_is_not_seen_again(database: Database) -> None:
    with database.write() as connection:
        findings.record(connection, [(1, Finding("bad_wait", "old", "")), (1, Finding("full", "x", ""))], NOW)
        findings.record(connection, [(1, Finding("bad_wait", "new", ""))], NOW + 2 * MINUTE)
        assert findings.resolve_unseen(connection, NOW + MINUTE, NOW + 3 * MINUTE, besides=["full"]) == 1
        found = {row.subject: row.resolved_at for row in list_findings(connection)}
    assert found == {"old": NOON + 180, "new": None, "x": None}


def test_findings_can_be_chosen(database: Database) -> None:
    with database.write() as connection:
        findings.record(connection, [(1, Finding("a", "x", "")), (2, Finding("b", "x", ""))], NOW)
        findings.record(connection, [(2, Finding("a", "y", ""))], NOW + MINUTE)

        def chosen(**choice: object) -> list[tuple[str, int | None, str]]:
            rows = list_findings(connection, **choice)  # type: ignore[arg-type]
            return [(row.kind, row.park_id, row.subject) for row in rows]

        assert chosen() == [("a", 2, "y"), ("a", 1, "x"), ("b", 2, "x")]
        assert chosen(kinds=["a"]) == [("a", 2, "y"), ("a", 1, "x")]
        assert chosen(park_id=2) == [("a", 2, "y"), ("b", 2, "x")]
        assert chosen(seen_since=NOW + MINUTE) == [("a", 2, "y")]
        assert chosen(limit=1) == [("a", 2, "y")]


def test_texts_beyond_their_columns_are_cut_not_refused(database: Database) -> None:
    odd = Finding("k" * 60, "城" * 200 + " ", "half a pair \ud83c " + "d" * 5_000)
    spaced = Finding("blank", "same ", "one"), Finding("blank", "same", "two")
    with database.write() as connection:
        findings.record(connection, [(1, odd), *((1, finding) for finding in spaced)], NOW)
        blank, cut = list_findings(connection)
    assert (blank.subject, blank.occurrences) == ("same", 2)
    assert len(cut.kind) == 40
    assert len(cut.subject) == 120
    assert cut.subject.endswith("城…")
    assert cut.detail.startswith("half a pair ? d")
    assert len(cut.detail) == 2_000


def test_the_data_version_moves_on_and_its_date_never_back(database: Database) -> None:
    with database.write() as connection:
        assert data_version.get(connection) == (0, None)
        data_version.bump(connection, None)
        assert data_version.get(connection) == (1, None)
        data_version.bump(connection, NOW)
        assert data_version.get(connection) == (2, NOON)
        data_version.bump(connection, NOON - 60)
        data_version.bump(connection, None)
        assert data_version.get(connection) == (4, NOON)
        data_version.bump(connection, NOON + 60)
        assert data_version.get(connection) == (5, NOON + 60)


def test_a_data_date_of_the_future_gives_way_to_the_present(database: Database) -> None:
    with database.write() as connection:
        data_version.bump(connection, NOON + 86_400, NOON + 86_400)
        data_version.bump(connection, NOON, NOON)
        assert data_version.get(connection) == (2, NOON)
        data_version.bump(connection, NOON - 60, NOON)
        assert data_version.get(connection) == (3, NOON)
