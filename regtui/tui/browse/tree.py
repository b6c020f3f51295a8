"""Names as a tree of namespaces: built in slices while names come in, unfolded where a person opens it."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

SLICE = 10_000
"""Names that one slice sorts into their namespaces, about 5 ms."""


class Everywhere:
    """Every path there is."""

    def __contains__(self, path: object) -> bool:
        return True


EVERYWHERE = Everywhere()


@dataclass(slots=True)
class Folder:
    """A namespace: `path` with its slash at the end, the names in it as indexes, its level while it is open."""

    path: str
    members: array[int] = field(default_factory=lambda: array("I"))
    level: Level | None = None


@dataclass(frozen=True, slots=True)
class Node:
    """A row of the tree: a namespace, or the repository with this index. `depth` counts the namespaces around it."""

    depth: int
    folder: Folder | None = None
    index: int = -1


class Level:
    """What stands directly in one namespace, in the order in which it came; it only ever grows at its end.

    A million names in one level are an array; only folders are objects.
    """

    def __init__(self, path: str = "", depth: int = 0) -> None:
        self._path = path
        self._depth = depth
        self._entries: array[int] = array("i")  # an index, or -1 minus the number of a folder
        self._folders: list[Folder] = []
        self._places: dict[str, int] = {}
        self._opened: dict[int, Folder] = {}  # place among the entries -> folder, in the order of the places
        self._fed = 0

    def __len__(self) -> int:
        inside = (folder.level for folder in self._opened.values())
        return len(self._entries) + sum(len(level) for level in inside if level is not None)

    def advance(self, names: Sequence[str], source: Sequence[int], wanted: Container[str]) -> bool:
        """Sort a slice more of the source's names in, and open folders that are wanted; True where more is left."""
        end = min(len(source), self._fed + SLICE)
        for place in range(self._fed, end):
            self._add(names, source[place], wanted)
        self._fed = end
        more = end < len(source)
        for folder in self._opened.values():
            if folder.level is not None and folder.level.advance(names, folder.members, wanted):
                more = True
        return more

    def _add(self, names: Sequence[str], index: int, wanted: Container[str]) -> None:
        name = names[index]
        slash = name.find("/", len(self._path))
        if slash < 0:
            self._entries.append(index)
            return
        path = name[: slash + 1]
        number = self._places.get(path)
        if number is None:
            number = self._places[path] = len(self._folders)
            self._folders.append(Folder(path))
            self._entries.append(-1 - number)
            if path in wanted:
                self._open(len(self._entries) - 1, self._folders[number])
        self._folders[number].members.append(index)

    def node(self, row: int) -> Node:
        """Return what stands in a row."""
        start = 0  # rows of folders that are open above
        for place, folder in self._opened.items():
            assert folder.level is not None
            inside = row - start - place - 1
            if inside < 0:
                break
            if inside < len(folder.level):
                return folder.level.node(inside)
            start += len(folder.level)
        entry = self._entries[row - start]
        return Node(self._depth, None, entry) if entry >= 0 else Node(self._depth, self._folders[-1 - entry])

    def toggle(self, row: int) -> Folder | None:
        """Open or close the folder of a row; None where it holds a repository."""
        start = 0
        for place, folder in self._opened.items():
            assert folder.level is not None
            inside = row - start - place - 1
            if inside < 0:
                break
            if inside < len(folder.level):
                return folder.level.toggle(inside)
            start += len(folder.level)
        entry = self._entries[row - start]
        if entry >= 0:
            return None
        folder = self._folders[-1 - entry]
        if folder.level is None:
            self._open(row - start, folder)
        else:
            folder.level = None
            del self._opened[row - start]
        return folder

    def _open(self, place: int, folder: Folder) -> None:
        folder.level = Level(folder.path, self._depth + 1)
        self._opened[place] = folder
        self._opened = dict(sorted(self._opened.items()))
