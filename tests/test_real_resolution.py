"""regtui against real registries: what it says, and by their own logs what it asked, in order and nothing else."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.real_registries import Registries

ROOT = Path(__file__).parent.parent

STORY = """\
ADD_REGISTRY='--add-registry okd-lr.zyl.io:5000 --add-registry quay.io'
INSECURE_REGISTRY='--insecure-registry okd-lr.zyl.io:5000'
OPTIONS='--registry-mirror=http://okd-lr.zyl.io:5000 --selinux-enabled --log-driver=journald \
--signature-verification=false'
"""

INFO = """\
Registry: https://okd-lr.zyl.io:5000/v1/
Insecure Registries:
 okd-lr.zyl.io:5000
 127.0.0.0/8
Registry Mirrors:
 http://okd-lr.zyl.io:5000/
Registries: okd-lr.zyl.io:5000 (insecure), quay.io (secure), docker.io (secure)
"""


@dataclass(frozen=True, slots=True)
class Host:
    """A host whose names lead to the real servers: its files below `root`, and the options that map the names.

    `okd-lr.zyl.io:5000`, insecure and docker.io's mirror, is the pull-through `mirror`; `quay.io` and `reg.example.com`
    are `private`, and so is Docker Hub, whose certificate nobody trusts here.
    """

    registries: Registries
    root: Path

    @property
    def sysconfig(self) -> Path:
        """The file of the story."""
        return self.root / "etc/sysconfig/docker"

    @property
    def daemon_json(self) -> Path:
        """The daemon's own file, which the story does without."""
        return self.root / "etc/docker/daemon.json"

    def trust(self, *names: str) -> None:
        """Put the private authority into certs.d of these registries."""
        for name in names:
            folder = self.root / "etc/docker/certs.d" / name
            folder.mkdir(parents=True)
            (folder / "ca.crt").write_bytes(self.registries.authority)

    def log_in(self, registry: str, password: str, folder: Path) -> None:
        """Store a password for the registry in config.json of the folder."""
        folder.mkdir(parents=True)
        secret = base64.b64encode(f"{self.registries.user}:{password}".encode()).decode()
        (folder / "config.json").write_text(json.dumps({"auths": {registry: {"auth": secret}}}))

    def run(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run regtui with this host's names."""
        servers = self.registries
        ports = {
            ("okd-lr.zyl.io", 5000, "198.51.100.4"): servers.mirror,
            ("quay.io", 443, "198.51.100.5"): servers.private,
            ("reg.example.com", 443, "198.51.100.6"): servers.private,
            ("registry-1.docker.io", 443, "198.51.100.8"): servers.private,
            ("docker.io", 443, "198.51.100.9"): servers.private,
        }
        names = [f"--resolve={host}:{port}:{address}" for host, port, address in ports]
        places = [f"--connect-to={host}:{port}:127.0.0.1:{server}" for (host, port, _), server in ports.items()]
        config = next(file for file in (self.sysconfig, self.daemon_json) if file.exists())
        return run(*words, "--config", str(config), "--root", str(self.root), *names, *places, **environment)

    def resolve(self, name: str, *words: str, **environment: str) -> dict[str, Any]:
        """Resolve the name and return the document, whose exit status is the command's."""
        ran = self.run("resolve", name, "--json", *words, **environment)
        assert ran.stderr == ""
        document: dict[str, Any] = json.loads(ran.stdout)
        assert document["schema"] == "regtui.resolution/1"
        assert document["exit"] == ran.returncode
        return document


def run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run regtui in a process of its own."""
    env = {"PATH": os.environ["PATH"], "HOME": os.environ["HOME"], "PYTHONPATH": str(ROOT), **environment}
    command = [sys.executable, "-m", "regtui", *words]
    return subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, env=env, timeout=60, check=False
    )


@pytest.fixture
def host(registries: Registries, tmp_path: Path) -> Host:
    """A host with the configuration of the story, that trusts quay.io's authority."""
    made = Host(registries, tmp_path / "host")
    made.sysconfig.parent.mkdir(parents=True)
    made.sysconfig.write_text(STORY)
    made.trust("quay.io")
    return made


def outcomes(document: dict[str, Any]) -> list[tuple[str, list[tuple[str, str | None]], str]]:
    """Return each candidate's registry, its v2 endpoints with their outcomes, and its outcome."""
    return [
        (
            candidate["registry"],
            [(endpoint["url"], endpoint["outcome"]) for endpoint in candidate["endpoints"] if endpoint["api"] == "v2"],
            candidate["outcome"],
        )
        for candidate in document["candidates"]
    ]


def said(document: dict[str, Any]) -> list[str]:
    """Return the requests of the document that got an answer, as the servers' logs have them."""
    servers = {"okd-lr.zyl.io:5000": "mirror", "quay.io": "private", "reg.example.com": "private"}
    lines = []
    for candidate in document["candidates"]:
        for endpoint in candidate["endpoints"]:
            for request in endpoint["requests"]:
                place, _, path = request["url"].split("://", 1)[1].partition("/")
                if request["status"] is not None:
                    lines.append(f"{servers[place]}: {request['method']} /{path} {request['status']}")
    return lines


def child_of(document: dict[str, Any]) -> str:
    """Return the digest of the last manifest that was asked for: the platform's, of an index."""
    requests = [request for endpoint in document["candidates"][-1]["endpoints"] for request in endpoint["requests"]]
    return str(requests[-1]["url"]).rpartition("/")[2]


def test_info_prints_what_docker_info_prints(host: Host) -> None:
    ran = host.run("info")
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, INFO, "")
    assert host.registries.journal.take() == []


