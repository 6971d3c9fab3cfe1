"""Keys of the admin API: what is stored, what fits, and when they end."""

from __future__ import annotations

import datetime as dt

import pytest

from hallofshame.domain.access import Scope, grants, read_scopes
from hallofshame.domain.errors import InputError, NotFoundError
from hallofshame.domain.redaction import redact
from hallofshame.store import keys
from hallofshame.store.database import Database
from hallofshame.store.models import AdminSession, ApiKey

NOW = dt.datetime(2026, 8, 20, 12, tzinfo=dt.UTC)
AT = int(NOW.timestamp())


def make(
    database: Database, name: str = "ops", *scopes: Scope, expires_at: int | None = None
) -> tuple[keys.Key, str]:
    return database.run(
        lambda connection: keys.create(connection, name, scopes or (Scope.IMPORT,), NOW, expires_at)
    )


def test_no_part_of_the_secret_is_stored(database: Database) -> None:
    _, token = make(database)
    secret = token[len("hos_12345678_") :]
    with database.read() as connection:
        stored = str(connection.execute(ApiKey.__table__.select()).all())
    assert token not in stored
    assert secret not in stored
    assert len(token) == len("hos_12345678_") + 43


def test_a_key_fits_its_own_token_only(database: Database) -> None:
    key, token = make(database, "one")
    other, other_token = make(database, "two")
    assert key.fits(token)
    assert other.fits(other_token)
    assert not key.fits(other_token)
    assert not key.fits(token[:-1] + ("A" if token[-1] != "A" else "B"))
    assert keys.prefix_of(token) == key.prefix
    with database.read() as connection:
        assert keys.by_prefix(connection, key.prefix) == key


@pytest.mark.parametrize("text", ["", "hos_", "Bearer x", "hos_12345678_short", "hos_1234567é_" + "a" * 43])
def test_what_has_not_the_form_of_a_token_has_no_prefix(text: str) -> None:
    assert keys.prefix_of(text) is None


def test_a_revoked_or_expired_key_is_not_in_force(database: Database) -> None:
    make(database, "ends", expires_at=AT + 10)
    with database.read() as connection:
        assert keys.is_any_in_force(connection, NOW)
        assert not keys.is_any_in_force(connection, AT + 10)
    make(database, "stays")
    database.run(lambda connection: keys.revoke(connection, "stays", NOW))
    with database.read() as connection:
        assert not keys.is_any_in_force(connection, AT + 10)
        revoked = keys.every(connection)[1]
    assert revoked.revoked_at == AT
    assert not revoked.is_in_force(NOW)


def test_a_name_is_free_again_once_its_key_has_ended(database: Database) -> None:
    make(database)
    with pytest.raises(InputError, match="there is a key 'ops' in force"):
        make(database)
    database.run(lambda connection: keys.revoke(connection, "ops", NOW))
    with pytest.raises(NotFoundError, match="no key 'ops' to revoke"):
        database.run(lambda connection: keys.revoke(connection, "ops", NOW))
    key, _ = make(database)
    assert database.run(lambda connection: keys.revoke(connection, key.prefix, NOW)).key_id == key.key_id


@pytest.mark.parametrize("name", ["", " x", "a" * 61, "line\nbreak", "<b>"])
def test_a_name_that_would_tear_a_table_or_a_page_is_refused(sqlite_database: Database, name: str) -> None:
    with pytest.raises(InputError, match="is no name of a key"):
        make(sqlite_database, name)


def test_a_session_lasts_an_hour_and_no_longer_than_its_key(database: Database) -> None:
    key, _ = make(database)
    session = database.run(lambda connection: keys.open_session(connection, key, NOW))
    short, _ = make(database, "short", expires_at=AT + 60)
    brief = database.run(lambda connection: keys.open_session(connection, short, NOW))
    with database.read() as connection:
        found = keys.session_key(connection, session, AT + keys.SESSION_SECONDS - 1)
        assert found is not None
        assert found.key_id == key.key_id
        assert keys.session_key(connection, session, AT + keys.SESSION_SECONDS) is None
        assert keys.session_key(connection, brief, AT + 60) is None
        assert keys.session_key(connection, "another", NOW) is None


def test_revoking_a_key_and_signing_out_end_sessions_and_old_ones_are_removed(database: Database) -> None:
    key, _ = make(database)
    first, second, third = (
        database.run(lambda connection: keys.open_session(connection, key, NOW)) for _ in range(3)
    )
    database.run(lambda connection: keys.close_session(connection, first))
    with database.read() as connection:
        assert keys.session_key(connection, first, NOW) is None
        assert keys.session_key(connection, second, NOW) is not None
    database.run(lambda connection: keys.open_session(connection, key, AT + keys.SESSION_SECONDS))
    with database.read() as connection:
        assert len(connection.execute(AdminSession.__table__.select()).all()) == 1
    database.run(lambda connection: keys.revoke(connection, "ops", NOW))
    with database.read() as connection:
        assert keys.session_key(connection, third, NOW) is None
        assert connection.execute(AdminSession.__table__.select()).all() == []


def test_each_session_has_a_form_token_of_its_own_that_does_not_tell_it(sqlite_database: Database) -> None:
    key, _ = make(sqlite_database)
    one, two = (
        sqlite_database.run(lambda connection: keys.open_session(connection, key, NOW)) for _ in range(2)
    )
    assert keys.form_token(one) == keys.form_token(one) != keys.form_token(two)
    assert one not in keys.form_token(one)


def test_use_is_noted_once_a_minute(database: Database) -> None:
    key, _ = make(database)
    assert keys.is_use_due(key, NOW)
    database.run(lambda connection: keys.note_use(connection, key, NOW))
    with database.read() as connection:
        used = keys.every(connection)[0]
    assert used.last_used_at == AT
    assert not keys.is_use_due(used, AT + 59)
    assert keys.is_use_due(used, AT + 60)


def test_the_import_scope_holds_the_reading_of_imports_and_no_other() -> None:
    assert {scope for scope in Scope if grants([Scope.IMPORT], scope)} == {Scope.IMPORT, Scope.IMPORT_READ}
    for scope in set(Scope) - {Scope.IMPORT}:
        assert [other for other in Scope if grants([scope], other)] == [scope]
    assert read_scopes(["quality:read", "import", "import"]) == (Scope.IMPORT, Scope.QUALITY_READ)
    with pytest.raises(InputError, match="unknown scope 'all'"):
        read_scopes(["all"])
    with pytest.raises(InputError, match="a key needs a scope"):
        read_scopes([])


def test_a_token_in_a_text_is_masked_down_to_its_public_part(sqlite_database: Database) -> None:
    key, token = make(sqlite_database)
    for text in (token, f"cannot read {token}", f"token={token}&x=1", f"['{token}']"):
        masked = redact(text)
        assert token[13:] not in masked
    assert redact(f"key {token} fails") == f"key {key.prefix}_*** fails"
