"""The real program in a real terminal browses a real docker-registry, from the registry list to a layer and back."""

from __future__ import annotations

import subprocess
import sys
import time
import uuid
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.real_registries import Registries

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
        """Return the screen once all words stand there."""
        text, end = "", time.monotonic() + PATIENCE
        while time.monotonic() < end:
            text = self._tmux("capture-pane", "-p")
            if all(word in text for word in words):
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


@pytest.fixture
def terminal(registries: Registries, tmp_path: Path) -> Iterator[Tmux]:
    """The program on a host that lists one real registry over plain HTTP."""
    config = tmp_path / "docker"
    config.write_text(f"ADD_REGISTRY='--add-registry 127.0.0.1:{registries.plain}'\n")
    opened = Tmux(f"LC_ALL=C.UTF-8 {sys.executable} -m regtui --config {config}; sleep 5")
    yield opened
    opened.end()


def test_from_the_registry_list_to_a_layer_and_back(terminal: Tmux, registries: Registries) -> None:
    host = f"127.0.0.1:{registries.plain}"
    terminal.until(host, "enter browse", "●")
    terminal.press("Enter")
    terminal.until("team/app", "library/etcd", "complete")
    terminal.press("/", "library/etcd")
    terminal.until("1 match")
    terminal.press("Enter")
    terminal.until(f"{host} ▸ library/etcd", "latest", "1 tag, complete", "amd64")
    terminal.press("Enter")
    shown = terminal.until("Layers", "the content has this digest", "linux/amd64")
    digest = registries.digests["plain/library/etcd:latest"]
    assert digest in shown.replace("│\n│            ", "").replace(" ", "") or digest[:40] in shown
    terminal.press("j")
    terminal.until("Manifest", "manifests")
    for words in (("Layers",), ("1 tag, complete",), ("1 match",)):
        terminal.press("Escape")
        terminal.until(*words)
    terminal.press("Escape")
    terminal.until("complete", "team/app")
    terminal.press("Escape")
    terminal.until("enter browse", "Resolve")
