"""podman's short names, credentials and policy, and the names that containerd's clients complete."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from regtui.cli import run
from regtui.engines.base import Plan, Question
from regtui.engines.choice import engine_of
from regtui.engines.commands import authority_place
from regtui.host.credentials import Credential, HelperCall
from regtui.host.discover import load
from regtui.host.files import HostFiles
from regtui.host.model import EngineName
from regtui.stores import store_for
from tests.modern_hosts import POLICY, write_files

if TYPE_CHECKING:
    from pathlib import Path

CONF = "etc/containers/registries.conf"
TWO = 'unqualified-search-registries = ["quay.io", "docker.io"]\n'
ALIAS = f'{TWO}[aliases]\n"etcd" = "quay.io/coreos/etcd"\n'


def planned(
    root: Path, capsys: pytest.CaptureFixture[str], files: dict[str, str], *words: str, engine: str = "podman"
) -> dict[str, Any]:
    """Return the plan of a name on a host with these files."""
    write_files(root, {"etc/containers/policy.json": POLICY} | files)
    run(["resolve", *words, "--engine", engine, "--root", str(root), "--dry-run", "--json"])
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return document


@pytest.mark.parametrize(
    ("text", "words", "outcomes", "printed"),
    [
        (
            f'{TWO}short-name-mode = "permissive"\n',
            [],
            [None, None],
            ['Resolving "etcd" using unqualified-search registries (/etc/containers/registries.conf)'],
        ),
        (
            f'{TWO}short-name-mode = "permissive"\n',
            ["--tty"],
            [None, "skipped"],
            ["Please select an image:", "  quay.io/etcd:latest", "  docker.io/library/etcd:latest"],
        ),
        (
            f'{TWO}short-name-mode = "enforcing"\n',
            [],
            [],
            ["Error: short-name resolution enforced but cannot prompt without a TTY"],
        ),
        (
            f'{TWO}short-name-mode = "enforcing"\n',
            ["--tty"],
            [None, "skipped"],
            ["Please select an image:", "  quay.io/etcd:latest", "  docker.io/library/etcd:latest"],
        ),
        (
            f'{TWO}short-name-mode = "disabled"\n',
            ["--tty"],
            [None, None],
            ['Resolving "etcd" using unqualified-search registries (/etc/containers/registries.conf)'],
        ),
        (ALIAS, ["--tty"], [None], ['Resolved "etcd" as an alias (/etc/containers/registries.conf)']),
    ],
    ids=["permissive", "permissive, terminal", "enforcing", "enforcing, terminal", "disabled, terminal", "alias"],
)
def test_a_short_name_with_and_without_a_terminal(
    text: str,
    words: list[str],
    outcomes: list[str | None],
    printed: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    plan = planned(tmp_path, capsys, {CONF: text}, "etcd", *words)
    assert [one["outcome"] for one in plan["candidates"]] == outcomes
    assert plan["transcript"] == printed


def auth(login: str) -> dict[str, str]:
    return {"auth": base64.b64encode(login.encode()).decode()}


AUTH_FILES = ("run/containers/0/auth.json", "root/.config/containers/auth.json", "root/.docker/config.json")


def found(root: Path, files: dict[str, Any], name: str) -> tuple[object, str]:
    """Return what the host stores for an image's name."""
    texts = {path: value if isinstance(value, str) else json.dumps(value) for path, value in files.items()}
    write_files(root, {CONF: TWO} | texts)
    config = load(root, engine=EngineName.PODMAN)
    store = store_for(HostFiles(root), config, docker_config="")
    credential, words = store.credential(name, name.partition("/")[0])
    return credential, words + store.locked(name)


@pytest.mark.parametrize("number", range(3))
def test_the_first_file_with_a_login_counts(number: int, tmp_path: Path) -> None:
    files = {path: {"auths": {"quay.io": auth(f"from-{path}:secret")}} for path in AUTH_FILES[number:]}
    credential, words = found(tmp_path, files, "quay.io/coreos/etcd")
    assert isinstance(credential, Credential)
    assert credential.username == f"from-{AUTH_FILES[number]}"
    assert words == f"the stored login of {credential.username} in /{AUTH_FILES[number]}:1 auths"


def test_the_login_of_the_longest_namespace_counts(tmp_path: Path) -> None:
    auths = {"quay.io": auth("host:x"), "quay.io/coreos": auth("namespace:x"), "quay.io/coreos/etcd": auth("image:x")}
    users = {}
    for name in ("quay.io/coreos/etcd", "quay.io/coreos/flannel", "quay.io/other/app"):
        credential, _words = found(tmp_path, {AUTH_FILES[0]: {"auths": auths}}, name)
        assert isinstance(credential, Credential)
        users[name] = credential.username
    assert list(users.values()) == ["image", "namespace", "host"]


