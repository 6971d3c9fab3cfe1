"""The bodies of both upstream services, built from tapes.

Where a recording kept no upstream stamp the wire carries the moment of the poll, because upstream never
leaves it out. Rides without a recorded id carry the stand-in of :func:`replay.rows.tape_rows`.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from typing import Any

import polars as pl

from hallofshame.domain.localtime import ONE_DAY, from_unix, isoformat
from hallofshame.domain.names import slugify
from hallofshame.replay.rows import derived_number
from hallofshame.replay.tape import Tape, TapeState, moved_slots

Json = dict[str, Any]

SCHEDULE_REACH = dt.timedelta(days=30)
"""How far ahead published hours go."""


def parks_list(tapes: Iterable[Tape]) -> list[Json]:
    """``/parks.json`` of Queue-Times: companies with their parks, coordinates as text."""
    groups: dict[str, Json] = {}
    for tape in tapes:
        info = tape.info
        group = groups.setdefault(
            info.group_id, {"id": int(info.group_id), "name": info.group_name, "parks": []}
        )
        group["parks"].append(
            {
                "id": int(info.park_external_id),
                "name": info.park_name,
                "country": info.country,
                "continent": info.continent,
                "latitude": None if info.latitude is None else str(info.latitude),
                "longitude": None if info.longitude is None else str(info.longitude),
                "timezone": info.timezone,
            }
        )
    return list(groups.values())


def queue_times_rides(state: TapeState | None) -> list[Json]:
    """The rides of one poll with their land under ``land``, for :func:`queue_times_body`."""
    if state is None:
        return []
    return [
        {
            "land": row["land"],
            "id": row["ride_id"],
            "name": row["ride_name"],
            "is_open": row["is_open"],
            "wait_time": row["wait_time"],
            "last_updated": _milliseconds(row["last_updated"] or state.polled_at),
        }
        for row in state.rows.iter_rows(named=True)
    ]


def queue_times_body(tape: Tape, rides: Iterable[Json]) -> Json:
    """``/parks/{id}/queue_times.json``: rides inside their lands, those without one at top level."""
    lands: dict[str, Json] = {}
    top: list[Json] = []
    for ride in rides:
        land = ride.get("land")
        served = {key: value for key, value in ride.items() if key != "land"}
        if not land:
            top.append(served)
            continue
        number = derived_number(tape.info.park_external_id, land)
        lands.setdefault(land, {"id": number, "name": land, "rides": []})["rides"].append(served)
    return {"lands": list(lands.values()), "rides": top}


def destinations_body(tapes: Iterable[Tape]) -> Json:
    """``/v1/destinations``."""
    groups: dict[str, Json] = {}
    for tape in tapes:
        info = tape.info
        slug = slugify(info.group_name).replace("-", "")
        group = groups.setdefault(
            info.group_id,
            {"id": info.group_id, "name": info.group_name, "slug": slug, "externalId": slug, "parks": []},
        )
        group["parks"].append({"id": info.park_external_id, "name": info.park_name})
    return {"destinations": list(groups.values())}


def entity_body(tape: Tape) -> Json:
    """``/v1/entity/{park}``."""
    info = tape.info
    return {
        "id": info.park_external_id,
        "name": info.park_name,
        "slug": slugify(info.park_name).replace("-", ""),
        "location": {"latitude": info.latitude, "longitude": info.longitude, "pointsOfInterest": []},
        "parentId": info.group_id,
        "timezone": info.timezone,
        "entityType": "PARK",
        "destinationId": info.group_id,
        "externalId": info.park_external_id,
    }


def children_body(tape: Tape) -> Json:
    """``/v1/entity/{park}/children``: every entity the tape holds, under its newest name."""
    newest = tape.rows.unique("entity_id", keep="last").sort("name", "entity_id")
    children = []
    for row in newest.iter_rows(named=True):
        latitude, longitude = tape.locations.get(row["entity_id"], (None, None))
        children.append(
            {
                "id": row["entity_id"],
                "name": row["name"],
                "entityType": row["entity_type"],
                "slug": slugify(row["name"]).replace("-", ""),
                "parentId": tape.info.park_external_id,
                "externalId": row["external_id"] or row["entity_id"],
                "location": {"latitude": latitude, "longitude": longitude},
            }
        )
    return park_envelope(tape) | {"children": children}


def live_entities(tape: Tape, state: TapeState | None) -> list[Json]:
    """The live items of one poll, without the park itself."""
    if state is None:
        return []
    return [_live_item(tape, state, row) for row in state.rows.iter_rows(named=True)]


def live_body(tape: Tape, state: TapeState | None, entities: Sequence[Json]) -> Json:
    """``/v1/entity/{park}/live``; the park is one of its own items and always OPERATING, as upstream."""
    items = list(entities)
    if state is not None and items:
        info = tape.info
        items.append(
            {
                "id": info.park_external_id,
                "name": info.park_name,
                "entityType": "PARK",
                "parkId": info.park_external_id,
                "externalId": info.park_external_id,
                "status": "OPERATING",
                "lastUpdated": isoformat(state.polled_at),
            }
        )
    return park_envelope(tape) | {"liveData": items}


def schedule_body(tape: Tape, now: dt.datetime) -> Json:
    """``/v1/entity/{park}/schedule``: published hours from the park's today on."""
    today = now.astimezone(tape.zone).date()
    return park_envelope(tape) | {"schedule": tape.schedule_between(today, today + SCHEDULE_REACH)}


