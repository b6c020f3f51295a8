"""Where a push would go: the first registry of the list or the name's own, never a mirror, and what it needs."""

from __future__ import annotations

import io
import json
from ipaddress import ip_address
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regtui.commands.push import print_push, push_document, tell_push
from regtui.engines.base import Question
from regtui.engines.push import CONTAINERD_RULE, PODMAN_RULE, PushPlan, push_plan
from regtui.host.configure import configure
from regtui.host.daemon_json import DaemonJson
from regtui.host.discover import load
from regtui.host.model import ContainerdClient, EngineName, HostConfig, Security, Setting, Source
from regtui.options import Options
from regtui.outlet import Outlet
from tests.golden import rows
from tests.modern_hosts import write_files

if TYPE_CHECKING:
    from pathlib import Path

    from regtui.engines.base import Addresses

DAEMON = "Error response from daemon: "
ROOT = (
    'You cannot push a "root" repository. Please rename your repository to docker.io/<user>/<repo> '
    "(ex: docker.io/{}/{})"
)
PLACE = Source("/etc/sysconfig/docker", 3, "ADD_REGISTRY")
SEED = (
    "--add-registry=okd-lr.zyl.io:5000",
    "--add-registry=quay.io",
    "--insecure-registry=okd-lr.zyl.io:5000",
    "--registry-mirror=http://okd-lr.zyl.io:5000",
)
MIRROR = "--registry-mirror=http://mirror.example.com:5000"


def fork(*words: str) -> HostConfig:
    """Return the configuration of a dockerd of RHEL with these arguments."""
    return configure(EngineName.RHEL_DOCKER, "test", tuple(Setting("", word, PLACE) for word in words), None)


def moby(text: str) -> HostConfig:
    return configure(EngineName.MOBY, "test", (), DaemonJson("/etc/docker/daemon.json", text.encode()))


def plan(config: HostConfig, name: str, addresses: Addresses | None = None, *, username: str = "") -> PushPlan:
    return push_plan(Question(config, name, addresses or {}), username=username)


def written(found: PushPlan) -> list[str]:
    """Return endpoints as `v2 https://quay.io`, with a `!` where TLS is not verified."""
    return [f"{one.api} {one.url}{'' if one.verify else '!'}" for one in found.endpoints]


INSECURE = ["v2 https://okd-lr.zyl.io:5000!", "v2 http://okd-lr.zyl.io:5000!"]
INSECURE_V1 = [line.replace("v2", "v1") for line in INSECURE]
QUAY = ["v2 https://quay.io", "v1 https://quay.io"]
HUB = ["v2 https://registry-1.docker.io"]

FORK: list[tuple[tuple[str, ...], str, str, list[str]]] = [
    (SEED, "etcd", "okd-lr.zyl.io:5000/etcd", INSECURE + INSECURE_V1),
    (SEED, "team/app:1.0", "okd-lr.zyl.io:5000/team/app", INSECURE + INSECURE_V1),
    (SEED, "library/nginx", "okd-lr.zyl.io:5000/library/nginx", INSECURE + INSECURE_V1),
    (SEED, "scratch", "okd-lr.zyl.io:5000/scratch", INSECURE + INSECURE_V1),
    (SEED, "quay.io/coreos/etcd", "quay.io/coreos/etcd", QUAY),
    (SEED, "docker.io/user/app", "docker.io/user/app", HUB),
    (SEED, "index.docker.io/user/app", "docker.io/user/app", HUB),
    ((MIRROR,), "user/app", "docker.io/user/app", HUB),
    ((*SEED, "--disable-legacy-registry"), "etcd", "okd-lr.zyl.io:5000/etcd", INSECURE),
    (("--add-registry=quay.io", "--block-registry=docker.io"), "app", "quay.io/app", QUAY),
    (("--add-registry=quay.io", "--block-registry=quay.io"), "user/app", "docker.io/user/app", HUB),
    (SEED, "foo_bar.com/x", "foo_bar.com/x", ["v2 https://foo_bar.com", "v1 https://foo_bar.com"]),
    (
        ("--block-registry=public",),
        "foo_bar.com/x",
        "foo_bar.com/x",
        ["v2 https://foo_bar.com", "v1 https://foo_bar.com"],
    ),
]


