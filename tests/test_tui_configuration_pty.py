"""The real program in a real terminal shows the host's configuration, and the daemon that runs beside it."""

from __future__ import annotations

import shlex
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.docker_socket import framed, listening, recorded
from tests.tui_tmux import Tmux

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HUB = "registry-1.docker.io:443"
MOBY = ("--engine", "moby")
AWAY = ("--resolve", f"{HUB}:198.51.100.1", "--connect-to", f"{HUB}:127.0.0.1:1")
"""Docker Hub, which every host asks for its health, stays unasked."""


@contextmanager
def shown(*words: str, **environ: str) -> Iterator[Tmux]:
    """Start the program in a terminal."""
    variables = [f"{name}={value}" for name, value in {"LC_ALL": "C.UTF-8", **environ}.items()]
    terminal = Tmux(shlex.join(["env", *variables, sys.executable, "-m", "regtui", *words]) + "; sleep 5")
    try:
        yield terminal
    finally:
        terminal.end()


def test_from_the_list_to_a_fix_and_back() -> None:
    with shown("--demo") as terminal:
        terminal.until("okd-lr.zyl.io:5000", "●")
        terminal.press("c")
        terminal.until("Findings", "env-export", "systemd knows no export", "fix")
        terminal.press("Tab", "Tab", "Tab")
        terminal.until("Settings as dockerd sees them", "/etc/sysconfig/docker")
        terminal.press("y")
        terminal.until("Copy", "command to edit")
        terminal.press("Enter")
        terminal.until("copied")
        terminal.press("c")
        terminal.until("docker pull")
        terminal.press("q")


def answers(path: str) -> Iterator[bytes]:
    """Answer nothing but the version, and that late in the middle of a word."""
    yield framed(b"{}") if path == "/version" else b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n{"


@pytest.mark.parametrize("engine", ["rhel-docker", "moby"])
def test_a_daemon_that_runs_with_another_list(tmp_path: Path, engine: str) -> None:
    path = str(tmp_path / "docker.sock")
    told = recorded(engine, RegistryConfig={"Mirrors": ["http://old.example.com:5000/"], "IndexConfigs": {}})
    with listening(path, told) as server, shown(*AWAY, DOCKER_HOST=f"unix://{path}") as terminal:
        terminal.until("warning")
        terminal.press("c")
        terminal.until("mirrors differ", "runs with http://old.example.com:5000", "files say none")
        terminal.press("Tab")
        terminal.until("the daemon runs with another list: restart it", "fix systemctl restart docker")
    assert {request.split()[0] for request in server.requests} == {"GET"}


def test_a_daemon_that_breaks_off_is_a_sentence_and_the_rest_works(tmp_path: Path) -> None:
    path = str(tmp_path / "docker.sock")
    with listening(path, answers), shown(*MOBY, *AWAY, DOCKER_HOST=f"unix://{path}") as terminal:
        terminal.until("docker.io")
        terminal.press("c")
        terminal.until("docker.sock closed the connection in the middle of its answer", "Findings")
        terminal.press("c")
        terminal.until("docker pull")
        terminal.press("/", "debian")
        terminal.until("docker.io/library/debian:latest")


def test_a_socket_that_is_no_daemons(tmp_path: Path) -> None:
    path = tmp_path / "docker.sock"
    path.write_text("no socket")
    with shown(*MOBY, *AWAY, DOCKER_HOST=f"unix://{path}") as terminal:
        terminal.until("docker.io")
        terminal.press("c")
        terminal.until("The daemon that runs", "nobody listens on it")
