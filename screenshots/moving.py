"""Puts pictures of the terminal one after another into one SVG that moves; without motion it shows the last.

The frames are Textual's own exports of one size. The window around the screen is kept once, and so is each row of the
terminal that stands in several frames: a frame is a list of rows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

ROW = 24.4
"""Units from one row of the terminal to the next."""
_SCREEN = re.compile(r'<g transform="translate\(9, 41\)" clip-path=[^>]*>(.*)</g>\s*</svg>\s*$', re.DOTALL)
_ELEMENT = re.compile(r"<rect [^>]*/>|<text [^>]*>[^<]*</text>")
_Y = re.compile(r' y="([0-9.]+)"')
_FONT = re.compile(r'<g class="terminal-[0-9]+-matrix">')
_CLIP = re.compile(r' clip-path="url\(#terminal-[0-9]+-line-[0-9]+\)"')
_CLIPS = re.compile(r'<clipPath id="terminal-[0-9]+-line-[0-9]+">.*?</clipPath>\s*', re.DOTALL)
_COLOR = re.compile(r"^ *\.(terminal-[0-9]+-r[0-9]+) (\{[^}]*\})$", re.MULTILINE)
_CLASS = re.compile(r'class="(terminal-[0-9]+-r[0-9]+)"')


@dataclass(frozen=True, slots=True)
class Frame:
    """A picture and how long it stands, in seconds."""

    svg: str
    seconds: float


@dataclass(slots=True)
class _Kept:
    """Each color and each row once, under a name."""

    colors: dict[str, str] = field(default_factory=dict)
    rows: dict[str, str] = field(default_factory=dict)

    def frame(self, svg: str) -> str:
        """Return the uses that make up the screen of a picture."""
        own = {name: self.colors.setdefault(color, f"c{len(self.colors)}") for name, color in _COLOR.findall(svg)}
        rows: dict[int, list[str]] = {}
        for element in _ELEMENT.findall(_CLIP.sub("", _screen(svg)[1])):
            place = _Y.search(element)
            assert place is not None
            named = _CLASS.sub(lambda found: f'class="{own[found[1]]}"', element)
            rows.setdefault(int(float(place[1]) // ROW), []).append(named)
        names = [self.rows.setdefault("".join(row), f"r{len(self.rows)}") for row in rows.values()]
        return "".join(f'<use href="#{name}"/>' for name in names)


def moving(frames: list[Frame]) -> str:
    """Return the frames as one SVG that runs in a circle; equal neighbors become one."""
    kept, shown = _Kept(), _joined(frames)
    drawn = [kept.frame(frame.svg) for frame in shown]
    whole, start, rules = sum(frame.seconds for frame in shown), 0.0, []
    for number, frame in enumerate(shown):
        end = start + frame.seconds
        rules.append(_rule(number, 100 * start / whole, 100 * end / whole, whole, last=number == len(shown) - 1))
        start = end
    rules += [f".{name} {color}" for color, name in kept.colors.items()]
    rules.append("@media (prefers-reduced-motion: reduce) { g { animation: none !important } }")
    rows = [f'<g id="{name}">{row}</g>' for row, name in kept.rows.items()]
    groups = [f'<g class="f{number}">{uses}</g>' for number, uses in enumerate(drawn)]
    window = shown[-1].svg
    font = _FONT.search(window)
    assert font is not None
    window = window[: _screen(window).start(1)] + font[0] + "\n".join(groups) + "</g></g>\n</svg>\n"
    window = _COLOR.sub("", _CLIPS.sub("", window))
    window = window.replace("</style>", "\n".join(rules) + "\n</style>", 1)
    return re.sub(r"\n\s*\n", "\n", window.replace("</defs>", "\n".join(rows) + "\n</defs>", 1))


def _joined(frames: list[Frame]) -> list[Frame]:
    joined: list[Frame] = []
    for frame in frames:
        if joined and joined[-1].svg == frame.svg:
            joined[-1] = Frame(frame.svg, joined[-1].seconds + frame.seconds)
        else:
            joined.append(frame)
    return joined


def _screen(svg: str) -> re.Match[str]:
    found = _SCREEN.search(svg)
    if found is None:
        raise ValueError("this is not a picture as Textual exports it")
    return found


def _rule(number: int, start: float, end: float, whole: float, *, last: bool) -> str:
    """Return what shows a frame from one percentage of the round to another; only the last is there without motion."""
    steps = [(0.0, "hidden"), (start, "visible"), (end, "hidden")] if start else [(0.0, "visible"), (end, "hidden")]
    told = " ".join(f"{at:.3f}% {{ visibility: {word} }}" for at, word in steps if at < 100)
    still = "" if last else "visibility: hidden; "
    animation = f"animation: k{number} {whole:.2f}s step-end infinite"
    return f"@keyframes k{number} {{ {told} }}\n.f{number} {{ {still}{animation} }}"