def test_what_resolve_answers_bears_on_the_insecure_networks(host: Host) -> None:
    host.sysconfig.write_text(
        STORY.replace("--insecure-registry okd-lr.zyl.io:5000", "--insecure-registry 198.51.100.0/29")
    )
    ran = host.run("info")
    assert ran.stderr == ""
    assert ran.stdout.splitlines()[-1] == (
        "Registries: okd-lr.zyl.io:5000 (insecure), quay.io (insecure), docker.io (secure)"
    )


def test_a_name_is_found_through_the_mirror(host: Host) -> None:
    document = host.resolve("etcd", "--strict")
    digest = host.registries.digests["plain/library/etcd:latest"]
    assert document["found"] | {"platforms": None, "size": None} == {
        "registry": "docker.io",
        "reference": "docker.io/library/etcd:latest",
        "endpoint": "http://okd-lr.zyl.io:5000",
        "mirror": True,
        "digest": digest,
        "media_type": "application/vnd.docker.distribution.manifest.list.v2+json",
        "platforms": None,
        "size": None,
    }
    assert document["exit"] == 0
    assert outcomes(document) == [
        (
            "okd-lr.zyl.io:5000",
            [("https://okd-lr.zyl.io:5000", "tls-failed"), ("http://okd-lr.zyl.io:5000", "not-found")],
            "not-found",
        ),
        ("quay.io", [("https://quay.io", "unauthorized")], "unauthorized"),
        ("docker.io", [("http://okd-lr.zyl.io:5000", "found"), ("https://registry-1.docker.io", None)], "found"),
    ]


def test_strict_makes_exactly_the_engines_requests_in_its_order(host: Host) -> None:
    document = host.resolve("etcd", "--strict")
    asked = host.registries.journal.take("mirror", "private")
    child = child_of(document)
    assert asked == [
        "mirror: GET /v2/ 200",
        "mirror: GET /v2/etcd/manifests/latest 404",
        "private: GET /v2/ 401",
        "mirror: GET /v2/ 200",
        "mirror: GET /v2/library/etcd/manifests/latest 200",
        f"mirror: GET /v2/library/etcd/manifests/{child} 200",
    ]
    assert said(document) == asked


