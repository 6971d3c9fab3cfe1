"""A statement of a web host ends after its time, as a failure with a name; other connections go on."""

from __future__ import annotations

import itertools

import pytest
from sqlalchemy import text

from hallofshame.domain.errors import StoreError
from hallofshame.store.database import Database
from hallofshame.store.failures import Failure
from hallofshame.store.statement_limits import limit_statements

ENDLESS = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
    "mysql": "SELECT count(*) FROM seq_1_to_1000000 AS a, seq_1_to_1000000 AS b WHERE a.seq + b.seq < 0",
}


def test_an_endless_statement_is_ended_and_the_next_one_answers(database: Database) -> None:
    limited = Database(str(database.engine.url.render_as_string(hide_password=False)))
    # On SQLite each look at the time is a second later; a server measures by its own clock.
    limit_statements(limited.engine, 1, itertools.count().__next__)
    try:
        with pytest.raises(StoreError) as raised, limited.read() as connection:
            connection.execute(text(ENDLESS[limited.dialect])).all()
        assert raised.value.failure == Failure.TOO_SLOW
        assert "HALLOFSHAME_WEB_STATEMENT_SECONDS" in str(raised.value)
        with limited.read() as connection:
            assert connection.scalar(text("SELECT 1")) == 1
    finally:
        limited.dispose()
