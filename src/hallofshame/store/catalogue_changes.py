"""A version of the catalogue: it moves with every write to a table that answers read parks and rides from.

Pages ask for it to keep the catalogue in memory across cycles. The writes are noticed where every statement
passes, so none has to say that it changes the catalogue.
"""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import Connection, Engine, event, insert, update

from hallofshame.store.models import (
    DataVersion,
    EntityMetadata,
    ExternalId,
    Park,
    ParkSignal,
    Ride,
    RideClassification,
    RideTypeDecision,
)

NAME = "catalogue"
"""Of the row of ``data_version`` that holds the version."""

WATCHED = tuple(
    model.__tablename__
    for model in (Park, ParkSignal, Ride, ExternalId, RideClassification, RideTypeDecision, EntityMetadata)
)
"""The tables that a :class:`~hallofshame.store.reports.catalogue.Catalogue` is read from."""

_WRITES = re.compile(
    rf"\s*(?:INSERT(?:\s+(?:IGNORE|OR\s+\w+))?\s+INTO|REPLACE\s+INTO|UPDATE|DELETE\s+FROM)\s+"
    rf"[`\"]?(?:{'|'.join(WATCHED)})[`\"]?[\s(]",
    re.IGNORECASE,
)
_NOTED = "catalogue_changed"


def watch(engine: Engine) -> None:
    """Notice every write to a watched table that passes through ``engine``."""
    event.listen(engine, "before_cursor_execute", _note)


def _note(connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
    if _WRITES.match(statement):
        connection.info[_NOTED] = True


def forget(connection: Connection) -> None:
    """Begin a transaction: what one before it noticed and rolled back is none of its."""
    connection.info.pop(_NOTED, None)


def settle(connection: Connection) -> None:
    """End a transaction: move the version on where the catalogue was written."""
    if not connection.info.pop(_NOTED, False):
        return
    moved = update(DataVersion).where(DataVersion.name == NAME).values(version=DataVersion.version + 1)
    if not connection.execute(moved).rowcount:
        first = insert(DataVersion).prefix_with("OR IGNORE", dialect="sqlite")
        connection.execute(first.prefix_with("IGNORE", dialect="mysql").values(name=NAME, version=0))
        connection.execute(moved)
