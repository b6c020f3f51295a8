"""What a change on the screen costs: the cells between the first and the last difference, and nothing else."""

from __future__ import annotations

import pytest

from regtui.tui.cells import EMPTY, Line, Role, Span
from regtui.tui.widgets.line_view import _difference


def line(text: str, role: Role = Role.TEXT) -> Line:
    """Return a line of one role."""
    return (Span(text, role),)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (line("dns ⠋ tcp"), line("dns ⠙ tcp"), (4, 5)),
        (line("abc"), line("abcdef"), (3, 6)),
        (line("abcdef"), line("abc"), (3, 6)),
        (line("abc"), line("abc   "), (0, 1)),
        (line("abc"), line("abc", Role.BAD), (0, 3)),
        ((Span("ab"), Span("c")), line("abc"), (0, 1)),
        (EMPTY, line("abc"), (0, 3)),
        (line("日本"), line("日x"), None),
        (line("e\u0301"), line("e"), None),
    ],
    ids=["a spinner", "longer", "shorter", "blanks", "a color", "the same", "new", "wide", "a mark"],
)
def test_the_cells_that_differ(before: Line, after: Line, expected: tuple[int, int] | None) -> None:
    assert _difference(before, after) == expected
