"""The few signs that the screens use, in Unicode and in plain ASCII for terminals that have no more."""

from __future__ import annotations

from regtui.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Glyphs:
    """One cell each; `spinner` in the order of its turning, `bar` a whole cell, its left half, its right half."""

    ok: str
    bad: str
    none: str
    warn: str
    alive: str
    unknown: str
    marker: str
    folded: str
    opened: str
    branch: str
    arrow: str
    dot: str
    ellipsis: str
    rule: str
    assumed: str
    spinner: str
    bar: str

    @property
    def plain(self) -> bool:
        """Say whether these are the ASCII ones."""
        return self.rule.isascii()


UNICODE = Glyphs(
    ok="✓",
    bad="✗",
    none="–",  # noqa: RUF001 - an en dash is meant: it stands where a sign would
    warn="!",
    alive="●",
    unknown="○",
    marker="▶",
    folded="▸",
    opened="▾",
    branch="└",
    arrow="→",
    dot="·",
    ellipsis="…",
    rule="─",
    assumed="≈",
    spinner="⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏",
    bar="━╸╺",
)

ASCII = Glyphs(
    ok="+",
    bad="x",
    none="-",
    warn="!",
    alive="*",
    unknown="o",
    marker=">",
    folded=">",
    opened="v",
    branch="`",
    arrow=">",
    dot="-",
    ellipsis="~",
    rule="-",
    assumed="~",
    spinner="|/-\\",
    bar="=--",
)
