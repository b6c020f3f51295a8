"""Says the same to the terminal in fewer bytes: colors that stand already are not set again.

Textual sets the whole style before each piece of text and takes all of it back behind it, also where the next piece
has the same background, and moves the cursor more than once between two rows. Over SSH that is a third of a walk.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

_STYLE = re.compile(r"\x1b\[([0-9;]*)m")
_MOVED_AGAIN = re.compile(r"(?:\x1b\[[0-9]+;[0-9]+H[\r\n]*)+(?=\x1b\[[0-9]+;[0-9]+H)")
_NO_TEXT = re.compile(r"(?:\x1b\[[0-9]+;[0-9]+H|[\r\n])*")
_COLOR_LENGTH = {"2": 5, "5": 3}
"""How many numbers a color takes, its first one included, by the second: `38;2;R;G;B`, `38;5;N`."""


class Style(NamedTuple):
    """What the terminal writes with: colors as the numbers that set them, and the numbers of what else is on."""

    foreground: str = "39"
    background: str = "49"
    on: frozenset[str] = frozenset()


PLAIN = Style()


def terse(data: str) -> str:
    """Return a shorter text that leaves the same cells, and the terminal in the style that the text ends with.

    The text begins with the terminal in its plain style. Where it uses a number that is not known here, it is returned
    as it is.
    """
    parts = _STYLE.split(_MOVED_AGAIN.sub("", data))
    out = [parts[0]]
    stands = wanted = PLAIN
    for numbers, text in zip(parts[1::2], parts[2::2], strict=True):
        style = _after(wanted, numbers)
        if style is None:
            return data
        wanted = style
        if _NO_TEXT.fullmatch(text) is None:
            out.append(_change(stands, wanted))
            stands = wanted
        out.append(text)
    out.append(_change(stands, wanted))
    return "".join(out)


@lru_cache(1024)
def _change(stands: Style, wanted: Style) -> str:
    """Return what makes one style of another."""
    if stands == wanted:
        return ""
    if wanted == PLAIN:
        return "\x1b[0m"
    if stands.on <= wanted.on:
        pairs = ((stands.foreground, wanted.foreground), (stands.background, wanted.background))
        numbers = [*sorted(wanted.on - stands.on, key=int), *(new for old, new in pairs if new != old)]
    else:
        colors = (wanted.foreground, wanted.background)
        numbers = ["0", *sorted(wanted.on, key=int), *(one for one in colors if one not in PLAIN)]
    return f"\x1b[{';'.join(numbers)}m"


@lru_cache(1024)
def _after(style: Style, numbers: str) -> Style | None:
    """Return the style after a sequence, None where it says something that is not known here."""
    foreground, background, on = style
    words = numbers.split(";") if numbers else ["0"]
    at = 0
    while at < len(words):
        word, length = words[at], 1
        if word in ("38", "48"):
            length = _COLOR_LENGTH.get(words[at + 1] if at + 1 < len(words) else "", 0)
            color = ";".join(words[at : at + length])
            if not length or at + length > len(words):
                return None
            foreground, background = (color, background) if word == "38" else (foreground, color)
        elif word in ("0", ""):
            foreground, background, on = PLAIN
        elif word in _SWITCHED_ON:
            on |= {word}
        elif word in _FOREGROUNDS:
            foreground = word
        elif word in _BACKGROUNDS:
            background = word
        else:
            return None
        at += length
    return Style(foreground, background, on)


_SWITCHED_ON = frozenset(["1", "2", "3", "4", "5", "7", "9"])
_FOREGROUNDS = frozenset(str(number) for number in (*range(30, 38), 39, *range(90, 98)))
_BACKGROUNDS = frozenset(str(number) for number in (*range(40, 48), 49, *range(100, 108)))
