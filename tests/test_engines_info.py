"""`regtui info` for engines that are no dockerd: podman's own lines, and containerd's hosts in order."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from regtui.cli import run
from regtui.host.podman.info import podman_registries
from tests.golden import Row, rows
from tests.modern_hosts import load_row_podman, write_files
from tests.worlds import world_certificates

if TYPE_CHECKING:
    from pathlib import Path

ROWS = [row for row in rows("pull-podman.jsonl") if not row["info"][0].startswith("Error")]

PODMAN = {
    "etc/containers/registries.conf": """\
unqualified-search-registries = ["quay.io", "docker.io"]

[[registry]]
prefix = "*.example.com"
location = "quay.io/mirrored"
blocked = true

[[registry]]
location = "docker.io"
[[registry.mirror]]
location = "192.0.2.7:5000/hub"
insecure = true
pull-from-mirror = "digest-only"
""",
    "etc/containers/policy.json": '{"default": [{"type": "insecureAcceptAnything"}]}',
}
PODMAN_LINES = """\
registries:
  '*.example.com':
    Blocked: true
    Insecure: false
    Location: quay.io/mirrored
    MirrorByDigestOnly: false
    Mirrors: null
    Prefix: '*.example.com'
    PullFromMirror: ""
  docker.io:
    Blocked: false
    Insecure: false
    Location: docker.io
    MirrorByDigestOnly: false
    Mirrors:
    - Insecure: true
      Location: 192.0.2.7:5000/hub
      PullFromMirror: digest-only
    Prefix: docker.io
    PullFromMirror: ""
  search:
  - quay.io
  - docker.io
"""
CONTAINERD = {
    "etc/containerd/certs.d/docker.io/hosts.toml": """\
server = "https://registry-1.docker.io"

[host."http://192.0.2.7:5000"]
  capabilities = ["pull", "resolve"]
  [host."http://192.0.2.7:5000".header]
    Authorization = "Basic c2VjcmV0"
""",
    "usr/local/bin/nerdctl": "",
}


@pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
def test_the_registries_are_those_of_podman_info(row: Row, tmp_path: Path) -> None:
    config = load_row_podman(row, tmp_path, world_certificates().file)
    assert config.podman is not None
    assert podman_registries(config.podman) == json.loads(row["info"][0])


def test_podmans_lines_are_written_as_podman_writes_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_files(tmp_path, PODMAN)
    assert run(["info", "--engine", "podman", "--root", str(tmp_path)]) == 0
    assert capsys.readouterr().out == PODMAN_LINES


def test_containerds_hosts_stand_in_order_and_headers_are_named_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_files(tmp_path, CONTAINERD)
    words = ["info", "--engine", "containerd", "--root", str(tmp_path)]
    assert run(words) == 0
    assert capsys.readouterr().out.splitlines() == [
        "Client: nerdctl, which completes names",
        "Hosts directories: /etc/containerd/certs.d, /etc/docker/certs.d",
        "docker.io:",
        " http://192.0.2.7:5000  (pull resolve, headers Authorization)",
        " https://registry-1.docker.io  (server)",
    ]
    assert run([*words, "--json"]) == 0
    told = capsys.readouterr().out
    hosts = json.loads(told)["containerd"]["registries"][0]["hosts"]
    assert [host["url"] for host in hosts] == ["http://192.0.2.7:5000/v2", "https://registry-1.docker.io/v2"]
    assert "c2VjcmV0" not in told


@pytest.mark.parametrize(
    ("files", "engine", "first"),
    [(PODMAN, "podman", "https://quay.io"), (CONTAINERD, "containerd", "http://192.0.2.7:5000")],
    ids=["podman", "containerd"],
)
def test_the_plan_is_the_named_engines(
    files: dict[str, str], engine: str, first: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_files(tmp_path, files)
    words = ["resolve", "etcd", "--engine", engine, "--root", str(tmp_path), "--dry-run", "--json"]
    assert run(words) == 0
    plan = json.loads(capsys.readouterr().out)
    assert plan["engine"] == engine
    assert plan["candidates"][0]["endpoints"][0]["url"] == first


def test_a_pull_that_podman_refuses_ends_with_1_and_keeps_podmans_own_status(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_files(tmp_path, {"etc/containers/policy.json": PODMAN["etc/containers/policy.json"]})
    words = ["resolve", "etcd", "--engine", "podman", "--root", str(tmp_path)]
    assert run(words) == 1
    assert "podman pull would fail: Error: short-name" in capsys.readouterr().out
    assert run([*words, "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["exit"] == 125
