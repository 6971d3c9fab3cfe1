"""Under which of its ids another site heard a ride, noted here before its readings come (R14)."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
from sqlalchemy import Connection

from hallofshame.domain.heard_ids import heard_at
from hallofshame.domain.words import NAMED_BY_IDS_OF, Feed
from hallofshame.pipeline.mirror_identity import WhoIsWho
from hallofshame.pipeline.registry import Registry
from hallofshame.store.database import Database
from hallofshame.store.history.reading import History


def note_heard(
    database: Database, registry: Registry, who: WhoIsWho, rows: pl.DataFrame, history: History | None
) -> None:
    """Note it for rides of ours that have several ids at one feed.

    ``rows``: observations of the site, under its own numbers of parks and rides.
    """
    parks = {park: who.parks[park] for park in rows["park_id"].unique() if park in who.parks}

    def work(connection: Connection) -> None:
        with registry.steady(connection):
            for theirs, ours in parks.items():
                for ids_of, readers in NAMED_BY_IDS_OF.items():
                    noted = registry.ids_to_note(ours, ids_of)
                    for said_by in readers if noted else ():
                        of_park = rows.filter(park_id=theirs, feed=int(said_by))
                        said = _heard(who, of_park, said_by, noted)
                        registry.note_heard(connection, ours, ids_of, said, said_by=said_by, history=history)

    if parks:
        database.run(work)


def _heard(
    who: WhoIsWho, rows: pl.DataFrame, said_by: Feed, noted: Mapping[str, int]
) -> dict[str, list[int]]:
    """The instants at which the site heard rides of ours that have several ids, by id."""
    wanted = set(noted.values())
    said: dict[str, list[int]] = {}
    for ride, instants in rows.group_by("ride_id").agg("observed_at").iter_rows():
        steps = who.heard.get((ride, said_by))
        if steps is not None and who.rides.get(ride) in wanted:
            for at in instants:
                if (given := heard_at(steps, at)) is not None:
                    said.setdefault(given, []).append(at)
    return said
