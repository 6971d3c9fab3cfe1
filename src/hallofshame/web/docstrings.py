"""What the docstring of an endpoint's function says of it: the same for every way of declaring one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class HasDescription:
    """Has a ``function`` whose docstring describes it to readers of the API."""

    function: Callable[..., Any]

    @property
    def summary(self) -> str:
        """The first line of the function's docstring."""
        return (self.function.__doc__ or "").strip().splitlines()[0].rstrip(".")

    @property
    def description(self) -> str:
        """The rest of the docstring."""
        lines = (self.function.__doc__ or "").strip().splitlines()[1:]
        return "\n".join(line.strip() for line in lines).strip()
