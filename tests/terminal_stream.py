"""What a program sends to a terminal, taken apart: which bytes act, and whether the program itself would send them."""

from __future__ import annotations

import re

_STRINGS = "\x1b[PX^_\\]][^\x1b\x07]*(?:\x07|\x1b\\\\)?"
_PIECES = re.compile(
    "\x1b\\[[0-?]*[ -/]*[@-~]"  # CSI
    f"|{_STRINGS}"  # DCS, SOS, PM, APC, OSC with their end
    "|\x1b[ -/]*[0-~]?"  # any other escape
    "|[\x00-\x1a\x1c-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
    "|[\u0300-\u036f]{5,}"  # a stack that climbs over the lines above
)
"""Everything in a decoded stream that a terminal does something for, other than drawing a character."""

OWN = re.compile(
    "\x1b\\[(?:"
    "(?:[0-9]{1,3}(?:;[0-9]{1,3})*)?m"  # colors and weights, none above 255
    "|[0-9]{1,3};[0-9]{1,3}H"  # the cursor, within a screen
    "|\\?(?:7|25|1000|1003|1004|1006|1015|1049|2004|2026|2048)[hl]"  # modes
    "|\\?(?:2026|2048)\\$p"  # questions that a terminal answers
    "|>[0-9]+u|<u"  # the keyboard protocol of kitty
    ")"
    "|\x1b\\]52;c;(?!cHduZWQ=\x07)[A-Za-z0-9+/=]*\x07"  # what a person copied, which is no payload
    "|\x1b\\]22;[a-z]*\x07"  # the pointer's shape
    "|[\r\n]"
)
"""What Textual sends, and what regtui prints after the screen."""


def strays(data: bytes) -> list[str]:
    """Return what acts on a terminal in these bytes, and is none of what the program sends by itself; once each."""
    text = data.decode("utf-8", "surrogateescape")
    found = {piece for piece in _PIECES.findall(text) if not OWN.fullmatch(piece)}
    found |= {character for character in text if "\udc80" <= character <= "\udcff"}  # a byte that is no UTF-8
    return sorted(found)
