"""A sponsor's picture with link and words, shown below every page where the settings name one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

MAX_PICTURE_BYTES = 512 * 1024
TYPES = {
    ".png": ("image/png", b"\x89PNG\r\n\x1a\n"),
    ".jpg": ("image/jpeg", b"\xff\xd8\xff"),
    ".jpeg": ("image/jpeg", b"\xff\xd8\xff"),
    ".gif": ("image/gif", b"GIF8"),
    ".webp": ("image/webp", b"RIFF"),
    ".svg": ("image/svg+xml", b""),
}
"""Kinds of pictures by the end of a file's name, and how such a file begins."""


@dataclass(frozen=True, slots=True)
class Sponsor:
    """``image`` is a file that this program serves itself, or the address of a picture on another host."""

    image: Path | str
    text: str
    url: str | None = None

    @property
    def foreign_origin(self) -> str | None:
        """Scheme and host that browsers fetch the picture from; ``None`` where that is this site."""
        if isinstance(self.image, Path):
            return None
        parts = urlsplit(self.image)
        return f"{parts.scheme}://{parts.netloc}"


def is_address(image: str) -> bool:
    """Whether an image is named by an address on another host."""
    return image.startswith("https://")


def picture_file(image: str, data: Path) -> Path:
    """The file of an image that is named by its path in the data folder.

    :raises ValueError: for a file outside that folder or missing, one over 512 KiB, and one that is no
        picture of the kind its name says.
    """
    folder = data.resolve()
    file = (folder / image).resolve()
    if not file.is_relative_to(folder) or not file.is_file():
        raise ValueError("no file of the data folder")
    content = file.read_bytes()
    if len(content) > MAX_PICTURE_BYTES:
        raise ValueError(f"over {MAX_PICTURE_BYTES // 1024} KiB")
    _mimetype, begin = TYPES.get(file.suffix.lower(), ("", None))
    if begin is None or not content.startswith(begin):
        raise ValueError("no picture of that kind")
    if file.suffix.lower() == ".svg" and b"<svg" not in content[:4096]:
        raise ValueError("no picture of that kind")
    return file
