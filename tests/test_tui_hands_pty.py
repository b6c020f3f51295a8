"""The real program in a real terminal, in the demo's world: a walk, `t`, `a`, `e`, and what `e` wrote shown again."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.tui_pty import Terminal, running_command

ROOT = Path(__file__).parent.parent
ESCAPE = b"\x1b"
CLEAR = b"\x15"  # ^U


def program(*words: str) -> list[str]:
    """Return the command that runs this tree."""
    return [sys.executable, "-m", "regtui", *words]


def press(terminal: Terminal, keys: bytes, *words: str) -> None:
    """Press keys, wait for words, and then until everything was said."""
    terminal.send(keys)
    terminal.until(*words)
    terminal.quiet()


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
def test_a_walk_is_looked_at_handed_on_and_shown_again(size: tuple[int, int], tmp_path: Path) -> None:
    file = tmp_path / "walk.jsonl"
    environ = {"PYTHONPATH": str(ROOT)}
    with running_command(program("--demo"), size=size, environ=environ) as terminal:
        press(terminal, b"", "docker.io")
        press(terminal, b"/debian\r", "via its mirror")
        press(terminal, b"t", "Transcript", "Using default tag: latest")
        press(terminal, ESCAPE, "Registries")
        press(terminal, b"a", "Who holds it", "is pulled")
        press(terminal, b"m", "as its upstream")
        press(terminal, ESCAPE, "Registries")
        press(terminal, b"e", "Export", "Markdown")
        press(terminal, CLEAR)
        press(terminal, str(file).encode())
        press(terminal, b"\r", "written: recording")
        terminal.send(b"q")
        assert terminal.end() == 0
        assert terminal.restored()
    first = json.loads(file.read_text().splitlines()[0])
    assert (first["schema"], first["place"]) == ("regtui.recording/1", "demo")
    with running_command(program("replay", str(file)), size=size, environ=environ) as terminal:
        press(terminal, b"", "recording of demo", "via its mirror")
        press(terminal, b"a", "Who holds it", "is pulled")
        press(terminal, b"m", "This is a recording")
        press(terminal, ESCAPE, "Registries")
        press(terminal, b"t", "Transcript")
        terminal.send(b"\x11")
        assert terminal.end() == 0
        assert terminal.restored()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "line 1: this is no recording of regtui"),
        ('{"schema": "regtui.recording/9", "regtui": "9.0"}\n', "line 1: it was written by regtui 9.0"),
        ('{"schema": "regtui.recording/1"', "line 1 is damaged or cut off"),
    ],
)
def test_what_is_no_recording_gets_a_sentence_and_no_screen(text: str, words: str, tmp_path: Path) -> None:
    file = tmp_path / "walk.jsonl"
    file.write_text(text)
    with running_command(program("replay", str(file)), environ={"PYTHONPATH": str(ROOT)}) as terminal:
        assert terminal.end() == 2
        assert f"{file}: {words}".encode() in terminal.out
        assert ESCAPE not in terminal.out


@pytest.mark.parametrize("begins_on", [True, False])
def test_the_palette_gives_the_mouse_to_the_terminal_and_takes_it_back(begins_on: bool, tmp_path: Path) -> None:
    settings = tmp_path / "regtui/settings.toml"
    settings.parent.mkdir()
    settings.write_text(f"mouse = {str(begins_on).lower()}\n")
    environ = {"PYTHONPATH": str(ROOT), "XDG_CONFIG_HOME": str(tmp_path)}
    off, on = (b"\x1b[?1000l", "The mouse is off"), (b"\x1b[?1000h", "The mouse is on")
    with running_command(program("--demo"), environ=environ) as terminal:
        press(terminal, b"", "docker.io")
        assert (on[0] in terminal.out) is begins_on
        for told, words in (off, on) if begins_on else (on, off):
            before = terminal.out.count(told)
            press(terminal, b"\x10", "word of what you want")
            press(terminal, b"mouse", " on or off")
            press(terminal, b"\r", words)
            assert terminal.out.count(told) == before + 1
        terminal.send(b"q")
        assert terminal.end() == 0
        assert terminal.restored()
    assert settings.read_text() == f"mouse = {str(begins_on).lower()}\n"
