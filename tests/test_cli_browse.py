"""`regtui catalog`, `tags` and `inspect` as a shell sees them: on the demo, on real registries, into pipes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.images import digest_of
from tests.large_registry import MANY_TAGS, REPOSITORIES, TAGS, running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.large_registry import Large
    from tests.real_registries import Registries

ROOT = Path(__file__).parent.parent
ENGINE = ("--engine", "rhel-docker")


@pytest.fixture(scope="module")
def _running_large_registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Large]:
    with running(tmp_path_factory.mktemp("large")) as large:
        yield large


@pytest.fixture
def large_registry(_running_large_registry: Large) -> Large:
    """A registry of hundreds of repositories, with an empty journal."""
    _running_large_registry.journal.take_requests()
    return _running_large_registry


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "regtui", *words]


def environment(**more: str) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": os.environ["HOME"], "PYTHONPATH": str(ROOT), **more}


def run(*words: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*words),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env=environment(**more),
        timeout=60,
        check=False,
    )


def document(*words: str, status: int = 0) -> dict[str, Any]:
    ran = run(*words, "--json")
    assert ran.returncode == status, ran.stderr
    parsed: dict[str, Any] = json.loads(ran.stdout)
    assert parsed["exit"] == status
    return parsed


DEMO: list[tuple[tuple[str, ...], int, str, str]] = [
    (("catalog", "quay.io"), 0, "coreos/etcd\n", ""),
    (("catalog", "quay.io", "prom"), 0, "prometheus/alertmanager\n", ""),
    (("catalog", "okd-lr.zyl.io:5000", "team/"), 0, "team/api\nteam/app\n", "cached names only"),
    (("catalog", "docker.io"), 1, "", "Docker Hub offers no catalog: type a repository"),
    (
        ("catalog", "docker.io"),
        1,
        "",
        "that is: regtui tags docker.io/REPOSITORY, to search: regtui catalog docker.io WORD",
    ),
    (("catalog", "docker.io", "etcd"), 1, "", "the search of hub.docker.com failed"),
    (("catalog", "registry.basic.example"), 1, "", "docker login registry.basic.example"),
    (("catalog", "registry.portal.example"), 1, "", "text/html"),
    (("catalog", "registry.gone.example"), 1, "", "no such host"),
    (("catalog", "myreg"), 2, "", "without a dot or a port"),
    (("tags", "quay.io/coreos/flannel"), 0, "v0.12.0\nv0.13.0\n", ""),
    (("tags", "coreos/etcd", "--sort", "semver"), 0, "latest\nv3.5.21\nv3.5.20\n", "okd-lr.zyl.io:5000 answered 404"),
    (("tags", "quay.io/argoproj/argocd", "--long"), 0, "= latest  att  sbom  sig", ""),
    (("tags", "quay.io/coreos/etcd", "--sort", "date"), 0, "v3.5.21\n", ""),
    (("tags", "debian", "--long"), 0, "sha256:ea7aca85e577", "Docker Hub counts manifests as pulls"),
    (("tags", "okd-lr.zyl.io:5000/team/app", "--long"), 0, "2.4.1", "is a mirror, which would fetch and store"),
    (("tags", "okd-lr.zyl.io:5000/team/app", "--sort", "date"), 0, "2.4.1", "the order of their versions, not by date"),
    (("tags", "nosuch"), 1, "", "quay.io answered 404"),
    (("tags", "quay.io/private/vault"), 1, "", "for a private repository and for one that does not exist"),
    (("tags", "quay.io/coreos/etcd:latest"), 2, "", "without a tag or a digest"),
    (("inspect", "debian"), 0, "docker.io/library/debian:latest\n", "quay.io answered 404"),
    (("inspect", "quay.io/supply/tool:v1.3.0"), 0, "application/vnd.cncf.notary.signature", ""),
    (("inspect", "quay.io/supply/tool:v1.3.0"), 0, "BuildKit attests linux/amd64", ""),
    (("inspect", "okd-lr.zyl.io:5000/charts/shop:1.4.2"), 0, "Helm chart", ""),
    (("inspect", "okd-lr.zyl.io:5000/legacy/billing"), 0, "schema 1", ""),
    (("inspect", "quay.io/secret/keys"), 1, "", "access to the resource is denied"),
    (("inspect", "docker.io/limited/app"), 1, "", "again in 90 min"),
    (("inspect", "A"), 1, "", "must be lowercase"),
    (("inspect", "https://quay.io/coreos/etcd"), 1, "", "a name has no scheme before it"),
    (("tags", "docker://quay.io/coreos/flannel"), 0, "v0.12.0\nv0.13.0\n", ""),
]


@pytest.mark.parametrize(("words", "status", "printed", "told"), DEMO, ids=[" ".join(case[0]) for case in DEMO])
def test_the_demo_is_browsed(words: tuple[str, ...], status: int, printed: str, told: str) -> None:
    ran = run("--demo", *words)
    assert (ran.returncode, "Traceback" in ran.stderr) == (status, False), ran.stderr
    assert printed in ran.stdout
    assert told in ran.stderr
    assert (ran.stdout == "") is (printed == "")
    assert all(line.startswith(("regtui: ", "Try ")) for line in ran.stderr.splitlines())
    assert "\x1b" not in ran.stdout + ran.stderr


USAGE = [
    (("catalog",), "catalog takes a name, for example: regtui catalog quay.io"),
    (("catalog", "a", "b", "c"), "catalog takes 2 names, not 3"),
    (("tags", "a", "--sort", "wrong"), "--sort"),
    (("inspect", "a", "--long"), "--long belongs to tags"),
    (("catalog", "quay.io", "--sort", "name"), "--sort belongs to tags"),
    (("ls", "quay.io/coreos/etcd"), "ls is no command, and a name is one word; what you mean may be: regtui tags"),
    (("catalogue", "quay.io"), "catalogue is no command, and a name is one word\n"),
    (("catalog", "quay.io/coreos"), "what its names begin with stands apart: quay.io coreos"),
    (("catalog", "https://quay.io"), "a registry is named without its scheme"),
    (("tags", "a", "--platform", "linux/arm64"), "--platform belongs to inspect"),
    (("resolve", "a", "--raw"), "--raw belongs to inspect"),
    (("inspect", "a", "--raw", "--json"), "--raw and --json both say what is printed"),
    (("inspect", "a", "--platform", "arm64"), "it is OS/ARCHITECTURE[/VARIANT], for example linux/arm64"),
]


@pytest.mark.parametrize(("words", "told"), USAGE)
def test_arguments_are_refused_with_a_sentence(words: tuple[str, ...], told: str) -> None:
    ran = run(*words)
    assert ran.returncode == 2
    assert told in ran.stderr


def test_documents_tell_what_the_text_tells() -> None:
    catalog = document("--demo", "catalog", "quay.io")
    assert (catalog["schema"], catalog["registry"], catalog["complete"]) == ("regtui.catalog/1", "quay.io", True)
    assert "coreos/etcd" in catalog["names"]
    tags = document("--demo", "tags", "quay.io/argoproj/argocd", "--long")
    newest = next(tag for tag in tags["tags"] if tag["tag"] == "v3.0.2")
    assert [each["kind"] for each in newest["attached"]] == ["att", "sbom", "sig"]
    assert newest["size"] > 1_000_000
    image = document("--demo", "inspect", "quay.io/coreos/etcd:v3.5.21")
    assert (image["kind"], image["verified"], len(image["platforms"])) == ("index", True, 4)
    assert image["manifest"]["schemaVersion"] == 2
    assert image["layers"][0]["instruction"]


@pytest.mark.fault(74)
def test_documents_are_whole_where_nothing_is_found() -> None:
    assert document("--demo", "catalog", "docker.io", status=1)["outcome"] == "unauthorized"
    tags = document("--demo", "tags", "nosuch", status=1)
    assert [each["outcome"] for each in tags["tried"]] == ["not-found"] * 3
    assert document("--demo", "inspect", "nosuch", status=1)["tried"][0]["place"] == "okd-lr.zyl.io:5000"


def test_a_catalog_of_a_real_registry_comes_in_two_pages(large_registry: Large) -> None:
    ran = run("catalog", large_registry.address, *ENGINE)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.splitlines() == list(REPOSITORIES)
    assert large_registry.asked == ["GET /v2/ 200", "GET /v2/_catalog?n=100 200", "GET /v2/_catalog?n=1000 200"]


def test_a_prefix_is_sought_in_a_real_registry(large_registry: Large) -> None:
    ran = run("catalog", large_registry.address, "team-17/", *ENGINE)
    assert ran.stdout.splitlines() == [name for name in REPOSITORIES if name.startswith("team-17/")]
    assert large_registry.asked == ["GET /v2/ 200", "GET /v2/_catalog?last=team-17&n=100 200"]


def test_tags_of_a_real_registry_are_listed_and_sorted(large_registry: Large) -> None:
    name = f"{large_registry.address}/{MANY_TAGS}"
    assert sorted(run("tags", name, *ENGINE).stdout.splitlines()) == sorted(TAGS)
    assert not [line for line in large_registry.asked if "/manifests/" in line]
    newest_first = sorted(TAGS, key=lambda tag: [int(part) for part in tag.split(".")], reverse=True)
    assert run("tags", name, "--sort", "semver", *ENGINE).stdout.splitlines() == newest_first


def test_tags_of_one_image_are_described_with_its_content_fetched_once(large_registry: Large) -> None:
    large_registry.journal.take_requests()
    found = document("tags", f"{large_registry.address}/{MANY_TAGS}", "--long", *ENGINE)["tags"]
    assert {tag["digest"] for tag in found} == {large_registry.index.digest}
    assert {tag["size"] for tag in found} == {large_registry.amd64.size}
    asked = large_registry.asked
    assert len([line for line in asked if "/blobs/" in line]) == 1
    assert len([line for line in asked if large_registry.amd64.digest in line]) == 1
    assert len([line for line in asked if "/manifests/" in line]) == len(TAGS) + 1


def test_many_tags_that_are_looked_at_before_the_first_line_are_announced(large_registry: Large) -> None:
    ran = run("tags", f"{large_registry.address}/{MANY_TAGS}", "--sort", "date", *ENGINE)
    assert ran.stderr == "regtui: 1,200 tags are looked at before the first line: their date decides\n"
    assert sorted(ran.stdout.splitlines()) == sorted(TAGS)


@pytest.mark.parametrize("engine", ["rhel-docker", "moby", "ctr", "nerdctl", "kubelet"])
def test_every_engine_browses_a_registry_without_naming_a_tag(large_registry: Large, engine: str) -> None:
    name = f"{large_registry.address}/team-03/app-04"
    assert run("catalog", large_registry.address, "team-03/app-04", "--engine", engine).stdout == "team-03/app-04\n"
    assert run("tags", name, "--engine", engine).stdout == "latest\n"
    assert run("inspect", name, "--engine", engine).stdout.startswith(f"{name}:latest\n")


def test_an_image_of_a_real_registry_is_shown_and_kept(large_registry: Large) -> None:
    name = f"{large_registry.address}/team-03/app-04"
    first = document("inspect", name, *ENGINE)
    assert first["digest"] == large_registry.index.digest
    assert [each["platform"] for each in first["platforms"]] == ["linux/amd64", "linux/arm64"]
    assert first["total_size"] == large_registry.amd64.size + large_registry.arm64.size - 1000
    large_registry.journal.take_requests()
    assert document("inspect", name, *ENGINE) == first
    again = large_registry.asked
    assert [line for line in again if "/blobs/" in line or "manifests/sha256:" in line] == []
    assert document("inspect", name, "--no-cache", *ENGINE) == first
    assert f"GET /v2/team-03/app-04/manifests/{large_registry.amd64.digest} 200" in large_registry.asked


def test_the_cache_holds_what_it_should_and_only_for_its_owner(large_registry: Large) -> None:
    run("inspect", f"{large_registry.address}/team-03/app-04", *ENGINE)
    folder = Path(os.environ["HOME"]) / ".cache/regtui"
    kept = [path for path in folder.rglob("*") if path.is_file()]
    digests = {path.name.replace("-", ":") for path in kept}
    assert {
        large_registry.index.digest,
        large_registry.amd64.digest,
        digest_of(large_registry.amd64.blobs[0]),
    } <= digests
    assert {path.stat().st_mode & 0o077 for path in (folder, *folder.rglob("*"))} == {0}


def test_real_registries_agree_with_what_skopeo_pushed(registries: Registries) -> None:
    plain = f"127.0.0.1:{registries.plain}"
    names = run("catalog", plain, *ENGINE).stdout.splitlines()
    assert {"team/app", "etcd", "library/etcd", "library/debian"} <= set(names)
    found = document("inspect", f"{plain}/library/etcd:latest", *ENGINE)
    assert found["digest"] == registries.digests["plain/library/etcd:latest"]
    assert [each["platform"] for each in found["platforms"]] == ["linux/amd64", "linux/arm64"]
    assert found["login"] == "asked without a login: the registry wants none"


def test_a_real_registry_that_wants_a_password_gets_it_once_it_is_stored(
    registries: Registries, tmp_path: Path
) -> None:
    address = f"127.0.0.1:{registries.private}"
    refused = run("tags", f"{address}/team/vault", *ENGINE)
    assert refused.returncode == 1
    assert "asks for a user name and a password" in refused.stderr
    (tmp_path / "docker").mkdir()
    config = tmp_path / "docker/config.json"
    for password, status in (("wrong", 1), (registries.password, 0)):
        auths = {address: {"username": registries.user, "password": password}}
        config.write_text(json.dumps({"auths": auths}))
        ran = run("tags", f"{address}/team/vault", *ENGINE, DOCKER_CONFIG=str(tmp_path / "docker"))
        assert ran.returncode == status, ran.stderr
        assert (ran.stdout == "2.0\n") is (status == 0)
        assert password not in ran.stdout + ran.stderr
    assert (
        "does not accept the password of robot"
        in run(
            "tags", f"{address}/team/vault", *ENGINE, DOCKER_CONFIG=str(_with(config, address, registries.user))
        ).stderr
    )


def _with(config: Path, address: str, user: str) -> Path:
    config.write_text(json.dumps({"auths": {address: {"username": user, "password": "guess"}}}))
    return config.parent


@pytest.mark.fault(73)
def test_a_reader_that_leaves_early_is_no_error(large_registry: Large) -> None:
    words = command("catalog", large_registry.address, *ENGINE)
    process = subprocess.Popen(words, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0)
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.read(5) == b"team-"
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait(timeout=30) in (0, 141)


@pytest.mark.fault(74)
def test_a_signal_ends_a_listing_with_a_whole_document(tmp_path: Path) -> None:
    server = "import socket\ns = socket.create_server(('127.0.0.1', 0))\nprint(s.getsockname()[1], flush=True)\n"
    silent = subprocess.Popen([sys.executable, "-c", f"{server}input()"], stdout=subprocess.PIPE, stdin=subprocess.PIPE)
    assert silent.stdout is not None
    assert silent.stdin is not None
    port = int(silent.stdout.readline())
    words = command("catalog", f"127.0.0.1:{port}", "--json", *ENGINE)
    marker = tmp_path / "begun"
    process = subprocess.Popen(
        [sys.executable, "-c", _WHEN_READY, str(marker), *words[1:]], env=environment(), stdout=subprocess.PIPE
    )
    while not marker.exists():
        assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    printed, _ = process.communicate(timeout=30)
    for end in (silent.stdin, silent.stdout):
        end.close()
    silent.wait(timeout=30)
    assert process.returncode == 128 + signal.SIGTERM
    parsed = json.loads(printed)
    assert (parsed["complete"], parsed["reason"], parsed["exit"]) == (False, "interrupted", process.returncode)


_WHEN_READY = """\
import asyncio, pathlib, runpy, sys
marker, sys.argv = pathlib.Path(sys.argv[1]), ["regtui", *sys.argv[4:]]
handle = asyncio.unix_events._UnixSelectorEventLoop.add_signal_handler
def noted(self, number, *rest):
    handle(self, number, *rest)
    marker.touch()
