"""A bounded memory of what was used last: ready answers by bytes, intermediate tables by number."""

from __future__ import annotations

import gzip
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")

MIN_COMPRESSED_BYTES = 1_024
BINARY_TYPES = ("image/png", "application/vnd.apache.parquet")
"""Types that are no text, and compressed in themselves."""
_WORTH_WHILE = 0.95
"""A body that compression makes hardly smaller is better sent as it is."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A ready body, plain and (where it pays) gzipped, with the tag that stands for both."""

    body: bytes
    compressed: bytes | None
    etag: str
    mimetype: str
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, body: bytes, mimetype: str, headers: Mapping[str, str] | None = None) -> Answer:
        """Compress and tag a body. Equal bodies have equal tags, on every host."""
        may_pay = len(body) >= MIN_COMPRESSED_BYTES and not mimetype.startswith(BINARY_TYPES)
        compressed = gzip.compress(body, 6, mtime=0) if may_pay else None
        if compressed is not None and len(compressed) > _WORTH_WHILE * len(body):
            compressed = None
        digest = hashlib.blake2b(body, digest_size=16).hexdigest()
        return cls(body, compressed, digest, mimetype, headers or {})

    @property
    def size(self) -> int:
        """Bytes held."""
        return len(self.body) + len(self.compressed or b"")


class LeastRecentlyUsed(Generic[T]):
    """At most ``entries`` values of at most ``total_size`` together; what was used longest ago goes first."""

    def __init__(self, entries: int, total_size: int) -> None:
        self._entries = entries
        self._total_size = total_size
        self._held: OrderedDict[Hashable, tuple[T, int]] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> T | None:
        """The value under ``key``, or null."""
        with self._lock:
            found = self._held.get(key)
            if found is None:
                return None
            self._held.move_to_end(key)
            return found[0]

    def put(self, key: Hashable, value: T, size: int = 1) -> None:
        """Keep ``value``; one that is larger than the whole memory is not kept."""
        if size > self._total_size:
            return
        with self._lock:
            replaced = self._held.pop(key, None)
            self._size += size - (replaced[1] if replaced else 0)
            self._held[key] = (value, size)
            while len(self._held) > self._entries or self._size > self._total_size:
                self._size -= self._held.popitem(last=False)[1][1]

    def __len__(self) -> int:
        return len(self._held)
