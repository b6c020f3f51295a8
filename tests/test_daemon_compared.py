"""The daemon that runs beside the files: another list, another engine, the images that are here already."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from regtui.cli import run
from regtui.daemon import (
    SOCKET,
    LocalImage,
    LocalState,
    compare,
    compare_arguments,
    local_state,
    refine,
    running_daemon,
    side_by_side,
)
from regtui.daemon.answers import live_daemon
from regtui.host.discover import load
from regtui.host.files import HostFiles
from regtui.host.model import EngineName, HostConfig, Proxies
from tests.docker_socket import RECORDED, always, listening, recorded, recorded_host, said

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PRIVATE = "okd-lr.zyl.io:5000"
MIRROR = f"http://{PRIVATE}/"
ENGINES = {"rhel-docker": EngineName.RHEL_DOCKER, "moby": EngineName.MOBY}


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "docker.sock")


@pytest.mark.parametrize("engine", ENGINES)
def test_a_daemon_that_runs_with_its_files_gives_no_finding(engine: str, tmp_path: Path) -> None:
    config = load(recorded_host(engine, tmp_path))
    assert compare(config, config, said(engine)) == ()
    again = refine(config, said(engine))
    assert again == replace(config, engine_reason=again.engine_reason, files=again.files)
    version = RECORDED[engine]["GET /version"]["Version"]
    assert again.engine_reason == f"/var/run/docker.sock says that Docker {version} runs"


REGISTRIES = [{"Name": "quay.io", "Secure": True}, {"Name": "docker.io", "Secure": True}]


def service(engine: str, **instead: object) -> dict[str, Any]:
    """Return the RegistryConfig of a recorded daemon with parts replaced."""
    return {**RECORDED[engine]["GET /info"]["RegistryConfig"], **instead}


@pytest.mark.parametrize(
    ("engine", "instead", "clause"),
    [
        (
            "rhel-docker",
            {"Registries": REGISTRIES},
            f"registries quay.io, docker.io, the files say {PRIVATE}, quay.io, docker.io",
        ),
        (
            "rhel-docker",
            {"RegistryConfig": service("rhel-docker", Mirrors=None)},
            f"mirrors none, the files say {MIRROR[:-1]}",
        ),
        (
            "rhel-docker",
            {"RegistryConfig": service("rhel-docker", IndexConfigs={"old:5000": {"Secure": False}})},
            f"insecure names old:5000, the files say {PRIVATE}",
        ),
        (
            "moby",
            {"RegistryConfig": service("moby", InsecureRegistryCIDRs=["127.0.0.0/8", "10.0.0.0/8"])},
            "insecure networks 10.0.0.0/8, 127.0.0.0/8, the files say 127.0.0.0/8",
        ),
        ("moby", {"RegistryConfig": service("moby", Mirrors=["https://m/", MIRROR])}, "mirrors https://m, http://okd"),
    ],
)
def test_a_daemon_with_another_list_must_be_restarted(
    engine: str, instead: dict[str, object], clause: str, tmp_path: Path
) -> None:
    config = load(recorded_host(engine, tmp_path))
    (finding,) = compare(config, config, said(engine, **instead))
    assert finding.code == "daemon-other-list"
    assert finding.message.startswith("the daemon runs with another list: restart it (")
    assert clause in finding.message
    assert finding.fix == "systemctl restart docker"
    assert finding in refine(config, said(engine, **instead)).findings


def test_a_listed_registry_may_be_insecure_by_its_address(tmp_path: Path) -> None:
    config = load(recorded_host("rhel-docker", tmp_path))
    indexes = {**service("rhel-docker")["IndexConfigs"], "quay.io": {"Secure": False}}
    live = said("rhel-docker", RegistryConfig=service("rhel-docker", IndexConfigs=indexes))
    assert "quay.io" in live.insecure
    assert compare(config, config, live) == ()


def test_the_engine_that_runs_decides(tmp_path: Path) -> None:
    config = load(recorded_host("moby", tmp_path))
    assert config.engine is EngineName.MOBY
    again = refine(config, said("rhel-docker"))
    assert again.engine is EngineName.RHEL_DOCKER
    codes = [finding.code for finding in again.findings]
    assert codes.count("daemon-other-engine") == 1
    other = next(finding for finding in again.findings if finding.code == "daemon-other-engine")
    message = "the daemon that runs is RHEL's Docker 1.13.1, where the files speak of Docker Engine; its rules hold"
    assert other.message == message


@pytest.mark.parametrize(("version", "networks"), [("28.0.1", 2), ("27.5", 1), ("19.03.1", 1), ("?", 1)])
def test_the_version_that_runs_decides(version: str, networks: int, tmp_path: Path) -> None:
    known = RECORDED["moby"]
    live = live_daemon(SOCKET, {**known["GET /version"], "Version": version}, known["GET /info"], [])
    refined = refine(load(recorded_host("moby", tmp_path)), live)
    assert len([entry for entry in refined.insecure if entry.network is not None]) == networks


def test_files_that_the_daemon_refuses_are_others_than_it_runs_with(tmp_path: Path) -> None:
    recorded_host("rhel-docker", tmp_path)
    with (tmp_path / "etc/sysconfig/docker").open("a") as file:
        file.write("OPTIONS='--nope'\n")
    config = load(tmp_path)
    assert config.refusal is not None
    (finding,) = compare(config, config, said("rhel-docker"))
    assert finding.message.endswith("with the files as they are it would not start again")


def test_podman_on_the_socket_changes_nothing(tmp_path: Path) -> None:
    config = load(recorded_host("moby", tmp_path))
    assert refine(config, replace(said("moby"), engine=EngineName.PODMAN)) is config


def process(root: Path, pid: int, *words: str, parent: int = 1) -> None:
    """Write the /proc files of a process."""
    folder = root / "proc" / str(pid)
    folder.mkdir(parents=True)
    (folder / "cmdline").write_bytes(b"".join(os.fsencode(word) + b"\0" for word in words))
    (folder / "stat").write_text(f"{pid} (a) b) S {parent} {pid} 0")


def pid_file(root: Path, text: str) -> None:
    """Write docker's pid file."""
    (root / "var/run").mkdir(parents=True)
    (root / "var/run/docker.pid").write_text(text)


