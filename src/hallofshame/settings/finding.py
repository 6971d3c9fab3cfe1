"""Settings that say where further settings are kept: a folder of secrets, a secrets manager."""

from __future__ import annotations

from pydantic import field_validator

from hallofshame.settings.fields import Group, Listed, setting
from hallofshame.settings.secrets_managers import read_place


class FindingSettings(Group):
    """Where secrets are read from. These settings themselves come from the environment or ``.env``."""

    secrets_folder: Listed = setting(
        (),
        "Folders with one file per setting, named as its variable, which holds the value. "
        "Unset: the folder of systemd's `LoadCredential`, where the unit has one.",
        "folders with commas between them, such as `/run/secrets`; the last one that has a file wins",
    )
    secrets_manager: str = setting(
        "",
        "A secrets manager that holds settings under the names of their variables. Unset: none is asked.",
        "`aws:NAME` (a secret whose value is a JSON object), `aws-parameters:/PATH`, "
        "`azure:https://NAME.vault.azure.net` or `gcp:PROJECT`",
    )

    @field_validator("secrets_manager")
    @classmethod
    def _manager(cls, value: str) -> str:
        if value:
            read_place(value)
        return value
