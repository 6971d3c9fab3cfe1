"""What is known of a ride beside its status, as fields of a row."""

from __future__ import annotations

from hallofshame.store.reports.catalogue import RideProfile
from hallofshame.web.envelope import Row


def fact_fields(ride: RideProfile) -> Row:
    """Its own place, limits of height and roof, with who says so."""
    facts = ride.facts
    return {
        "latitude": ride.latitude,
        "longitude": ride.longitude,
        "min_height_cm": facts.min_height_cm,
        "max_height_cm": facts.max_height_cm,
        "height_source": facts.height_source.value,
        "setting": facts.setting.value,
        "setting_source": facts.setting_source.value,
    }
