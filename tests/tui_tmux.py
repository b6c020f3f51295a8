"""A terminal of 80x24 in tmux with a program in it: what a person sees after each key."""

from __future__ import annotations

import subprocess
import time
import uuid

PATIENCE = 30.0
"""Seconds for anything to come; a program that is later hangs."""


class Tmux:
    """A terminal of 80x24 with the program in it."""

    def __init__(self, command: str) -> None:
        self._socket = f"regtui-{uuid.uuid4().hex}"
        self._tmux("new-session", "-d", "-x", "80", "-y", "24", command)

    def press(self, *keys: str) -> None:
        """Press keys."""
        self._tmux("send-keys", *keys)

    def until(self, *words: str) -> str:
        """Return the screen once all words stand there, wherever its lines break."""
        text, end = "", time.monotonic() + PATIENCE
        while time.monotonic() < end:
            text = self._tmux("capture-pane", "-p")
            if all(word in text or word in _joined(text) for word in words):
                return text
        raise AssertionError(f"{words} never came:\n{text}")

    def end(self) -> None:
        """Stop the server of this terminal."""
        subprocess.run(["tmux", "-L", self._socket, "kill-server"], check=False, capture_output=True)

    def _tmux(self, *words: str) -> str:
        ran = subprocess.run(
            ["tmux", "-L", self._socket, *words], check=True, capture_output=True, text=True, timeout=20
        )
        return ran.stdout


def _joined(text: str) -> str:
    """Return what stands between the edges of panels as one line."""
    return " ".join(" ".join(line.strip("│▁▂▃▄▅▆▇█ ") for line in text.splitlines()).split())