@pytest.mark.parametrize(("words", "name", "full_name", "endpoints"), FORK)
def test_a_push_of_the_fork_goes_to_one_registry(
    words: tuple[str, ...], name: str, full_name: str, endpoints: list[str]
) -> None:
    found = plan(fork(*words), name)
    assert (found.full_name, written(found)) == (full_name, endpoints)
    assert found.registry == full_name.partition("/")[0]
    assert found.prints == (f"The push refers to a repository [{full_name}]",)
    assert found.refused == ()


REFUSED: list[tuple[tuple[str, ...], str, str, list[str]]] = [
    ((), "etcd", "", [DAEMON + ROOT.format("<user>", "etcd")]),
    ((), "library/etcd", "", [DAEMON + ROOT.format("<user>", "etcd")]),
    (SEED, "docker.io/etcd", "", [DAEMON + ROOT.format("<user>", "etcd")]),
    (SEED, "docker.io/library/etcd:1", "", [DAEMON + ROOT.format("<user>", "etcd")]),
    (SEED, "index.docker.io/etcd", "me", [DAEMON + ROOT.format("me", "etcd")]),
    (("--block-registry=all",), "etcd", "", [DAEMON + "No default registry configured."]),
    (("--add-registry=myreg",), "etcd", "", [DAEMON + 'Invalid hostname "myreg"']),
    (("--block-registry=quay.io",), "quay.io/app", "", [DAEMON + "All endpoints blocked."]),
    (("--block-registry=docker.io",), "docker.io/user/app", "", [DAEMON + "All endpoints blocked."]),
    (
        ("--block-registry=docker.io", MIRROR),
        "docker.io/user/app",
        "",
        ["The push refers to a repository [docker.io/user/app]", "no endpoints found for docker.io/user/app"],
    ),
    (SEED, "etcd@sha256:" + "a" * 64, "", ["cannot push a digest reference"]),
    (
        SEED,
        "a/B",
        "",
        ['Error parsing reference: "a/B" is not a valid repository/tag: repository name must be lowercase'],
    ),
    (
        SEED,
        "quay.io/" + "a" * 64,
        "",
        [f"Invalid repository name ({'a' * 64}), cannot specify 64-byte hexadecimal strings"],
    ),
    (
        SEED,
        "",
        "",
        ['Error parsing reference: "" is not a valid repository/tag: repository name must have at least one component'],
    ),
]


@pytest.mark.parametrize(("words", "name", "username", "lines"), REFUSED)
def test_a_push_that_the_fork_refuses(words: tuple[str, ...], name: str, username: str, lines: list[str]) -> None:
    found = plan(fork(*words), name, username=username)
    assert list(found.refused) == lines
    assert (found.endpoints, found.needs, found.prints) == ((), (), ())


MOBY: list[tuple[str, str, str, list[str], list[str]]] = [
    ("{}", "etcd", "docker.io/library/etcd", HUB, ["Using default tag: latest"]),
    ('{"registry-mirrors": ["https://m.example.com"]}', "user/app:1", "docker.io/user/app", HUB, []),
    ("{}", "quay.io/app:1", "quay.io/app", ["v2 https://quay.io"], []),
    ("{}", "scratch:1", "docker.io/library/scratch", HUB, []),
    (
        '{"insecure-registries": ["r.io:5000"]}',
        "r.io:5000/a:1",
        "r.io:5000/a",
        ["v2 https://r.io:5000!", "v2 http://r.io:5000!"],
        [],
    ),
]


@pytest.mark.parametrize(("text", "name", "full_name", "endpoints", "before"), MOBY)
def test_a_push_of_moby_goes_to_the_registry_of_the_name(
    text: str, name: str, full_name: str, endpoints: list[str], before: list[str]
) -> None:
    found = plan(moby(text), name)
    assert (found.full_name, written(found)) == (full_name, endpoints)
    assert list(found.prints) == [*before, f"The push refers to repository [{full_name}]"]


def test_moby_refuses_digests_and_malformed_names() -> None:
    assert plan(moby("{}"), "a@sha256:" + "a" * 64).refused == ("cannot push a digest reference",)
    assert plan(moby("{}"), "A").refused == ("invalid reference format: repository name must be lowercase",)


