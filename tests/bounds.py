"""Writes the list of all bounds from the constants that set them: `python -m tests.bounds`."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path

from tests.readme import put

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "regtui"
PAGE = ROOT / "docs/bounds.md"
NAME = "bounds"

BOUND = re.compile(
    r"_?(?:[A-Z0-9]+_)*(?:LIMIT|MOST|LONGEST|LARGEST|DEEPEST|OLDEST|SHORTEST|BYTES|TRIES|SECONDS|OBEYED|REJECTED|PAUSE"
    r"|WAIT|ADDRESSES|LOOKUPS|LANES|IDLE|NAMES|FOLDERS|MARKS|RESORT|CHAIN|LARGE|SHOWN|SIZE|FPS)(?:_[A-Z0-9]+)*"
)
"""How the name of a constant says that something ends there."""
NONE = {
    "FIRST_SIZE": "how much is asked for, not how much is taken",
    "PAGE_SIZE": "how much is asked for, not how much is taken",
    "SIZE": "a column",
    "_NAMES": "a column",
    "CURSOR_WIDEST": "a column",
    "SHORTEST": "where asking begins",
    "TAG_NARROWEST": "a column",
}
"""Constants that are called so and bound nothing."""
BUNDLES = {"registry/limits.py": "Limits", "registry/credential_helpers.py": "HelperLimits"}
"""Classes whose fields are bounds, each with its reason in a comment above it."""
LEFT_OUT = {"demo", "completion"}
GROUPS = {
    "Time and connections": ("registry/limits.py Limits.", "registry/credential_helpers.py HelperLimits."),
    "Registries": ("registry/",),
    "Browsing": ("browse/",),
    "The walk, its recording, its report": ("resolve.py", "record", "replay.py", "redaction.py", "seen.py", "live.py"),
    "Names, texts, numbers": ("reference/", "text.py", "gojson.py", "challenge.py"),
    "The host's files": ("host/", "survey/", "side_by_side.py"),
    "The running daemon": ("daemon/",),
    "Another host": ("ssh/",),
    "regtui's own files": ("cache.py", "settings.py", "outfile.py"),
    "The screen": ("tui/",),
    "Everything else": ("",),
}


@dataclass(frozen=True, slots=True)
class Bound:
    """A constant that something ends at: where it is set, its value as it is shown, and the reason for it."""

    place: str
    value: str
    reason: str


def bounds() -> tuple[Bound, ...]:
    """Return all bounds of the package, in the order of the files."""
    found: list[Bound] = []
    for path in sorted(PACKAGE.rglob("*.py")):
        place = str(path.relative_to(PACKAGE))
        if path.relative_to(PACKAGE).parts[0] not in LEFT_OUT:
            found += _bounds_of(place, path.read_text())
    return tuple(found)


def _bounds_of(place: str, source: str) -> list[Bound]:
    module, lines = ast.parse(source), source.split("\n")
    found = []
    for node, after in zip(module.body, [*module.body[1:], None], strict=True):
        if isinstance(node, ast.ClassDef) and node.name == BUNDLES.get(place):
            found += [
                Bound(f"{place} {node.name}.{field.target.id}", _shown(field.target.id, field.value, reason), reason)
                for field in node.body
                if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and field.value
                for reason in [_comment_above(lines, field.lineno - 1)]
            ]
        for name, value in _assigned(node):
            if BOUND.fullmatch(name) and name not in NONE:
                reason = _reason(node, after, lines)
                found.append(Bound(f"{place} {name}", _shown(name, value, reason), reason))
    return found


def _assigned(node: ast.stmt) -> list[tuple[str, ast.expr]]:
    """Return the names that a statement gives a number, with the number."""
    if not isinstance(node, ast.Assign) or len(node.targets) != 1:
        return []
    target, value = node.targets[0], node.value
    pairs = [(target, value)]
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        pairs = list(zip(target.elts, value.elts, strict=True))
    return [(name.id, number) for name, number in pairs if isinstance(name, ast.Name) and _number(number) is not None]


def _number(node: ast.expr) -> float | None:
    """Return what an expression of numbers is, None for anything else."""
    match node:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            return value
        case ast.Name(id="MIB"):
            return 1 << 20
        case ast.BinOp(left, operator, right):
            one, other = _number(left), _number(right)
            if one is None or other is None:
                return None
            match operator:
                case ast.Mult():
                    return one * other
                case ast.Add():
                    return one + other
                case ast.LShift():
                    return int(one) << int(other)
                case ast.Pow() if other < 20:
                    return float(one**other)
                case ast.Pow():
                    return float("inf")
    return None


def _reason(node: ast.stmt, after: ast.stmt | None, lines: list[str]) -> str:
    """Return the text below a constant, else the comment behind it."""
    match after:
        case ast.Expr(value=ast.Constant(value=str() as text)):
            return " ".join(text.split())
    return lines[(node.end_lineno or node.lineno) - 1].partition("#")[2].strip()


def _comment_above(lines: list[str], number: int) -> str:
    comments: list[str] = []
    while number and lines[number - 1].strip().startswith("#"):
        number -= 1
        comments.insert(0, lines[number].strip("# "))
    return " ".join(comments)


def _shown(name: str, node: ast.expr, reason: str) -> str:
    """Write a number as people read it: bytes in KiB and MiB, everything else with commas."""
    value = _number(node)
    assert value is not None
    if value == float("inf"):
        return ast.unparse(node)
    if ("BYTES" in name or reason.lower().startswith("bytes")) and value >= 1024:
        for unit, size in (("MiB", 1 << 20), ("KiB", 1 << 10)):
            if value % size == 0:
                return f"{value // size:,.0f} {unit}"
    if reason.startswith("Seconds") and value >= 3600:
        return f"{value / 86400:,g} days" if value > 86400 else f"{value / 3600:,g} h"
    return f"{value:,g}" if value < 1_000_000 or value % 1 else f"{value:,.0f}"


def table() -> str:
    """Return the list, in Markdown, a table for each group."""
    left = list(bounds())
    parts = []
    for group, places in GROUPS.items():
        mine = [bound for bound in left if bound.place.startswith(places)]
        left = [bound for bound in left if bound not in mine]
        if mine:
            rows = [f"| `{bound.place}` | {bound.value} | {_cell(bound.reason)} |" for bound in mine]
            parts.append(
                "\n".join(
                    [f"## {group}\n", "| bound | value | what it bounds, and why there |", "|---|---:|---|", *rows]
                )
            )
    return "\n" + "\n\n".join(parts) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def main() -> None:
    """Put the list into its page, between its marks."""
    put(NAME, table(), PAGE)


if __name__ == "__main__":
    main()
