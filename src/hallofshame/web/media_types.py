"""Types of answers that several modules name."""

from __future__ import annotations

JSON_TYPE = "application/json; charset=utf-8"
