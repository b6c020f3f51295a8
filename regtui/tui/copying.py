"""What can be copied from a walk: the digest, the name in full, the command that pulls it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from regtui.engines.commands import command_of
from regtui.text import printable
from regtui.tui.cells import Line, Role, Span, shorten, span

if TYPE_CHECKING:
    from regtui.tui.state import Walk


@dataclass(frozen=True, slots=True)
class Copyable:
    """A text for the clipboard and what it is; `text` went through `printable`, so a paste does nothing unseen."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class CopyRows:
    """The texts as rows of a list: what it is, and as much of it as fits."""

    texts: tuple[Copyable, ...]

    def __len__(self) -> int:
        return len(self.texts)

    def line(self, index: int, width: int) -> Line:
        """Draw a row."""
        label = max(len(text.label) for text in self.texts) + 2
        shown = shorten(span(self.texts[index].text).text, max(8, width - label - 2), "~")
        return (Span(f" {self.texts[index].label:<{label}}", Role.DIM), Span(shown))


def copyables(walk: Walk | None, cursor: int | None) -> tuple[Copyable, ...]:
    """Return what the walk offers: of the image that was found, else of the candidate at the cursor."""
    if walk is None:
        return ()
    command = command_of(walk.plan)
    if walk.found is not None:
        found = walk.found
        name = walk.candidates[found.candidate].candidate.full_name
        return (
            _copyable("digest", found.digest),
            _copyable("full name", found.reference),
            _copyable("full name with digest", f"{name}@{found.digest}"),
            _copyable("pull command", f"{command} {found.reference}"),
        )
    if not walk.candidates:
        return ()
    index = cursor if cursor is not None and 0 <= cursor < len(walk.candidates) else 0
    reference = walk.candidates[index].candidate.reference
    return (_copyable("full name", reference), _copyable("pull command", f"{command} {reference}"))


def _copyable(label: str, text: str) -> Copyable:
    return Copyable(label, printable(text))
