"""Completion as the shells themselves do it, and the names that it asks for, which cost no packet."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from regtui.cache import Cache
from regtui.cli import COMMANDS, build_parser, run
from regtui.completion.names import MOST, names_for, registries_for
from regtui.completion.words import Shell
from regtui.host.discover import load
from regtui.usage import usage_of
from tests.programs import needs

if TYPE_CHECKING:
    from collections.abc import Callable

    from regtui.host.model import HostConfig

ROOT = Path(__file__).parent.parent
USAGE = usage_of(build_parser(), COMMANDS)
SEED = "ADD_REGISTRY='--add-registry okd-lr.zyl.io:5000 --add-registry quay.io'\n"
REGISTRIES = ["okd-lr.zyl.io:5000", "quay.io", "docker.io"]
RESOLVE = [option.long for option in USAGE.options_of("resolve")]
END = "end-of-answers"


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a `regtui` that is this tree's, and the three scripts."""
    folder = tmp_path_factory.mktemp("programs")
    program = folder / "regtui"
    program.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m regtui "$@"\n')
    program.chmod(0o755)
    for shell in Shell:
        made = subprocess.run([program, "completion", shell], check=True, capture_output=True, text=True, timeout=60)
        (folder / f"script.{shell}").write_text(made.stdout)
    (folder / "docker").write_text(SEED)
    (folder / "walk.events").write_text("")
    (folder / "disk").mkdir()
    return folder


def typed(folder: Path, command: list[str], keys: str) -> list[str]:
    """Type into an interactive shell on a terminal and return what it printed behind `END`, line for line."""
    near, far = pty.openpty()
    environment = {"PATH": f"{folder}:{os.environ['PATH']}", "HOME": str(folder), "TERM": "dumb", "LC_ALL": "C.UTF-8"}
    with subprocess.Popen(command, stdin=far, stdout=far, stderr=far, cwd=folder, env=environment) as shell:
        os.close(far)
        os.write(near, keys.encode())
        shown = b""
        while data := _read(near):
            shown += data
        shell.wait(60)
    os.close(near)
    lines = shown.decode().replace("\r", "").split("\n")
    return [line[1:-1] for line in lines if line.startswith("<") and line.endswith(">")]


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux says EIO when the last program has closed the terminal
        return b""


ALL, FIRST, RUN = "\x1b*", "\x01", "\n"
"""Readline: put all completions on the line; go to its beginning; run it."""


def bash(folder: Path, line: str) -> list[str]:
    """Return the words of the line after all completions were put into it."""
    quiet = "bind 'set bell-style none'; bind 'set enable-bracketed-paste off'; PS1=\n"
    keys = f"{quiet}source ./script.bash\n{line}{ALL}{FIRST}printf '<%s>\\n' {RUN}exit\n"
    return typed(folder, ["bash", "--norc", "--noprofile", "-i"], keys)


def zsh(folder: Path, line: str) -> list[str]:
    """Return the words of the line after one press of the tab key."""
    quiet = "unsetopt beep zle_bracketed_paste; PS1=; autoload -U compinit; compinit -D -u; source ./script.zsh\n"
    keys = f"{quiet}{line}\t{FIRST}printf '<%s>\\n' {RUN}exit\n"
    return typed(folder, ["zsh", "-f", "-i"], keys)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("regtui res", ["resolve"]),
        ("regtui cat", ["catalog"]),
        ("regtui --config docker re", ["resolve", "replay"]),
        ("regtui --config docker q", ["quay.io/"]),
        ("regtui resolve --config docker ", [f"{name}/" for name in REGISTRIES]),
        ("regtui resolve --config=docker okd", ["okd-lr.zyl.io:5000/"]),
        ("regtui resolve --config docker okd-lr.zyl.io:5", ["okd-lr.zyl.io:5000/"]),
        ("regtui catalog --config docker ", REGISTRIES),
        ("regtui --demo catalog q", ["quay.io"]),
        ("regtui resolve etcd --dr", ["--dry-run"]),
        ("regtui resolve --", RESOLVE),
        ("regtui info --str", ["--str"]),
        ("regtui --engine rh", ["rhel-docker"]),
        ("regtui --engine=rh", ["--engine=rhel-docker"]),
        ("regtui tags x --sort se", ["semver"]),
        ("regtui --root di", ["disk"]),
        ("regtui --config doc", ["docker"]),
        ("regtui replay wal", ["walk.events"]),
        ("regtui completion ", ["bash", "zsh", "fish"]),
    ],
)
def test_bash_completes(programs: Path, line: str, words: list[str]) -> None:
    before = line.rpartition(" ")[0].split(" ")
    found = bash(programs, line)
    assert found[: len(before)] == before
    assert sorted(found[len(before) :]) == sorted(words)  # readline has them in its own order


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("regtui res", "resolve"),
        ("regtui --config docker q", "quay.io/"),
        ("regtui resolve --config docker okd", "okd-lr.zyl.io:5000/"),
        ("regtui catalog --config docker q", "quay.io"),
        ("regtui resolve etcd --dr", "--dry-run"),
        ("regtui --engine rh", "rhel-docker"),
        ("regtui tags x --sort se", "semver"),
        ("regtui replay wal", "walk.events"),
        ("regtui completion ba", "bash"),
    ],
)
def test_zsh_completes(programs: Path, line: str, word: str) -> None:
    needs("zsh")
    before = line.rpartition(" ")[0].split(" ")
    assert zsh(programs, line) == [*before, word]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("regtui res", ["resolve"]),
        ("regtui --config docker q", ["quay.io/"]),
        ("regtui resolve --config docker ", [f"{name}/" for name in REGISTRIES]),
        ("regtui catalog --config docker q", ["quay.io"]),
        ("regtui resolve etcd --dr", ["--dry-run"]),
        ("regtui info --str", []),
        ("regtui --engine rh", ["rhel-docker"]),
        ("regtui tags x --sort se", ["semver"]),
        ("regtui replay wal", ["walk.events"]),
        ("regtui completion ba", ["bash"]),
    ],
)
def test_fish_completes(programs: Path, line: str, words: list[str]) -> None:
    needs("fish")
    command = ["fish", "--no-config", "-c", f"source script.fish; complete -C {line!r}"]
    environment = {"PATH": f"{programs}:{os.environ['PATH']}", "HOME": str(programs), "LC_ALL": "C.UTF-8"}
    ran = subprocess.run(command, cwd=programs, env=environment, check=True, capture_output=True, text=True, timeout=60)
    answers = [answer.partition("\t")[0] for answer in ran.stdout.splitlines()]
    assert sorted(answers) == sorted(words)


