"""Writes README's table of measurements: `python -m tests.benchmarks.table`."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.benchmarks import lines, start, walk

README = Path(__file__).parent.parent.parent / "README.md"
BEGIN, END = "<!-- benchmarks: begin -->", "<!-- benchmarks: end -->"
MEASURED = (start.measure, walk.measure)


def main() -> int:
    """Measure everything and put the table between its marks; return 1 where a bound was not kept."""
    figures = tuple(figure for measure in MEASURED for figure in measure())
    head, begin, rest = README.read_text().partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        sys.exit(f"README.md lacks {BEGIN} or {END}")
    README.write_text("\n".join([head + begin, *lines(figures), end + tail]))
    return 0 if all(figure.kept for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
