"""Lines to a terminal or a pipe: colors where they are wanted and understood, never an escape of somebody else's."""

from __future__ import annotations

import os
import re
import sys
from typing import TextIO

from regtui.text import printable

_CODES = {"good": "32", "bad": "31", "warn": "33", "dim": "2", "strong": "1", "accent": "36"}
# What acts on a terminal, less line ends and the colors above. Outside text was cleaned where it came in; this is for
# the place that forgot.
_DANGEROUS = re.compile(
    "(?!\x1b\\[(?:0|1|2|3[1236])m)[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]"
)


class Outlet:
    """Writes lines; `color` asks for ANSI colors, which only a terminal that can show them gets."""

    def __init__(self, stream: TextIO | None = None, *, color: bool = True) -> None:
        self._stream = stream if stream is not None else sys.stdout
        wanted = color and "NO_COLOR" not in os.environ and os.environ.get("TERM", "dumb") != "dumb"
        self._color = wanted and self._stream.isatty()
        encoding = (self._stream.encoding or "ascii").lower().replace("-", "")
        self.unicode = encoding == "utf8"

    def paint(self, style: str, text: str) -> str:
        """Return the text in a style, as it is where colors are off."""
        return f"\x1b[{_CODES[style]}m{text}\x1b[0m" if self._color and text else text

    def line(self, text: str = "") -> None:
        """Write one line; what the encoding cannot show is escaped, and so is what would act on a terminal."""
        encoding = self._stream.encoding or "ascii"
        if not text.isascii() or not text.isprintable():
            text = _DANGEROUS.sub(lambda found: printable(found[0]), text)
        safe = text.encode(encoding, "backslashreplace").decode(encoding)
        self._stream.write(safe + "\n")
        self._stream.flush()
