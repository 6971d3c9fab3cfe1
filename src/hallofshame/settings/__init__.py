"""Settings: read from the environment, a ``.env`` file or secrets, checked at start, documented one by one.

One module per subject declares its fields, one reads them, one describes them. ``docs/settings.md`` holds the
table of :func:`documented`; a test keeps the two alike.
"""

from hallofshame.settings.described import Documented, accepts_of, documented, env_example, misspelt
from hallofshame.settings.everything import Settings
from hallofshame.settings.fields import PREFIX, variable
from hallofshame.settings.reading import environment, given_names, load, secrets_folders

__all__ = [
    "PREFIX",
    "Documented",
    "Settings",
    "accepts_of",
    "documented",
    "env_example",
    "environment",
    "given_names",
    "load",
    "misspelt",
    "secrets_folders",
    "variable",
]
