"""Settings of where things are kept: data folder, database and history files."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from pydantic import field_validator

from hallofshame.settings.fields import BaseAddress, Group, Listed, setting


class KeepingSettings(Group):
    """Where an installation keeps what it has."""

    data: Path = setting(
        Path("data"), "Folder for everything this installation keeps; made when missing.", "a folder"
    )
    database_url: str | None = setting(
        None,
        "The database; several hosts of one cluster with commas between them (`docs/cluster.md`). "
        "Unset: the SQLite file `hallofshame.sqlite` in the data folder.",
        "`sqlite:///file.sqlite` or `mysql+pymysql://user:password@host/name`",
        repr=False,
    )
    history: str | None = setting(
        None,
        "Where the sealed history files stand. Unset: `history` in the data folder.",
        "a folder, or `s3://bucket/folder`",
    )
    history_endpoint: BaseAddress | None = setting(
        None,
        "Where the bucket answers, if it is not Amazon's.",
        "an address with http:// or https://, without ? or #",
        repr=False,
    )
    history_region: str | None = setting(
        None, "The bucket's region. Unset: `AWS_REGION`.", "a region's name, such as `eu-west-1`"
    )
    history_access_key: str | None = setting(
        None, "Key id for the bucket. Unset: `AWS_ACCESS_KEY_ID`.", "a key id", repr=False
    )
    history_secret_key: str | None = setting(
        None, "Secret key for the bucket. Unset: `AWS_SECRET_ACCESS_KEY`.", "a secret key", repr=False
    )

    import_folders: Listed = setting(
        (),
        "Places that imports started through the admin API may read, with all below them. Unset: none.",
        "folders and `s3://bucket/folder`, with commas between them",
    )

    @field_validator("history")
    @classmethod
    def _place(cls, value: str | None) -> str | None:
        if value is not None and "://" in value:
            parts = urlsplit(value)
            if parts.scheme != "s3" or not parts.hostname or parts.query or parts.fragment or parts.username:
                raise ValueError("neither a folder nor a bucket")
        return value

    @field_validator("import_folders")
    @classmethod
    def _places(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        for value in values:
            if "://" in value:
                cls._place(value)
            elif not Path(value).is_absolute():
                raise ValueError(f"{value!r} is not an absolute path")
        return values

    @property
    def database(self) -> str:
        """The database's URL, the default filled in."""
        return self.database_url or f"sqlite:///{self.default_database_file}"

    @property
    def default_database_file(self) -> Path:
        """Where the database is while :attr:`database_url` is unset."""
        return self.data / "hallofshame.sqlite"

    @property
    def history_place(self) -> str:
        """:attr:`history`, the default filled in."""
        return self.history or str(self.data / "history")
