"""The picture of the layers for CONTRIBUTING.md, drawn from the table that the tests of the layers check.

python -m tests.layers_picture
"""

from __future__ import annotations

from tests.test_layers import LEVELS, PURE, ROOT, THIRD_PARTY

PICTURE = ROOT / "screenshots/layers.svg"
WIDTH, ROW, BOX, GAP, MARGIN = 860, 44, 28, 10, 20
FONT = 'font-family="monospace" font-size="14"'
CHARACTER = 8.4
"""Units across of a character at 14 pixels."""
FILLS = {"pure": "#dcefe0", "asks": "#fbe5c8", "shows": "#d6e6f7", "binds": "#ececec"}
WORDS = {
    "pure": "decides: the standard library alone, no socket",
    "asks": "asks: loads httpx when it runs",
    "shows": "shows: textual",
    "binds": "puts the others together",
}
"""Kinds of units, and what the legend says of them."""


def kind_of(unit: str) -> str:
    """Return how a unit is drawn."""
    if unit in PURE:
        return "pure"
    libraries = THIRD_PARTY.get(unit, set())
    if "textual" in libraries:
        return "shows"
    return "asks" if "httpx" in libraries or unit in {"attempt", "health", "resolve", "lookups", "browse"} else "binds"


def picture() -> str:
    """Return the SVG: the highest level at the top, each unit a box that imports downward only."""
    height = 2 * MARGIN + ROW * len(LEVELS) + 2 * ROW
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" {FONT}>',
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
    ]
    for number, level in enumerate(reversed(LEVELS)):
        widths = {unit: CHARACTER * len(unit) + 20 for unit in sorted(level)}
        x = (WIDTH - sum(widths.values()) - GAP * (len(widths) - 1)) / 2
        y = MARGIN + number * ROW
        for unit, width in widths.items():
            parts.append(_box(x, y, width, FILLS[kind_of(unit)]))
            parts.append(_text(x + width / 2, y + BOX / 2 + 5, unit))
            x += width + GAP
        if number:
            parts.append(f'<path d="M{WIDTH / 2} {y - 13}v8m-4 -5l4 5l4 -5" stroke="#888888" fill="none"/>')
    y = MARGIN + len(LEVELS) * ROW + 8
    for number, (kind, words) in enumerate(WORDS.items()):
        x, line = MARGIN + number % 2 * (WIDTH / 2), y + number // 2 * 30
        parts.append(_box(x, line, 22, FILLS[kind], 18))
        parts.append(f'<text x="{x + 32:.1f}" y="{line + 14}" fill="#444444">{words}</text>')
    return "\n".join([*parts, "</svg>\n"])


def _box(x: float, y: float, width: float, fill: str, height: float = BOX) -> str:
    return f'<rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="{height}" rx="4" fill="{fill}" stroke="#999999"/>'


def _text(x: float, y: float, words: str) -> str:
    return f'<text x="{x:.1f}" y="{y}" text-anchor="middle" fill="#222222">{words}</text>'


if __name__ == "__main__":
    PICTURE.write_text(picture())