def test_with_a_password_the_private_registry_serves_it(host: Host, tmp_path: Path) -> None:
    host.log_in("quay.io", host.registries.password, tmp_path / "docker")
    document = host.resolve("etcd", "--strict", DOCKER_CONFIG=str(tmp_path / "docker"))
    assert document["found"]["registry"] == "quay.io"
    assert document["found"]["digest"] == host.registries.digests["private/etcd:latest"]
    assert host.registries.journal.take("mirror", "private") == [
        "mirror: GET /v2/ 200",
        "mirror: GET /v2/etcd/manifests/latest 404",
        "private: GET /v2/ 401",
        "private: GET /v2/etcd/manifests/latest 200",
    ]


def test_a_login_of_another_root_is_read_below_it(host: Host) -> None:
    host.log_in("quay.io", host.registries.password, host.root / "root/.docker")
    document = host.resolve("quay.io/team/vault:2.0")
    assert document["found"]["digest"] == host.registries.digests["private/team/vault:2.0"]


def test_an_insecure_registry_is_not_verified_and_gets_the_login_of_the_home_directory(
    host: Host, tmp_path: Path
) -> None:
    host.log_in("reg.example.com", host.registries.password, tmp_path / "home/.docker")
    config = tmp_path / "docker"
    config.write_text("INSECURE_REGISTRY='--insecure-registry reg.example.com'\n")
    port = host.registries.private
    places = ["--resolve=reg.example.com:443:198.51.100.6", f"--connect-to=reg.example.com:443:127.0.0.1:{port}"]
    words = ["resolve", "reg.example.com/team/vault:2.0", "--json", "--config", str(config), *places]
    document = json.loads(run(*words, HOME=str(tmp_path / "home")).stdout)
    assert document["found"]["endpoint"] == "https://reg.example.com"
    assert document["found"]["digest"] == host.registries.digests["private/team/vault:2.0"]


def test_a_wrong_password_is_tried_once_and_never_shown(host: Host, tmp_path: Path) -> None:
    host.log_in("quay.io", "a wrong guess", tmp_path / "docker")
    document = host.resolve("quay.io/team/vault:2.0", "--strict", DOCKER_CONFIG=str(tmp_path / "docker"))
    assert (document["found"], document["exit"]) == (None, 1)
    assert outcomes(document)[0][2] == "unauthorized"
    assert host.registries.journal.take("private") == [
        "private: GET /v2/ 401",
        "private: GET /v2/team/vault/manifests/2.0 401",
    ]
    assert "guess" not in json.dumps(document)


def test_without_strict_no_manifest_is_asked_ahead(host: Host) -> None:
    strict = host.resolve("etcd", "--strict")
    strictly = host.registries.journal.take("mirror", "private")
    document = host.resolve("etcd")
    asked = host.registries.journal.take("mirror", "private")
    manifests = [line for line in asked if "/manifests/" in line]
    assert manifests == [line for line in strictly if "/manifests/" in line]
    assert set(asked) - set(manifests) == {"mirror: GET /v2/ 200", "private: GET /v2/ 401"}
    assert outcomes(document) == outcomes(strict)
    assert document["transcript"] == strict["transcript"]


def test_a_mirror_that_must_fetch_first_fetches_once(host: Host) -> None:
    digest = host.registries.digests["plain/library/fetched:latest"]
    document = host.resolve("docker.io/fetched")
    assert document["found"]["digest"] == digest
    fetched = [line for line in host.registries.journal.take("plain") if line.startswith("plain: GET /v2/library/")]
    assert fetched == ["plain: GET /v2/library/fetched/manifests/latest 200"]
    assert host.resolve(f"docker.io/fetched@{digest}")["found"]["digest"] == digest
    assert host.registries.journal.take("plain") == []


def test_an_index_without_this_platform_is_a_failing_pull(host: Host) -> None:
    document = host.resolve("okd-lr.zyl.io:5000/library/foreign", "--strict")
    assert (document["found"], document["exit"]) == (None, 1)
    assert "it has linux/s390x" in document["candidates"][0]["reason"]
    assert document["transcript"][-1] == "no supported platform found in manifest list"
    assert host.registries.journal.take("mirror") == [
        "mirror: GET /v2/ 200",
        "mirror: GET /v2/library/foreign/manifests/latest 200",
    ]


