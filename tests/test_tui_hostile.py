"""The real program, hostile registries, a real terminal: no byte of a payload acts, on any screen or in any output."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.hostile_payloads import SINGLE, TOGETHER
from tests.hostile_world import NAME, SECRET, HostileWorld, hostile_world
from tests.terminal_stream import OWN, strays
from tests.tui_pty import PROGRAM, QUIET, Terminal, running_command

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PAUSE = 0.12
"""Seconds of silence after which a key has had its effect; one that is late has it on the next screen."""
ROOT = str(PROGRAM.parents[1])
DOWN, UP, END, ESCAPE, TAB = b"\x1b[B", b"\x1b[A", b"\x1b[F", b"\x1b", b"\t"


@pytest.mark.parametrize("payload", [*SINGLE.values(), *TOGETHER.values()])
def test_what_acts_on_a_terminal_is_told_from_what_is_drawn(payload: str) -> None:
    """The reading of the stream sees every payload that has a control character, and no printable one."""
    acts = "\u0301" * 5 in payload or not all(letter.isprintable() or letter in "\r\n\u0301" for letter in payload)
    assert bool(strays(payload.encode())) is acts


@pytest.mark.parametrize("own", ["\x1b[38;5;151;48;5;16m", "\x1b[1;2H", "\x1b[?1049h", "\x1b[<u", "\r\n", "\x1b[m"])
def test_what_the_program_sends_by_itself_is_known(own: str) -> None:
    assert strays(own.encode()) == []
    assert OWN.match(own)


@pytest.fixture(params=TOGETHER)
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[HostileWorld]:
    """The hostile host, with one group of payloads."""
    with hostile_world(TOGETHER[request.param], tmp_path) as made:
        yield made


def settle(terminal: Terminal, *keys: bytes) -> None:
    """Press keys one after another, each when all is said about the one before."""
    for key in keys:
        terminal.send(key)
        terminal.quiet(QUIET if key == ESCAPE else PAUSE)  # what follows an escape too soon belongs to it


def walk_screens(terminal: Terminal) -> None:
    """Look at the walk, each of its rows, and the panels above it."""
    terminal.until("serves it")
    terminal.quiet()
    settle(terminal, UP, b"\r", UP, b"\r", UP, b"\r", UP, b"\r", UP, b"\r", UP, b"\r")
    settle(terminal, b"t", DOWN, ESCAPE, b"y", b"\r", b"?", ESCAPE, b"\x10", b"show", ESCAPE)
    settle(terminal, b"c", TAB, END, TAB, END, TAB, END, ESCAPE, b"m", b"o", DOWN, ESCAPE, b"e", DOWN, ESCAPE)


def go_to_list(terminal: Terminal) -> None:
    """Give the keys to the list of registries, from wherever they are."""
    for _ in range(6):
        before = len(terminal.out)
        settle(terminal, ESCAPE, TAB)
        if b"browse" in terminal.out[before:]:
            return
    raise AssertionError("the footer of the list never came")


def browsing_screens(terminal: Terminal) -> None:
    """Go from the list of registries to a layer, the JSON, the other registries, a comparison, and back."""
    go_to_list(terminal)
    settle(terminal, END, UP)
    terminal.send(b"\r")
    terminal.until("team/other")
    settle(terminal, b"t", b"t", b"/team/app")
    terminal.send(b"\r")
    terminal.until("broken")
    terminal.quiet()
    settle(terminal, b"s", b"s", b"d", DOWN, b"d")
    settle(terminal, ESCAPE, b"g", b"\r", b"j", END, ESCAPE, b"p", b"m", b"y", b"\r", *[b"\x1b[6~"] * 4)


def click_everywhere(terminal: Terminal) -> None:
    """Click on every row of the screen: a payload that was read as markup would be a link there."""
    for row in range(3, 24):
        for column in (5, 30, 60):
            terminal.send(b"\x1b[<0;%d;%dM\x1b[<0;%d;%dm" % (column, row, column, row))
    terminal.quiet()


def look_at_screens(world: HostileWorld) -> None:
    """Go through every screen, click on every row, quit, and look at all that the terminal was sent."""
    command = [sys.executable, "-m", "regtui", *world.arguments, NAME]
    with running_command(command, size=(110, 40), environ={"PYTHONPATH": ROOT, **world.environ}) as terminal:
        walk_screens(terminal)
        browsing_screens(terminal)
        click_everywhere(terminal)
        assert terminal.process.poll() is None
        terminal.send(b"\x11")
        assert terminal.end() == 0, terminal.out[-2000:]
        assert terminal.restored()
        assert strays(terminal.out) == []
        assert SECRET.encode() not in terminal.out


@pytest.mark.fault(71, 72)
def test_no_payload_of_a_registry_acts_on_any_screen(world: HostileWorld) -> None:
    look_at_screens(world)


COMMANDS = [
    ("resolve", NAME),
    ("info",),
    ("lint",),
    ("catalog", "{place}"),
    ("tags", "--long", "{place}/" + NAME),
    ("inspect", "{place}/" + NAME),
    ("inspect", "{place}/" + NAME + ":broken"),
    ("tags", "{place}/other"),
    ("doctor",),
]


def look_at_output(world: HostileWorld) -> None:
    """Run every command, as text and as JSON, and look at all that it prints."""
    elsewhere = [f"--root={world.root}", *world.arguments[1:]]
    for words in COMMANDS:
        command = [sys.executable, "-m", "regtui", *(word.format(place=world.serving) for word in words)]
        for options in ([*world.arguments], [*elsewhere, "--json"]):
            ran = subprocess.run(
                [*command, *options],
                stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False,
                env=os.environ | {"PYTHONPATH": ROOT, **world.environ},
            )  # fmt: skip
            printed = ran.stdout + ran.stderr
            assert ran.returncode in (0, 1, 2), (words, printed)
            assert strays(printed) == [], words
            assert b"a fault of its own" not in printed
            assert SECRET.encode() not in printed
            if "--json" in options and ran.stdout:
                assert ran.stdout.isascii()
                json.loads(ran.stdout)


@pytest.mark.fault(71, 72, 74)
def test_no_payload_acts_in_what_is_printed(world: HostileWorld) -> None:
    look_at_output(world)
