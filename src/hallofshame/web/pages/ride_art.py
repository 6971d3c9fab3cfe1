"""The picture above a ride's page, by what the ride is."""

from __future__ import annotations

from collections.abc import Mapping

from hallofshame.domain.ride_types import RideType

RIDE_ART: Mapping[str, str] = {
    RideType.COASTER: "coaster-hill",
    RideType.WATER_RIDE: "ride-water",
    RideType.WATER_SLIDE: "ride-water",
    RideType.POOL: "ride-water",
    RideType.DARK_RIDE: "ride-dark",
    RideType.FLAT_RIDE: "ride-carousel",
    RideType.DROP_TOWER: "ride-tower",
    RideType.TRACK_RIDE: "ride-track",
    RideType.SIMULATOR: "ride-simulator",
    RideType.TRANSPORT: "ride-train",
    RideType.SHOW: "ride-stage",
    RideType.MEET_AND_GREET: "ride-stage",
    RideType.WALKTHROUGH: "ride-walk",
    RideType.EXHIBIT: "ride-walk",
    RideType.PLAYGROUND: "ride-walk",
    RideType.GAME: "sun-and-tents",
    RideType.OTHER: "sun-and-tents",
    RideType.UNKNOWN: "sun-and-tents",
}
"""Files of ``templates/art``. What is of no type, or of one without a look of its own, has the fairground."""
