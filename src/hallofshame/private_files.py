"""Files that other users of the machine cannot read: how new ones are made and old ones closed.

A folder that we make belongs to its user alone (0700), a file in it too (0600). An operator who wants a group
to have access says so by the mode of the folder: in one that is open to its group and closed to all others
(chmod 750 or 770), new files are open to the group as far as the folder is. A file that is closed to others
already, however open to its group, stays as it is: that was somebody's wish.
"""

from __future__ import annotations

import os
import stat
import threading
from contextlib import suppress
from pathlib import Path

FOLDER_MODE = 0o700
FILE_MODE = 0o600

_GROUP, _OTHERS = 0o070, 0o007
_creating = threading.Lock()
"""Held until a new file is closed again, so that no thread of this process has locks on it by then."""
_GROUP_READ_WRITE = 0o060


def make_folder(folder: Path) -> None:
    """Make ``folder`` and what is missing above it, closed to others; what is there stays as it is.

    :raises OSError: when it cannot be made.
    """
    # Not mkdir(parents=True): it leaves the mode of those above to the umask, and who can write there can
    # put another folder in the place of ours.
    for missing in reversed([each for each in (folder, *folder.parents) if not each.exists()]):
        missing.mkdir(mode=FOLDER_MODE, exist_ok=True)
    folder.mkdir(mode=FOLDER_MODE, exist_ok=True)


def file_mode(folder: Path) -> int:
    """The mode of a new file in ``folder``."""
    mode = folder.stat().st_mode
    return FILE_MODE if mode & _OTHERS else FILE_MODE | (mode & _GROUP_READ_WRITE)


def private_opener(path: str, flags: int) -> int:
    """An ``opener`` for :func:`open`: a new file gets its mode as it is made, an old one keeps its own."""
    if not flags & os.O_CREAT:
        return os.open(path, flags)
    try:
        descriptor = os.open(path, flags | os.O_EXCL, FILE_MODE)
    except FileExistsError:
        return os.open(path, flags, FILE_MODE)
    os.fchmod(descriptor, file_mode(Path(path).absolute().parent))  # the umask may have cut the group off
    return descriptor


def create(file: Path) -> None:
    """Make an empty file where there is none. One that is there is not opened, not even for a moment.

    Whoever closes a file loses every lock that the process has on it (POSIX), so that opening a database file
    would let another process take SQLite's journal away from under our connections.

    :raises OSError: when it cannot be made.
    """
    with _creating, suppress(FileExistsError):
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL, FILE_MODE)
        try:
            os.fchmod(descriptor, file_mode(file.absolute().parent))  # the umask may have cut the group off
        finally:
            os.close(descriptor)


def write_text(file: Path, text: str) -> None:
    """Write a file whole: whoever reads it, and a crash, finds the old text or the new one.

    :raises OSError: when it cannot be written.
    """
    beside = file.with_name(f"{file.name}.new")
    with open(beside, "w", encoding="utf-8", newline="", opener=private_opener) as written:
        written.write(text)
        written.flush()
        os.fsync(written.fileno())
    beside.replace(file)


def is_open_to_others(path: Path) -> bool:
    """Whether a file or folder can be read, written or entered by users outside its group."""
    return path.exists() and bool(path.stat().st_mode & _OTHERS)


def close_to_others(file: Path) -> str | None:
    """Close a file of this user that is open to others; returns its old mode, ``-rw-r--r--``, if it was."""
    if not is_open_to_others(file) or file.stat().st_uid != os.geteuid():
        return None
    before = stat.filemode(file.stat().st_mode)
    file.chmod(file_mode(file.absolute().parent))
    return before