def test_an_oci_image_is_not_there_for_an_engine_that_knows_no_oci(host: Host) -> None:
    document = host.resolve("docker.io/modern", "--strict")
    assert (document["found"], document["exit"]) == (None, 1)
    assert outcomes(document)[0][1][0] == ("http://okd-lr.zyl.io:5000", "not-found")


def test_moby_finds_the_same_image_through_the_mirror_of_daemon_json(host: Host) -> None:
    host.sysconfig.unlink()
    host.daemon_json.write_text(json.dumps({"registry-mirrors": ["http://okd-lr.zyl.io:5000"]}))
    document = host.resolve("modern", "--strict", "--engine", "moby")
    digest = host.registries.digests["plain/library/modern:latest"]
    assert document["found"]["digest"] == digest
    assert host.registries.journal.take("mirror") == [
        "mirror: GET /v2/ 200",
        "mirror: HEAD /v2/library/modern/manifests/latest 200",
        f"mirror: GET /v2/library/modern/manifests/{digest} 200",
    ]


def test_a_registry_with_an_unknown_authority_is_asked_nothing(host: Host) -> None:
    document = host.resolve("reg.example.com/team/vault:2.0")
    assert (document["found"], document["exit"]) == (None, 1)
    assert outcomes(document) == [("reg.example.com", [("https://reg.example.com", "tls-failed")], "tls-failed")]
    assert "certificate signed by unknown authority" in document["transcript"][-1]
    assert host.registries.journal.take() == []


def test_a_name_nowhere_ends_with_exit_1(host: Host) -> None:
    document = host.resolve("team/nothing:1.0")
    assert (document["found"], document["exit"]) == (None, 1)
    assert [candidate["registry"] for candidate in document["candidates"]] == [
        *("okd-lr.zyl.io:5000", "quay.io", "docker.io")
    ]


def test_a_dry_run_sends_nothing(host: Host) -> None:
    document = json.loads(host.run("resolve", "etcd", "--json", "--dry-run").stdout)
    assert [candidate["reference"] for candidate in document["candidates"]] == [
        "okd-lr.zyl.io:5000/etcd:latest",
        "quay.io/etcd:latest",
        "docker.io/library/etcd:latest",
    ]
    assert host.registries.journal.take() == []


def test_the_text_says_the_same(host: Host) -> None:
    ran = host.run("resolve", "etcd")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert host.registries.digests["plain/library/etcd:latest"] in ran.stdout
    assert "\x1b" not in ran.stdout
    for reference in ("okd-lr.zyl.io:5000/etcd:latest", "quay.io/etcd:latest", "docker.io/library/etcd:latest"):
        assert reference in ran.stdout


def test_all_goes_on_past_the_winner(host: Host, tmp_path: Path) -> None:
    host.log_in("quay.io", host.registries.password, tmp_path / "docker")
    document = host.resolve("etcd", "--all", DOCKER_CONFIG=str(tmp_path / "docker"))
    assert document["found"]["registry"] == "quay.io"
    asked = host.registries.journal.take("mirror")
    assert "mirror: GET /v2/library/etcd/manifests/latest 200" in asked


def test_only_get_and_head_were_used(host: Host, tmp_path: Path) -> None:
    host.log_in("quay.io", host.registries.password, tmp_path / "docker")
    for words in (["etcd", "--all"], ["docker.io/foreign"], ["quay.io/team/vault:2.0", "--strict"]):
        host.resolve(*words, DOCKER_CONFIG=str(tmp_path / "docker"))
    assert {request.method for request in host.registries.journal.take_requests()} <= {"GET", "HEAD"}


def test_a_resolution_loads_no_terminal_interface(host: Host) -> None:
    ran = host.run("resolve", "etcd", PYTHONPROFILEIMPORTTIME="1")
    assert ran.returncode == 0
    loaded = {line.rpartition("|")[2].strip() for line in ran.stderr.splitlines() if line.startswith("import time:")}
    assert "regtui.resolve" in loaded
    assert not {name.split(".")[0] for name in loaded} & {"textual", "rich"}
