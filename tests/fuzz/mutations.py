"""Damaged copies of recorded bodies: bits, bytes and pieces of text, and values inside the JSON."""

from __future__ import annotations

import gzip
import json
import marshal
import random
import zlib
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from support.hostile_bodies import HOSTILE

MOST_BYTES = 400_000
"""Bodies are let grow up to here: larger ones cost time and find nothing more."""

_HOSTILE = [marshal.dumps(value) for value in HOSTILE]

PIECES = (
    *(b"null", b"true", b"-1", b"601", b"1e999", b"-0", b"1E400", b"NaN", b"Infinity", b"9" * 4_400),
    *(b'"\\ud800"', b'"\\u0000"', b'"\xff"', b"\xef\xbb\xbf", b"\x00", b"\xc0\xaf", b'"', b"\\", b"\n"),
    *(b"[" * 1_500, b'{"a":' * 1_500, b"]", b"}", b",", b":", b"[]", b"{}", b'"' + b"x" * 5_000 + b'"'),
    *(b'"0001-01-01T00:00:00+14:00"', b'"9999-12-31T23:59:59-14:00"', b'"2026-02-30"', b'"24:00"'),
    *(b'"OPERATING"', b'"DOWN"', b'"PARK"', b'"id":', b'"name":', b'"queue":', b'"STANDBY":'),
)


def damaged(chance: random.Random, body: bytes, others: list[bytes]) -> bytes:
    """``body`` after one to four changes; ``others`` are what pieces of may be spliced in."""
    # Damage to the text is mostly refused at once: two of three bodies are sound JSON with other values.
    if chance.random() < 0.65:
        return _revalue(chance, body, others)
    for _ in range(chance.choice((1, 1, 1, 2, 3, 4))):
        body = chance.choice(_CHANGES)(chance, body, others)[:MOST_BYTES]
    return body


def _flip(chance: random.Random, body: bytes, _others: list[bytes]) -> bytes:
    changed = bytearray(body)
    for _ in range(chance.choice((1, 1, 2, 8))):
        if changed:
            changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _span(chance: random.Random, body: bytes) -> tuple[int, int]:
    start = chance.randint(0, len(body))
    return start, min(len(body), start + chance.choice((1, 2, 8, 40, 300, 5_000)))


def _cut_out(chance: random.Random, body: bytes, _others: list[bytes]) -> bytes:
    start, end = _span(chance, body)
    return body[:start] + body[end:]


def _cut_off(chance: random.Random, body: bytes, _others: list[bytes]) -> bytes:
    return body[: chance.randint(0, len(body))]


def _repeat(chance: random.Random, body: bytes, _others: list[bytes]) -> bytes:
    start, end = _span(chance, body)
    return body[:end] + body[start:end] * chance.choice((1, 1, 2, 50)) + body[end:]


def _put_in(chance: random.Random, body: bytes, _others: list[bytes]) -> bytes:
    start = chance.randint(0, len(body))
    return body[:start] + chance.choice(PIECES) + body[start:]


def _put_over(chance: random.Random, body: bytes, _others: list[bytes]) -> bytes:
    start, end = _span(chance, body)
    return body[:start] + chance.choice(PIECES) + body[end:]


def _splice(chance: random.Random, body: bytes, others: list[bytes]) -> bytes:
    other = chance.choice(others)
    return body[: chance.randint(0, len(body))] + other[chance.randint(0, len(other)) :]


def _revalue(chance: random.Random, body: bytes, others: list[bytes]) -> bytes:
    """Change values inside the JSON, so that the text stays sound and the readers are reached."""
    try:
        value = marshal.loads(_parsed(body))  # noqa: S302 - our own
        for _ in range(chance.choice((1, 1, 2, 5))):
            value = _with_other_value(chance, value)
        return json.dumps(value).encode()[:MOST_BYTES]
    except (ValueError, RecursionError):
        return _flip(chance, body, others)


@lru_cache(maxsize=256)
def _parsed(body: bytes) -> bytes:
    """The JSON of a body in a form that is quickly read again."""
    return marshal.dumps(json.loads(body))


def _with_other_value(chance: random.Random, value: Any, depth: int = 0) -> Any:
    """``value`` with something else at a place that a walk from the top comes to, mostly deep inside."""
    if not isinstance(value, dict | list) or not value or chance.random() < 0.03 * depth:
        # A copy: it may be changed in its turn.
        return marshal.loads(chance.choice(_HOSTILE))  # noqa: S302 - our own
    place: Any = chance.choice(list(value)) if isinstance(value, dict) else chance.randrange(len(value))
    how = chance.random()
    if how < 0.02:
        del value[place]
    elif how < 0.1 and isinstance(value, list):
        value.extend([value[place]] * chance.choice((1, 3, 40)))
    elif how < 0.15 and isinstance(value, dict):
        value[chance.choice(list(value))] = value[place]
    else:
        value[place] = _with_other_value(chance, value[place], depth + 1)
    return value


def _packed(chance: random.Random, body: bytes, _others: list[bytes]) -> bytes:
    """As the archive packs its files, and as it should not: damaged, twice, or a bomb."""
    how = chance.randrange(5)
    if how == 0:
        return zlib.compress(body)
    if how == 1:
        return gzip.compress(body)
    if how == 2:
        return zlib.compress(zlib.compress(body))
    if how == 3:
        return zlib.compress(body[:200] + b" " * 300_000 + body[200:])
    return _flip(chance, zlib.compress(body), [])


_CHANGES: tuple[Callable[[random.Random, bytes, list[bytes]], bytes], ...] = (
    *(_revalue, _revalue, _put_over, _put_over, _put_in, _flip, _cut_out, _cut_off, _repeat),
    *(_splice, _packed),
)
