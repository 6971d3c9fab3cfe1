"""What all shapes of answers share."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field, with_config

closed = with_config(ConfigDict(extra="forbid"))
"""An answer holds the fields of its shape and no others."""

Url = Annotated[str, Field(json_schema_extra={"format": "uri"})]
