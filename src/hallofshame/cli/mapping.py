"""Commands about which rides are one: ``mapping list``, ``show``, ``accept``, ``merge``, ``split``,
``measure``."""

from __future__ import annotations

import datetime as dt
import getpass
from typing import TYPE_CHECKING, Any

import click

from hallofshame.cli.listing import ListingGroup
from hallofshame.cli.options import DAY, chosen_parks, opened, park_option
from hallofshame.cli.tables import json_option, print_json, print_table
from hallofshame.domain.errors import InputError
from hallofshame.domain.localtime import isoformat
from hallofshame.domain.plurals import counted
from hallofshame.domain.words import Feed

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from hallofshame.pipeline.deciding import Changed, EntryId
    from hallofshame.store.decisions import Decision
    from hallofshame.store.reviews import Review

STATES = ("open", "accepted", "merged", "split")

note_option = click.option("--note", metavar="TEXT", help="Why, kept with the decision.")
by_option = click.option("--by", metavar="NAME", help="Who decides; by default the user of this machine.")


@click.group(cls=ListingGroup)
def mapping() -> None:
    """List doubtful matches of the feeds' entries; merge and split rides."""


@mapping.command("list")
@click.option(
    "--state", type=click.Choice([*STATES, "all"]), default="open", show_default=True, help="Which entries."
)
@park_option
@json_option
def list_entries(state: str, parks: tuple[str, ...], as_json: bool) -> None:
    """List entries of the feeds whose ride is doubtful or undecided, with the rides that they may be.

    \b
    Example:
      hallofshame mapping list --park epcot
    """
    from hallofshame.pipeline.reviewing import refresh_reviews
    from hallofshame.store.reviews import ReviewState, reviews

    with opened() as installation:
        refresh_reviews(installation.database, installation.clock)
        ids = chosen_parks(installation, parks)
        states = None if state == "all" else [ReviewState(state)]
        with installation.database.read() as connection:
            found = reviews(connection, park_ids=ids, states=states)
            names = _Names(connection)
            rows = [_review_row(review, names) for review in found]
    if as_json:
        print_json(rows)
    else:
        print_table(
            ("number", "park", "entry", "name at the feed", "ride", "rule", "score", "may be", "state"),
            [
                (
                    row["review_id"],
                    row["park"],
                    row["entry"],
                    row["name"],
                    f"{row['ride_id']} {row['ride']}",
                    row["rule"],
                    row["score"],
                    _may_be(row["runners_up"]),
                    row["state"],
                )
                for row in rows
            ],
        )
    click.echo(f"{len(rows)} entries", err=True)


@mapping.command()
@click.argument("ride", type=int)
@json_option
def show(ride: int, as_json: bool) -> None:
    """Show what RIDE (its number) is known by: names, the feeds' ids, doubts and decisions.

    \b
    Example:
      hallofshame mapping show 1234
    """
    from hallofshame.pipeline.reviewing import describe

    with opened() as installation, installation.database.read() as connection:
        found = describe(connection, ride)
        names = _Names(connection)
        shown: dict[str, Any] = {
            "ride_id": found.ride_id,
            "ride": found.name,
            "park": names.parks[found.park_id],
            "is_now": found.merged_into,
            "names": sorted(found.names),
            "entries": [
                {
                    "entry": f"{entry.feed.slug}:{entry.external_id}",
                    "name": entry.name,
                    "rule": entry.rule,
                    "since": isoformat(since),
                }
                for entry, since in found.entries
            ],
            "doubts": [_review_row(review, names) for review in found.reviews],
            "decisions": [_decision_row(decision) for decision in found.decisions],
        }
    if as_json:
        print_json(shown)
        return
    click.echo(f"ride {ride}: {shown['ride']} ({shown['park']})")
    if shown["is_now"] is not None:
        click.echo(f"merged: it is ride {shown['is_now']} now")
    click.echo(f"names: {', '.join(shown['names'])}")
    for title in ("entries", "doubts", "decisions"):
        rows = shown[title]
        click.echo(f"\n{title}: {len(rows)}")
        if rows:
            cells = [row | {"runners_up": _may_be(row.get("runners_up", []))} for row in rows]
            headings = [name for name in rows[0] if name != "runners_up"] + (
                ["runners_up"] if title == "doubts" else []
            )
            print_table(
                [heading.replace("_", " ") for heading in headings],
                [[row[heading] for heading in headings] for row in cells],
            )


