"""Settings as ``docs/settings.md``, ``.env.example`` and errors show them; spelling mistakes among them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hallofshame.settings.everything import Settings
from hallofshame.settings.fields import PREFIX, variable


@dataclass(frozen=True, slots=True)
class Documented:
    """One row of ``docs/settings.md``."""

    variable: str
    default: str
    accepts: str
    meaning: str


def documented() -> list[Documented]:
    """Every setting as the docs show it."""
    return [
        Documented(variable(name), _shown_default(field.default), accepts_of(name), field.description or "")
        for name, field in Settings.model_fields.items()
    ]


def env_example() -> str:
    """The text of ``.env.example``: every setting with its meaning, its default commented out."""
    lines = [
        "# Copy this file to .env, take the # away before what you change, and start again.",
        "# Variables of the environment go before it. docs/settings.md says the same as a table.",
    ]
    for row in documented():
        unset = row.default == "unset"
        value = "" if unset else row.default.strip("`")
        accepts = row.accepts.replace("`", "")
        meaning = row.meaning.replace("`", "")
        lines += ["", f"# {meaning}", f"# Accepts {accepts}.", f"#{row.variable}={value}"]
    return "\n".join(lines) + "\n"


def accepts_of(field: str) -> str:
    """What a field takes, in words."""
    extra = Settings.model_fields[field].json_schema_extra
    return str(extra["accepts"]) if isinstance(extra, Mapping) else ""


def misspelt(names: Iterable[str]) -> list[str]:
    """One sentence per variable that begins like a setting and is none."""
    known = [variable(name) for name in Settings.model_fields]
    found = sorted(name for name in set(names) if name.startswith(PREFIX) and name not in known)
    sentences = []
    for name in found:
        near = difflib.get_close_matches(name, known, 1, cutoff=0.85)
        remedy = f"did you mean {near[0]}?" if near else "docs/settings.md lists them all"
        sentences.append(f"{name} is no setting; {remedy}")
    return sentences


def _shown_default(value: object) -> str:
    if value is None or value == () or value == "":
        return "unset"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"