asyncio.unix_events._UnixSelectorEventLoop.add_signal_handler = noted
runpy.run_module("regtui", run_name="__main__")
"""


def test_one_platform_of_an_index_is_shown_or_said_to_be_missing(large_registry: Large) -> None:
    name = f"{large_registry.address}/team-05/app-05"
    shown = document("inspect", name, "--platform", "linux/aarch64", *ENGINE)
    assert (shown["platform"], shown["size"]) == ("linux/arm64", large_registry.arm64.size)
    missing = run("inspect", name, "--platform", "linux/arm/v7", *ENGINE)
    assert missing.returncode == 1
    assert "it has no image for linux/arm/v7: linux/amd64 is shown" in missing.stdout
    assert missing.stderr == f"regtui: {name}:latest has no image for linux/arm/v7\n"
    assert "no image for linux" in run("--demo", "inspect", "quay.io/arm/only", "--platform", "linux/s390x").stdout


def test_the_raw_manifest_is_what_the_digest_is_of(large_registry: Large) -> None:
    name = f"{large_registry.address}/team-05/app-06"

    def raw(*more: str) -> bytes:
        words = command("inspect", name, "--raw", "--no-cache", *more, *ENGINE)
        return subprocess.run(words, env=environment(), capture_output=True, check=True, timeout=60).stdout

    large_registry.journal.take_requests()
    assert digest_of(raw()) == large_registry.index.digest
    assert large_registry.asked == ["GET /v2/ 200", "GET /v2/team-05/app-06/manifests/latest 200"]
    assert digest_of(raw("--platform", "linux/arm64")) == large_registry.arm64.digest
    ran = run("inspect", name, "--raw", "--platform", "linux/riscv64", *ENGINE)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "it has no image for linux/riscv64" in ran.stderr


def test_a_raw_manifest_that_nobody_has_is_a_sentence() -> None:
    ran = run("--demo", "inspect", "quay.io/coreos/etcd:nosuch", "--raw")
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr == "regtui: quay.io answered 404 Not Found: manifest unknown\n"
