"""`regtui doctor`: what a bug report needs, and nothing that names a person or opens a door."""

from __future__ import annotations

import json
import os
import platform
import ssl
import subprocess
import sys
from dataclasses import fields
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from regtui import __version__
from regtui.cli import run
from regtui.commands.doctor import terminal
from regtui.settings import Settings, load_settings
from regtui.tui.terminal import in_force
from tests.docker_socket import always, listening, recorded

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parent.parent


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Callable[..., dict[str, Any]]:
    """Run the command and return its document."""

    def ask(*words: str) -> dict[str, Any]:
        assert run(["doctor", "--json", *words]) == 0
        captured = capsys.readouterr()
        assert captured.err == ""
        document: dict[str, Any] = json.loads(captured.out)
        assert document["schema"] == "regtui.doctor/1"
        return document

    return ask


def test_versions_are_those_that_run(told: Callable[..., dict[str, Any]]) -> None:
    versions = told()["versions"]
    assert versions["regtui"] == __version__
    assert versions["python"] == platform.python_version()
    assert versions["openssl"] == ssl.OPENSSL_VERSION
    assert {name: versions[name] for name in ("textual", "httpx")} == {
        name: metadata.version(name) for name in ("textual", "httpx")
    }


def test_a_library_that_is_missing_is_told(
    told: Callable[..., dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_version(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", no_version)
    assert told()["versions"]["textual"] == "not installed"


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        (
            {"TERM": "xterm-256color", "COLORTERM": "truecolor", "SSH_CONNECTION": "192.0.2.1 1 192.0.2.2 22"},
            {"TERM": "xterm-256color", "COLORTERM": "truecolor", "ssh": True, "NO_COLOR": False},
        ),
        ({"TMUX": "/tmp/tmux-0", "NO_COLOR": ""}, {"multiplexer": "tmux", "NO_COLOR": True}),
        ({"LANG": "C", "LC_ALL": "de_DE.UTF-8", "STY": "1"}, {"locale": "LC_ALL=de_DE.UTF-8", "multiplexer": "screen"}),
        ({}, {"TERM": "", "ssh": False, "locale": "none", "multiplexer": "none", "proxy variables": []}),
        ({"https_proxy": "http://u:hunter2@p"}, {"proxy variables": ["https_proxy"]}),
    ],
)
def test_what_the_terminal_can_do(environ: dict[str, str], expected: dict[str, object]) -> None:
    found = terminal(environ)
    assert {name: found[name] for name in expected} == expected
    assert "192.0.2" not in str(found)
    assert "hunter2" not in str(found)


@pytest.mark.parametrize(
    ("term", "colors"), [("xterm-256color", 256), ("linux", 8), ("dumb", None), ("no-such-terminal", None), ("", None)]
)
def test_how_many_colors_the_terminal_has(term: str, colors: int | None) -> None:
    """Ask in a process of its own, as terminfo is read once in each."""
    command = [sys.executable, "-m", "regtui", "doctor", "--json"]
    environ = os.environ | {"TERM": term}
    ran = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60, check=True)
    assert json.loads(ran.stdout)["terminal"]["colors"] == colors


def test_without_a_terminal_there_is_no_size(told: Callable[..., dict[str, Any]]) -> None:
    found = told()["terminal"]
    assert found["is a terminal"]["stdout"] is False
    assert found["encoding"].lower() == "utf-8"


def test_files_and_the_reason_for_the_engine_are_told(told: Callable[..., dict[str, Any]], tmp_path: Path) -> None:
    config = tmp_path / "etc/sysconfig/docker"
    config.parent.mkdir(parents=True)
    config.write_text("ADD_REGISTRY='--add-registry quay.io'\nOPTIONS='--nope'\n")
    host = told("--root", str(tmp_path))["host"]
    assert host["engine"].startswith("rhel-docker: /etc/sysconfig/docker exists")
    assert host["registries"] == 2
    assert host["refused"].startswith("unknown flag: --nope")
    assert "/etc/sysconfig/docker: read" in host["files"]
    assert "/etc/docker/daemon.json: missing" in host["files"]