def test_the_setting_that_decided_is_named() -> None:
    assert plan(fork(*SEED), "etcd").source == PLACE
    assert plan(fork(*SEED), "quay.io/etcd").source is None


def test_a_mirror_is_left_out_and_changes_nothing() -> None:
    found = plan(fork("--insecure-registry=mirror.example.com:5000", MIRROR), "user/app")
    assert found.mirrors == ("http://mirror.example.com:5000",)
    assert found.security is Security.SECURE
    assert found.needs[0].text == "TLS at docker.io, with a certificate that this host trusts"


def test_a_secure_registry_needs_tls_or_the_insecure_list() -> None:
    needs = plan(fork("--add-registry=reg.example.com:5000"), "app").needs
    assert [need.text for need in needs] == [
        "TLS at reg.example.com:5000, with a certificate that this host trusts",
        "or its authority's certificate in /etc/docker/certs.d/reg.example.com:5000/ca.crt",
        "or reg.example.com:5000 in the insecure list, if it has no TLS",
    ]
    assert needs[-1].fix == "INSECURE_REGISTRY='--insecure-registry reg.example.com:5000'"
    assert plan(moby("{}"), "r.io/a:1").needs[-1].fix == '"insecure-registries": ["r.io"]'


def test_an_insecure_registry_needs_no_certificate() -> None:
    for found in (
        plan(fork(*SEED), "etcd"),
        plan(fork("--insecure-registry=10.0.0.0/8"), "r.io/a", {"r.io": (ip_address("10.1.2.3"),)}),
    ):
        (need,) = found.needs
        assert need.text.startswith("no certificate: ")
        assert found.security is Security.INSECURE


def test_a_directory_of_certificates_that_cannot_be_used_stops_the_push() -> None:
    question = Question(fork("--add-registry=quay.io"), "app", broken={"quay.io": "Missing key"})
    assert push_plan(question).refused == (DAEMON + "Missing key",)


PODMAN = """\
unqualified-search-registries = ["quay.io"]
[aliases]
"etcd" = "quay.io/coreos/etcd"
[[registry]]
prefix = "hub.example.com"
location = "other.example.com"
insecure = true
[[registry]]
location = "shut.example.com"
blocked = true
"""


SECURITY = {"hub.example.com/team/app:1": Security.INSECURE, "Bad/NAME": Security.UNKNOWN}
SHUT = (
    "Error: initializing destination docker://shut.example.com/a/b:1: registry shut.example.com is blocked "
    "in /etc/containers/registries.conf or /root/.config/containers/registries.conf.d"
)


@pytest.mark.parametrize(
    ("name", "full", "tag", "refused"),
    [
        ("app", "docker.io/library/app", "latest", ()),
        ("etcd", "docker.io/library/etcd", "latest", ()),
        ("hub.example.com/team/app:1", "hub.example.com/team/app", "1", ()),
        ("localhost/app", "localhost/app", "latest", ()),
        ("Bad/NAME", "", None, ("Error: invalid reference format: repository name must be lowercase",)),
        (
            "shut.example.com/a/b:1",
            "shut.example.com/a/b",
            "1",
            (SHUT,),
        ),
    ],
)
def test_podman_pushes_to_the_name_as_written(
    name: str, full: str, tag: str | None, refused: tuple[str, ...], tmp_path: Path
) -> None:
    write_files(tmp_path, {"etc/containers/registries.conf": PODMAN})
    found = plan(load(tmp_path, engine=EngineName.PODMAN), name)
    assert (found.full_name, found.tag, found.refused, found.mirrors) == (full, tag, refused, ())
    assert found.security is (SECURITY.get(name, Security.SECURE))
    if full:
        assert printed(found)[:2] == [f"push to {full}:{tag}", f"   {PODMAN_RULE}"]