def history_body(tape: Tape, start: dt.datetime, end: dt.datetime, now: dt.datetime) -> Json:
    """``/v1/entity/{park}/history``: per entity the rows at which something changed, oldest first.

    ``opening`` is the state that an entity was in when the range began, where the day before tells. Nothing
    after ``now`` is told.
    """
    end = min(end, now)
    changes = _changes(tape.rows_between(start - ONE_DAY, end))
    entities: dict[str, Json] = {}
    for row in changes.iter_rows(named=True):
        entity = entities.setdefault(
            row["entity_id"],
            {
                "id": row["entity_id"],
                "name": row["name"],
                "entityType": row["entity_type"],
                "opening": None,
                "history": [],
            },
        )
        said = {"time": isoformat(row["polled_at"]), "status": row["status"], "queue": _queue(tape, row)}
        if row["polled_at"] < start.timestamp():
            entity["opening"] = said | {"time": isoformat(start), "observedAt": said["time"]}
        else:
            entity["history"].append(said)
    return park_envelope(tape) | {"entities": list(entities.values()), "next": None}


def _changes(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows that differ from the entity's row before them, and each entity's first."""
    texts = ("showtimes_json", "operating_hours_json", "dining_json")
    left_out = ("polled_at", "name", "last_updated", *texts)
    said = pl.struct(name for name in rows.columns if name not in left_out)
    ordered = rows.sort("entity_id", "polled_at", "name")
    return ordered.filter((said != said.shift(1)).fill_null(value=True)).sort("polled_at", "name")


def park_envelope(tape: Tape) -> Json:
    """What every answer about a park begins with."""
    info = tape.info
    return {
        "id": info.park_external_id,
        "name": info.park_name,
        "entityType": "PARK",
        "timezone": info.timezone,
    }


def _live_item(tape: Tape, state: TapeState, row: Json) -> Json:
    item: Json = {
        "id": row["entity_id"],
        "name": row["name"],
        "entityType": row["entity_type"],
        "parkId": tape.info.park_external_id,
        "externalId": row["external_id"] or row["entity_id"],
        "status": row["status"],
    }
    queue = _queue(tape, row)
    if queue:
        item["queue"] = queue
    for column, key in (("showtimes_json", "showtimes"), ("operating_hours_json", "operatingHours")):
        if row[column]:
            item[key] = moved_slots(row[column], state.shift_seconds, tape.zone)
    if row["dining_json"]:
        item["diningAvailability"] = json.loads(row["dining_json"])
    return item | {"lastUpdated": isoformat(row["last_updated"] or state.polled_at)}


def _queue(tape: Tape, row: Json) -> Json:
    queue: Json = {}
    if row["standby_wait"] is not None:
        queue["STANDBY"] = {"waitTime": row["standby_wait"]}
    if row["single_rider_wait"] is not None:
        queue["SINGLE_RIDER"] = {"waitTime": row["single_rider_wait"]}
    if row["return_state"] is not None:
        queue[row["return_type"] or "RETURN_TIME"] = {
            "state": row["return_state"],
            "returnStart": _local(tape, row["return_start"]),
            "returnEnd": None,
        }
    if row["paid_return_state"] is not None:
        queue["PAID_RETURN_TIME"] = {
            "state": row["paid_return_state"],
            "returnStart": _local(tape, row["paid_return_start"]),
            "returnEnd": None,
            "price": _price(row["paid_price_amount"], row["paid_price_formatted"]),
        }
    return queue


def _price(amount: int | None, formatted: str | None) -> Json | None:
    if amount is None:
        return None
    currencies = {"$": "USD", "€": "EUR", "£": "GBP"}
    found = [code for sign, code in currencies.items() if sign in (formatted or "")]
    return {"amount": amount, "currency": found[0] if found else None, "formatted": formatted}


def _local(tape: Tape, seconds: int | None) -> str | None:
    return None if seconds is None else from_unix(seconds).astimezone(tape.zone).isoformat()


def _milliseconds(seconds: int) -> str:
    return isoformat(seconds).removesuffix("Z") + ".000Z"
