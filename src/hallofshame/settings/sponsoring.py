"""Settings of the optional sponsor at the foot of every page."""

from __future__ import annotations

import re

from pydantic import ValidationInfo, field_validator

from hallofshame.settings.fields import check_address, setting
from hallofshame.settings.keeping import KeepingSettings
from hallofshame.sponsor import Sponsor, is_address, picture_file


class SponsorSettings(KeepingSettings):
    """Whom every page names; a picture may lie in the data folder."""

    sponsor_image: str | None = setting(
        None,
        "A sponsor's picture at the foot of every page. Unset: none. A file is served by this program; "
        "an address makes browsers ask that host.",
        "a PNG, JPEG, GIF, WebP or SVG file in the data folder, at most 512 KiB, or an address with https://",
    )
    sponsor_text: str | None = setting(
        None,
        "The words beside the sponsor's picture; needed with it.",
        "a text of at most 200 characters, with a picture",
        max_length=200,
        validate_default=True,
    )
    sponsor_url: str | None = setting(
        None,
        "Where the sponsor's picture and words lead. Unset: nowhere.",
        "an address with http:// or https:// and a host, without blanks, with a picture",
    )

    @field_validator("sponsor_image")
    @classmethod
    def _picture(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None and is_address(value):
            # It also stands in a header, where a blank or a semicolon would begin something new.
            check_address(value)
            if re.search(r"[\"'<>;@,]", value):
                raise ValueError("not an address")
        elif value is not None and "data" in info.data:
            picture_file(value, info.data["data"])
        return value

    @field_validator("sponsor_text", "sponsor_url")
    @classmethod
    def _beside_picture(cls, value: str | None, info: ValidationInfo) -> str | None:
        # A picture that is itself unusable is missing here, and told of on its own.
        if "sponsor_image" not in info.data:
            return value
        has_picture = info.data["sponsor_image"] is not None
        if value is None and has_picture and info.field_name == "sponsor_text":
            raise ValueError("a picture without words")
        if value is not None and not has_picture:
            raise ValueError("there is no picture")
        if value is not None and info.field_name == "sponsor_url":
            check_address(value)
        return value

    @property
    def sponsor(self) -> Sponsor | None:
        """Whom every page names at its foot."""
        if self.sponsor_image is None:
            return None
        image = self.sponsor_image
        shown = image if is_address(image) else picture_file(image, self.data)
        return Sponsor(shown, self.sponsor_text or "", self.sponsor_url)