@pytest.mark.parametrize(
    ("client", "name", "full", "refused"),
    [
        (ContainerdClient.CTR, "hub.example.com/app:1", "hub.example.com/app", ""),
        (
            ContainerdClient.CTR,
            "app:1",
            "",
            'ctr: parse "dummy://app:1@sha256:DIGEST": invalid port ":DIGEST" after host',
        ),
        (ContainerdClient.NERDCTL, "app:1", "docker.io/library/app", ""),
        (ContainerdClient.CRI, "app:1", "", "the kubelet pushes nothing: push with ctr or nerdctl"),
    ],
)
def test_clients_of_containerd_push_to_the_name(
    client: ContainerdClient, name: str, full: str, refused: str, tmp_path: Path
) -> None:
    found = plan(load(tmp_path, engine=EngineName.CONTAINERD, client=client), name)
    assert (found.full_name, "".join(found.refused)) == (full, refused)
    if full:
        assert printed(found) == [f"push to {full}:1", f"   {CONTAINERD_RULE}"]
        assert push_document(found)["rule"] == CONTAINERD_RULE


def printed(found: PushPlan) -> list[str]:
    stream = io.StringIO()
    tell_push(found, Outlet(stream))
    return stream.getvalue().splitlines()


def test_the_text_of_a_push() -> None:
    assert printed(plan(fork("--registry-mirror=http://m.example.com", "--add-registry=quay.io"), "team/app:1")) == [
        "push to quay.io/team/app:1",
        "   quay.io is the first of the search list: /etc/sysconfig/docker:3 ADD_REGISTRY",
        "   v2 https://quay.io",
        "   v1 https://quay.io  shown only, never sent",
        "   needs TLS at quay.io, with a certificate that this host trusts",
        "         or its authority's certificate in /etc/docker/certs.d/quay.io/ca.crt",
        "         or quay.io in the insecure list, if it has no TLS",
        "           INSECURE_REGISTRY='--insecure-registry quay.io'",
        "",
        "docker push would print:",
        "  The push refers to a repository [quay.io/team/app]",
    ]
    assert printed(plan(fork(MIRROR), "docker.io/user/app"))[:4] == [
        "push to docker.io/user/app, every local tag of it",
        "   the registry of the name is docker.io",
        "   v2 https://registry-1.docker.io",
        "   not http://mirror.example.com:5000: mirrors take no pushes",
    ]
    assert printed(plan(fork(), "A/b")) == [
        "",
        "docker push would print:",
        "  invalid reference format: repository name must be lowercase",
    ]


def test_the_document_of_a_push(capsys: pytest.CaptureFixture[str]) -> None:
    found = plan(fork(*SEED), "etcd:3")
    assert print_push(found, Options("resolve", ("etcd:3",), json=True)) == 0
    document = json.loads(capsys.readouterr().out)
    assert document == push_document(found)
    assert (document["schema"], document["engine"], document["exit"]) == ("regtui.push/1", "rhel-docker", None)
    assert (document["registry"], document["reference"], document["tag"]) == (
        "okd-lr.zyl.io:5000",
        "okd-lr.zyl.io:5000/etcd",
        "3",
    )
    assert document["source"] == {"file": "/etc/sysconfig/docker", "line": 3, "name": "ADD_REGISTRY"}
    assert [(one["url"], one["api"], one["verify"]) for one in document["endpoints"]][:2] == [
        ("https://okd-lr.zyl.io:5000", "v2", False),
        ("http://okd-lr.zyl.io:5000", "v2", False),
    ]
    assert print_push(plan(fork(), "etcd"), Options("resolve", ("etcd",), json=True)) == 1
    assert json.loads(capsys.readouterr().out)["refused"] == [DAEMON + ROOT.format("<user>", "etcd")]


NAMES = [row["input"] for row in rows("names.jsonl")]


def test_every_recorded_name_gives_a_plan_or_a_refusal() -> None:
    assert len(NAMES) > 100
    for config in (fork(*SEED), fork(), fork("--block-registry=all"), moby("{}")):
        for name in NAMES:
            found = plan(config, name)
            assert bool(found.endpoints) != bool(found.refused), name
            assert not any(endpoint.mirror for endpoint in found.endpoints)


@given(st.text(max_size=60))
def test_any_name_gives_text_that_can_be_printed(name: str) -> None:
    for config in (fork(*SEED), moby("{}")):
        found = plan(config, name)
        assert all(line.isprintable() for line in printed(found))
        json.dumps(push_document(found))
