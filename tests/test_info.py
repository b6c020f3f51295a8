"""The registry lines of `docker info`, and the document with sources, against the recorded daemons."""

from __future__ import annotations

import json
import tempfile
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from regtui.host.configure import configure
from regtui.host.daemon_json import DaemonJson
from regtui.host.discover import load
from regtui.host.info import info_document, info_lines
from regtui.host.model import EngineName, Finding, HostConfig, HostFile, Proxies, Refusal, Setting, Severity, Source
from regtui.host.security import Addresses, names_to_look_up
from tests.golden import rows

if TYPE_CHECKING:
    from tests.golden import Row

ROWS = [*rows("pull-rhel-docker.jsonl"), *rows("pull-moby.jsonl")]
# Where the recorded world's DNS puts its hosts (none of them in a network but 198.51.100.0/24).
WORLD = ip_address("198.51.100.6")
PLACE = Source("/etc/sysconfig/docker", 2, "ADD_REGISTRY")


def found(config: HostConfig) -> Addresses:
    return dict.fromkeys(names_to_look_up(config), (WORLD,))


def load_row(row: Row, folder: Path) -> HostConfig:
    """Read the row's files as `--config` does; the engine is the row's."""
    configs = []
    for name, text in (("docker", row.get("sysconfig")), ("daemon.json", row.get("daemon_json"))):
        if text is not None:
            (folder / name).write_text(text if isinstance(text, str) else json.dumps(text))
            configs.append(str(folder / name))
    engine = EngineName.MOBY if row["engine"].startswith("moby") else EngineName.RHEL_DOCKER
    return load("/", tuple(configs), engine)


@pytest.mark.parametrize("row", ROWS, ids=[f"{row['engine']}-{row['id']}" for row in ROWS])
def test_recorded_daemon(row: Row) -> None:
    with tempfile.TemporaryDirectory() as folder:
        config = load_row(row, Path(folder))
        refusal = config.refusal.message.replace(folder, "RUN") if config.refusal else None
        if row.get("refused") is not None:
            # The recording holds the first line, with cobra's word in front of it.
            assert refusal is not None
            assert refusal.partition("\n")[0] == row["refused"].removeprefix("Status: ")
            return
        assert refusal is None
        assert [line.rstrip() for line in info_lines(config, found(config))] == row["info"]


def configured(text: str, *arguments: str, engine: EngineName = EngineName.RHEL_DOCKER) -> HostConfig:
    words = tuple(Setting("argument", word, PLACE) for word in arguments)
    return configure(engine, "test", words, DaemonJson("/etc/docker/daemon.json", text.encode()))


LINES = [
    (
        (
            "--add-registry=localhost:5000",
            "--insecure-registry=b",
            "--insecure-registry=10.1.2.3/8",
            "--add-registry=10.9.9.9",
        ),
        "{}",
        (
            "Registry: https://localhost:5000/v1/",
            "Insecure Registries:",
            " b",
            " localhost:5000",
            " 10.9.9.9",
            " 10.0.0.0/8",
            " 127.0.0.0/8",
            "Registries: localhost:5000 (insecure), 10.9.9.9 (insecure), docker.io (secure)",
        ),
    ),
    (
        ("--add-registry=",),
        '{"registry-mirrors": ["", "https://user:secret@m"]}',
        (
            "Insecure Registries:",
            " 127.0.0.0/8",
            "Registry Mirrors:",
            " ",
            " https://***@m",
            "Registries:  (secure), docker.io (secure)",
        ),
    ),
    (
        ("--add-registry=a",),
        '{"insecure-registries": ["127.0.0.1/8", "b-"]}',
        ("Registry: https://a/v1/", "Registries: a (insecure), docker.io (insecure)"),
    ),
    (
        ("--insecure-registry=127.9.9.9/8", "--insecure-registry=a", "--insecure-registry=a"),
        "{}",
        (
            "Registry: https://index.docker.io/v1/",
            "Insecure Registries:",
            " a",
            " 127.0.0.0/8",
            "Registries: docker.io (secure)",
        ),
    ),
]


