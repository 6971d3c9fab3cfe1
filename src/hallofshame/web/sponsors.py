"""The sponsor below every page: its picture served from here, or one host that pages may fetch it from."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from flask import Flask, Response

from hallofshame.sponsor import TYPES, Sponsor
from hallofshame.web.cache import CachedAnswer
from hallofshame.web.responses import send
from hallofshame.web.static_files import MAX_AGE_SECONDS

PICTURE_SECURITY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""A drawing may hold scripts; opened by itself it runs none."""


@dataclass(frozen=True, slots=True)
class ShownSponsor:
    """What the template draws: the picture's address, the words and where they lead."""

    picture: str
    text: str
    url: str | None


def install_sponsor(app: Flask, sponsor: Sponsor | None) -> None:
    """Let pages show ``sponsor``, and serve its picture where it is a file.

    The file is read once: its address changes with its content, so that browsers may keep it.
    """
    shown = None
    if sponsor is not None:
        picture = _serve(app, sponsor.image) if isinstance(sponsor.image, Path) else sponsor.image
        shown = ShownSponsor(picture, sponsor.text, sponsor.url)
    app.jinja_env.globals["sponsor"] = shown


def _serve(app: Flask, file: Path) -> str:
    content = file.read_bytes()
    suffix = file.suffix.lower()
    address = f"/sponsor/{hashlib.blake2b(content, digest_size=6).hexdigest()}{suffix}"
    answer = CachedAnswer.of(content, TYPES[suffix][0], {"Content-Security-Policy": PICTURE_SECURITY})

    def picture() -> Response:
        return send(answer, MAX_AGE_SECONDS)

    app.add_url_rule(address, "sponsor_picture", picture, methods=["GET"])
    return address