@pytest.mark.parametrize("shell", list(Shell))
def test_a_script_knows_every_command_and_option(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["completion", shell]) == 0
    script = capsys.readouterr().out
    dashes = "-l " if shell is Shell.FISH else "--"
    assert [name for name in COMMANDS if name not in script] == []
    assert [option.long for option in USAGE.options if f"{dashes}{option.long[2:]}" not in script] == []
    assert [choice for option in USAGE.options for choice in option.choices if choice not in script] == []


def test_another_shell_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["completion", "tcsh"]) == 2
    assert "completion is there for bash, zsh, fish, not for tcsh" in capsys.readouterr().err


@pytest.fixture
def host(tmp_path: Path) -> Callable[[str], HostConfig]:
    """Make a host's configuration from the registries of a command line."""

    def made(text: str) -> HostConfig:
        path = tmp_path / "docker"
        path.write_text(f"ADD_REGISTRY='{text}'\n")
        return load("/", (str(path),))

    return made


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


def kept(cache: Cache, scope: str, listing: str, names: list[str]) -> None:
    keeper = cache.list_keeper(scope, listing)
    keeper.add(names)
    keeper.complete()
    keeper.close()


def test_registries_come_in_the_engines_order(host: Callable[[str], HostConfig]) -> None:
    config = host("--add-registry okd-lr.zyl.io:5000 --add-registry quay.io")
    assert registries_for("", config) == REGISTRIES
    assert registries_for("q", config) == ["quay.io"]
    assert names_for("", config, None) == [f"{name}/" for name in REGISTRIES]


def test_what_a_shell_would_read_is_left_out(host: Callable[[str], HostConfig], cache: Cache) -> None:
    config = host("--add-registry $(reboot) --add-registry a;b --add-registry quay.io")
    assert registries_for("", config) == ["quay.io", "docker.io"]
    kept(cache, "https://quay.io ", "_catalog", ["coreos/etcd", "x$(reboot)", "`id`", "a b"])
    assert names_for("quay.io/", config, cache) == ["quay.io/coreos/etcd"]


def test_cached_repositories_and_tags_complete(host: Callable[[str], HostConfig], cache: Cache) -> None:
    config = host("--add-registry quay.io")
    kept(cache, "https://quay.io ", "_catalog", ["coreos/etcd", "coreos/flannel", "prometheus/node"])
    kept(cache, "https://quay.io ", "coreos/etcd/tags/list", ["v3.4.0", "v3.5.9", "v3.5.10"])
    kept(cache, "https://registry-1.docker.io ", "library/debian/tags/list", ["12", "latest"])
    assert names_for("quay.io/coreos/", config, cache) == ["quay.io/coreos/etcd", "quay.io/coreos/flannel"]
    assert names_for("quay.io/coreos/etcd:v3.5", config, cache) == [
        "quay.io/coreos/etcd:v3.5.9",
        "quay.io/coreos/etcd:v3.5.10",
    ]
    assert names_for("docker.io/debian:l", config, cache) == ["docker.io/debian:latest"]
    assert names_for("quay.io/nothing/", config, cache) == []
    assert names_for("quay.io/coreos/", config, None) == []


def test_a_list_that_another_login_was_shown_is_not_told(
    host: Callable[[str], HostConfig], cache: Cache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = host("--add-registry quay.io")
    kept(cache, "https://quay.io robot", "_catalog", ["secret/keys"])
    assert names_for("quay.io/", config, cache) == []
    (tmp_path / "config.json").write_text('{"auths": {"quay.io": {"auth": "cm9ib3Q6cGFzc3dvcmQ="}}}')  # robot:password
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    assert names_for("quay.io/", config, cache) == ["quay.io/secret/keys"]


def test_a_long_list_is_cut(host: Callable[[str], HostConfig], cache: Cache) -> None:
    kept(cache, "http://reg.example:5000 ", "_catalog", [f"team/app{number}" for number in range(5000)])
    assert len(names_for("reg.example:5000/", host("--add-registry reg.example:5000"), cache)) == MOST