def test_a_helper_of_one_registry_goes_before_its_login(tmp_path: Path) -> None:
    file = {"auths": {"quay.io": auth("robot:x")}, "credHelpers": {"quay.io": "secretservice"}}
    write_files(tmp_path, {CONF: TWO, AUTH_FILES[0]: json.dumps(file)})
    config = load(tmp_path, engine=EngineName.PODMAN)
    here = store_for(HostFiles(tmp_path), replace(config, root="/"), docker_config="")
    credential, words = here.credential("quay.io/app", "quay.io")
    assert isinstance(credential, HelperCall)
    assert words == "docker-credential-secretservice (/run/containers/0/auth.json:1 credHelpers)"
    other = found(tmp_path, {AUTH_FILES[0]: file}, "quay.io/app")
    assert other == (
        None,
        "docker-credential-secretservice is not run for another root (/run/containers/0/auth.json:1 credHelpers)",
    )


def test_a_file_that_is_no_json_locks_every_registry(tmp_path: Path) -> None:
    credential, words = found(tmp_path, {AUTH_FILES[0]: '{"auths": {'}, "quay.io/app")
    assert credential is None
    assert 'reading JSON file "/run/containers/0/auth.json"' in words


@pytest.mark.parametrize(
    ("policy", "image", "rejected", "unverified"),
    [
        ({"default": [{"type": "reject"}]}, "quay.io/app", True, False),
        (
            {
                "default": [{"type": "reject"}],
                "transports": {"docker": {"quay.io": [{"type": "insecureAcceptAnything"}]}},
            },
            "quay.io/app",
            False,
            False,
        ),
        (
            {
                "default": [{"type": "insecureAcceptAnything"}],
                "transports": {
                    "docker": {"quay.io/team": [{"type": "signedBy", "keyType": "GPGKeys", "keyPath": "/k.gpg"}]}
                },
            },
            "quay.io/team/app",
            False,
            True,
        ),
    ],
    ids=["reject", "accepted where it is told", "signed"],
)
def test_what_the_policy_makes_of_an_image(
    policy: dict[str, Any], image: str, *, rejected: bool, unverified: bool, tmp_path: Path
) -> None:
    write_files(tmp_path, {CONF: TWO, "etc/containers/policy.json": json.dumps(policy)})
    config = load(tmp_path, engine=EngineName.PODMAN)
    candidate = engine_of(config).plan(Question(config, image)).candidates[0]
    assert bool(candidate.rejected) is rejected
    assert bool(candidate.unverified) is unverified
    assert not unverified or "signedBy by /k.gpg; regtui does not verify signatures" in candidate.unverified


@pytest.mark.parametrize(
    ("engine", "name", "expected"),
    [
        ("ctr", "etcd", 'ctr: failed to resolve reference "etcd": object required'),
        ("ctr", "docker.io/library/etcd:latest", "docker.io/library/etcd:latest"),
        ("ctr", "docker.io/etcd:latest", "docker.io/etcd:latest"),
        ("nerdctl", "etcd", "docker.io/library/etcd:latest"),
        ("nerdctl", "quay.io/app:1@sha256:" + "1" * 64, "quay.io/app@sha256:" + "1" * 64),
        ("kubelet", "etcd", "docker.io/library/etcd:latest"),
        ("kubelet", "Etcd", 'failed to parse image reference "Etcd": invalid reference format: '),
        ("nerdctl", "Etcd", "FATA: invalid reference format: "),
    ],
)
def test_who_completes_a_name(
    engine: str, name: str, expected: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = planned(tmp_path, capsys, {}, name, engine=engine)
    told = plan["refused"][-1] if plan["refused"] else plan["candidates"][0]["reference"]
    assert told.startswith(expected)
    assert plan["client"] == {"kubelet": "cri"}.get(engine, engine)


@pytest.mark.parametrize(
    ("engine", "expected"),
    [
        (EngineName.MOBY, "/etc/docker/certs.d/a.example:5000/ca.crt"),
        (EngineName.PODMAN, "/etc/containers/certs.d/a.example:5000/ca.crt"),
        (
            EngineName.CONTAINERD,
            "/etc/containerd/certs.d/a.example:5000/ca.crt, or name it with ca in hosts.toml",
        ),
    ],
)
def test_an_authority_is_trusted_where_the_engine_looks_for_it(engine: EngineName, expected: str) -> None:
    assert authority_place(Plan(engine, "app", None), "a.example:5000") == expected


@pytest.mark.parametrize("engine", ["podman", "containerd"])
def test_a_replay_prints_what_was_printed(engine: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = str(tmp_path / "walk.rec")
    assert run(["--demo", "resolve", "debian", "--engine", engine, "--record", file]) == 0
    told = capsys.readouterr().out
    assert run(["replay", file]) == 0
    assert capsys.readouterr().out == told
