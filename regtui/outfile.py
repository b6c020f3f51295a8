"""Files that regtui writes: whole or not at all, for their owner alone, and never through somebody else's link."""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from pathlib import Path

from regtui.text import printable

LINKS_LIMIT = 40  # as many symbolic links as Linux follows for one path


class WriteError(Exception):
    """The file was not written, and what was there is as it was; `str()` is a sentence with the path and the cause."""


def check_target(path: Path) -> Path:
    """Return where the file will lie, its own symbolic link followed; raises WriteError where it could not be written.

    Something like this is asked before a long task, so that its result is not lost for a mistyped path.
    """
    try:
        target = _target(path)
        if not os.access(target.parent, os.W_OK | os.X_OK):
            raise WriteError(f"{_shown(path)} cannot be written: {_shown(target.parent)} takes no new files")
    except (OSError, ValueError) as error:
        raise _failed(path, error) from error
    return target


def write_file(path: Path, data: bytes) -> None:
    """Write the data with mode 0600, in one step: a temporary file beside it takes its place. Raises WriteError."""
    target = check_target(path)
    temporary = ""
    try:
        # mkstemp makes the file anew (O_EXCL) and readable for its owner alone.
        descriptor, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:100]}-")
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(target)
        temporary = ""
    except (OSError, ValueError) as error:
        raise _failed(path, error) from error
    finally:
        if temporary:
            Path(temporary).unlink(missing_ok=True)


def private_folder(folder: Path) -> None:
    """Make a folder of regtui's own and those above it that are missing, each for the user alone.

    OSError, and nothing is made, where what is there belongs to somebody else: root must leave nothing in the home that
    `sudo` kept, and nobody may have laid the folder out for another.
    """
    missing = [folder]
    while not missing[-1].exists() and missing[-1] != missing[-1].parent:
        missing.append(missing[-1].parent)
    there = missing.pop()
    if missing and there.stat().st_uid != os.geteuid():
        raise PermissionError(errno.EACCES, "belongs to another user", str(there))
    for part in reversed(missing):
        part.mkdir(mode=0o700, exist_ok=True)
    info = folder.lstat()
    if stat.S_ISLNK(info.st_mode) and info.st_uid == os.geteuid():
        info = folder.stat()  # a link of one's own leads where one wants it
    if not stat.S_ISDIR(info.st_mode) or info.st_uid != os.geteuid():
        raise PermissionError(errno.EACCES, "is no folder of this user", str(folder))
    if info.st_mode & 0o077:
        folder.chmod(0o700)


def _target(path: Path) -> Path:
    """Raises OSError, ValueError where there is no such folder, and WriteError where something else is in the way."""
    here = path
    for _ in range(LINKS_LIMIT):
        try:
            found = here.lstat()
        except FileNotFoundError:
            if not stat.S_ISDIR(here.parent.stat().st_mode):
                raise WriteError(f"{_shown(path)} cannot be written: {_shown(here.parent)} is no directory") from None
            return here
        if stat.S_ISREG(found.st_mode):
            return here
        if not stat.S_ISLNK(found.st_mode):
            what = "a directory" if stat.S_ISDIR(found.st_mode) else "no regular file"
            raise WriteError(f"{_shown(path)} cannot be written: it is {what}")
        if found.st_uid != os.geteuid():
            raise WriteError(f"{_shown(path)} is not written: it is a symbolic link of another user")
        here = here.parent / here.readlink()
    raise WriteError(f"{_shown(path)} cannot be written: too many symbolic links")


def _failed(path: Path, error: OSError | ValueError) -> WriteError:
    cause = error.strerror.lower() if isinstance(error, OSError) and error.strerror else "no valid path"
    return WriteError(f"{_shown(path)} cannot be written: {cause}")


def _shown(path: Path) -> str:
    return printable(str(path), 200)
