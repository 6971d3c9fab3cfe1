"""All settings of an installation as one frozen object."""

from __future__ import annotations

from hallofshame.settings.alerting import AlertSettings
from hallofshame.settings.catalogue import CatalogueSettings
from hallofshame.settings.collecting import CollectingSettings
from hallofshame.settings.finding import FindingSettings
from hallofshame.settings.following import FollowingSettings
from hallofshame.settings.keeping import KeepingSettings
from hallofshame.settings.running import RunningSettings
from hallofshame.settings.serving import ServingSettings
from hallofshame.settings.sponsoring import SponsorSettings


# The fields of the last base come first: in this order docs and `.env.example` list them.
class Settings(
    FindingSettings,
    FollowingSettings,
    AlertSettings,
    RunningSettings,
    CollectingSettings,
    CatalogueSettings,
    SponsorSettings,
    ServingSettings,
    KeepingSettings,
):
    """Everything an installation may decide. Read it with :func:`~hallofshame.settings.load`.

    >>> settings = Settings(_env_file=None, parks="gardaland, efteling", cadence_seconds=600)
    >>> settings.parks, settings.cadence_seconds
    (('gardaland', 'efteling'), 600)
    """
