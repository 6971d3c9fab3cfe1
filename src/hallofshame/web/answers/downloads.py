"""The files of the record, as they are listed."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from hallofshame.web.answers.common import slugs
from hallofshame.web.shapes import closed

DATA_SETS = (
    "park-days",
    "ride-days",
    "park-hours",
    "outages",
    "snapshots",
    "queues",
    "cycles",
    "polls",
    "hours-of-parks",
    "hours-of-rides",
)
"""What files are of."""


@closed
class DownloadRow(TypedDict):
    """One file."""

    dataset: Annotated[
        str,
        Field(json_schema_extra=slugs(*DATA_SETS)),
    ]
    month: Annotated[str, Field(examples=["2026-08"])]
    day: Annotated[str | None, Field(description="The UTC day, where the file is of one day of the month.")]
    format: Annotated[
        str,
        Field(
            json_schema_extra=slugs("parquet", "csv", "excel"),
            description="`excel` is CSV that Excel reads with its accents.",
        ),
    ]
    is_partial: Annotated[bool, Field(description="The month is not over.")]
    is_open: Annotated[bool, Field(description="The day is not sealed: more may come.")]
    rows: Annotated[int | None, Field(description="Null for a file that is made when it is asked for.")]
    bytes: Annotated[int | None, Field(description="Length of the file.")]
    sha256: Annotated[str | None, Field(description="Checksum of the file, in hexadecimal.")]
    url: Annotated[str, Field(examples=["/api/downloads/park-days-2026-08.parquet"])]