def test_the_pid_file_names_the_daemon(tmp_path: Path) -> None:
    process(tmp_path, 7, "/usr/bin/dockerd", "--debug")
    process(tmp_path, 8, "/usr/bin/dockerd-current", "--add-registry", "quay.io")
    pid_file(tmp_path, "8\n")
    running = running_daemon(HostFiles(tmp_path))
    assert running is not None
    assert (running.pid, running.program, running.is_fork) == (8, "dockerd-current", True)
    assert [(word.value, str(word.source)) for word in running.arguments] == [
        ("--add-registry", "/proc/8/cmdline"),
        ("quay.io", "/proc/8/cmdline"),
    ]


@pytest.mark.parametrize("text", ["9", "-1", "", "x" * 5000, "8" * 30])
def test_a_pid_file_that_lies_is_passed_over(text: str, tmp_path: Path) -> None:
    pid_file(tmp_path, text)
    process(tmp_path, 9, "sleep")
    process(tmp_path, 10, "dockerd", parent=1)
    process(tmp_path, 11, "dockerd", parent=3)  # in a container
    process(tmp_path, 12)
    running = running_daemon(HostFiles(tmp_path))
    assert running is not None
    assert running.pid == 10


@pytest.mark.parametrize(
    ("words", "arguments"),
    [
        (("/usr/bin/docker", "daemon", "--debug"), ["--debug"]),
        (("/usr/bin/docker-current", "-d"), []),
        (("docker", "pull", "x"), None),
        (("docker",), None),
        (("/usr/bin/dockerd\udcff",), None),
    ],
)
def test_only_a_daemon_is_one(words: tuple[str, ...], arguments: list[str] | None, tmp_path: Path) -> None:
    process(tmp_path, 5, *words)
    running = running_daemon(HostFiles(tmp_path))
    assert (None if running is None else [word.value for word in running.arguments]) == arguments


def test_of_two_daemons_none_is_the_hosts(tmp_path: Path) -> None:
    process(tmp_path, 5, "dockerd")
    process(tmp_path, 6, "dockerd")
    assert running_daemon(HostFiles(tmp_path)) is None


