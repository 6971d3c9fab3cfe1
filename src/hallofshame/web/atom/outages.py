"""Outages and their ends as Atom entries, in plain words and park-local time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from hallofshame.domain.localtime import from_unix, local_day, zone
from hallofshame.domain.periods import DayRange
from hallofshame.domain.words import EndedBy, OutageKind
from hallofshame.store.reports.catalogue import ParkProfile, RideProfile
from hallofshame.store.reports.outages import Outage, listed_outages
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.answers.envelope import attribution
from hallofshame.web.answers.outages import DownNow, down_in_park
from hallofshame.web.atom import document as atom
from hallofshame.web.formatting import duration, zone_name
from hallofshame.web.wording import CHANCE_REASONS, DEMONSTRATION_NOTICE

ATOM_TYPE = atom.ATOM_TYPE
MAX_OUTAGES = 50
DAYS_BACK = 30

_AUTHOR = "Theme Park Hall of Shame"
_KIND_WORDS = {
    OutageKind.BREAKDOWN: "A breakdown.",
    OutageKind.OPENING_DELAY: "It opened late.",
    OutageKind.NEVER_REOPENED: "It did not reopen before the park closed.",
    OutageKind.PARK_WIDE: "At least half of the park's rides stopped at the same time.",
}

_NOT_COUNTED = "A closure, which does not count as a breakdown."


def park_feed(context: AnswerContext, park: ParkProfile, root: str, path: str) -> bytes:
    """The latest outages of a park."""
    return _feed(context, park, None, root, path)


def ride_feed(context: AnswerContext, ride: RideProfile, root: str, path: str) -> bytes:
    """The latest outages of a ride."""
    return _feed(context, context.catalogue.parks[ride.park_id], ride, root, path)


def _feed(context: AnswerContext, park: ParkProfile, ride: RideProfile | None, root: str, path: str) -> bytes:
    today = context.today(park)
    _total, outages = listed_outages(
        context.connection,
        {park.park_id: DayRange(today - dt.timedelta(days=DAYS_BACK), today)},
        ride_id=None if ride is None else ride.ride_id,
        limit=MAX_OUTAGES,
    )
    entries = _entries(context, park, outages, root)
    what = park.name if ride is None else f"{ride.name}, {park.name}"
    subject = f"parks/{park.park_id}" if ride is None else f"rides/{ride.ride_id}"
    return atom.write(
        atom.AtomFeed(
            id=atom.tag_uri(root, atom.IDS_SINCE, f"{subject}/outages"),
            title=f"Outages: {what}",
            subtitle=_subtitle(context, park),
            author=_AUTHOR,
            address=root + path,
            page=root + (f"/parks/{park.slug}" if ride is None else _ride_path(ride)),
            # The latest look: the store never lets it step back.
            updated=context.data_as_of or 0,
            sources=[(source["text"], source["url"]) for source in attribution(context)],
            entries=entries,
        )
    )


def _subtitle(context: AnswerContext, park: ParkProfile) -> str:
    words = f"What broke down and what is over, in the time of {park.timezone}"
    return f"{DEMONSTRATION_NOTICE} {words}" if context.site.settings.demonstration else words


def _ride_path(ride: RideProfile) -> str:
    return f"/rides/{ride.ride_id}-{ride.slug}"


def _entries(
    context: AnswerContext, park: ParkProfile, outages: Sequence[Outage], root: str
) -> list[atom.AtomEntry]:
    """One entry for the fall and one for the end of each outage, the latest first."""
    found = []
    lasts = any(outage.ended_at is None for outage in outages)
    down = down_in_park(context, park.park_id) if lasts else {}
    for outage in outages:
        ride = context.catalogue.rides.get(outage.ride_id)
        if ride is None:
            continue
        now = down.get(outage.ride_id) if outage.ended_at is None else None
        found.append(_fall(park, ride, outage, root, now))
        if outage.ended_at is not None:
            found.append(_end(park, ride, outage, outage.ended_at, root))
    return sorted(found, key=lambda entry: (-entry.updated, entry.id))


def _fall(
    park: ParkProfile, ride: RideProfile, outage: Outage, root: str, now: DownNow | None
) -> atom.AtomEntry:
    """``now``: the ride's row of the live board, if it is down still."""
    late = outage.kind is OutageKind.OPENING_DELAY
    happened = "did not open at" if late else "went down at" if outage.counted else "closed at"
    when = _when(outage.started_at, park.timezone)
    not_counted = "" if outage.counted else f" {_NOT_COUNTED}"
    chances = "" if now is None else f" {_chances(park, now)}"
    return atom.AtomEntry(
        id=_id(outage, "start", root),
        title=f"{'Down' if outage.counted else 'Closed'}: {ride.name}",
        updated=outage.started_at,
        summary=f"{ride.name} at {park.name} {happened} {when}.{not_counted}{chances}",
        page=root + _ride_path(ride),
        category="outage" if outage.counted else "closure",
    )


