"""The engines of one host with the same name: who serves it, with which digest, and where they differ."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from regtui.cli import parse, run
from regtui.engines.base import Candidate, Endpoint, Found, Plan
from regtui.events import EndpointEnded, ResolutionEnded, ResolutionStarted
from regtui.host.model import EngineName, HostConfig, Security
from regtui.options import UsageError
from regtui.outcome import Outcome
from regtui.report import Resolution
from regtui.side_by_side import Row, absent, differences, exit_status
from tests.modern_hosts import write_files

if TYPE_CHECKING:
    from pathlib import Path

ONE, OTHER = f"sha256:{'1' * 64}", f"sha256:{'2' * 64}"


def row(label: str, digest: str = "", *asked: str, name: str = "docker.io/library/etcd") -> Row:
    """Return a row that pulled from the last of those it asked, or failed where there is no digest."""
    engine = next(engine for engine in EngineName if label.startswith(engine))
    endpoints = tuple(Endpoint(f"https://{host}") for host in asked)
    candidate = Candidate("docker.io", name, name, "library/etcd", "latest", None, Security.SECURE, endpoints)
    record = Resolution()
    record.fold(ResolutionStarted(0.0, Plan(engine, "etcd", None, (candidate,))))
    last = len(asked) - 1
    for index in range(len(asked)):
        outcome = Outcome.FOUND if digest and index == last else Outcome.NOT_FOUND
        record.fold(EndpointEnded(1.0, 0, index, outcome))
    found = None
    if digest:
        found = Found(0, last, "docker.io", f"{name}:latest", endpoints[-1].url, False, digest, "")
    outcome = Outcome.FOUND if digest else Outcome.NOT_FOUND
    record.fold(ResolutionEnded(2.0, outcome, 0 if digest else 1, found, "" if digest else "not found"))
    return Row(label, HostConfig(engine, f"{label} is there"), record)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([row("moby", ONE, "a.example")], ()),
        (
            [row("moby", ONE, "a.example"), row("podman", ONE, "a.example")],
            ("both pull the same image from the same place",),
        ),
        (
            [row("moby", ONE, "a.example"), row("podman", OTHER, "a.example"), row("containerd", OTHER, "a.example")],
            ("not the same image: moby sha256:11111111111…, podman and containerd sha256:22222222222…",),
        ),
        (
            [row("moby", ONE, "a.example"), row("podman", ONE, "a.example", "b.example")],
            (
                "it comes from https://a.example for moby, https://b.example for podman",
                "only podman asks b.example",
            ),
        ),
        (
            [row("moby", "", "a.example"), row("podman", ONE, "b.example", name="quay.io/coreos/etcd")],
            (
                "moby would fail, where podman would pull",
                "only moby asks a.example",
                "only podman asks b.example",
            ),
        ),
        (
            [row("moby", ONE, "a.example"), row("podman", ONE, "a.example", name="quay.io/coreos/etcd")],
            ("the name means docker.io/library/etcd:latest for moby, quay.io/coreos/etcd:latest for podman",),
        ),
        (
            [row("moby", "", "a.example"), row("podman", "", "a.example")],
            ("both would fail",),
        ),
    ],
)
def test_where_engines_differ(rows: list[Row], expected: tuple[str, ...]) -> None:
    assert differences(rows) == expected
    assert exit_status(tuple(rows)) == (0 if all(one.found for one in rows) else 1)


def test_one_docker_stands_for_the_other() -> None:
    assert absent([row("moby", ONE, "a.example")]) == (EngineName.PODMAN, EngineName.CONTAINERD)
    assert absent([row("rhel-docker"), row("podman"), row("containerd")]) == ()


def demo(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, Any]]:
    status = run(["--demo", "resolve", *words, "--engine", "all", "--json"])
    return status, json.loads(capsys.readouterr().out)


def test_the_demo_shows_a_short_name_that_is_two_images(capsys: pytest.CaptureFixture[str]) -> None:
    status, told = demo(capsys, "etcd")
    assert status == told["exit"] == 0
    rows = {one["label"]: one for one in told["engines"]}
    assert list(rows) == ["rhel-docker", "podman", "containerd (nerdctl)"]
    assert rows["podman"]["reference"] == "quay.io/coreos/etcd:latest"
    assert rows["rhel-docker"]["reference"] == rows["containerd (nerdctl)"]["reference"]
    assert rows["rhel-docker"]["digest"] == rows["containerd (nerdctl)"]["digest"] != rows["podman"]["digest"]
    assert not told["same_image"]
    assert all(one["reason"] for one in told["engines"])


@pytest.mark.parametrize(
    ("name", "statuses"),
    [("debian", [0, 0, 0]), ("quay.io/coreos/etcd", [0, 0, 0]), ("team/app", [0, 0, 0]), ("nosuch", [1, 125, 1])],
)
def test_the_demo_tells_one_story_to_all_engines(
    name: str, statuses: list[int], capsys: pytest.CaptureFixture[str]
) -> None:
    status, told = demo(capsys, name)
    assert [one["resolution"]["exit"] for one in told["engines"]] == statuses
    assert status == (1 if any(statuses) else 0)
    digests = {one["digest"] for one in told["engines"] if one["digest"]}
    assert len(digests) == (0 if name == "nosuch" else 1)


def test_the_table_has_a_row_for_each_engine_and_each_ones_transcript(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--demo", "resolve", "etcd", "--engine", "all"]) == 0
    told = capsys.readouterr().out
    assert "engine                answer        digest               what is pulled" in told
    assert "containerd (nerdctl)  found         sha256:" in told
    assert "• not the same image: rhel-docker and containerd (nerdctl) sha256:" in told
    for command in ("docker pull", "podman pull"):
        assert f"\n{command} would print:\n" in told


def test_the_plans_of_all_need_no_packet(capsys: pytest.CaptureFixture[str]) -> None:
    status, told = demo(capsys, "etcd", "--dry-run")
    assert status == 0
    assert [one["engine"] for one in told["engines"]] == ["rhel-docker", "podman", "containerd"]


def test_a_configuration_that_is_refused_is_a_row(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_files(
        tmp_path,
        {
            "usr/bin/podman": "",
            "etc/containers/registries.conf": "unqualified-search-registries = [\n",
            "usr/bin/containerd": "",
            "usr/bin/ctr": "",
        },
    )
    assert run(["resolve", "etcd", "--engine", "all", "--root", str(tmp_path), "--json"]) == 1
    podman, ctr = json.loads(capsys.readouterr().out)["engines"]
    assert podman["error"].startswith('loading registries configuration "/etc/containers/registries.conf": toml: line')
    assert (podman["asked"], ctr["asked"]) == ([], [])
    assert "object required" in ctr["error"]


@pytest.mark.parametrize("command", ["info", "lint"])
def test_what_tells_of_the_host_tells_of_all_engines(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--demo", command, "--engine", "all", "--json"]) <= 1
    engines = json.loads(capsys.readouterr().out)["engines"]
    assert [one["engine"] for one in engines] == ["rhel-docker", "podman", "containerd"]
    assert run(["--demo", command, "--engine", "all"]) <= 1
    assert "podman: " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["etcd"], "--engine all belongs to resolve, info and lint"),
        (["resolve", "etcd", "--push"], "--push tells of one engine"),
        (["resolve", "etcd", "--record", "x"], "--record tells of one engine"),
        (["resolve", "etcd", "--report", "text"], "--report tells of one engine"),
    ],
)
def test_what_tells_of_one_engine_refuses_all(words: list[str], message: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse([*words, "--engine", "all"])
    assert message in str(refused.value)
