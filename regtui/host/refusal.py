"""The message of a daemon that does not start: its own text, safe to print and without passwords."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regtui.host.model import Refusal
from regtui.text import printable, strip_userinfo

if TYPE_CHECKING:
    from regtui.host.model import Source

MASKED = ":xxxxx@"
"""A password that the engine itself has hidden."""

SEE_HELP = "\nSee 'dockerd --help'."
_LINE = 4000
_LINES = 40


def refuse(text: str, source: Source | None) -> Refusal:
    """Return the refusal with the engine's text; line ends are kept, everything else outside print is escaped."""
    shown = strip_userinfo(text) if "@" in text.replace(MASKED, "") else text
    lines = shown.split("\n")[:_LINES]
    return Refusal("\n".join(printable(line, _LINE) for line in lines), source)
