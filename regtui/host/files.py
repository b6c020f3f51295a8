"""The only reader of host files: bounded, regular files only, symbolic links kept below the root."""

from __future__ import annotations

import errno
import os
import stat
from dataclasses import field
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from regtui.frozen import dataclass
from regtui.host.model import HostFile
from regtui.text import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

FILE_LIMIT = 1 << 20  # bytes; no file that a person writes for dockerd comes near it
NAMES_LIMIT = 10_000  # of one directory
PATH_LIMIT = 4096  # characters, and bytes for Linux
LINKS_LIMIT = 40  # as many symbolic links as Linux follows for one path


class TroubleKind(StrEnum):
    """Why a file could not be read."""

    MISSING = "missing"
    DENIED = "denied"
    DIRECTORY = "directory"
    SPECIAL = "special"
    TOO_LARGE = "too-large"
    LOOP = "loop"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class FileText:
    """The bytes of a regular file; `path` is the host's own, without the root. A file may hold a private key."""

    path: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class FileTrouble:
    """A file that could not be read; `cause` is the system's text, in lower case as Go prints it."""

    path: str
    kind: TroubleKind
    cause: str

    @property
    def message(self) -> str:
        """One sentence for a person, without a full stop; names the path."""
        path = printable(self.path)
        match self.kind:
            case TroubleKind.MISSING:
                return f"{path} does not exist"
            case TroubleKind.DIRECTORY:
                return f"{path} is a directory, not a file"
            case TroubleKind.SPECIAL | TroubleKind.TOO_LARGE:
                return f"{path} {self.cause}"
            case _:
                return f"{path} cannot be read: {self.cause}"

    @property
    def as_go(self) -> str:
        """The text of Go's *os.PathError: `open PATH: no such file or directory`."""
        verb = "read" if self.kind is TroubleKind.DIRECTORY else "open"
        return f"{verb} {self.path}: {self.cause}"


class FileSource(Protocol):
    """The files of one host: this machine's, a mounted disk's, or another machine's."""

    @property
    def looked_at(self) -> tuple[HostFile, ...]:
        """Every file that was asked for, in the order of asking."""
        ...

    def read(self, path: str, limit: int = FILE_LIMIT) -> FileText | FileTrouble:
        """Return the file's bytes; never blocks on a FIFO or a device, never raises for what the disk holds."""
        ...

    def entries(self, path: str) -> tuple[str, ...] | FileTrouble:
        """Return the sorted names in a directory, or why they cannot be listed."""
        ...

    def list(self, path: str) -> tuple[str, ...]:
        """Return the sorted names in a directory; none where it is missing or cannot be listed."""
        ...

    def exists(self, path: str) -> bool:
        """Tell whether anything is there, symbolic links followed."""
        ...

    def target(self, path: str) -> str:
        """Return where the path leads when its symbolic links are followed, inside the host."""
        ...


class HostFiles:
    """Files below `root`, which every path and every symbolic link is taken to be relative to."""

    __slots__ = ("_looked_at", "_root")

    def __init__(self, root: Path | str = "/") -> None:
        self._root = Path(root)
        self._looked_at: dict[str, HostFile] = {}

    @property
    def looked_at(self) -> tuple[HostFile, ...]:
        return tuple(self._looked_at.values())

    def read(self, path: str, limit: int = FILE_LIMIT) -> FileText | FileTrouble:
        found = self._read(path, limit)
        match found:
            case FileText():
                state = "read"
            case FileTrouble(kind=TroubleKind.MISSING):
                state = "missing"
            case _:
                state = found.message
        self._looked_at[path] = HostFile(printable(path), state)
        return found

    def entries(self, path: str) -> tuple[str, ...] | FileTrouble:
        try:
            with os.scandir(self._outside(self._resolve(path))) as found:
                return tuple(sorted(os.fsdecode(entry.name) for entry in islice(found, NAMES_LIMIT)))
        except (OSError, ValueError) as error:
            return _trouble(path, error)

    def list(self, path: str) -> tuple[str, ...]:
        found = self.entries(path)
        return () if isinstance(found, FileTrouble) else found

    def exists(self, path: str) -> bool:
        try:
            self._outside(self._resolve(path)).lstat()
        except (OSError, ValueError):
            return False
        return True

    def target(self, path: str) -> str:
        try:
            return "/" + "/".join(self._resolve(path))
        except (OSError, ValueError):
            return path

    def _read(self, path: str, limit: int) -> FileText | FileTrouble:
        try:
            outside = self._outside(self._resolve(path))
            # O_NONBLOCK: opening a FIFO must not wait for its writer. O_NOFOLLOW: links were followed below the root.
            handle = os.open(outside, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NOCTTY)
        except (OSError, ValueError) as error:
            return _trouble(path, error)
        try:
            mode = os.fstat(handle).st_mode
            if stat.S_ISDIR(mode):
                return FileTrouble(path, TroubleKind.DIRECTORY, "is a directory")
            if not stat.S_ISREG(mode):
                return FileTrouble(path, TroubleKind.SPECIAL, f"is not a regular file but {_special(mode)}")
            data = _read_up_to(handle, limit + 1)
        except OSError as error:
            return _trouble(path, error)
        finally:
            os.close(handle)
        if len(data) > limit:
            return FileTrouble(path, TroubleKind.TOO_LARGE, f"is larger than {limit} bytes")
        return FileText(path, data)

    def _outside(self, parts: Sequence[str]) -> Path:
        """Return the path with the root; raises OSError where it is longer than Linux takes."""
        inside = "/".join(parts)
        if len(inside) > PATH_LIMIT:
            raise OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG))
        return self._root / inside

    def _resolve(self, path: str) -> tuple[str, ...]:
        """Follow links below the root; raises OSError where there are too many, or the path grows too long."""
        pending = path.split("/")[::-1]
        inside: list[str] = []
        links = 0
        while pending:
            part = pending.pop()
            if part in ("", "."):
                continue
            if part == "..":
                del inside[-1:]
                continue
            inside.append(part)
            link = _link(self._outside(inside))
            if link is None:
                continue
            links += 1
            if links > LINKS_LIMIT:
                raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
            inside = [] if link.startswith("/") else inside[:-1]
            pending.extend(link.split("/")[::-1])
        return tuple(inside)


def _link(path: Path) -> str | None:
    try:
        return str(path.readlink())
    except OSError:  # no link, or nothing there: opening tells
        return None


def _read_up_to(handle: int, count: int) -> bytes:
    chunks: list[bytes] = []
    while count > 0 and (chunk := os.read(handle, min(count, 1 << 16))):
        chunks.append(chunk)
        count -= len(chunk)
    return b"".join(chunks)


_KINDS = {
    errno.ENOENT: TroubleKind.MISSING,
    errno.EACCES: TroubleKind.DENIED,
    errno.EPERM: TroubleKind.DENIED,
    errno.ELOOP: TroubleKind.LOOP,
}


def _trouble(path: str, error: OSError | ValueError) -> FileTrouble:
    if isinstance(error, ValueError) or error.errno is None:  # a NUL in the path, or a lone surrogate
        return FileTrouble(path, TroubleKind.OTHER, "invalid argument")
    return FileTrouble(path, _KINDS.get(error.errno, TroubleKind.OTHER), os.strerror(error.errno).lower())


def _special(mode: int) -> str:
    if stat.S_ISFIFO(mode):
        return "a FIFO"
    if stat.S_ISSOCK(mode):
        return "a socket"
    return "a device"