def started_with(tmp_path: Path, *words: str) -> tuple[HostConfig, list[str]]:
    """Return the recorded host, and the findings about a daemon that was started with these words."""
    config = load(recorded_host("rhel-docker", tmp_path))
    process(tmp_path, 5, *words)
    running = running_daemon(HostFiles(tmp_path))
    assert running is not None
    return config, [f"{one.source}: {one.message}" for one in compare_arguments(config, running)]


SAME = (
    "--registry-mirror",
    MIRROR[:-1],
    "--add-registry",
    PRIVATE,
    "--add-registry=quay.io",
    "--insecure-registry",
    PRIVATE,
)


def test_a_command_line_with_the_same_registries_is_the_same(tmp_path: Path) -> None:
    assert started_with(tmp_path, "dockerd-current", "--log-opt", "splunk-token=hunter2", *SAME)[1] == []


def test_a_command_line_with_another_list_tells_to_restart(tmp_path: Path) -> None:
    _config, (told,) = started_with(tmp_path, "dockerd-current", *SAME, "--block-registry", "docker.io")
    clause = "--block-registry docker.io, the files say none"
    assert told == f"/proc/5/cmdline: the daemon runs with another list: restart it ({clause})"


def test_a_program_of_the_fork_is_told(tmp_path: Path) -> None:
    config = load(recorded_host("moby", tmp_path))
    process(tmp_path, 5, "/usr/bin/dockerd-current")
    running = running_daemon(HostFiles(tmp_path))
    assert running is not None
    (finding,) = compare_arguments(config, running)
    assert finding.code == "daemon-other-engine"


NEW, OLD = "sha256:" + "1" * 64, "sha256:" + "0" * 64


def image(tags: str = "", digests: str = "") -> LocalImage:
    """Return an image with these tags and digests."""
    return LocalImage("id", tuple(tags.split()), tuple(digests.split()))


@pytest.mark.parametrize(
    ("images", "reference", "digest", "state"),
    [
        ((), "docker.io/library/etcd:latest", NEW, LocalState.ABSENT),
        ((image("etcd:latest", f"etcd@{NEW}"),), "docker.io/library/etcd:latest", NEW, LocalState.SAME),
        (
            (image("docker.io/etcd:latest", f"docker.io/etcd@{NEW}"),),
            "docker.io/library/etcd:latest",
            NEW,
            LocalState.SAME,
        ),
        ((image("etcd:latest", f"etcd@{OLD}"),), "docker.io/library/etcd:latest", NEW, LocalState.OLDER),
        ((image("etcd:latest"),), "docker.io/library/etcd:latest", NEW, LocalState.HERE),
        ((image("etcd:latest", f"etcd@{OLD}"),), "docker.io/library/etcd:latest", "", LocalState.HERE),
        ((image("etcd:3", f"etcd@{NEW}"),), "docker.io/library/etcd:latest", NEW, LocalState.SAME),
        ((image("etcd:3", f"etcd@{OLD}"),), "docker.io/library/etcd:latest", NEW, LocalState.ABSENT),
        (
            (image("etcd:latest", f"etcd@{OLD}"), image("", f"etcd@{NEW}")),
            "docker.io/library/etcd:latest",
            NEW,
            LocalState.OLDER,
        ),
        (
            (image("quay.io/etcd:latest", f"quay.io/etcd@{NEW}"),),
            "docker.io/library/etcd:latest",
            NEW,
            LocalState.ABSENT,
        ),
        ((image("reg:5000/a/b:1", f"reg:5000/a/b@{NEW}"),), "reg:5000/a/b:1", NEW, LocalState.SAME),
        ((image("localhost/a:1"),), "localhost/a:1", "", LocalState.HERE),
        ((image("", f"reg:5000/a@{NEW}"),), f"reg:5000/a@{NEW}", "", LocalState.SAME),
        ((image("reg:5000/a:1", f"reg:5000/a@{OLD}"),), f"reg:5000/a@{NEW}", NEW, LocalState.ABSENT),
        ((image("reg:5000/a:latest"),), "reg:5000/a", "", LocalState.HERE),
        ((image(":::@@ @", "@ /@/"),), "", "", LocalState.ABSENT),
    ],
)
def test_what_the_host_has_of_an_image(
    images: tuple[LocalImage, ...], reference: str, digest: str, state: LocalState
) -> None:
    assert local_state(images, reference, digest) is state


