"""The real program in a real terminal browses a real docker-registry, from the registry list to a layer and back."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tests.tui_tmux import Tmux

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.real_registries import Registries


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
    terminal.until("JSON: index", "manifests")
    for words in (("Layers",), ("1 tag, complete",), ("1 match",)):
        terminal.press("Escape")
        terminal.until(*words)
    terminal.press("Escape")
    terminal.until("complete", "team/app")
    terminal.press("Escape")
    terminal.until("enter browse", "Resolve")


def test_a_cache_that_cannot_be_used_is_told_when_the_screen_is_gone(registries: Registries, tmp_path: Path) -> None:
    config, in_the_way = tmp_path / "docker", tmp_path / "file"
    config.write_text(f"ADD_REGISTRY='--add-registry 127.0.0.1:{registries.plain}'\n")
    in_the_way.touch()
    program = f"{sys.executable} -m regtui --config {config}"
    terminal = Tmux(f"LC_ALL=C.UTF-8 XDG_CACHE_HOME={in_the_way} {program}; sleep 20")
    try:
        terminal.until("enter browse", "●")
        terminal.press("Enter")
        terminal.until("team/app", "complete")
        terminal.press("q")
        terminal.until("regtui: the cache in", "cannot be used")
    finally:
        terminal.end()
