"""Lines of cells: widths, cuts, wraps; and the bars and words that are made of them."""

from __future__ import annotations

import pytest

from regtui.outcome import Outcome, Stage
from regtui.tui.bars import bar, scale
from regtui.tui.cells import Line, Role, Span, crop, line_text, line_width, pad, shorten, span, split, spread, wrap
from regtui.tui.glyphs import ASCII, UNICODE
from regtui.tui.state import Progress, StageView
from regtui.tui.words import (
    count,
    duration,
    outcome_role,
    outcome_sign,
    outcome_word,
    seconds,
    short_digest,
    short_reference,
)
from tests.tui_fakes import planned_walk


def text_lines(lines: tuple[Line, ...]) -> list[str]:
    """Return lines without their roles."""
    return [line_text(line) for line in lines]


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("registry", 8, "registry"),
        ("registry", 7, "regist…"),
        ("registry", 1, "…"),
        ("registry", 0, ""),
        ("日本語", 6, "日本語"),
        ("日本語", 5, "日本…"),
        ("日本語", 4, "日…"),
        ("a b c", 3, "a…"),
    ],
)
def test_shorten(text: str, width: int, expected: str) -> None:
    assert shorten(text, width, "…") == expected


@pytest.mark.parametrize("width", range(9))
def test_a_cut_line_is_never_wider_than_its_room(width: int) -> None:
    line: Line = (Span("ab"), Span("日本", Role.BAD), Span("c"))
    assert line_width(crop(line, width, "…")) <= width


@pytest.mark.parametrize(
    ("at", "left", "right"),
    [(0, "", "ab日c"), (1, "a", "b日c"), (2, "ab", "日c"), (3, "ab ", " c"), (4, "ab日", "c"), (9, "ab日c", "")],
)
def test_a_line_is_divided_at_a_cell(at: int, left: str, right: str) -> None:
    one, two = split((Span("ab"), Span("日c", Role.OK)), at)
    assert (line_text(one), line_text(two)) == (left, right)


@pytest.mark.parametrize(
    ("left", "right", "width", "expected"),
    [
        ("name", "3 ms", 12, "name    3 ms"),
        ("name", "", 12, "name"),
        ("long name", "3 ms", 12, "long n… 3 ms"),
        ("name", "too long to fit", 4, "name"),
    ],
)
def test_spread(left: str, right: str, width: int, expected: str) -> None:
    parts: Line = (Span(right),) if right else ()
    assert line_text(spread((Span(left),), parts, width, "…")) == expected


def test_pad_fills_up_and_never_cuts() -> None:
    assert line_text(pad((Span("ab"),), 4)) == "ab  "
    assert line_text(pad((Span("abcde"),), 4)) == "abcde"


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("", 5, [""]),
        ("one two three", 7, ["one two", "three"]),
        ("one two three", 8, ["one two", "three"]),
        ("sha256:abcdef", 6, ["sha256", ":abcde", "f"]),
        ("a sha256:abcdef b", 6, ["a", "sha256", ":abcde", "f b"]),
        ("日本語", 3, ["日", "本", "語"]),
        ("日本", 1, ["日", "本"]),
    ],
)
def test_wrap(text: str, width: int, expected: list[str]) -> None:
    assert text_lines(wrap(text, width)) == expected


@pytest.mark.parametrize("text", ["\x1b[31m", "\x9b31m", "\u202e", "a\nb", "\x00", "\ud800"])
def test_outside_text_is_cleaned_before_it_is_laid_out(text: str) -> None:
    assert span(text).text.isprintable()
    assert all(piece.text.isprintable() for line in wrap(text, 3) for piece in line)


@pytest.mark.parametrize(
    ("at", "whole"),
    [(0.0, 10.0), (9.9, 10.0), (10.1, 20.0), (20.1, 50.0), (51.0, 100.0), (5076.0, 10_000.0), (120_000.0, 200_000.0)],
)
def test_the_scale_is_a_round_number(at: float, whole: float) -> None:
    assert scale(planned_walk(at=at)) == whole


