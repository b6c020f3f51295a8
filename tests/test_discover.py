"""How a host's configuration is put together: the engine, files named with --config, and what else the files say."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from regtui.host.discover import load
from regtui.host.files import FileText, FileTrouble, HostFiles
from regtui.host.given import ConfigKind, config_kind
from regtui.host.model import EngineName, HostConfig, HostFile, Severity, Source

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

RHEL, MOBY, PODMAN = EngineName.RHEL_DOCKER, EngineName.MOBY, EngineName.PODMAN
USR = "/usr/lib/systemd/system/docker.service"
SYSCONFIG = "/etc/sysconfig/docker"
DAEMON = "/etc/docker/daemon.json"
CONF, WRITTEN = "/etc/containers/registries.conf", "/run/containers/registries.conf"
FLAGS = "OPTIONS='--selinux-enabled'\nADD_REGISTRY='--add-registry quay.io'\n"
MOBY_UNIT = "[Service]\nExecStart=/usr/bin/dockerd -H fd://\n"
V1 = "[registries.search]\nregistries = ['quay.io']\n"


def fork_unit(*lines: str, start: str = "/usr/bin/dockerd-current $REGISTRIES $OPTIONS") -> str:
    return "\n".join(("[Unit]", *lines, "[Service]", f"EnvironmentFile=-{WRITTEN}", f"ExecStart={start}", ""))


def write(root: Path, files: dict[str, str]) -> Path:
    for path, text in files.items():
        target = root / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    return root


def host(root: Path, files: dict[str, str], engine: EngineName | None = None) -> HostConfig:
    return load(write(root, files), engine=engine)


def registries(config: HostConfig) -> list[str]:
    return [setting.value for setting in config.registries]


def codes(config: HostConfig) -> list[str]:
    return [finding.code for finding in config.findings]


# ---- the engine


@pytest.mark.parametrize(
    ("files", "engine", "reason"),
    [
        ({USR: fork_unit()}, RHEL, f"{USR} starts a program of RHEL's Docker"),
        ({USR: MOBY_UNIT}, MOBY, f"{USR} starts no program of RHEL's Docker"),
        ({USR: MOBY_UNIT, SYSCONFIG: FLAGS}, MOBY, f"{USR} starts no program"),
        ({USR: MOBY_UNIT, "/usr/bin/dockerd-current": ""}, RHEL, "/usr/bin/dockerd-current belongs to RHEL's Docker"),
        ({USR: MOBY_UNIT.replace("fd://", "fd:// $ADD_REGISTRY")}, RHEL, f"{USR} passes $ADD_REGISTRY on"),
        ({SYSCONFIG: FLAGS}, RHEL, f"{SYSCONFIG} exists"),
        ({DAEMON: "{}"}, MOBY, f"{DAEMON} is there"),
        ({DAEMON: '{"block-registry": []}'}, RHEL, f"{DAEMON} holds keys that only RHEL's Docker knows"),
        ({"/usr/bin/podman": ""}, PODMAN, "/usr/bin/podman is there"),
        ({"/usr/bin/podman": "", "/usr/bin/dockerd": ""}, MOBY, "/usr/bin/dockerd is there"),
        ({"/usr/bin/podman": "", DAEMON: "{}"}, MOBY, f"{DAEMON} is there"),
        ({CONF: "unqualified-search-registries = ['a']"}, PODMAN, f"{CONF} is written for podman"),
        ({CONF: V1}, MOBY, "nothing names an engine"),
        ({}, MOBY, "nothing names an engine"),
    ],
)
def test_the_engine_and_why(files: dict[str, str], engine: EngineName, reason: str, tmp_path: Path) -> None:
    config = host(tmp_path, files)
    assert config.engine is engine
    assert config.engine_reason.startswith(reason)
    forced = load(tmp_path, engine=RHEL)
    assert (forced.engine, forced.engine_reason) == (RHEL, "named with --engine")


def test_without_a_unit_centos_7s_is_assumed_where_there_is_a_sysconfig_file(tmp_path: Path) -> None:
    config = host(tmp_path, {SYSCONFIG: FLAGS})
    assert registries(config) == ["quay.io", "docker.io"]
    assert config.registries[0].source == Source(SYSCONFIG, 2, "ADD_REGISTRY")
    assert config.arguments[0].source.file == "docker.service of CentOS 7"
    assert codes(config) == ["unit-assumed"]


@pytest.mark.parametrize("engine", [None, RHEL, MOBY])
def test_without_any_file_dockerd_runs_bare(engine: EngineName | None, tmp_path: Path) -> None:
    config = host(tmp_path, {}, engine)
    assert config.arguments == ()
    assert registries(config) == ["docker.io"]
    assert config.refusal is None


def test_what_daemon_json_and_the_flags_both_set_is_refused(tmp_path: Path) -> None:
    config = host(tmp_path, {SYSCONFIG: FLAGS, DAEMON: '{"add-registry": ["a.example"]}'})
    assert config.refusal
    assert config.refusal.message.startswith(f"unable to configure the Docker daemon with file {DAEMON}: ")


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"/etc/mine.json": "{"}, "unable to configure the Docker daemon with file /etc/mine.json: unexpected EOF"),
        ({}, "unable to configure the Docker daemon with file /etc/mine.json: open /etc/mine.json: no such file"),
    ],
)
def test_the_file_that_config_file_names_is_read(files: dict[str, str], message: str, tmp_path: Path) -> None:
    flags = "OPTIONS='--config-file=/etc/mine.json'\n"
    config = host(tmp_path, files | {SYSCONFIG: flags, DAEMON: "not read"})
    assert config.refusal
    assert config.refusal.message.startswith(message)
    assert DAEMON not in {file.path for file in config.files}


def test_an_empty_config_file_means_none(tmp_path: Path) -> None:
    config = host(tmp_path, {SYSCONFIG: "OPTIONS='--config-file='\n", DAEMON: "not read"})
    assert config.refusal is None


def test_systemds_refusal_comes_before_dockerds(tmp_path: Path) -> None:
    config = host(tmp_path, {SYSCONFIG: 'OPTIONS=--nonsense "\n'})
    assert config.refusal
    assert "status=204/MEMORY" in config.refusal.message


def test_proxies_are_the_daemons(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://the.shells:1")
    unit = fork_unit() + 'Environment="HTTPS_PROXY=http://me:pa55@proxy:3128" "NO_PROXY=quay.io"\n'
    config = host(tmp_path, {USR: unit})
    assert (config.proxies.https, config.proxies.no_proxy) == ("http://me:pa55@proxy:3128", "quay.io")
    assert config.proxies.source == Source(USR, 5, "HTTPS_PROXY")
    assert "pa55" not in repr(config)


def test_variables_tell_what_was_overridden(tmp_path: Path) -> None:
    config = host(tmp_path, {SYSCONFIG: "OPTIONS=--icc\n" + FLAGS})
    shown = [(one.value, one.source.line, one.in_effect) for one in config.variables if one.name == "OPTIONS"]
    assert shown == [("--icc", 1, False), ("--selinux-enabled", 2, True)]
    assert "env-overridden" in codes(config)


def test_another_source_of_files_takes_the_place_of_the_disk(tmp_path: Path) -> None:
    class Elsewhere(HostFiles):
        def read(self, path: str, limit: int = 0) -> FileText | FileTrouble:
            return FileText(path, FLAGS.encode()) if path == SYSCONFIG else super().read(path)

        def exists(self, path: str) -> bool:
            return path == SYSCONFIG

    config = load("core@db1", files=Elsewhere(tmp_path))
    assert (registries(config), config.root) == (["quay.io", "docker.io"], "core@db1")


def test_a_root_that_is_no_directory_is_said(tmp_path: Path) -> None:
    config = load(tmp_path / "nowhere")
    assert [(one.code, one.severity) for one in config.findings] == [("config-root", Severity.ERROR)]
    assert "nowhere is not a directory" in config.findings[0].message


# ---- registries.conf beside RHEL's Docker


def test_a_stale_output_is_reported(tmp_path: Path) -> None:
    files = {USR: fork_unit("Requires=registries.service"), CONF: V1, WRITTEN: 'REGISTRIES="--add-registry old.io "'}
    config = host(tmp_path, files)
    assert registries(config) == ["old.io", "docker.io"]
    assert [(one.code, str(one.source)) for one in config.findings] == [("registries-conf-stale", WRITTEN)]
    (tmp_path / WRITTEN.lstrip("/")).write_text('REGISTRIES="--add-registry quay.io "')
    assert codes(load(tmp_path)) == []


def test_what_the_service_would_write_is_taken_for_written_on_a_disk(tmp_path: Path) -> None:
    config = host(tmp_path, {USR: fork_unit("Requires=registries.service"), CONF: V1})
    assert registries(config) == ["quay.io", "docker.io"]
    assert config.registries[0].source == Source(CONF, None, "REGISTRIES")
    assert codes(config) == ["registries-conf-predicted"]


def test_without_the_service_the_file_has_no_effect(tmp_path: Path) -> None:
    config = host(tmp_path, {USR: fork_unit(), CONF: V1})
    assert registries(config) == ["docker.io"]
    assert codes(config) == ["registries-conf-unused"]
    assert codes(host(tmp_path, {CONF: ""})) == []


@pytest.mark.parametrize(
    ("requires", "written", "severity", "refused"),
    [
        ("Requires=registries.service", "", Severity.ERROR, True),
        ("Requires=registries.service", 'REGISTRIES=""', Severity.ERROR, False),
        ("", "", Severity.NOTE, False),
    ],
)
def test_a_file_that_the_service_cannot_read(
    requires: str, written: str, severity: Severity, refused: bool, tmp_path: Path
) -> None:
    files = {USR: fork_unit(requires), CONF: "[registries.search\n"} | ({WRITTEN: written} if written else {})
    config = host(tmp_path, files)
    assert [(one.code, one.severity) for one in config.findings] == [("registries-conf-fails", severity)]
    assert (config.refusal is not None) is refused


def test_a_file_that_the_unit_does_not_read_is_reported(tmp_path: Path) -> None:
    config = host(tmp_path, {USR: MOBY_UNIT, SYSCONFIG: FLAGS, "/etc/default/docker": "DOCKER_OPTS=-D\n"})
    assert [(one.code, str(one.source)) for one in config.findings] == [
        ("env-file-unread", f"{SYSCONFIG}:2 ADD_REGISTRY")
    ]


# ---- --config


@pytest.mark.parametrize(
    ("path", "text", "kind"),
    [
        ("docker", "OPTIONS='-D'\n", ConfigKind.SYSCONFIG),
        ("x", "", ConfigKind.SYSCONFIG),
        ("daemon.json", "", ConfigKind.DAEMON_JSON),
        ("x", " \n\t{}", ConfigKind.DAEMON_JSON),
        ("x", "\ufeff{}", ConfigKind.DAEMON_JSON),
        ("registries.conf", "", ConfigKind.REGISTRIES_CONF),
        ("registries.conf", 'REGISTRIES="--add-registry a"', ConfigKind.SYSCONFIG),
        ("x", V1, ConfigKind.REGISTRIES_CONF),
        ("x", '["registries.search"]\n', ConfigKind.REGISTRIES_CONF),
        ("x", "registries:\n- a\n", ConfigKind.REGISTRIES_CONF),
        ("x", "# c\nunqualified-search-registries = []\n", ConfigKind.REGISTRIES_CONF),
        ("x", "[[registry]]\n", ConfigKind.REGISTRIES_CONF),
        ("docker.service", "", ConfigKind.UNIT),
        ("x", "[Service]\r\nExecStart=\n", ConfigKind.UNIT),
    ],
)
def test_name_or_content_tells_what_a_file_is(path: str, text: str, kind: ConfigKind) -> None:
    assert config_kind(f"/tmp/{path}", text.encode()) is kind


def given(root: Path, files: dict[str, str], engine: EngineName | None = None) -> HostConfig:
    write(root, files)
    return load(root / "unused", tuple(str(root / path) for path in files), engine)


def test_only_the_named_files_are_read(tmp_path: Path) -> None:
    config = given(tmp_path, {"docker": FLAGS})
    path = str(tmp_path / "docker")
    assert config.engine is RHEL
    assert registries(config) == ["quay.io", "docker.io"]
    assert config.registries[0].source == Source(path, 2, "ADD_REGISTRY")
    assert config.files == (HostFile(path, "read"),)
    assert "--init-path=/usr/libexec/docker/docker-init-current" in [setting.value for setting in config.arguments]


def test_a_relative_path_is_shown_as_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"docker": FLAGS})
    monkeypatch.chdir(tmp_path)
    assert load("/", ("docker",)).registries[0].source == Source("docker", 2, "ADD_REGISTRY")


def test_several_files_go_together(tmp_path: Path) -> None:
    config = given(
        tmp_path,
        {
            "a/docker": FLAGS,
            "b/docker-network": "ADD_REGISTRY='--add-registry b.example'\n",
            "daemon.json": '{"insecure-registries": ["b.example"]}',
            "registries.conf": "registries: [c.example]\n",
        },
    )
    assert registries(config) == ["b.example", "c.example", "docker.io"]
    assert [entry.value for entry in config.insecure] == ["b.example", "127.0.0.0/8"]
    assert config.insecure[0].source == Source(str(tmp_path / "daemon.json"), 1, "insecure-registries")
    assert config.registries[1].source == Source(str(tmp_path / "registries.conf"), None, "REGISTRIES")


def test_a_conflict_names_the_file_as_given(tmp_path: Path) -> None:
    config = given(tmp_path, {"docker": FLAGS, "mine.json": '{"add-registry": []}'})
    assert config.refusal
    assert f"with file {tmp_path}/mine.json: the following" in config.refusal.message


@pytest.mark.parametrize(
    ("name", "text", "engine"),
    [
        ("daemon.json", "{}", MOBY),
        ("daemon.json", '{"registry-mirrors": ["https://m.example"]}', MOBY),
        ("daemon.json", '{"add-registry": ["a.example"]}', RHEL),
        ("registries.conf", V1, RHEL),
        ("registries.conf", "unqualified-search-registries = ['a']\n", PODMAN),
        ("docker", "", RHEL),
    ],
)
def test_the_named_files_decide_the_engine(name: str, text: str, engine: EngineName, tmp_path: Path) -> None:
    assert given(tmp_path, {name: text}).engine is engine


def test_docker_engine_reads_no_sysconfig(tmp_path: Path) -> None:
    config = given(tmp_path, {"docker": FLAGS, "daemon.json": "{}"}, MOBY)
    assert config.arguments == ()
    assert codes(config) == ["env-file-unread"]


def test_a_config_file_that_was_not_given_is_not_looked_for(tmp_path: Path) -> None:
    config = given(tmp_path, {"docker": "OPTIONS='--config-file=/etc/mine.json'\n"})
    assert (codes(config), config.refusal) == (["daemon-json-not-given"], None)


def make_large(path: Path) -> None:
    path.write_bytes(b"A=1\n" * (5 << 20))


UNUSABLE: list[tuple[Callable[[Path], object], str, str]] = [
    (lambda _: None, "config-unreadable", " does not exist"),
    (lambda path: path.mkdir(), "config-unreadable", " is a directory, not a file"),
    (os.mkfifo, "config-unreadable", " is not a regular file but a FIFO"),
    (lambda path: path.symlink_to("/dev/zero"), "config-unreadable", " is not a regular file but a device"),
    (lambda path: path.symlink_to(path.name), "config-unreadable", " cannot be read: too many levels"),
    (lambda path: path.symlink_to("nowhere"), "config-unreadable", " does not exist"),
    (make_large, "config-unreadable", " is larger than 1048576 bytes"),
    (lambda path: path.write_bytes(b"\x7fELF\0\0"), "config-binary", " is not a text file"),
    (lambda path: path.write_text("[Service]\n"), "config-unit", " is a unit file"),
]


@pytest.mark.parametrize(("make", "code", "message"), UNUSABLE)
def test_a_file_that_cannot_be_used_is_one_clear_message_and_the_rest_is_shown(
    make: Callable[[Path], object], code: str, message: str, tmp_path: Path
) -> None:
    bad, good = tmp_path / "bad", tmp_path / "good"
    make(bad)
    good.write_text(FLAGS)
    config = load("/", (str(bad), str(good)))
    problems = [one for one in config.findings if one.code.startswith("config-")]
    assert [(one.code, one.severity, one.source) for one in problems] == [(code, Severity.ERROR, Source(str(bad)))]
    assert problems[0].message.startswith(f"{bad}{message}")
    assert registries(config) == ["quay.io", "docker.io"]
    alone = load("/", (str(bad),))
    assert [one.code for one in alone.findings if one.code.startswith("config-")] == [code]


def test_a_registries_conf_that_the_tool_cannot_read(tmp_path: Path) -> None:
    config = given(tmp_path, {"registries.conf": "[registries.search\n"})
    assert [(one.code, one.severity) for one in config.findings] == [("config-registries", Severity.ERROR)]


def test_of_two_daemon_jsons_the_last_one_counts(tmp_path: Path) -> None:
    mirrors = '{"registry-mirrors": ["https://%s.example"]}'
    config = given(tmp_path, {"a.json": mirrors % "a", "b.json": mirrors % "b"})
    assert [mirror.value.rstrip("/") for mirror in config.mirrors] == ["https://b.example"]
    assert [(one.code, str(one.source)) for one in config.findings] == [("config-duplicate", f"{tmp_path}/a.json")]


def test_an_empty_name_and_a_lost_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    monkeypatch.chdir(folder)
    folder.rmdir()
    assert codes(load("/", ("docker", ""))) == ["config-unreadable", "config-unreadable"]


def test_a_name_cannot_move_the_cursor(tmp_path: Path) -> None:
    config = load("/", (str(tmp_path / "\x1b[2Jx"),))
    assert config.findings[0].message.isprintable()
    assert all(file.path.isprintable() for file in config.files)
