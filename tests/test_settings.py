"""The user's settings: what is wrong costs that setting only, and nothing a person wrote is ever lost."""

from __future__ import annotations

import os
import re
import tomllib
from typing import TYPE_CHECKING

import pytest

from regtui.settings import (
    FILE_LIMIT,
    GlyphChoice,
    Motion,
    Settings,
    SettingsError,
    load_settings,
    parse_settings,
    settings_path,
    write_settings,
)

if TYPE_CHECKING:
    from pathlib import Path

ALL = """\
theme = "light"
motion = "basic"
pacing = false
mouse = false
fps = 15
glyphs = "ascii"
blink = true
history = false
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Settings()),
        ("# only a comment\n", Settings()),
        (ALL, Settings("light", Motion.BASIC, False, False, 15, GlyphChoice.ASCII, True, False)),
        ('theme = "tokyo-night"', Settings(theme="tokyo-night")),
        ("fps = 1", Settings(fps=1)),
        ("fps = 120", Settings(fps=120)),
        ("'motion' = 'none'", Settings(motion=Motion.NONE)),
    ],
    ids=["empty", "a comment", "all of them", "another theme", "slowest", "fastest", "quoted"],
)
def test_settings_are_read(text: str, expected: Settings) -> None:
    loaded = parse_settings(text, "settings.toml")
    assert (loaded.settings, loaded.problems) == (expected, ())


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('motion = "fast"', "s:1: motion is one of full, basic, none, not fast"),
        ("\nmotion = 3", "s:2: motion is one of full, basic, none, not 3"),
        ('glyphs = "emoji"', "s:1: glyphs is one of auto, unicode, ascii, not emoji"),
        ("fps = 0", "s:1: fps is a number from 1 to 120, not 0"),
        ("fps = 121", "s:1: fps is a number from 1 to 120, not 121"),
        ("fps = true", "s:1: fps is a number from 1 to 120, not True"),
        ("fps = 15.0", "s:1: fps is a number from 1 to 120, not 15.0"),
        ("pacing = 1", "s:1: pacing is true or false, not 1"),
        ('mouse = "no"', "s:1: mouse is true or false, not no"),
        ("blink = 'x'", "s:1: blink is true or false, not x"),
        ("theme = 'Dark Theme'", "s:1: theme is a name such as dark, light or ansi, not Dark Theme"),
        ("theme = ''", "s:1: theme is a name such as dark, light or ansi, not "),
        (
            "colour = 'red'",
            "s:1: there is no setting colour; there are theme, motion, pacing, mouse, fps, glyphs, blink, history",
        ),
        (
            "[motion]\nfull = true",
            "s:1: motion is one of full, basic, none, not {'full': True}",
        ),
        ("theme.name = 'dark'", "s:1: theme is a name such as dark, light or ansi, not {'name': 'dark'}"),
        ('motion = "\\u001b[31m"', "s:1: motion is one of full, basic, none, not \\x1b[31m"),
    ],
)
def test_a_setting_that_cannot_be_used_is_told_with_its_line(text: str, problem: str) -> None:
    loaded = parse_settings(f"{text}\n", "s")
    assert (loaded.settings, loaded.problems) == (Settings(), (problem,))


def test_a_wrong_setting_costs_nothing_but_itself() -> None:
    loaded = parse_settings('theme = "light"\nfps = 0\nmouse = false\n', "s")
    assert loaded.settings == Settings(theme="light", mouse=False)
    assert len(loaded.problems) == 1


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("theme = ", "s:1: "),
        ("theme = 'dark'\n\nfps 15\n", "s:3: "),
        ("theme = 'a'\ntheme = 'b'\n", "s:2: "),
        ("theme = '\x1b'", "s:1: "),
        ("[" * 5000, "s"),
        ("x = " + "[" * 5000, "s"),
    ],
    ids=["no value", "no equals sign", "twice", "a control character", "deep", "deeper"],
)
def test_a_broken_file_is_told_with_its_line_and_the_defaults_hold(text: str, start: str) -> None:
    loaded = parse_settings(text, "s")
    assert loaded.settings == Settings()
    (problem,) = loaded.problems
    assert problem.startswith(start)
    assert problem.endswith("the defaults are used")
    assert problem.isprintable()


def test_a_missing_file_is_no_problem(tmp_path: Path) -> None:
    assert load_settings(tmp_path / "settings.toml").problems == ()


def test_a_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(ALL)
    assert load_settings(path).settings.theme == "light"


@pytest.mark.fault(68)
@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: path.mkdir(), "is a directory"),
        (os.mkfifo, "is not a regular file"),
        (lambda path: path.symlink_to("/dev/zero"), "is not a regular file"),
        (lambda path: path.symlink_to(path), "too many levels of symbolic links"),
        (lambda path: path.write_bytes(b"#" * (FILE_LIMIT + 1)), "is larger than 64 KiB"),
        (lambda path: path.write_bytes(b"theme = 'dark'\n# \xff\n"), "line 2 is not UTF-8"),
    ],
    ids=["a folder", "a FIFO", "a device", "a loop", "too large", "not UTF-8"],
)
def test_what_is_no_file_of_settings_is_told_and_never_waited_for(tmp_path: Path, make: object, words: str) -> None:
    path = tmp_path / "settings.toml"
    assert callable(make)
    make(path)
    loaded = load_settings(path)
    assert loaded.settings == Settings()
    (problem,) = loaded.problems
    assert words in problem
    assert problem.startswith(str(path))


def test_what_differs_from_the_defaults_is_written(tmp_path: Path) -> None:
    path = tmp_path / "below" / "settings.toml"
    settings = Settings(theme="light", motion=Motion.NONE, mouse=False, fps=10)
    write_settings(path, settings)
    assert tomllib.loads(path.read_text()) == {"theme": "light", "motion": "none", "mouse": False, "fps": 10}
    assert load_settings(path).settings == settings
    assert [file.name for file in path.parent.iterdir()] == ["settings.toml"]


def test_a_file_without_comments_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text("theme = 'dark'\n")
    write_settings(path, Settings(theme="light"))
    assert path.read_text() == 'theme = "light"\n'


@pytest.mark.fault(68)
@pytest.mark.parametrize(
    ("prepare", "words"),
    [
        (lambda path: path.write_text("# mine\ntheme = 'dark'\n"), 'is left alone. Write there: theme = "light"'),
        (lambda path: path.mkdir(), "is a directory; it is left alone"),
        (lambda path: path.write_bytes(b"\xff"), "line 1 is not UTF-8"),
    ],
    ids=["comments", "a folder", "not text"],
)
def test_what_could_be_lost_is_left_alone(tmp_path: Path, prepare: object, words: str) -> None:
    path = tmp_path / "settings.toml"
    assert callable(prepare)
    prepare(path)
    before = path.read_bytes() if path.is_file() else b""
    with pytest.raises(SettingsError, match=re.escape(words)):
        write_settings(path, Settings(theme="light"))
    assert (path.read_bytes() if path.is_file() else b"") == before


@pytest.mark.fault(68)
def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="not a directory"):
        write_settings(tmp_path / "file" / "settings.toml", Settings(theme="light"))


def test_the_file_lies_in_the_platforms_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert settings_path() == tmp_path / "regtui" / "settings.toml"
