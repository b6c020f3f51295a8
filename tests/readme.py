"""Writes the parts of README.md that are made from the program, between their marks: `python -m tests.readme`."""

from __future__ import annotations

from pathlib import Path

from regtui.tui.actions import markdown_table

README = Path(__file__).parent.parent / "README.md"


def put(name: str, text: str, file: Path = README) -> None:
    """Write a part; raises ValueError where the file has no marks of that name."""
    before, _, after = _split(name, file)
    begin, end = marks(name)
    file.write_text(f"{before}{begin}\n{text}\n{end}{after}")


def part(name: str, file: Path = README) -> str:
    """Return what stands between the marks; raises ValueError where there are none."""
    return _split(name, file)[1].strip("\n")


def marks(name: str) -> tuple[str, str]:
    """Return the lines before and behind a part."""
    return f"<!-- {name}: begin -->", f"<!-- {name}: end -->"


def _split(name: str, file: Path) -> tuple[str, str, str]:
    begin, end = marks(name)
    before, found, rest = file.read_text().partition(begin)
    middle, closed, after = rest.partition(end)
    if not found or not closed:
        raise ValueError(f"{file.name} lacks {begin} or {end}")
    return before, middle, after


MADE = {"keys": markdown_table}
"""Parts that take no measuring: a test says when one is out of date."""


def main() -> None:
    """Write them all."""
    for name, make in MADE.items():
        put(name, make())


if __name__ == "__main__":
    main()
