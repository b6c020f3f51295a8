"""What is known of another host's files: the records of the far shell, folded by path."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regtui.ssh.frames import Record


class State(StrEnum):
    """What a path is, in the words of the script; `file` and `names` have their content with them.

    `shut` is a socket that this user may not write to, `closed` a folder that it may not list; `lost` is none of the
    script's: the host could not be asked any more.
    """

    MISSING = "missing"
    DENIED = "denied"
    NO_FOLDER = "nofolder"
    REGULAR = "regular"
    FILE = "file"
    FOLDER = "folder"
    NAMES = "names"
    CLOSED = "closed"
    FIFO = "fifo"
    SOCKET = "socket"
    SHUT = "shut"
    DEVICE = "device"
    LOST = "lost"


_STATES = frozenset(State)


@dataclass(frozen=True, slots=True)
class Entry:
    """One path: `data` is a file's bytes, `names` a folder's; `broken` where reading a file failed midway."""

    state: State
    data: bytes = field(default=b"", repr=False)
    names: tuple[str, ...] = ()
    broken: bool = False


@dataclass(slots=True)
class Memory:
    """Entries and symbolic links by path, and what else the host told of itself."""

    entries: dict[str, Entry] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    home: str = ""
    machine: str = ""

    def fold(self, records: tuple[Record, ...]) -> None:
        """Take what came; a later record of a path counts, unless it tells less."""
        for record in records:
            kind, rest = record.words
            match kind:
                case "home":
                    self.home = rest if rest.startswith("/") else ""
                case "machine":
                    self.machine = rest.strip()
                case "link":
                    _, arrow, target = record.body.decode("utf-8", "surrogateescape").partition(" -> ")
                    if arrow:
                        self.links[rest] = target.rstrip("\n")
                case "status":
                    status, _, path = rest.partition(" ")
                    known = self.entries.get(path)
                    if status != "0" and known is not None and known.state is State.FILE:
                        self.entries[path] = Entry(State.FILE, broken=True)
                case _ if kind in _STATES:
                    self._put(rest, _entry(State(kind), bytes(record.body)))
                case _:
                    pass

    def find(self, path: str) -> Entry | None:
        """Return what is known of a path, also from the folders that it would be in; None for nothing."""
        known = self.entries.get(path)
        if known is not None:
            return known
        child = path
        while child not in ("", "/"):
            parent = posixpath.dirname(child)
            above = self.entries.get(parent)
            if above is not None:
                return _below(above, posixpath.basename(child), direct=child == path)
            child = parent
        return None

    def _put(self, path: str, entry: Entry) -> None:
        known = self.entries.get(path)
        tells_less = (State.REGULAR, State.FOLDER)
        if known is None or entry.state not in tells_less or known.state in tells_less:
            self.entries[path] = entry


def _below(above: Entry, name: str, *, direct: bool) -> Entry | None:
    """Return what follows for a path from what stands above it."""
    match above.state:
        case State.MISSING | State.DENIED:
            return Entry(above.state)
        case State.NAMES if name not in above.names:
            return Entry(State.MISSING)
        case State.NAMES | State.FOLDER | State.CLOSED:
            return None
        case _:
            return Entry(State.NO_FOLDER) if direct or above.state is State.NO_FOLDER else None


def _entry(state: State, body: bytes) -> Entry:
    if state is State.NAMES:
        found = body.decode("utf-8", "surrogateescape").split("\0")
        return Entry(state, names=tuple(sorted(name for name in found if name and "/" not in name)))
    return Entry(state, body if state is State.FILE else b"")
