"""The names that a person asked for, kept between runs: one a line, the newest last, for this user alone.

They lie in the platform's folder for state. What an engine refuses is never kept, and neither is what looks as if it
held a secret. A history that cannot be read or written is none.
"""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from pathlib import Path

from regtui.outfile import private_folder
from regtui.redaction import redact
from regtui.text import printable

MOST = 200
"""Names; nobody goes back further with the arrow key."""
FILE_LIMIT = 256 * 1024
"""Bytes of the file: as many names of the greatest length, and a comfortable rest."""
NAME_LIMIT = 512
"""Characters of a name; every engine refuses more than 255."""


class History:
    """A file of one's own. Nothing here raises: whoever asks for an image is not troubled by it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @classmethod
    def of_user(cls) -> History:
        """Return the history of this user."""
        from platformdirs import user_state_path

        return cls(user_state_path("regtui") / "history")

    def names(self) -> tuple[str, ...]:
        """Return what is kept, the newest last; nothing of a file that is damaged or another user's."""
        try:
            text = self._read().decode("utf-8")
        except (OSError, UnicodeDecodeError):
            return ()
        lines = dict.fromkeys(line for line in reversed(text.split("\n")) if is_kept(line))
        return tuple(reversed([*lines][:MOST]))

    def add(self, name: str) -> None:
        """Keep a name as the newest. A run beside this one may have added others: they stay."""
        if not is_kept(name):
            return
        names = (*(known for known in self.names() if known != name), name)[-MOST:]
        with contextlib.suppress(OSError):
            private_folder(self._path.parent)
            self._replace("".join(f"{line}\n" for line in names).encode("utf-8"))

    def _read(self) -> bytes:
        descriptor = os.open(self._path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            info = os.fstat(descriptor)
            if not stat.S_ISREG(info.st_mode) or info.st_uid != os.geteuid() or info.st_size > FILE_LIMIT:
                raise PermissionError(13, "is no file of this user within the limit", str(self._path))
            return file.read(FILE_LIMIT)

    def _replace(self, data: bytes) -> None:
        descriptor, temporary = tempfile.mkstemp(dir=self._path.parent, prefix=".history-")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
            Path(temporary).replace(self._path)
        except OSError:
            Path(temporary).unlink(missing_ok=True)
            raise


def is_kept(name: str) -> bool:
    """Say whether a name may lie in a file: printable, not too long, and without anything that may be a secret."""
    return 0 < len(name) <= NAME_LIMIT and name == name.strip() and name == printable(name, NAME_LIMIT) == redact(name)