@pytest.fixture
def other_list(path: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A daemon of RHEL's Docker on this host, whose files know nothing of its list."""
    monkeypatch.setenv("DOCKER_HOST", f"unix://{path}")
    with listening(path, recorded("rhel-docker")):
        yield path


def test_info_follows_the_daemon_that_runs(other_list: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["info", "--json"]) == 0
    told = capsys.readouterr()
    document = json.loads(told.out)
    assert document["engine"] == "rhel-docker"
    assert document["engine_reason"] == f"{other_list} says that Docker 1.13.1 runs"
    assert "daemon-other-list" in [finding["code"] for finding in document["findings"]]
    assert f"regtui: {other_list}: the daemon runs with another list: restart it (registries {PRIVATE}," in told.err


def test_resolve_follows_the_daemon_that_runs(other_list: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["resolve", "etcd", "--dry-run", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["engine"] == "rhel-docker"
    assert run(["resolve", "etcd", "--dry-run", "--json", "--engine", "moby"]) == 0
    told = capsys.readouterr()
    assert json.loads(told.out)["engine"] == "moby"
    assert "the daemon that runs is RHEL's Docker 1.13.1, where the files speak of Docker Engine" in told.err


@pytest.mark.parametrize("elsewhere", ["--root", "--config", "--demo"])
def test_another_hosts_files_are_not_compared_with_this_daemon(
    elsewhere: str, path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{path}")
    config = tmp_path / "daemon.json"
    config.write_text("{}")
    words = {"--root": [str(tmp_path)], "--config": [str(config)], "--demo": []}[elsewhere]
    with listening(path, recorded("rhel-docker")) as server:
        assert run(["info", elsewhere, *words]) == 0
    assert server.requests == []
    assert [line for line in capsys.readouterr().err.splitlines() if not line.endswith("(--engine)")] == []


def test_a_daemon_that_does_not_answer_is_done_without(
    path: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{path}")
    with listening(path, always(b"")):
        assert run(["info", "--engine", "moby"]) == 0
    told = capsys.readouterr()
    assert "Registry: https://index.docker.io/v1/" in told.out
    cause = f"{path} closed the connection in the middle of its answer to GET /info"
    assert told.err == f"{cause}; the files alone are told\n"


def test_lint_tells_of_a_daemon_with_another_list(
    path: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{path}")
    mirrors = {"Mirrors": ["http://old.example.com:5000/"], "IndexConfigs": {}}
    with listening(path, recorded("moby", RegistryConfig=mirrors)):
        assert run(["lint", "--engine", "moby"]) == 1
    told = capsys.readouterr()
    assert "the daemon runs with another list: restart it (mirrors http://old.example.com:5000" in told.out
    assert "   fix: systemctl restart docker" in told.out
    hung = f"{path}.hung"
    monkeypatch.setenv("DOCKER_HOST", f"unix://{hung}")
    with listening(hung, always(b"")):
        run(["lint", "--engine", "moby"])
    assert "the files alone are judged" in capsys.readouterr().err


def test_a_proxy_of_the_daemon_that_the_files_no_longer_name() -> None:
    live = said("moby", HttpsProxy="http://user:hunter2@old.example.com:3128", NoProxy="quay.io")
    config = replace(HostConfig(EngineName.MOBY, "test"), proxies=Proxies(https="http://new.example.com:3128"))
    told = {one.what: (one.runs, one.files) for one in side_by_side(config, live)}
    assert told["HTTPS_PROXY"] == (("http://old.example.com:3128",), ("http://new.example.com:3128",))
    assert told["NO_PROXY"] == (("quay.io",), ())
    assert "HTTP_PROXY" not in told
    same = replace(config, proxies=Proxies(https="http://other:pass@old.example.com:3128", no_proxy="quay.io"))
    assert [one.what for one in side_by_side(same, live) if one.differs and "PROXY" in one.what] == []