def _chances(park: ParkProfile, now: DownNow) -> str:
    """How likely it runs again soon, as of the latest look at it; why no chance is shown where none is."""
    shown, reasons = [], dict[str, list[str]]()
    told = {
        15: (now["chance_15_percent"], now["chance_15_reason"]),
        30: (now["chance_30_percent"], now["chance_30_reason"]),
        60: (now["chance_60_percent"], now["chance_60_reason"]),
    }
    for minutes, (percent, reason) in told.items():
        if percent is not None:
            shown.append(f"{percent} % within {minutes} min")
        elif reason is not None:
            reasons.setdefault(reason, []).append(str(minutes))
    looked = dt.datetime.fromisoformat(now["observed_at"]).astimezone(zone(park.timezone))
    said = (
        [f"Chance to run again, as of {looked:%H:%M} {zone_name(looked)}: {', '.join(shown)}."]
        if shown
        else []
    )
    for why, lengths in reasons.items():
        what = f"within {', '.join(lengths)} min" if shown or len(reasons) > 1 else "to run again"
        said.append(f"No chance {what} is shown: {CHANCE_REASONS[why]}.")
    return " ".join(said)


def _end(park: ParkProfile, ride: RideProfile, outage: Outage, ended_at: int, root: str) -> atom.AtomEntry:
    """The end, as far as it was seen: a length that is a lower bound says so (R9)."""
    since, until = _when(outage.started_at, park.timezone), _until(outage, ended_at, park.timezone)
    is_lost, state = outage.ended_by is EndedBy.LOST, "down" if outage.counted else "closed"
    lost = f"{'at least ' if is_lost else ''}{duration(outage.downtime_seconds)}"
    if is_lost:
        outcome = f"Last seen {state}"
    else:
        outcome = f"No longer {state}" if outage.reopened else "Did not reopen"
    of_what = "open time lost" if outage.counted else "open time closed"
    kind = _KIND_WORDS[outage.kind] if outage.counted else _NOT_COUNTED
    return atom.AtomEntry(
        id=_id(outage, "end", root),
        title=f"{outcome}: {ride.name} ({lost})",
        updated=ended_at,
        summary=(
            f"{ride.name} at {park.name} was {state} from {since} until {until}: {lost} of {of_what}. {kind}"
        ),
        page=root + _ride_path(ride),
        category="reopening" if outage.reopened else "closed",
    )


def _id(outage: Outage, what: str, root: str) -> str:
    path = f"rides/{outage.ride_id}/outages/{outage.started_at}/{what}"
    return atom.tag_uri(root, atom.day_of(outage.started_at), path)


def _when(instant: int, timezone: str) -> str:
    local = from_unix(instant).astimezone(zone(timezone))
    return f"{local:%H:%M} {zone_name(local)} on {local.day} {local:%B %Y}"


def _until(outage: Outage, ended_at: int, timezone: str) -> str:
    """The clock alone where it ended on the day it began."""
    local = from_unix(ended_at)
    if local_day(local, timezone) != local_day(from_unix(outage.started_at), timezone):
        return _when(ended_at, timezone)
    here = local.astimezone(zone(timezone))
    return f"{here:%H:%M} {zone_name(here)}"
