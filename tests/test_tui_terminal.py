"""What the terminal's environment decides, and what `run_app` refuses, sets and reports."""

from __future__ import annotations

import sys
from io import StringIO
from typing import TYPE_CHECKING

import pytest

from regtui.settings import GlyphChoice, Motion, Settings
from regtui.tui.run import REFUSED, fault_report, run_app, set_defaults
from regtui.tui.terminal import Look, look, refusal
from tests.tui_fakes import CONFIG, SYSCONFIG

if TYPE_CHECKING:
    from regtui.session import Session

XTERM = {"TERM": "xterm-256color", "LANG": "en_US.UTF-8"}
SSH = XTERM | {"SSH_CONNECTION": "192.0.2.1 50000 192.0.2.2 22"}


@pytest.mark.parametrize(
    ("environ", "stdin", "stderr", "words"),
    [
        (XTERM, True, True, ""),
        ({}, True, True, ""),
        ({"TERM": "dumb"}, True, True, "TERM=dumb"),
        (XTERM, False, True, "standard input is not a terminal"),
        (XTERM, True, False, "standard error, on which regtui draws, is not a terminal"),
        ({"TERM": "dumb"}, False, False, "standard input"),
    ],
)
def test_what_cannot_show_a_screen_gets_a_sentence(
    environ: dict[str, str], stdin: bool, stderr: bool, words: str
) -> None:
    sentence = refusal(environ, input_is_terminal=stdin, output_is_terminal=stderr)
    assert words in sentence
    assert bool(words) == ("regtui resolve NAME" in sentence)


@pytest.mark.parametrize(
    ("settings", "environ", "expected"),
    [
        (Settings(), XTERM, Look("dark", Motion.FULL, True, 120, False, True, False)),
        (Settings(), SSH, Look("dark", Motion.BASIC, True, 120, False, True, False)),
        (Settings(), XTERM | {"SSH_TTY": "/dev/pts/0"}, Look("dark", Motion.BASIC, True, 120, False, True, False)),
        (
            Settings(motion=Motion.FULL, fps=30, blink=True, mouse=False, pacing=False, theme="light"),
            SSH,
            Look("light", Motion.FULL, False, 30, False, False, True),
        ),
        (Settings(motion=Motion.NONE), XTERM, Look("dark", Motion.NONE, False, 120, False, True, False)),
        (Settings(), XTERM | {"TEXTUAL_ANIMATIONS": "none"}, Look("dark", Motion.NONE, False, 120, False, True, False)),
        (Settings(), XTERM | {"NO_COLOR": ""}, Look("ansi", Motion.FULL, True, 120, False, True, False)),
        (Settings(theme="dark"), XTERM | {"NO_COLOR": "1"}, Look("dark", Motion.FULL, True, 120, False, True, False)),
        (Settings(), XTERM | {"TERM": "xterm"}, Look("ansi", Motion.FULL, True, 120, False, True, False)),
        (
            Settings(),
            XTERM | {"TERM": "xterm", "COLORTERM": "truecolor"},
            Look("dark", Motion.FULL, True, 120, False, True, False),
        ),
        (Settings(), {"TERM": "vt100", "LANG": "C"}, Look("ansi", Motion.FULL, True, 120, True, True, False)),
        (
            Settings(glyphs=GlyphChoice.UNICODE),
            {"TERM": "linux", "LANG": "C"},
            Look("ansi", Motion.FULL, True, 120, False, True, False),
        ),
        (Settings(glyphs=GlyphChoice.ASCII), XTERM, Look("dark", Motion.FULL, True, 120, True, True, False)),
    ],
    ids=[
        "a good terminal",
        "ssh",
        "ssh with a terminal",
        "ssh, all of it set otherwise",
        "no motion",
        "no motion by variable",
        "NO_COLOR, even empty",
        "NO_COLOR and a theme",
        "16 colors",
        "16 colors by name, more by variable",
        "no unicode",
        "unicode in any case",
        "ascii in any case",
    ],
)
def test_how_it_looks(settings: Settings, environ: dict[str, str], expected: Look) -> None:
    assert look(settings, environ) == expected


@pytest.mark.parametrize(
    ("environ", "plain"),
    [
        ({"LANG": "de_DE.UTF-8"}, False),
        ({"LANG": "de_DE.utf8@euro"}, False),
        ({"LC_CTYPE": "UTF-8"}, False),
        ({"LC_ALL": "C", "LANG": "de_DE.UTF-8"}, True),
        ({"LC_ALL": "", "LC_CTYPE": "C.UTF-8", "LANG": "C"}, False),
        ({"LANG": "de_DE.ISO-8859-1"}, True),
        ({"LANG": "POSIX"}, True),
        ({}, True),
        ({"LANG": "C.UTF-8", "TERM": "linux"}, True),
    ],
)
def test_unicode_is_drawn_where_locale_and_font_have_it(environ: dict[str, str], plain: bool) -> None:
    assert look(Settings(), {"TERM": "xterm-256color"} | environ).plain is plain


def test_what_textual_reads_at_its_import_is_set_before_unless_a_person_did() -> None:
    shown = look(Settings(), SSH)
    environ: dict[str, str] = {}
    set_defaults(environ, shown)
    assert environ == {"TEXTUAL_FPS": "120", "TEXTUAL_ANIMATIONS": "basic"}
    environ = {"TEXTUAL_FPS": "5", "TEXTUAL_ANIMATIONS": "full"}
    set_defaults(environ, shown)
    assert environ == {"TEXTUAL_FPS": "5", "TEXTUAL_ANIMATIONS": "full"}


def test_without_a_terminal_nothing_is_drawn_and_nobody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    async def never() -> Session:
        raise AssertionError

    for stream in ("__stdin__", "__stderr__"):
        monkeypatch.setattr(sys, stream, StringIO())
    told = StringIO()
    monkeypatch.setattr(sys, "stderr", told)
    assert run_app(never, CONFIG, SYSCONFIG) == REFUSED
    assert told.getvalue() == "regtui: standard input is not a terminal. Use: regtui resolve NAME\n"


def test_a_fault_tells_where_and_nothing_of_what_was_there() -> None:
    def handle(password: str) -> None:
        raise ValueError(f"the password is {password}")

    try:
        handle("hunter2")
    except ValueError as error:
        report = fault_report(error)
    assert report.startswith("regtui: a fault of its own: ValueError\n")
    assert "in handle" in report
    assert "hunter2" not in report
    assert report.endswith("Please report it with the command that led to it.\n")