@mapping.command()
@click.argument("numbers", type=int, nargs=-1, required=True)
@by_option
@note_option
def accept(numbers: tuple[int, ...], by: str | None, note: str | None) -> None:
    """Accept the entries with these NUMBERS of the list: their ride is right as it is.

    \b
    Example:
      hallofshame mapping accept 12 13 --note "a new ride on the old ground"
    """
    from hallofshame.pipeline import reviewing

    with opened() as installation:
        for number in numbers:
            review = reviewing.accept(
                installation.database, installation.clock, number, by=_who(by), note=note
            )
            doubt = review.doubt
            click.echo(f"{doubt.feed.slug}:{doubt.external_id} {doubt.name} is ride {doubt.ride_id}")


@mapping.command()
@click.argument("ride", type=int)
@click.argument("into", type=int)
@by_option
@note_option
@json_option
def merge(ride: int, into: int, by: str | None, note: str | None, as_json: bool) -> None:
    """Make RIDE and INTO one ride: everything recorded of RIDE becomes INTO's, and its address leads there.

    Both are numbers of rides of one park. The days concerned are computed again by the next roll-up. A merge
    can be taken back: hallofshame mapping split INTO RIDE.

    \b
    Example:
      hallofshame mapping merge 1234 987 --note "renumbered by Queue-Times in May"
    """
    from hallofshame.pipeline.merging import merge as merge_rides
    from hallofshame.store.history.reading import History

    with opened() as installation:
        changed = merge_rides(
            installation.database,
            installation.clock,
            History(installation.shelf),
            ride,
            into,
            by=_who(by),
            note=note,
        )
    _print_changed(changed, as_json, f"ride {ride} is ride {into}")


@mapping.command()
@click.argument("ride", type=int)
@click.argument("what")
@click.option("--from", "since", type=DAY, help="First day, at the park, of the separation; by default all.")
@by_option
@note_option
@json_option
def split(
    ride: int, what: str, since: dt.date | None, by: str | None, note: str | None, as_json: bool
) -> None:
    """Separate WHAT from RIDE: the number of a ride that was merged into it, or an entry of a feed.

    An entry is written as `mapping show` lists it, queue_times:284. It gets a ride of its own, with what its
    feed said under that id.

    \b
    Example:
      hallofshame mapping split 987 queue_times:284 --from 2026-05-01
    """
    from hallofshame.pipeline.splitting import split as split_ride
    from hallofshame.store.history.reading import History

    with opened() as installation:
        changed = split_ride(
            installation.database,
            installation.clock,
            History(installation.shelf),
            ride,
            int(what) if what.isdecimal() else _entry(what),
            since=since,
            by=_who(by),
            note=note,
        )
    when = f" from {since} on" if since else ""
    _print_changed(changed, as_json, f"{what} is ride {changed.other_ride_id}, not ride {ride},{when}")


