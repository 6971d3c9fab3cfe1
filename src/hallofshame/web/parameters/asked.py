"""The parameters of one request as they were sent, before anything reads them."""

from __future__ import annotations

from collections.abc import Iterable

from werkzeug.datastructures import MultiDict

from hallofshame.domain.errors import InputError
from hallofshame.domain.names import quoted
from hallofshame.web.errors import UnknownParameterError

MAX_SHOWN = 80
"""So much of what was sent is repeated in a refusal."""


class Parameters:
    """The parameters of one request. Names outside ``allowed``, and names given twice, are refused.

    A declaration reads its value (:class:`~hallofshame.web.parameters.declared.ParameterOf`):

        limit = LIMIT.read(asked)
    """

    def __init__(self, values: MultiDict[str, str], allowed: Iterable[str] = ()) -> None:
        names = sorted(allowed)
        for name in values:
            if name not in names:
                takes = f"it takes {', '.join(names)}" if names else "it takes no parameters"
                raise UnknownParameterError(
                    f"unknown parameter {quoted(name)}; {takes}", parameter=name[:MAX_SHOWN]
                )
            if len(values.getlist(name)) > 1:
                raise InputError(f"{name} is given more than once; give it once", parameter=name)
        self._values = values
        self.allowed = frozenset(names)

    def text(self, name: str) -> str | None:
        """The value, or null where it is absent or empty (a form sends empty fields along).

        :raises LookupError: for a name that was not declared, which is a fault of this program.
        """
        if name not in self.allowed:
            raise LookupError(
                f"parameter {name} is read but not declared; declare it with the endpoint or page"
            )
        return self._values.get(name) or None
