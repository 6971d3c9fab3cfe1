"""The ``.env`` file, for settings and ``doctor``; refused in one line where it cannot be understood."""

from __future__ import annotations

import io
from pathlib import Path

from dotenv import dotenv_values
from dotenv.parser import parse_stream

from hallofshame.domain.errors import SettingsError

ENV_FILE = Path(".env")

_MARKS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}
"""How a file begins that is not what we read."""


def read_env_file(path: Path = ENV_FILE) -> dict[str, str]:
    """The variables of the file; none where there is no file. A byte order mark at its start is ignored.

    :raises SettingsError: naming the file, the line and the column, for a folder, for a file that may not be
        read, for one that is not UTF-8 text, and for a line that is no ``NAME=value``. Values are not quoted,
        since they may be passwords.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return {}
    except IsADirectoryError:
        raise SettingsError(
            f"{path} is a folder; settings are read from a file of that name: rename the folder"
        ) from None
    except OSError as error:
        raise SettingsError(
            f"{path} cannot be read ({error.strerror}); give this user the right to read it"
        ) from error
    text = _text(path, content)
    for binding in parse_stream(io.StringIO(text)):
        if binding.error:
            raise SettingsError(
                f"{path}, line {binding.original.line}: cannot be read; write NAME=value, and a value with "
                "special characters in single quotes"
            )
    found = dotenv_values(stream=io.StringIO(text))
    return {name: value for name, value in found.items() if value is not None}


def _text(path: Path, content: bytes) -> str:
    for mark, encoding in _MARKS.items():
        if content.startswith(mark):
            raise SettingsError(f"{path} is {encoding}; save it as UTF-8")
    if b"\0" in content:
        where = _place(content, content.index(b"\0"))
        raise SettingsError(f"{path}, {where}: there is a NUL character; save the file as UTF-8 text")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # The position is one of what follows the mark.
        at = error.start + len(content) - len(error.object)
        byte = content[at]
        raise SettingsError(
            f"{path}, {_place(content, at)}: the byte 0x{byte:02x} is not UTF-8; save the file as UTF-8"
        ) from None


def _place(content: bytes, at: int) -> str:
    before = content[:at]
    line_start = before.rfind(b"\n") + 1
    column = len(before[line_start:].decode("utf-8", "replace").removeprefix("\ufeff")) + 1
    line = before.count(b"\n") + 1
    return f"line {line}, column {column}"
