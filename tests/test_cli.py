"""The command line: what is a command, what is refused and how, which exit status it has."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from regtui.cli import parse, run
from regtui.options import UsageError

if TYPE_CHECKING:
    from pathlib import Path

SEED = """\
ADD_REGISTRY='--add-registry okd-lr.zyl.io:5000 --add-registry 192.0.2.7'
INSECURE_REGISTRY='--insecure-registry okd-lr.zyl.io:5000'
OPTIONS='--registry-mirror=http://okd-lr.zyl.io:5000 --selinux-enabled --signature-verification=false'
"""


@pytest.fixture
def seed(tmp_path: Path) -> str:
    path = tmp_path / "docker"
    path.write_text(SEED)
    return str(path)


@pytest.mark.parametrize(
    ("words", "command", "names"),
    [
        ([], "tui", ()),
        (["etcd"], "tui", ("etcd",)),
        (["info"], "info", ()),
        (["resolve", "info"], "resolve", ("info",)),
        (["--demo", "resolve", "debian"], "resolve", ("debian",)),
        (["resolve", "--strict", "debian", "--json"], "resolve", ("debian",)),
    ],
)
def test_first_word_that_is_a_command_is_the_command(words: list[str], command: str, names: tuple[str, ...]) -> None:
    options = parse(words)
    assert options is not None
    assert (options.command, options.words) == (command, names)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["resolve"], "resolve takes the name of an image"),
        (["resolve", "a", "b"], "resolve takes 1 name, not 2"),
        (["info", "x"], "info takes no name, not 1"),
        (["info", "--strict"], "--strict belongs to resolve"),
        (["info", "--ask"], "--ask belongs to lint"),
        (["etcd", "--json"], "--json belongs to a command"),
        (["resolve", "a", "--timeout", "0"], "--timeout takes seconds"),
        (["resolve", "a", "--timeout", "nan"], "--timeout takes seconds"),
        (["resolve", "a", "--engine", "rkt"], "invalid choice"),
        (["resolve", "a", "--nope"], "unrecognized arguments: --nope"),
        (["resolve", "a", "--allow-auth-realm", "x"], "it is REGISTRY=HOST"),
        (["resolve", "a", "--str"], "unrecognized arguments: --str"),
    ],
)
def test_arguments_are_refused_with_a_sentence(words: list[str], message: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse(words)
    assert message in str(refused.value)


@pytest.mark.parametrize("option", ["--resolve", "--connect-to"])
@pytest.mark.parametrize("value", ["quay.io", "quay.io:443", "quay.io:0:1.2.3.4:5", "quay.io:443:nowhere:5", ":::"])
def test_malformed_places_are_refused(option: str, value: str, seed: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["resolve", "etcd", "--config", seed, option, value]) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"regtui: {option}")
    assert "Traceback" not in error


def test_info_prints_what_docker_info_prints(seed: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["info", "--config", seed]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "Registry: https://okd-lr.zyl.io:5000/v1/",
        "Insecure Registries:",
        " okd-lr.zyl.io:5000",
        " 127.0.0.0/8",
        "Registry Mirrors:",
        " http://okd-lr.zyl.io:5000/",
        "Registries: okd-lr.zyl.io:5000 (insecure), 192.0.2.7 (secure), docker.io (secure)",
    ]


def test_info_tells_the_line_of_every_registry(seed: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["info", "--config", seed, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    first = document["registries"][0]
    assert (first["name"], first["secure"]) == ("okd-lr.zyl.io:5000", False)
    assert first["source"] == {"file": seed, "line": 1, "name": "ADD_REGISTRY"}
    assert document["mirrors"][0]["source"]["line"] == 3


def test_dry_run_shows_the_plan_without_a_packet(seed: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["resolve", "etcd", "--config", seed, "--dry-run", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "regtui.resolution/1"
    assert document["reference"] == {"domain": None, "path": "etcd", "tag": "latest", "digest": None}
    assert [c["reference"] for c in document["candidates"]] == [
        "okd-lr.zyl.io:5000/etcd:latest",
        "192.0.2.7/etcd:latest",
        "docker.io/library/etcd:latest",
    ]
    hub = document["candidates"][2]["endpoints"]
    assert [(e["url"], e["mirror"]) for e in hub] == [
        ("http://okd-lr.zyl.io:5000", True),
        ("https://registry-1.docker.io", False),
    ]
    assert all("outcome" not in endpoint for c in document["candidates"] for endpoint in c["endpoints"])


def test_a_name_that_the_engine_refuses_gets_its_own_text(seed: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["resolve", "Etcd", "--config", seed]) == 1
    out = capsys.readouterr().out
    assert 'Error parsing reference: "Etcd" is not a valid repository/tag: repository name must be lowercase' in out


def make_fifo(path: Path) -> None:
    os.mkfifo(path)


def make_directory(path: Path) -> None:
    path.mkdir()


def make_huge(path: Path) -> None:
    path.write_bytes(b"#" * (21 << 20))


def make_binary(path: Path) -> None:
    path.write_bytes(bytes(range(256)) * 8)


@pytest.mark.parametrize("make", [None, make_fifo, make_directory, make_huge, make_binary])
def test_a_config_file_that_is_none_is_one_sentence(
    make: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "docker"
    if callable(make):
        make(path)
    assert run(["info", "--config", str(path)]) == 2
    captured = capsys.readouterr()
    assert str(path) in captured.err
    assert "Traceback" not in captured.err


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        ("OPTIONS='--add-registries quay.io'\n", "unknown flag: --add-registries", 1),
        ("\nOPTIONS='--registry-mirror=https://m.example.com/'\n", "Unsupported path/query/fragment", 2),
        ("OPTIONS='--insecure-registry=-x'\n", "Cannot begin or end with a hyphen", 1),
    ],
)
def test_what_dockerd_refuses_is_told_with_its_line(
    text: str, message: str, line: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "docker"
    path.write_text(text)
    assert run(["resolve", "etcd", "--config", str(path)]) == 2
    error = capsys.readouterr().err
    assert "dockerd would not start" in error
    assert message in error
    assert f"{path}:{line}" in error
    assert run(["resolve", "etcd", "--config", str(path), "--json"]) == 2
    assert message in json.loads(capsys.readouterr().out)["error"]


def test_flag_and_file_in_conflict_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, text in (
        ("etc/sysconfig/docker", "INSECURE_REGISTRY='--insecure-registry a.example.com'\n"),
        ("etc/docker/daemon.json", '{"insecure-registries": ["b.example.com"]}'),
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    assert run(["info", "--root", str(tmp_path)]) == 2
    error = capsys.readouterr().err
    assert "specified both as a flag and in the configuration file: insecure-registries" in error
    assert "(from flag: [a.example.com], from file: [b.example.com])" in error
