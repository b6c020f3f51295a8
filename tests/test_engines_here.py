"""Which engines a host has, and what says so: several at once are normal."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from regtui.cli import run
from regtui.host.discover import load
from regtui.host.model import EngineName
from regtui.host.units_known import CENTOS_7
from tests.modern_hosts import write_files

if TYPE_CHECKING:
    from pathlib import Path

DOCKER = {"usr/lib/systemd/system/docker.service": "[Service]\nExecStart=/usr/bin/dockerd -H fd://\n"}
FORK = {"usr/lib/systemd/system/docker.service": CENTOS_7}
VERSION_2 = {"etc/containers/registries.conf": 'unqualified-search-registries = ["quay.io"]\n'}
RUNTIME = {"usr/bin/containerd": "", "usr/bin/ctr": "", "etc/containerd/config.toml": 'disabled_plugins = ["cri"]\n'}
HOSTS_TOML = {"etc/containerd/certs.d/quay.io/hosts.toml": 'server = "https://quay.io"\n'}
PODMAN, CRIO, NERDCTL, KUBELET = "usr/bin/podman", "usr/bin/crio", "usr/local/bin/nerdctl", "usr/bin/kubelet"


def touched(*paths: str) -> dict[str, str]:
    return dict.fromkeys(paths, "")


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, []),
        (DOCKER, ["moby"]),
        (FORK | touched(PODMAN), ["rhel-docker", "podman"]),
        (touched("usr/bin/dockerd", PODMAN), ["moby", "podman"]),
        (touched("run/docker.sock"), ["moby"]),
        (touched("run/docker.sock", PODMAN), ["podman"]),
        (touched("run/podman/podman.sock"), ["podman"]),
        (touched("usr/lib/systemd/system/podman.socket"), ["podman"]),
        (touched(CRIO, KUBELET, "usr/bin/containerd"), ["podman"]),
        (touched("etc/crio/crio.conf"), ["podman"]),
        (VERSION_2, ["podman"]),
        (DOCKER | VERSION_2, ["moby", "podman"]),
        (DOCKER | RUNTIME, ["moby"]),
        (DOCKER | RUNTIME | HOSTS_TOML, ["moby", "containerd (ctr)"]),
        (DOCKER | RUNTIME | touched(NERDCTL), ["moby", "containerd (nerdctl)"]),
        (RUNTIME, ["containerd (ctr)"]),
        (touched("run/containerd/containerd.sock"), ["containerd (ctr)"]),
        (RUNTIME | touched(KUBELET, PODMAN), ["containerd (kubelet)", "containerd (ctr)", "podman"]),
        (RUNTIME | touched(NERDCTL, PODMAN), ["podman", "containerd (nerdctl)", "containerd (ctr)"]),
        (HOSTS_TOML, ["containerd (ctr)"]),
    ],
)
def test_the_engines_of_a_host(files: dict[str, str], expected: list[str], tmp_path: Path) -> None:
    write_files(tmp_path, files)
    config = load(tmp_path)
    assert [one.label for one in config.engines] == expected
    if expected:  # the first one is taken, and with its reason
        assert config.engine is config.engines[0].engine
        assert config.engine_reason.startswith(config.engines[0].reason)


def test_the_reason_names_what_is_there(tmp_path: Path) -> None:
    write_files(tmp_path, touched(PODMAN, "run/podman/podman.sock", CRIO))
    assert load(tmp_path).engine_reason == "/usr/bin/podman, /run/podman/podman.sock are there"


def test_a_kubelet_that_cri_o_serves_is_none_of_containerds(tmp_path: Path) -> None:
    write_files(tmp_path, touched(CRIO, KUBELET))
    config = load(tmp_path)
    assert config.engine is EngineName.PODMAN
    assert config.engine_reason == "/usr/bin/crio is there: CRI-O reads what podman reads"


@pytest.mark.parametrize(("word", "client"), [("ctr", "ctr"), ("nerdctl", "nerdctl"), ("kubelet", "cri")])
def test_a_client_of_containerd_can_be_named(
    word: str, client: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_files(tmp_path, RUNTIME | HOSTS_TOML)
    assert run(["info", "--engine", word, "--root", str(tmp_path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["containerd"]["client"] == client


def test_who_was_taken_and_why_is_told_where_there_are_several(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_files(tmp_path, FORK | touched(PODMAN))
    assert run(["info", "--root", str(tmp_path)]) == 0
    told = capsys.readouterr().err.splitlines()[-1]
    assert told.startswith("regtui: rhel-docker is shown, as /usr/lib/systemd/system/docker.service starts a program")
    assert told.endswith("this host has podman too (--engine)")
    assert run(["info", "--root", str(tmp_path), "--engine", "rhel-docker"]) == 0
    assert capsys.readouterr().err == ""
