"""The names of a listing on the screen: all that came, those that a filter finds, as a list or as a tree."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING

from regtui.tui.browse.filter import Filter, Form, Search, alike
from regtui.tui.browse.tree import EVERYWHERE, Folder, Level

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

FEW = 200
"""Matches up to which the namespaces around them are open: a person who looks for a name wants to see it."""
SOUGHT_LIMIT = 50_000
"""Matches beyond which nothing more is taken from a seek: there is enough to look at, and the scan brings the rest."""


@dataclass(frozen=True, slots=True)
class Item:
    """What a row stands for: a name, or a namespace; `ahead` where a seek found it and the scan is not there yet."""

    name: str
    depth: int = 0
    folder: Folder | None = None
    ahead: bool = False


class Names:
    """A list that grows while it is shown. It is not frozen: a copy of a million names for each page would be.

    Nothing here takes long: `advance` does a slice of what is left to do and says whether there is more.
    """

    def __init__(self) -> None:
        self.all: list[str] = []
        self.search = Search()
        self.version = 0  # another one wherever rows may be others than before, and not merely more
        self._ahead: list[str] = []
        self._skipped: set[str] = set()
        self._met: set[str] = set()
        self._alike: array[int] = array("I")
        self._tree: Level | None = None
        self._opened: frozenset[str] = frozenset()

    @property
    def wanted(self) -> Filter:
        """What is looked for."""
        return self.search.wanted

    @property
    def is_tree(self) -> bool:
        """Whether names are shown below their namespaces."""
        return self._tree is not None

    @property
    def is_alike(self) -> bool:
        """Whether nothing matches and what is shown is merely alike."""
        return bool(self._alike)

    @property
    def matching(self) -> int:
        """How many names the filter has found so far, those of a seek among them."""
        found = len(self.all) if self.wanted.form is Form.ALL else len(self.search.found)
        return found + len(self._ahead)

    @property
    def is_searched(self) -> bool:
        """Whether every name that came was looked at."""
        return self.wanted.form is Form.ALL or self.search.looked_at >= len(self.all)

    def clear(self) -> None:
        """Forget the names; what is looked for stays."""
        self.all = []
        self.look_for(self.wanted)

    def extend(self, names: Iterable[str]) -> None:
        """Take a page."""
        self.all.extend(names)
        if self._alike:
            self._alike = array("I")
            self.version += 1

    def reorder(self, names: Sequence[str]) -> None:
        """Take the same names in this order."""
        if self.all != names:
            self.all = list(names)
            self.look_for(self.wanted)

    def look_for(self, wanted: Filter) -> None:
        """Begin to look for something else."""
        self.search = Search(wanted)
        self._ahead, self._skipped, self._met, self._alike = [], set(), set(), array("I")
        self.version += 1
        if self._tree is not None:
            self._tree = Level()

    def take_ahead(self, names: Iterable[str]) -> None:
        """Take what a seek found; what the scan has brought already is left out."""
        if len(self.search.found) > SOUGHT_LIMIT:
            return
        known = {self.all[row] for row in self.search.found} | self._skipped
        new = [name for name in names if name not in known and self.wanted.matches((name,), range(1))]
        self._ahead += new
        self._skipped.update(new)
        self.version += bool(new)

    def show_tree(self, shown: bool) -> None:
        """Show a tree or a list."""
        self._tree = Level() if shown else None
        self.version += 1

    def toggle(self, row: int) -> bool:
        """Open or close the namespace of a row; False where the row is none."""
        if self._tree is None or row < len(self._ahead) or self._alike:
            return False
        folder = self._tree.toggle(row - len(self._ahead))
        if folder is None:
            return False
        self.version += 1
        self._opened = self._opened | {folder.path} if folder.level is not None else self._opened - {folder.path}
        return True

    def advance(self) -> bool:
        """Do a slice of what is left; True where there is more."""
        more = False
        self.version += self.is_tree  # whose rows come anywhere
        if self.wanted.form is not Form.ALL:
            before = len(self.search.found)
            more = self.search.advance(self.all)
            if self._skipped:
                self._leave_out(before)
        if self._tree is not None:
            everything = self.wanted.form is Form.ALL
            source = range(len(self.all)) if everything else self.search.found
            opened = self._opened if everything or len(source) > FEW else EVERYWHERE
            more = self._tree.advance(self.all, source, opened) or more
        return more

    def _leave_out(self, start: int) -> None:
        """Drop matches that stand above already, where a seek put them."""
        found = self.search.found[start:]
        new = [row for row in found if self.all[row] not in self._skipped]
        if len(new) == len(found):
            return
        self.search.found = self.search.found[:start] + array("I", new)
        self._met.update(self.all[row] for row in found if self.all[row] in self._skipped)
        self.version += 1

    def look_for_alike(self) -> None:
        """Where nothing matches at all, take what is merely alike."""
        if not len(self) and self.wanted.form is Form.SUBSTRING:
            self._alike = alike(self.all, self.wanted.text)
            self.version += 1

    def __len__(self) -> int:
        if self._alike:
            return len(self._alike)
        if self._tree is not None:
            return len(self._ahead) + len(self._tree)
        return self.matching

    @property
    def first_name(self) -> int:
        """The first row that is no namespace, 0 where namespaces alone stand at the top."""
        return next((row for row in range(min(len(self), FEW)) if self.item(row).folder is None), 0)

    def item(self, row: int) -> Item:
        """Return what stands in a row."""
        if self._alike:
            return Item(self.all[self._alike[row]])
        if row < len(self._ahead):
            name = self._ahead[row]
            return Item(name, ahead=name not in self._met)
        row -= len(self._ahead)
        if self._tree is not None:
            node = self._tree.node(row)
            return Item(node.folder.path if node.folder else self.all[node.index], node.depth, node.folder)
        return Item(self.all[row if self.wanted.form is Form.ALL else self.search.found[row]])
