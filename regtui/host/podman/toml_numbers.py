"""The numbers and dates of a TOML document as BurntSushi/toml 1.2 reads them, as far as anyone here asks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from regtui.host.podman.toml_cursor import rune
from regtui.text import go_quote

if TYPE_CHECKING:
    from regtui.host.podman.toml_cursor import Cursor

_DATE = re.compile(r"[0-9]+[-:][-0-9:Tt .Zz+]*")
_WHOLE_DATE = re.compile(
    r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
    r"(?:T[0-2]?[0-9]:[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?(?:Z|[+-][0-9]{2}:[0-9]{2})?)?"
    r"|[0-2]?[0-9]:[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?"
)
_OTHER_BASE = re.compile(r"0(?:b[01_]+|o[0-7_]+|x[0-9a-fA-F_]+)")
_NUMBER = re.compile(r"[+-]?[0-9][0-9_]*(?:(?P<float>[.eE])[0-9_.eE+-]*)?")
SPECIAL = re.compile(r"[+-]?(?:inf|nan)")
"""What is a float although it begins with no digit."""


def number(cursor: Cursor) -> object:
    """Read a number, or None for a date; only its type matters here, so most are read as 0."""
    line = cursor.line
    if cursor.take(SPECIAL):
        return 0.0
    if date := cursor.take(_DATE).strip(" "):
        written = re.sub("[tz ]", lambda found: found[0].upper().replace(" ", "T"), date)
        if not _WHOLE_DATE.fullmatch(written):
            cursor.fail(f"Invalid TOML Datetime: {go_quote(written)}.", line=line)
        return None
    if text := cursor.take(_OTHER_BASE):
        return int(text.replace("_", ""), 0)
    found = _NUMBER.match(cursor.text, cursor.at)
    if found is None:
        cursor.next()
        character = cursor.next()
        if character == ".":
            cursor.fail("floats must start with a digit, not '.'")
        cursor.fail(f"expected a digit but got {rune(character)}")
    cursor.at = found.end()
    cursor.peek()
    text = found[0]
    kind = "float" if found["float"] else "integer"
    whole = re.split("[.eE]", text)[0]
    if not all(re.fullmatch(r"[+-]*[0-9]*(?:_[0-9]+)*", part) for part in re.split("[.eE]", text)):
        cursor.fail(f"Invalid {kind} {go_quote(text)}: underscores must be surrounded by digits", line=line)
    if re.match(r"[+-]?0[0-9_]", whole):
        cursor.fail(f"Invalid {kind} {go_quote(text)}: cannot have leading zeroes", line=line)
    if kind == "integer":
        return 0
    if re.search(r"\.(?![0-9])", text):
        reason = "'.' must be followed by one or more digits"
        cursor.fail(f"Invalid float {go_quote(text)}: {reason}", line=line)
    try:
        return float(text.replace("_", ""))
    except ValueError:
        cursor.fail(f"Invalid float value: {go_quote(text)}", line=line)
