"""Another host's files as a `FileSource`: answered from memory, the unknown ones noted, to be fetched all at once."""

from __future__ import annotations

import posixpath
import threading
from typing import TYPE_CHECKING, TypeVar

from regtui.host.files import FILE_LIMIT, LINKS_LIMIT, PATH_LIMIT, FileText, FileTrouble, TroubleKind
from regtui.host.model import HostFile
from regtui.ssh.errors import SshError
from regtui.ssh.memory import Entry, Memory, State
from regtui.ssh.script import Kind
from regtui.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from regtui.ssh.script import Want

    Fetch = Callable[[Iterable[Want]], None]

T = TypeVar("T")

LOGINS = ("/.docker/config.json", "/.dockercfg", "/containers/auth.json")
"""How the paths of files with docker's and podman's logins end; podman's of one user ends in `/auth.json` too."""
ROUNDS = 4
"""Fetches for one reading: a unit names a file that names a file; what goes on for longer goes in circles."""
_SPECIAL = {
    State.FIFO: "a FIFO",
    State.SOCKET: "a socket",
    State.SHUT: "a socket",
    State.DEVICE: "a device",
}


class _Reading(threading.local):
    """What one thread reads: nobody waits for what another one is fetching."""

    def __init__(self) -> None:
        self.looked_at: dict[str, HostFile] = {}
        self.missed: dict[Want, None] = {}
        self.noting = False


class FarFiles:
    """Files of a host that are in a `Memory`; any thread may read them.

    A question that the memory has no answer to is noted and, while `settle` reads, answered as if nothing were there;
    otherwise it is fetched at once, and the caller waits for it.
    """

    def __init__(self, memory: Memory, fetch: Fetch, *, withheld: bool = False) -> None:
        """`fetch` puts what is wanted into the memory; it raises SshError where the host is lost.

        With `withheld` the files of logins are not asked for, and count as missing. With `bears_loss` a reading goes on
        when the host is lost: a screen stays, with what is known.
        """
        self._withheld = withheld
        self.bears_loss = False
        self._memory = memory
        self._fetch = fetch
        self._now = _Reading()

    @property
    def looked_at(self) -> tuple[HostFile, ...]:
        return tuple(self._now.looked_at.values())

    def settle(self, reading: Callable[[], T]) -> T:
        """Return what `reading` makes of the files; it is called again when what it missed has been fetched."""
        for left in range(ROUNDS, -1, -1):
            found = self._read_once(reading, noting=left > 0)
            if not self._now.missed:
                break
            try:
                self._fetch(tuple(self._now.missed))
            except SshError:
                if not self.bears_loss:
                    raise
                return reading()  # what is not known now counts as unreadable, and says why
        return found

    def known(self, reading: Callable[[], T]) -> T | None:
        """Return what `reading` makes of what is in memory; None where it misses something. Fetches nothing."""
        found = self._read_once(reading, noting=True)
        return None if self._now.missed else found

    def _read_once(self, reading: Callable[[], T], *, noting: bool) -> T:
        self._now.looked_at.clear()
        self._now.missed.clear()
        self._now.noting = noting
        try:
            return reading()
        finally:
            self._now.noting = False

    def read(self, path: str, limit: int = FILE_LIMIT) -> FileText | FileTrouble:
        found = self._read(path, min(limit, FILE_LIMIT))
        match found:
            case FileText():
                state = "read"
            case FileTrouble(kind=TroubleKind.MISSING):
                state = "missing"
            case _:
                state = found.message
        self._now.looked_at[path] = HostFile(printable(path), state)
        return found

    def entries(self, path: str) -> tuple[str, ...] | FileTrouble:
        entry = self._find(Kind.LIST, path)
        match entry.state:
            case State.NAMES:
                return entry.names
            case State.CLOSED:
                return FileTrouble(path, TroubleKind.DENIED, "permission denied")
            case State.MISSING | State.DENIED | State.LOST:
                return _trouble(path, entry)
            case _:
                return FileTrouble(path, TroubleKind.OTHER, "not a directory")

    def list(self, path: str) -> tuple[str, ...]:
        found = self.entries(path)
        return () if isinstance(found, FileTrouble) else found

    def exists(self, path: str) -> bool:
        if path in self._memory.links:
            return True
        entry = self._find(Kind.EXISTS, path)
        if entry.state is State.DENIED:  # a file that may not be read is there; one behind a closed folder may be
            return path in self._memory.entries
        return entry.state not in (State.MISSING, State.NO_FOLDER, State.LOST)

    def target(self, path: str) -> str:
        self._find(Kind.EXISTS, path)
        for _ in range(LINKS_LIMIT):
            link = self._memory.links.get(path)
            if link is None:
                break
            path = posixpath.normpath(posixpath.join(posixpath.dirname(path), link))
        return path

    def _read(self, path: str, limit: int) -> FileText | FileTrouble:
        entry = self._find(Kind.READ, path)
        if entry.state is not State.FILE:
            return _trouble(path, entry)
        if entry.broken:
            return FileTrouble(path, TroubleKind.OTHER, "input/output error")
        if len(entry.data) > limit:
            return FileTrouble(path, TroubleKind.TOO_LARGE, f"is larger than {limit} bytes")
        return FileText(path, entry.data)

    def _find(self, kind: Kind, path: str) -> Entry:
        """Return what is known, fetched where it may be; what cannot be asked for is not there."""
        if self._withheld and path.endswith(LOGINS):
            return Entry(State.MISSING)
        known = self._known(kind, path)
        if known is not None:
            return known
        if not _can_be_asked(path):
            return Entry(State.MISSING)
        self._now.missed[kind, path] = None
        if self._now.noting:
            return Entry(State.MISSING)
        try:
            self._fetch(((kind, path),))
        except SshError:
            return Entry(State.LOST)
        return self._known(kind, path) or Entry(State.MISSING)

    def _known(self, kind: Kind, path: str) -> Entry | None:
        entry = self._memory.find(path)
        if entry is None:
            return None
        wanting = {Kind.READ: State.REGULAR, Kind.LIST: State.FOLDER}
        return None if entry.state is wanting.get(kind) else entry


def _can_be_asked(path: str) -> bool:
    return path.startswith("/") and len(path) <= PATH_LIMIT and not any(char < " " or char == "\x7f" for char in path)


def _trouble(path: str, entry: Entry) -> FileTrouble:
    match entry.state:
        case State.MISSING:
            return FileTrouble(path, TroubleKind.MISSING, "no such file or directory")
        case State.DENIED:
            return FileTrouble(path, TroubleKind.DENIED, "permission denied")
        case State.FOLDER | State.NAMES | State.CLOSED:
            return FileTrouble(path, TroubleKind.DIRECTORY, "is a directory")
        case State.NO_FOLDER:
            return FileTrouble(path, TroubleKind.OTHER, "not a directory")
        case State.LOST:
            return FileTrouble(path, TroubleKind.OTHER, "the connection to its host is lost")
        case _:
            return FileTrouble(
                path, TroubleKind.SPECIAL, f"is not a regular file but {_SPECIAL.get(entry.state, 'a device')}"
            )