@mapping.command()
@park_option
@json_option
def measure(parks: tuple[str, ...], as_json: bool) -> None:
    """Count, for every park that both feeds name, rides matched, in doubt and known to one feed alone.

    Ambiguous ones are among the matched; undecided ones have a runner-up and are among those of one feed.

    \b
    Example:
      hallofshame mapping measure
    """
    from hallofshame.pipeline.reviewing import matched, refresh_reviews

    with opened() as installation:
        refresh_reviews(installation.database, installation.clock)
        ids = chosen_parks(installation, parks)
        with installation.database.read() as connection:
            found, names = matched(connection, ids), _Names(connection)
    rows = [
        {
            "park": names.parks[one.park_id],
            "matched": one.both,
            "ambiguous": one.ambiguous,
            "undecided": one.undecided,
            "queue_times_only": one.only_queue_times,
            "themeparks_wiki_only": one.only_themeparks_wiki,
        }
        for one in found
    ]
    if as_json:
        print_json(rows)
    else:
        headings = ("park", "matched", "ambiguous", "undecided", "queue times only", "themeparks wiki only")
        print_table(headings, [list(row.values()) for row in rows])
    click.echo(f"{counted(len(rows), 'park')} that both feeds name", err=True)


class _Names:
    """Slugs of parks and names of rides, for tables."""

    def __init__(self, connection: Connection) -> None:
        from hallofshame.store import catalogue

        self.parks = {park.park_id: park.slug for park in catalogue.park_table(connection)}
        self.rides = {ride.ride_id: ride.name for ride in catalogue.rides(connection)}


def _review_row(review: Review, names: _Names) -> dict[str, Any]:
    doubt = review.doubt
    return {
        "review_id": review.review_id,
        "park": names.parks[review.park_id],
        "entry": f"{doubt.feed.slug}:{doubt.external_id}",
        "name": doubt.name,
        "ride_id": doubt.ride_id,
        "ride": names.rides.get(doubt.ride_id),
        "rule": doubt.rule,
        "score": doubt.score,
        "runners_up": [
            {"ride_id": one.ride_id, "name": one.name, "score": one.score} for one in doubt.runners_up
        ],
        "state": review.state.value,
        "found_at": isoformat(review.found_at),
        "changed_at": isoformat(review.changed_at),
        "decided_by": review.decided_by,
    }


def _decision_row(decision: Decision) -> dict[str, Any]:
    entry = None
    if decision.feed is not None:
        entry = f"{Feed(decision.feed).slug}:{decision.external_id}"
    return {
        "decision": decision.decision_id,
        "action": decision.action.value,
        "ride_id": decision.ride_id,
        "other_ride_id": decision.other_ride_id,
        "entry": entry,
        "since": None if decision.since is None else isoformat(decision.since),
        "decided_at": isoformat(decision.decided_at),
        "decided_by": decision.decided_by,
        "note": decision.note,
        "undone_by": decision.undone_by,
    }


def _may_be(runners_up: list[dict[str, Any]]) -> str:
    return ", ".join(f"{one['ride_id']} {one['name']} ({one['score']})" for one in runners_up) or "-"


def _print_changed(changed: Changed, as_json: bool, what: str) -> None:
    if as_json:
        print_json(
            {
                "action": changed.action.value,
                "ride_id": changed.ride_id,
                "other_ride_id": changed.other_ride_id,
                "decision": changed.decision_id,
                "readings": changed.readings,
                "park_days": changed.park_days,
            }
        )
        return
    if changed.decision_id is None and not changed.readings:
        click.echo(f"{what} already; nothing changed")
        return
    days = counted(changed.park_days, "park-day")
    click.echo(f"{what}; {counted(changed.readings, 'reading')} moved, {days} to compute")
    if changed.park_days:
        click.echo("Next: hallofshame rollup")


def _entry(text: str) -> EntryId:
    from hallofshame.pipeline.deciding import EntryId

    feeds = {feed.slug: feed for feed in Feed}
    feed, colon, external_id = text.partition(":")
    if not colon or feed not in feeds or not external_id:
        raise InputError(
            f"{text!r} is neither a number of a ride nor an entry; write it like queue_times:284",
            parameter="what",
        )
    return EntryId(feeds[feed], external_id)


def _who(given: str | None) -> str:
    if given:
        return given
    try:
        return f"command, by {getpass.getuser()}"
    except (OSError, KeyError):
        return "command"


COMMANDS = (mapping,)
