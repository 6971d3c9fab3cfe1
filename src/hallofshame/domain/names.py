"""Names of rides and parks: how two spellings of one thing are recognised (R2, R14)."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from hallofshame.domain.words import RideKind

_TRAILING_NUMBER = re.compile(r"\s*\(\s*\d+\s*\)\s*$")
_TRAILING_NOTE = re.compile(r"\s*[-–—:]\s*now open!?\s*$", re.IGNORECASE)
_MARKS = re.compile(r"[™®©℠]")
_APOSTROPHES = re.compile(r"['’‘`´]")
_MEETING = re.compile(r"^meet\b|\bmeet and greet\b|\bcharacter (?:meet|greeting)")
_NOT_WORD = re.compile(r"[^\w]+", re.UNICODE)

_MAX_QUOTED = 80


@lru_cache(maxsize=65_536)
def normalise(name: str) -> str:
    """The form under which two spellings of one name compare equal (R14).

    Case, accents, ™ and ®, punctuation, a trailing ``(155)`` and a trailing ``- Now Open!`` do not count.
    Letters without a Latin form are kept, so Japanese names stay distinct.
    """
    text = _MARKS.sub("", name)
    text = _TRAILING_NOTE.sub("", text)
    text = _TRAILING_NUMBER.sub("", text)
    text = _APOSTROPHES.sub("", text)
    text = text.replace("&", " and ")
    if not text.isascii():
        decomposed = unicodedata.normalize("NFKD", text)
        latin = (char for char in decomposed if not (unicodedata.combining(char) and ord(char) < 0x0370))
        text = unicodedata.normalize("NFC", "".join(latin))
    return _NOT_WORD.sub(" ", text.casefold()).replace("_", " ").strip()


def match_key(name: str) -> str:
    """The form under which two names are taken to be one ride's (R14): :func:`normalise`.

    A name without any letter or digit matches nothing but itself, letter for letter; its key cannot be the
    normalised form of any other.
    """
    return normalise(name) or f"={name.strip()}"


def kind_named(name: str) -> RideKind:
    """The kind of an entity whose source calls everything a ride: a character meeting is none."""
    return RideKind.MEET_AND_GREET if _MEETING.search(normalise(name)) else RideKind.ATTRACTION


def slugify(name: str) -> str:
    """A name for use in an address: ``Disney's Animal Kingdom`` → ``disneys-animal-kingdom``."""
    return normalise(name).replace(" ", "-")


def clipped(text: str, length: int) -> str:
    """``text`` as every database takes it: without half surrogate pairs, at most ``length`` characters.

    What is cut ends in "…". No blanks at either end: MariaDB does not tell them apart in a key.
    """
    clean = text[: 4 * length].encode("utf-8", "replace").decode("utf-8").strip()
    return clean if len(clean) <= length else f"{clean[: length - 1].rstrip()}…"


def quoted(text: str) -> str:
    """What somebody gave, as a message quotes it: control characters spelled out, cut where overlong."""
    return repr(text if len(text) <= _MAX_QUOTED else text[:_MAX_QUOTED] + "…")
