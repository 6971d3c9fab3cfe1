"""What all tables share: naming of constraints, table options, column types."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, MetaData
from sqlalchemy.orm import DeclarativeBase

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

TABLE_OPTIONS: dict[str, Any] = {
    "mysql_engine": "InnoDB",
    "mysql_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_bin",
    "mariadb_engine": "InnoDB",
    "mariadb_charset": "utf8mb4",
    "mariadb_collate": "utf8mb4_bin",
}
"""Byte-wise comparison on MariaDB and MySQL, as on SQLite, so that keys mean the same everywhere."""

CLUSTERED: dict[str, Any] = {**TABLE_OPTIONS, "sqlite_with_rowid": False}
"""For tables read by ranges of their key: SQLite then keeps the rows in key order, as InnoDB does."""

SERVER_KEY = "server_primary_key"
"""Under this a table's ``info`` has its primary key on MariaDB and MySQL, where it is not the model's: there
every key of a partitioned table holds the column of its ranges."""

UnixSeconds = BigInteger
"""Every instant is stored as whole Unix seconds, UTC (R1): exact, comparable, the same on all databases."""


class Base(DeclarativeBase):
    """Base of all models."""

    metadata = MetaData(naming_convention=NAMING)
