"""The app in a real pseudo-terminal: it leaves as it came, is silent when idle, and lets no payload through."""

from __future__ import annotations

import re
import signal

import pytest

from tests.tui_program import SECRET
from tests.tui_pty import IDLE, Terminal, running

SSH = {"SSH_CONNECTION": "192.0.2.1 1 192.0.2.2 22"}
PAYLOADS = [
    b"\x1b]0;pwned",  # sets the window's title
    b"\x1b[35m\xc2",  # the payload's color, before its C1 sequence
    "\x9b".encode(),
    "\x90".encode(),
    "\u202e".encode(),
    "\u200b".encode(),
    "\u2028".encode(),
    b"\x00",
    b"\x7f",
]


def started(terminal: Terminal) -> Terminal:
    """Wait for the first paint and all that follows from it."""
    terminal.until("no such host")
    terminal.quiet()
    return terminal


@pytest.mark.fault(73)
@pytest.mark.parametrize(("keys", "status"), [(b"q", 0), (b"\x11", 0), (b"\x03", 130), (b"/\x03", 130)])
def test_quitting_restores_the_terminal(keys: bytes, status: int) -> None:
    with running("scripted") as terminal:
        started(terminal).send(keys)
        assert terminal.end() == status
        assert terminal.restored()


@pytest.mark.fault(73)
@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)])
def test_a_signal_restores_the_terminal_and_is_the_exit_status(number: signal.Signals, status: int) -> None:
    with running("scripted") as terminal:
        started(terminal).process.send_signal(number)
        assert terminal.end() == status
        assert terminal.restored()


@pytest.mark.fault(73)
def test_a_terminal_that_goes_away_ends_the_app() -> None:
    with running("walking") as terminal:
        terminal.until("asking")
        assert terminal.hang_up() == 129


@pytest.mark.fault(73)
@pytest.mark.parametrize("mode", ["scripted", "walking"])
def test_a_terminal_that_goes_away_without_a_signal_ends_the_app_too(mode: str) -> None:
    """It controls no process here: nobody is sent SIGHUP, and what is read is an end of file, over and over."""
    with running(mode) as terminal:
        terminal.until("no such host")
        assert terminal.vanish() == 129


@pytest.mark.fault(73)
@pytest.mark.parametrize("by_key", [True, False], ids=["^Z", "SIGTSTP"])
def test_a_stopped_program_gives_the_terminal_back_and_takes_it_again(by_key: bool) -> None:
    with running("scripted") as terminal:
        started(terminal)
        for _ in range(2):
            if by_key:
                terminal.send(b"\x1a")
            else:
                terminal.process.send_signal(signal.SIGTSTP)
            terminal.stopped()
            assert terminal.restored()
            terminal.process.send_signal(signal.SIGCONT)
            terminal.until("no such host")
            terminal.quiet()
            assert not terminal.restored()
            terminal.send(b"j")
            assert terminal.quiet() > 0
        terminal.send(b"q")
        assert terminal.end() == 0
        assert terminal.restored()


@pytest.mark.fault(73)
def test_a_continued_program_is_drawn_anew_and_leaves_no_mode_behind() -> None:
    """SIGSTOP cannot be seen coming; the modes that are there afterwards must not be taken for the shell's."""
    with running("scripted") as terminal:
        started(terminal).process.send_signal(signal.SIGSTOP)
        terminal.stopped()
        terminal.process.send_signal(signal.SIGCONT)
        terminal.until("no such host")
        terminal.quiet()
        terminal.send(b"q")
        assert terminal.end() == 0
        assert terminal.restored()


@pytest.mark.fault(75)
def test_quitting_waits_for_no_name_lookup() -> None:
    with running("hung") as terminal:
        terminal.until("quay.io")
        terminal.quiet()
        terminal.send(b"q")
        assert terminal.end() == 0
        assert terminal.restored()


