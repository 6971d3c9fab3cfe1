"""A bounded memory of what was used last: ready answers by bytes, intermediate tables by number."""

from __future__ import annotations

import gzip
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import brotli

T = TypeVar("T")

MIN_COMPRESSED_BYTES = 1_024
BINARY_TYPES = ("image/png", "application/vnd.apache.parquet")
"""Types that are no text, and compressed in themselves."""
_ENCODERS: Mapping[str, Callable[[bytes], bytes]] = {
    "br": lambda body: brotli.compress(body, quality=BROTLI_QUALITY),
    "gzip": lambda body: gzip.compress(body, 6, mtime=0),
}
ENCODINGS = tuple(_ENCODERS)
"""The encodings that a text may be sent in, as ``Accept-Encoding`` calls them; the one we prefer first."""

BROTLI_QUALITY = 5
"""About the time of gzip for a tenth less; the qualities from 9 on take many times as long."""

_WORTH_WHILE = 0.95
"""A body that compression makes hardly smaller is better sent as it is."""


@dataclass(frozen=True, slots=True)
class CachedAnswer:
    """A ready body with the tag that stands for it in every encoding."""

    body: bytes
    etag: str
    mimetype: str
    headers: Mapping[str, str] = field(default_factory=dict)
    _encoded: dict[str, bytes] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, body: bytes, mimetype: str, headers: Mapping[str, str] | None = None) -> CachedAnswer:
        """Tag a body. Equal bodies have equal tags, on every host."""
        return cls(body, hashlib.blake2b(body, digest_size=16).hexdigest(), mimetype, headers or {})

    @property
    def size(self) -> int:
        """Bytes held, at most about."""
        return len(self.body) * 3 // 2

    def best_of(self, encodings: Sequence[str]) -> tuple[str, bytes]:
        """The first of the ``encodings`` that pays, and the body in it; "" and the plain body if none does.

        A body is compressed when it is first asked for.

        :param encodings: some of :data:`ENCODINGS`, best first.
        """
        if len(self.body) < MIN_COMPRESSED_BYTES or self.mimetype.startswith(BINARY_TYPES):
            return "", self.body
        for name in encodings:
            encoded = self._encoded.get(name)
            if encoded is None:
                encoded = self._encoded[name] = _ENCODERS[name](self.body)
            if len(encoded) <= _WORTH_WHILE * len(self.body):
                return name, encoded
        return "", self.body


class LeastRecentlyUsed(Generic[T]):
    """At most ``entries`` values of at most ``total_size`` together; what was used longest ago goes first.

    Values may be of a version of the store. Nobody asks for one of an older version again, so those go with
    the first value of a newer one.
    """

    def __init__(self, entries: int, total_size: int) -> None:
        self._entries = entries
        self._total_size = total_size
        self._held: OrderedDict[Hashable, tuple[T, int, int | None]] = OrderedDict()
        self._size = 0
        self._newest = 0
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> T | None:
        """The value under ``key``, or null."""
        with self._lock:
            found = self._held.get(key)
            if found is None:
                return None
            self._held.move_to_end(key)
            return found[0]

    def put(self, key: Hashable, value: T, size: int = 1, version: int | None = None) -> None:
        """Keep ``value``; one that is larger than the whole memory is not kept.

        :param version: of the store that it was made from; null for one that outlives versions.
        """
        if size > self._total_size:
            return
        with self._lock:
            replaced = self._held.pop(key, None)
            self._size += size - (replaced[1] if replaced else 0)
            self._held[key] = (value, size, version)
            if version is not None and version > self._newest:
                self._newest = version
                self._drop_older()
            while len(self._held) > self._entries or self._size > self._total_size:
                self._size -= self._held.popitem(last=False)[1][1]

    def drop(self, key: Hashable) -> None:
        """Forget ``key``, if it is held."""
        with self._lock:
            self._size -= self._held.pop(key, (None, 0, None))[1]

    def items(self) -> list[tuple[Hashable, T]]:
        """All that is held."""
        with self._lock:
            return [(key, value) for key, (value, _size, _version) in self._held.items()]

    def _drop_older(self) -> None:
        older = [
            key
            for key, (_value, _size, version) in self._held.items()
            if version is not None and version < self._newest
        ]
        for key in older:
            self._size -= self._held.pop(key)[1]

    def __len__(self) -> int:
        return len(self._held)
