"""Presses keys at random in the real program, many at a time and while the window changes: nothing may end or stop it.

python -m tests.fuzz.keys                       ten minutes of the demo
python -m tests.fuzz.keys --seed 7 -- --demo etcd --engine podman
                                                one seed, with other words for the program
"""

from __future__ import annotations

import argparse
import os
import random
import secrets
import sys
import tempfile
import time
from pathlib import Path

from tests.tui_pty import Terminal, running_command

ROOT = Path(__file__).parents[2]
MOVES = [b"\x1b[A", b"\x1b[B", b"\x1b[B", b"\x1b[C", b"\x1b[D", b"\x1b[5~", b"\x1b[6~", b"\x1b[H", b"\x1b[F"]
KEYS = [*MOVES, b"\r", b"\r", b"\x1b", b"\x1b", b"\t", b" ", b"\x7f", b"/", b"?", b"\x10"]
LETTERS = [bytes([code]) for code in b"aAbcdefghijklmnoprstuvwxyJKMSTR0123456789*+-.:/@\\"]
"""All that the screens have but `q`, which ends the program as it should."""
WORDS = [b"etcd", b"redis", b"private/vault", b"a//b", b"nope:nope", b"UPPER", b"x@sha256:0", b"/[a-z]+/", b"*e*"]
SIZES = [(80, 24), (80, 24), (120, 36), (40, 10), (20, 5), (200, 60)]
WAITS = (0.0, 0.001, 0.01, 0.05, 0.2)
"""Seconds until the next key: most come before the last one was obeyed."""
AT_ONCE = 400


def mash(terminal: Terminal, seed: int, count: int) -> None:
    """Press so many keys, some of them words, and change the size now and then; AssertionError where it ends."""
    chance = random.Random(seed)
    pressed: list[bytes] = []
    for _ in range(count):
        lot = chance.random()
        if lot < 0.02:
            terminal.resize(*chance.choice(SIZES))
        else:
            pressed.append(chance.choice(WORDS if lot < 0.08 else LETTERS if lot < 0.4 else KEYS))
            terminal.send(pressed[-1])
        terminal.quiet(chance.choice(WAITS))
        status = terminal.process.poll()
        assert status is None, f"seed {seed}: it ended with {status} after {pressed[-20:]}: {terminal.out[-2000:]!r}"
    before = len(terminal.out)
    terminal.resize(81, 25)
    terminal.resize(100, 30)
    terminal.quiet(1.0)
    assert len(terminal.out) > before, f"seed {seed}: it paints nothing any more after {pressed[-20:]}"


def mashed(words: list[str], seed: int, count: int, folder: str) -> None:
    """Start the program with these words in a home of its own, where it may write, and mash its keys."""
    os.chdir(folder)  # an export writes where one stands
    environ = {"HOME": folder, "PYTHONPATH": str(ROOT)}
    with running_command([sys.executable, "-m", "regtui", *words], environ=environ) as terminal:
        terminal.until("docker.io")
        mash(terminal, seed, count)


def main() -> int:
    """Mash until the time is over; return 1 where a seed failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.keys", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("words", nargs="*", default=["--demo"], help="for regtui, behind `--`")
    parser.add_argument("--minutes", type=float, default=10.0, help="no seed begins later than that")
    parser.add_argument("--seed", type=int, help="this one alone")
    asked = parser.parse_args()
    end, failed = time.monotonic() + asked.minutes * 60, 0
    while True:
        seed = secrets.randbelow(1 << 32) if asked.seed is None else asked.seed
        with tempfile.TemporaryDirectory() as folder:
            try:
                mashed(asked.words, seed, AT_ONCE, folder)
            except AssertionError as error:
                failed += 1
                print(f"FAILED {error}", flush=True)
            else:
                print(f"ok, seed {seed}", flush=True)
        if asked.seed is not None or time.monotonic() > end:
            return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
