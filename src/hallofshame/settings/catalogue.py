"""Settings of the parks, and of the files that correct what is known of them and their rides."""

from __future__ import annotations

from pathlib import Path

from pydantic import field_validator

from hallofshame.settings.fields import Group, Listed, setting


class CatalogueSettings(Group):
    """Which parks there are, and what was decided by hand."""

    parks: Listed = setting(
        (), "Only these parks, by slug. Unset: all of the catalogue.", "park slugs with commas between them"
    )
    catalogue_file: Path | None = setting(
        None,
        "Further parks, or corrected ones, in the form of `docs/catalogue.md`.",
        "a CSV file that exists",
    )
    tier_overrides_file: Path | None = setting(
        None, "Tiers decided by hand, in the form of `docs/catalogue.md`.", "a CSV file that exists"
    )
    type_overrides_file: Path | None = setting(
        None, "Ride types decided by hand, in the form of `docs/catalogue.md`.", "a CSV file that exists"
    )
    signals_file: Path | None = setting(
        None,
        "What feeds can tell of parks, decided by hand, in the form of `docs/catalogue.md`.",
        "a CSV file that exists",
    )
    ride_mapping_file: Path | None = setting(
        None, "Rides that names do not tell apart or together (R14).", "a CSV file that exists"
    )

    @field_validator(
        "catalogue_file", "tier_overrides_file", "type_overrides_file", "signals_file", "ride_mapping_file"
    )
    @classmethod
    def _exists(cls, value: Path | None) -> Path | None:
        if value is not None and not value.is_file():
            raise ValueError("no such file")
        return value