def test_the_daemon_tells_of_itself(
    told: Callable[..., dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = str(tmp_path / "docker.sock")
    monkeypatch.setenv("DOCKER_HOST", f"unix://{path}")
    with listening(path, recorded("rhel-docker")):
        daemon = told()["daemon"]
    assert daemon == {
        "state": "answers",
        "socket": path,
        "engine": "rhel-docker",
        "version": "1.13.1",
        "registries": ["okd-lr.zyl.io:5000 (insecure)", "quay.io (secure)", "docker.io (secure)"],
        "mirrors": ["http://okd-lr.zyl.io:5000/"],
        "images": 0,
    }


def test_a_daemon_that_does_not_answer_is_a_sentence(
    told: Callable[..., dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = str(tmp_path / "docker.sock")
    monkeypatch.setenv("DOCKER_HOST", f"unix://{path}")
    assert told()["daemon"] == {"state": f"{path} does not exist: no daemon of docker runs here"}
    with listening(path, always(b"")):
        assert "closed the connection" in told()["daemon"]["state"]
    monkeypatch.setenv("DOCKER_HOST", "tcp://u:hunter2@other:2375")
    assert told()["daemon"]["state"].startswith("DOCKER_HOST=tcp://***@other:2375 leads to another daemon")


@pytest.mark.parametrize("words", [["--demo"], ["--root", "/nonexistent"]])
def test_another_hosts_daemon_is_not_asked(words: list[str], told: Callable[..., dict[str, Any]]) -> None:
    assert told(*words)["daemon"] == {"state": "not asked: only the daemon of this very host is"}


SETTINGS: list[tuple[str, dict[str, str], dict[str, str]]] = [
    ("", {}, {"theme": "dark (by the terminal)", "mouse": "true (default)", "fps": "120 (by the terminal)"}),
    ("", {"SSH_TTY": "/dev/pts/0"}, {"motion": "basic (by the terminal)", "fps": "120 (by the terminal)"}),
    ("", {"TEXTUAL_ANIMATIONS": "none"}, {"motion": "none (TEXTUAL_ANIMATIONS)"}),
    ("", {"TEXTUAL_FPS": "9"}, {"fps": "9 (TEXTUAL_FPS)"}),
    ("", {"NO_COLOR": "1"}, {"theme": "ansi (by the terminal)"}),
    ("\nmouse = false\ntheme = 'light'\n", {}, {"mouse": "false (FILE:2)", "theme": "light (FILE:3)"}),
    ("glyphs = 'ascii'\nhistory = false", {}, {"glyphs": "ascii (FILE:1)", "history": "false (FILE:2)"}),
    ("motion = 'none'", {}, {"motion": "none (FILE:1)", "pacing": "false (because nothing moves)"}),
    ("fps = 0", {}, {"fps": "120 (by the terminal)", "pacing": "true (default)", "blink": "false (default)"}),
]


@pytest.mark.parametrize(("text", "environ", "expected"), SETTINGS)
def test_each_setting_says_what_counts_here_and_who_says_so(
    text: str, environ: dict[str, str], expected: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(text)
    base = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"}
    told = in_force(load_settings(file), base | environ)
    assert list(told) == [field.name for field in fields(Settings)]
    assert {name: told[name].replace(str(file), "FILE") for name in expected} == expected


def test_nothing_names_a_person_or_opens_a_door(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Path(os.environ["HOME"])
    config = home / "daemon.json"
    config.write_text('{"registry-mirrors": ["http://u:hunter2@mirror.example"]}')
    settings = home / ".config/regtui/settings.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text("theme = 7\nmouse = false\n")
    monkeypatch.setenv("HTTPS_PROXY", "http://u:hunter2@proxy:3128")
    monkeypatch.setenv("SSH_CONNECTION", "192.0.2.1 1 192.0.2.2 22")
    for words in ([], ["--json"]):
        assert run(["doctor", "--config", str(config), *words]) == 0
        told = capsys.readouterr().out
        assert "~/daemon.json: read" in told
        assert "~/.config/regtui/settings.toml:1: theme is a name" in told
        assert "~/.config/regtui/settings.toml:2" in told
        assert "HTTPS_PROXY" in told
        for secret in (str(home), "hunter2", "192.0.2"):
            assert secret not in told


def test_lines_for_people_are_plain_text_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doctor", "--demo"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if not line.startswith(" ")] == [
        "versions",
        "terminal",
        "host",
        "daemon",
        "settings",
    ]
    assert f"  regtui: {__version__}" in lines
    assert "    /etc/sysconfig/docker: read" in lines
    assert all(line.isprintable() and line == line.rstrip() for line in lines)