@pytest.mark.fault(70, 73)
def test_a_fault_restores_the_terminal_and_tells_no_secret() -> None:
    with running("faulty") as terminal:
        assert terminal.end() == 70
        assert terminal.restored()
        told = terminal.out.rpartition(b"regtui: a fault of its own: ")[2].decode()
        assert told.startswith("ValueError")
        assert "in faulty" in told
        assert SECRET.encode() not in terminal.out


def test_a_refused_configuration_is_shown_and_is_the_exit_status() -> None:
    with running("refused") as terminal:
        terminal.until("would not start")
        terminal.quiet()
        terminal.send(b"q")
        assert terminal.end() == 2
        assert terminal.restored()


@pytest.mark.fault(73)
@pytest.mark.parametrize(
    ("environ", "words"), [({"TERM": "dumb"}, b"TERM=dumb cannot show a screen. Use: regtui resolve NAME")]
)
def test_a_terminal_that_shows_no_screen_gets_a_sentence(environ: dict[str, str], words: bytes) -> None:
    with running("scripted", environ=environ) as terminal:
        assert terminal.end() == 2
        assert words in terminal.out
        assert b"\x1b" not in terminal.out


@pytest.mark.parametrize("environ", [{}, SSH], ids=["local", "ssh"])
def test_an_idle_screen_sends_nothing(environ: dict[str, str]) -> None:
    with running("scripted", environ=environ) as terminal:
        started(terminal)
        assert terminal.quiet(IDLE) == 0
        terminal.send(b"/")
        assert terminal.quiet() > 0
        assert terminal.quiet(IDLE) == 0
        terminal.send(b"debian\r")
        terminal.until("via its mirror")
        terminal.quiet()
        assert terminal.quiet(IDLE) == 0


def test_over_ssh_a_walk_and_a_key_cost_little() -> None:
    """Bytes, and the limits that are promised for 80x24."""
    with running("scripted", environ=SSH) as terminal:
        started(terminal)
        terminal.send(b"j")
        assert 0 < terminal.quiet() < 500
        before = len(terminal.out)
        terminal.send(b"/debian\r")
        terminal.until("via its mirror")
        terminal.quiet()
        assert len(terminal.out) - before < 24_000


@pytest.mark.fault(71, 72)
@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
def test_no_payload_reaches_the_terminal(size: tuple[int, int]) -> None:
    with running("hostile", size=size) as terminal:
        terminal.until("pwned")
        terminal.quiet()
        for keys in (b"\t", b"\x1b[B", b"\t", b"\r", b"t", b"t", b"y", b"\r", b"?", b"?", b"a"):
            terminal.send(keys)
            terminal.quiet()
        terminal.send(b"\x11")  # a panel may be open
        assert terminal.end() == 2
        assert [payload for payload in PAYLOADS if payload in terminal.out] == []
        assert re.search(rb"\\x1b\]0;pwned", terminal.out)


@pytest.mark.fault(73)
def test_without_unicode_every_byte_is_ascii() -> None:
    with running("walking", environ={"LC_ALL": "C"}) as terminal:
        terminal.until("via its mirror")
        terminal.quiet()
        terminal.send(b"?")
        terminal.until("Help")
        terminal.quiet()
        terminal.send(b"q")
        terminal.quiet()
        terminal.send(b"q")
        assert terminal.end() == 0
        assert terminal.out.isascii()


def test_a_start_paints_once() -> None:
    """Bytes, and the limit that is promised for 80x24 at 16 colors; at the first answer of the network more follow."""
    with running("hung", environ={"TERM": "xterm"}) as terminal:
        terminal.until("quit")
        terminal.quiet()
        assert len(terminal.out) < 6_000
        assert terminal.out.count("╭─".encode()) == 2  # the upper edges of the two panels


def test_a_walk_costs_a_fast_link_little_more() -> None:
    with running("scripted") as terminal:
        started(terminal)
        before = len(terminal.out)
        terminal.send(b"/debian\r")
        terminal.until("via its mirror")
        terminal.quiet()
        assert len(terminal.out) - before < 60_000