def stage(started: float, ms: float, *, failed: bool = False, running: bool = False) -> StageView:
    """Return a stage at a place in time."""
    progress = Progress.RUNNING if running else Progress.FAILED if failed else Progress.OK
    return StageView(Stage.TCP, progress, started, ms)


@pytest.mark.parametrize(
    ("stages", "expected", "plain"),
    [
        ([], "          ", "          "),
        ([stage(0, 100)], "━━━━━━━━━━", "=========="),
        ([stage(0, 0.1)], "╸         ", "-         "),
        ([stage(5, 0.1)], "╺         ", "-         "),
        ([stage(0, 20), stage(60, 10)], "━━╸   ━╸  ", "==-   =-  "),
        ([stage(100, 900)], "         ╺", "         -"),
        ([stage(0, 50, running=True)], "          ", "          "),
    ],
    ids=["nothing", "all", "a blink", "a blink later", "with a pause", "behind the end", "still running"],
)
def test_a_bar(stages: list[StageView], expected: str, plain: str) -> None:
    assert line_text(bar(stages, 100.0, UNICODE)) == expected
    assert line_text(bar(stages, 100.0, ASCII)) == plain


def test_a_failed_stage_is_another_color_than_what_went_well() -> None:
    drawn = bar([stage(0, 40), stage(50, 10, failed=True)], 100.0, UNICODE)
    assert [(piece.text.strip(), piece.role) for piece in drawn if piece.text.strip()] == [
        ("━━━━╸", Role.OK_BAR),
        ("━╸", Role.BAD_BAR),
    ]


@pytest.mark.parametrize(
    ("ms", "expected"),
    [
        (0.0, "<1 ms"),
        (0.94, "<1 ms"),
        (1.0, "1 ms"),
        (999.4, "999 ms"),
        (999.6, "1.0 s"),
        (9949.0, "9.9 s"),
        (45e3, "45 s"),
    ],
)
def test_durations(ms: float, expected: str) -> None:
    assert duration(ms) == expected


@pytest.mark.parametrize(("number", "expected"), [(0.0, "0.0 s"), (9.94, "9.9 s"), (9.96, "10 s"), (45.1, "45 s")])
def test_seconds(number: float, expected: str) -> None:
    assert seconds(number) == expected


@pytest.mark.parametrize(("number", "expected"), [(0, "0 notes"), (1, "1 note"), (2, "2 notes")])
def test_counts(number: int, expected: str) -> None:
    assert count(number, "note") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("sha256:" + "ab" * 32, "sha256:abababababab"), ("sha256:ab", "sha256:ab"), ("no-digest-at-all", "no-digest-at")],
)
def test_short_digests(text: str, expected: str) -> None:
    assert short_digest(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("quay.io/etcd:v3", "quay.io/etcd:v3"),
        ("quay.io/etcd@sha256:" + "ab" * 32, "quay.io/etcd@sha256:abababababab"),
        ("a@b", "a@b"),
    ],
)
def test_short_references(text: str, expected: str) -> None:
    assert short_reference(text) == expected


@pytest.mark.parametrize("outcome", Outcome)
@pytest.mark.parametrize("glyphs", [UNICODE, ASCII], ids=["unicode", "ascii"])
def test_every_outcome_has_a_word_and_a_sign_that_tell_it_without_color(outcome: Outcome, glyphs: object) -> None:
    assert outcome_word(outcome)
    assert (outcome_role(outcome) is Role.OK) == (outcome is Outcome.FOUND)
    assert isinstance(glyphs, type(UNICODE))
    assert (outcome_sign(outcome, glyphs) == glyphs.ok) == (outcome is Outcome.FOUND)


def test_ascii_is_ascii_and_every_sign_takes_one_cell() -> None:
    for glyphs in (UNICODE, ASCII):
        signs = [getattr(glyphs, name) for name in type(glyphs).__slots__]
        assert all(Span(sign).width == 1 for text in signs for sign in text)
    assert all(getattr(ASCII, name).isascii() for name in type(ASCII).__slots__)
