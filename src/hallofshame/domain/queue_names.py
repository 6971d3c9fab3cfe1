"""Entries of a feed that are a queue of a ride and no ride: how their names tell (R2, queues among rides)."""

from __future__ import annotations

from functools import lru_cache

from hallofshame.domain.names import normalise
from hallofshame.domain.words import QueueType

_SINGLE_RIDER = ("single rider", "single riders", "singlerider")
_TERMS: dict[QueueType, tuple[str, ...]] = {
    QueueType.SINGLE_RIDER: _SINGLE_RIDER,
    QueueType.RETURN_TIME: ("virtualline", "virtual line", "virtual queue", "virtualqueue"),
    QueueType.PAID_RETURN_TIME: (
        *("lightning lane", "lightninglane", "lightning lane multi pass", "lightning lane single pass"),
        *("premier access", "premier access one", "premier access ultimate", "disney premier access"),
    ),
    QueueType.PAID_STANDBY: (
        *("express", "express pass", "fast pass", "fastpass", "fast lane", "fastlane", "fast lane plus"),
        *("fast track", "fasttrack", "fastrack", "quick queue", "quickqueue", "flash pass", "flashpass"),
        *("energy pass", "energypass", "universal express", "universal express pass", "the flash pass"),
    ),
}
"""Normalised words before or after the name of a ride that make a queue of it, by kind of queue."""

_PLACES = ("line", "lane", "queue", "entrance", "entry", "access")
"""What may follow those words: "Single Rider Line", "Energy Pass Entrance"."""

_LINKS = ("for ", "of ", "at ")
"""What may stand between such words and the name behind them: "Virtual Queue for …"."""

_COUNTERS = (" kol licznik", " licznik", " licz")
"""How a park in Poland ends the names of the counters at its queues."""


def _spelled_out() -> dict[str, QueueType]:
    terms = {term: kind for kind, terms in _TERMS.items() for term in terms}
    return terms | {f"{term} {place}": kind for term, kind in terms.items() for place in _PLACES}


_SPELLED_OUT = _spelled_out()


@lru_cache(maxsize=65_536)
def queue_forms(name: str) -> tuple[tuple[str, QueueType], ...]:
    """What ``name`` would be a queue of, if an entry of the park is called so: (:func:`squeezed` name, kind).

    Empty for nearly all names. ``"VirtualLine: Voltron"`` gives ``(("voltron", RETURN_TIME),)``.
    """
    text = normalise(name)
    found: dict[str, QueueType] = {}
    for term, kind in _SPELLED_OUT.items():
        if text.endswith(f" {term}"):
            found.setdefault(squeezed(text[: -len(term)]), kind)
        if text.startswith(f"{term} "):
            rest = text[len(term) + 1 :]
            for shorter in (rest, *(rest.removeprefix(link) for link in _LINKS)):
                for bare in (shorter, *(shorter.removesuffix(counter) for counter in _COUNTERS)):
                    found.setdefault(squeezed(bare), kind)
    found.pop("", None)
    return tuple(found.items())


@lru_cache(maxsize=65_536)
def is_single_rider(name: str) -> bool:
    """Whether a name ends in "Single Rider": always a queue, even of a ride that nobody knows (R2)."""
    text = normalise(name)
    endings = {end for end, kind in _SPELLED_OUT.items() if kind is QueueType.SINGLE_RIDER}
    return any(text.endswith(f" {end}") for end in endings)


@lru_cache(maxsize=65_536)
def squeezed(name: str) -> str:
    """The form in which the rest of a queue's name is compared: "Space Booster" is "Spacebooster"."""
    return normalise(name).replace(" ", "")
