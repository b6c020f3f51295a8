"""Fewer bytes for the same screen, by a small model of a terminal."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regtui.tui.terse import terse

TOKEN = re.compile(r"\x1b\[([0-9;]*)([A-Za-z])|\r|\n|.", re.DOTALL)
Cells = dict[tuple[int, int], tuple[str, tuple[str, ...]]]


def screen(data: str) -> tuple[Cells, tuple[str, ...], tuple[int, int]]:
    """Return what stands in which cell, the style at the end, and where the cursor is."""
    cells: Cells = {}
    style: dict[str, str] = {}
    row = column = 1
    for token in TOKEN.finditer(data):
        numbers, letter = token[1], token[2]
        if letter == "H":
            row, column = (int(number) for number in numbers.split(";"))
        elif letter == "m":
            restyle(style, numbers)
        elif letter:
            cells[(0, len(cells))] = (token[0], tuple(style.values()))  # what is not known keeps its place
        elif token[0] == "\r":
            column = 1
        elif token[0] == "\n":
            row += 1
        else:
            cells[(row, column)] = (token[0], tuple(style[key] for key in sorted(style)))
            column += 1
    return cells, tuple(style[key] for key in sorted(style)), (row, column)


def restyle(style: dict[str, str], numbers: str) -> None:
    for number in re.findall(r"[34]8;5;\d+|[34]8;2;\d+;\d+;\d+|\d+", numbers or "0"):
        kind = number.partition(";")[0]
        if kind == "0":
            style.clear()
        elif kind in ("39", "49"):
            style.pop("fore" if kind == "39" else "back", None)
        elif kind[0] in "39" and len(kind) > 1:
            style["fore"] = number
        elif len(kind) > 1:
            style["back"] = number
        else:
            style[kind] = number


COLORS = st.sampled_from(["38;5;188", "48;5;16", "38;2;1;2;3", "48;2;9;9;9", "31", "42", "97", "100", "39", "49"])
NUMBERS = st.lists(st.one_of(COLORS, st.sampled_from(["1", "2", "3", "4", "7"])), min_size=1, max_size=4).map(";".join)
TEXTS = st.text("ab ─✓", min_size=0, max_size=4)
MOVES = st.builds("\x1b[{};{}H".format, st.integers(1, 5), st.integers(1, 9))
PIECES = st.one_of(
    TEXTS,
    MOVES,
    st.builds("\x1b[{}m{}\x1b[0m".format, NUMBERS, TEXTS),
    st.builds("\x1b[{}m{}".format, NUMBERS, TEXTS),
    st.just("\x1b[0m"),
    st.just("\r\n"),
)


@given(st.lists(PIECES, max_size=12).map("".join))
def test_the_same_cells_in_no_more_bytes(data: str) -> None:
    said = terse(data)
    assert screen(said) == screen(data)
    assert len(said) <= len(data)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("\x1b[31;40ma\x1b[0m\x1b[31;40mb\x1b[0m", "\x1b[31;40mab\x1b[0m"),
        ("\x1b[31;40ma\x1b[0m\x1b[32;40mb\x1b[0m", "\x1b[31;40ma\x1b[32mb\x1b[0m"),
        ("\x1b[1;31ma\x1b[0m\x1b[31mb\x1b[0m", "\x1b[1;31ma\x1b[0;31mb\x1b[0m"),
        ("\x1b[31ma\x1b[0m\x1b[1;80H\r\n\x1b[2;2H\x1b[31mb\x1b[0m", "\x1b[31ma\x1b[2;2Hb\x1b[0m"),
        ("\x1b[38;2;1;2;3ma\x1b[0mb", "\x1b[38;2;1;2;3ma\x1b[0mb"),
        ("", ""),
    ],
)
def test_what_is_said(data: str, said: str) -> None:
    assert terse(data) == said


@pytest.mark.parametrize("data", ["\x1b[31ma\x1b[0m\x1b[53mb", "\x1b[38mx\x1b[0m", "\x1b[38;5mx", "\x1b[38;7;1mx"])
def test_what_is_not_known_stays(data: str) -> None:
    assert terse(data) == data


def test_an_erasing_sequence_has_the_style_that_it_was_given() -> None:
    assert terse("\x1b[41m\x1b[K\x1b[0m") == "\x1b[41m\x1b[K\x1b[0m"