@pytest.mark.parametrize(("arguments", "text", "lines"), LINES)
def test_lines(arguments: tuple[str, ...], text: str, lines: tuple[str, ...]) -> None:
    assert info_lines(configured(text, *arguments), {}) == lines


def test_moby_prints_no_insecure_docker_io_and_no_registries_line() -> None:
    config = configured('{"insecure-registries": ["docker.io", "a:1"]}', engine=EngineName.MOBY)
    assert info_lines(config, {}) == (
        "Registry: https://index.docker.io/v1/",
        "Insecure Registries:",
        " a:1",
        " 127.0.0.0/8",
    )


def test_a_stored_user_name_stands_before_the_registry() -> None:
    assert info_lines(configured("{}"), {}, username="me\x1b")[:2] == (
        "Username: me\\x1b",
        "Registry: https://index.docker.io/v1/",
    )
    assert info_lines(configured("{}", "--block-registry=all"), {}, username="me")[0] == "Insecure Registries:"


def test_an_escape_in_a_name_does_not_reach_the_terminal() -> None:
    lines = info_lines(configured("{}", "--add-registry=a\x1b[2J", "--insecure-registry=b\u202ec"), {})
    assert all(line.isprintable() for line in lines)


def test_the_document_says_where_everything_comes_from() -> None:
    config = configured(
        '{"insecure-registries": ["b.example.com:5000", "10.0.0.0/8"]}', "--add-registry=10.1.1.1", "-foo"
    )
    document = info_document(config, {})
    assert document["schema"] == "regtui.info/1"
    assert document["registries"] == [
        {
            "name": "10.1.1.1",
            "secure": False,
            "reason": "its address 10.1.1.1 is in 10.0.0.0/8",
            "reason_source": {"file": "/etc/docker/daemon.json", "line": 1, "name": "insecure-registries"},
            "source": {"file": "/etc/sysconfig/docker", "line": 2, "name": "ADD_REGISTRY"},
            "mirrors": [],
        },
        {
            "name": "docker.io",
            "secure": True,
            "reason": "Docker Hub is secure unless it is listed by name",
            "reason_source": None,
            "source": {"file": "built-in default", "line": None, "name": ""},
            "mirrors": [],
        },
    ]
    assert document["refusal"] == {
        "message": "unknown shorthand flag: 'f' in -foo\nSee 'dockerd --help'.",
        "source": {"file": "/etc/sysconfig/docker", "line": 2, "name": "ADD_REGISTRY"},
    }
    assert json.loads(json.dumps(document)) == document


def test_the_document_knows_what_only_dns_could_tell() -> None:
    registries = cast(
        "list[dict[str, object]]", info_document(configured("{}", "--add-registry=quay.io"), {})["registries"]
    )
    assert [registry["secure"] for registry in registries] == [None, True]


def test_the_document_holds_no_password() -> None:
    config = HostConfig(
        EngineName.RHEL_DOCKER,
        "test",
        mirrors=(Setting("registry-mirrors", "https://user:secret@m", PLACE),),
        settings=(Setting("registry-mirrors", "https://user:secret@m", PLACE),),
        proxies=Proxies("http://user:secret@p:3128", "user:secret@p:3128", "localhost", PLACE),
        files=(HostFile("/etc/sysconfig/docker", "read"),),
        findings=(Finding("code", Severity.NOTE, "message"),),
        refusal=Refusal("no"),
    )
    text = json.dumps(info_document(config, {}))
    assert "secret" not in text
    assert '"http": "http://***@p:3128", "https": "***@p:3128", "no_proxy": "localhost"' in text


def test_podman_has_the_registries_alone() -> None:
    config = HostConfig(EngineName.PODMAN, "test", registries=(Setting("search", "quay.io", PLACE),))
    assert info_lines(config, {}) == ("Registries: quay.io (secure)",)
