"""A manifest's JSON as lines for a person: indented, escaped where a terminal would act on it, and cut."""

from __future__ import annotations

import contextlib
import json

from regtui.text import printable

LONGEST_LINE = 2000
"""Characters of a line of raw JSON; a longer one is cut."""
MOST_LINES = 20_000
"""Lines of raw JSON; a manifest of 4 MiB can have millions."""
INDENTED_BYTES = 512 * 1024
"""Bytes up to which a document is indented: more would stop a screen for longer than a blink."""


def raw_lines(body: bytes) -> tuple[str, ...]:
    """Return the document's lines, indented by two; of what is no JSON, or too large, its own. What is cut is told."""
    text = body.decode("utf-8", "surrogateescape")
    if len(body) <= INDENTED_BYTES:
        with contextlib.suppress(ValueError, RecursionError):
            text = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    lines = text.split("\n")
    shown = tuple(printable(line, LONGEST_LINE) for line in lines[:MOST_LINES])
    return (*shown, f"... {len(lines) - MOST_LINES} more lines") if len(lines) > MOST_LINES else shown
