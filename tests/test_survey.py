"""A look at a whole host: settings in the engine's order with their fate, registries with what is kept for them."""

from __future__ import annotations

from dataclasses import asdict
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

import pytest

from regtui.engines.base import Endpoint
from regtui.host.discover import load
from regtui.host.files import HostFiles
from regtui.host.model import EngineName, Proxies, Security
from regtui.survey import read_only
from regtui.survey.reading import credentials_path, take
from regtui.survey.registries import LIMIT, route
from tests.lint_hosts import CERTS, FORK, JSON, LOGINS, MOBY, NOW, OPTIONS, SYSCONFIG, Files, write
from tests.surveyed_hosts import CONTAINERD, FAULTY, FINE, PASSWORD, PODMAN, REFUSED, survey_of

if TYPE_CHECKING:
    from pathlib import Path

    from regtui.survey import RegistryFacts, Survey

HUB = "https://registry-1.docker.io"


def told(survey: Survey) -> list[tuple[str, str, str]]:
    """Return option, value and fate of each setting."""
    return [(one.option, one.value, one.fate) for one in survey.settings]


def facts(survey: Survey, name: str) -> RegistryFacts:
    """Return what is told of a registry."""
    return next(one for one in survey.registries if one.name == name)


def test_settings_stand_in_the_order_of_the_command_line_and_say_what_they_overrode(tmp_path: Path) -> None:
    assert told(survey_of(tmp_path, FAULTY)) == [
        ("--signature-verification", "false", "overrode /etc/sysconfig/docker:1"),
        ("--registry-mirror", "http://mirror.example.com:5000/", ""),
        ("--add-registry", "registry.example.com:5000", "overrode /etc/sysconfig/docker:2"),
        ("--add-registry", "quay.io", ""),
        ("--add-registry", "quay.io", ""),
        ("--block-registry", "evil.example.com", ""),
        ("--insecure-registry", "registry.example.com", ""),
        ("--insecure-registry", "10.0.0.0/8", ""),
        ("HTTPS_PROXY", "http://***@proxy.example.com:3128", ""),
        ("NO_PROXY", "quay.io,.example.com", ""),
        ("--insecure-registry", "127.0.0.0/8", ""),
        (
            "OPTIONS",
            "--selinux-enabled --registry-mirror=http://mirror.example.com:5000",
            "lost to /etc/sysconfig/docker:6",
        ),
        ("ADD_REGISTRY", "--add-registry old.example.com", "lost to /etc/sysconfig/docker:3"),
    ]


@pytest.mark.parametrize(
    ("sysconfig", "expected"),
    [
        (
            "OPTIONS='--disable-legacy-registry=false --disable-legacy-registry'\n",
            [
                ("--disable-legacy-registry", "false", "lost to /etc/sysconfig/docker:1"),
                ("--disable-legacy-registry", "true", ""),
                ("--signature-verification", "true", ""),
            ],
        ),
        (
            "OPTIONS='--add-registry a.example.com --block-registry b.example.com --add-registry c.example.com'\n",
            [
                ("--add-registry", "a.example.com", ""),
                ("--block-registry", "b.example.com", ""),
                ("--add-registry", "c.example.com", ""),
                ("--signature-verification", "true", ""),
            ],
        ),
        (
            "DD_REGISTRY='--add-registry a.example.com'\n",
            [
                ("--signature-verification", "true", ""),
                (
                    "DD_REGISTRY",
                    "--add-registry a.example.com",
                    "the unit does not pass on $DD_REGISTRY: it reaches nobody",
                ),
            ],
        ),
    ],
    ids=["a switch twice", "order of the words", "passed on by nobody"],
)
def test_what_counts_and_what_does_not(tmp_path: Path, sysconfig: str, expected: list[tuple[str, str, str]]) -> None:
    survey = survey_of(tmp_path, {**FORK, SYSCONFIG: sysconfig})
    assert [one for one in told(survey) if one[1] != "127.0.0.0/8"] == expected


def test_settings_of_daemon_json_come_behind_the_flags(tmp_path: Path) -> None:
    survey = survey_of(tmp_path, {**MOBY, JSON: '{"registry-mirrors": ["https://m.example.com"]}'})
    (setting,) = [one for one in survey.settings if one.source.file == "/etc/docker/daemon.json"]
    assert (setting.option, setting.value, str(setting.source)) == (
        "registry-mirrors",
        "https://m.example.com",
        "/etc/docker/daemon.json:1 registry-mirrors",
    )


def test_a_registry_is_told_of_with_certificates_login_and_route(tmp_path: Path) -> None:
    survey = survey_of(tmp_path, FAULTY)
    (endpoint,) = facts(survey, "registry.example.com:5000").endpoints
    assert endpoint.certificates == "1 authority in /etc/docker/certs.d/registry.example.com:5000"
    assert (endpoint.login, endpoint.route) == ("none is stored for it", "direct, NO_PROXY covers it")
    (other,) = facts(survey, "registry.example.com").endpoints
    assert other.login == "the stored login of bob in /root/.docker/config.json:1 auths"
    assert other.tls == "TLS, certificate not verified; then plain HTTP"
    (broken,) = facts(survey, "other.example.com").endpoints
    assert broken.certificates.endswith("Missing client certificate client.cert for key client.key")
    mirror, hub = facts(survey, "docker.io").endpoints
    assert (mirror.url, mirror.mirror, mirror.tls) == (
        "http://mirror.example.com:5000",
        True,
        "plain HTTP, not encrypted",
    )
    assert (hub.url, hub.route) == (HUB, "by way of http://***@proxy.example.com:3128 (HTTPS_PROXY)")
    blocked = facts(survey, "evil.example.com")
    assert (blocked.origin, blocked.security, blocked.endpoints) == ("blocked", None, ())


def test_addresses_tell_who_is_insecure_and_which_mirror_is_this_host(tmp_path: Path) -> None:
    write(tmp_path, FAULTY)
    addresses = {"registry.example.com": (IPv4Address("10.1.2.3"),), "mirror.example.com": (IPv4Address("127.0.0.1"),)}
    survey = take(load(tmp_path), files=HostFiles(tmp_path), now=NOW, addresses=addresses)
    judged = facts(survey, "registry.example.com:5000")
    assert (judged.security, judged.reason) == (Security.INSECURE, "its address 10.1.2.3 is in 10.0.0.0/8")
    (local,) = survey.local
    assert local.sentence == (
        "mirror http://mirror.example.com:5000 is this host's local-registry.service, a cache of "
        "https://registry.docker-cn.com"
    )
    assert local.reaches == "its own proxy: HTTP_PROXY http://proxy:3128"


@pytest.mark.parametrize(
    ("proxies", "url", "go110", "expected"),
    [
        (Proxies(), "https://quay.io", False, "direct, no proxy is set"),
        (Proxies(https="http://p:1"), "https://quay.io", False, "by way of http://p:1 (HTTPS_PROXY)"),
        (Proxies(http="http://p:1"), "https://quay.io", False, "direct, no proxy is set for https"),
        (Proxies(http="http://p:1"), "https://quay.io", True, "by way of http://p:1 (HTTP_PROXY)"),
        (Proxies(http="http://p:1"), "http://quay.io:5000", False, "by way of http://p:1 (HTTP_PROXY)"),
        (Proxies(https="http://p:1", no_proxy="quay.io"), "https://quay.io", False, "direct, NO_PROXY covers it"),
        (Proxies(https="http://p:1"), "https://127.0.0.1:5000", False, "direct, no proxy leads to this very host"),
    ],
)
def test_the_route_of_a_request_in_words(proxies: Proxies, url: str, go110: bool, expected: str) -> None:
    assert route(proxies, Endpoint(url), go110=go110) == expected


def test_logins_are_told_by_their_source_and_never_by_their_secret(tmp_path: Path) -> None:
    survey = survey_of(tmp_path, {**FINE, LOGINS: FINE[LOGINS]})
    assert [(one.server, one.words, str(one.source)) for one in survey.logins] == [
        ("quay.io", "the login of bob", "/root/.docker/config.json:2 auths")
    ]
    assert survey.stored == ("/root/.docker/config.json",)
    helped = '{"credsStore": "pass", "credHelpers": {"quay.io": "gcloud", "x.example.com": "../evil"}}'
    survey = survey_of(tmp_path, {LOGINS: helped})
    assert [(one.server, one.words) for one in survey.logins] == [
        ("quay.io", "docker-credential-gcloud"),
        ("x.example.com", "a helper whose name is not allowed: none is sent"),
        ("all others", "docker-credential-pass"),
    ]


@pytest.mark.parametrize("files", [FINE, FAULTY, REFUSED, PODMAN], ids=["fine", "faulty", "refused", "podman"])
def test_no_secret_is_in_a_survey(tmp_path: Path, files: Files) -> None:
    survey = survey_of(tmp_path, files)
    shown = repr([survey.settings, survey.registries, survey.logins, survey.stored, survey.findings, survey.local])
    assert PASSWORD not in shown
    assert asdict(survey)["settings"]


def test_podman_is_told_of_by_its_own_files(tmp_path: Path) -> None:
    survey = survey_of(tmp_path, PODMAN)
    assert survey.config.engine is EngineName.PODMAN
    options = {one.option: one.value for one in survey.settings}
    assert options["unqualified-search-registries"] == "registry.example.com:5000, docker.io"
    assert options["  mirror"] == "mirror.example.com:5000, insecure"
    assert options["[[registry]] evil.example.com"] == "found at that name, blocked"
    assert [one.url for one in facts(survey, "docker.io").endpoints] == ["https://mirror.example.com:5000", HUB]
    assert [one.server for one in survey.logins] == ["registry.example.com:5000"]


def test_what_several_files_of_podman_give_says_which_one_counts(tmp_path: Path) -> None:
    folder = "etc/containers/registries.conf.d"
    drop_in = """\
unqualified-search-registries = ["quay.io"]
short-name-mode = "enforcing"
credential-helpers = ["secretservice"]
[[registry]]
prefix = "docker.io"
location = "mirror.example.com"
[aliases]
etcd = "quay.io/coreos/etcd"
"""
    last = '[aliases]\netcd = "docker.io/library/etcd"\n'
    survey = survey_of(tmp_path, PODMAN | {f"{folder}/50-own.conf": drop_in, f"{folder}/60-last.conf": last})
    main, own, late = "/etc/containers/registries.conf", f"/{folder}/50-own.conf", f"/{folder}/60-last.conf"
    told = {(one.option, str(one.source).partition(" ")[0]): (one.fate, one.counts) for one in survey.settings}
    for option, winner, loser in (
        ("unqualified-search-registries", f"{own}:1", f"{main}:1"),
        ("short-name-mode", f"{own}:2", f"{main}:2"),
        ("[[registry]] docker.io", f"{own}:4", f"{main}:4"),
        ("alias etcd", f"{late}:2", f"{own}:8"),
    ):
        assert told[option, winner] == (f"overrode {loser}", True)
        assert told[option, loser] == (f"lost to {winner}", False)
    assert told["credential-helpers", f"{own}:3"] == ("", True)
    alone = survey_of(tmp_path / "alone", PODMAN)
    assert {one.fate for one in alone.settings} == {""}


def test_containerd_is_told_of_by_its_own_files(tmp_path: Path) -> None:
    write(tmp_path, CONTAINERD)
    survey = take(load(tmp_path, (), EngineName.CONTAINERD), files=HostFiles(tmp_path), now=NOW)
    assert [(one.option, one.value) for one in survey.settings] == [
        ("config_path", "/etc/containerd/certs.d"),
        ("docker.io", "https://mirror.example.com:5000/v2, certificate not verified, for pull, resolve"),
        ("docker.io", "https://registry-1.docker.io/v2"),
    ]
    assert survey.stored == ("config.toml", "the kubelet's imagePullSecrets, which are not on this host")


def test_a_refused_configuration_still_tells_what_could_be_read(tmp_path: Path) -> None:
    survey = survey_of(tmp_path, REFUSED)
    assert survey.config.refusal is not None
    assert [one.code for one in survey.findings] == ["flag-file-conflict"]
    assert {one.name for one in survey.registries} == {"docker.io", "registry.example.com:5000"}


def test_a_configuration_alone_says_that_nothing_else_was_looked_at(tmp_path: Path) -> None:
    write(tmp_path, FINE)
    survey = read_only(load(tmp_path))
    assert survey.registries == ()
    assert survey.daemon_words == "the files around the configuration, and the daemon, were not looked at"


def test_a_host_with_very_many_names_is_told_of_in_part(tmp_path: Path) -> None:
    names = " ".join(f"--add-registry r{number}.example.com" for number in range(2 * LIMIT))
    folders = {f"{CERTS}/c{number}.example.com/ca.crt": "" for number in range(150)}
    survey = survey_of(tmp_path, {**FORK, SYSCONFIG: f"{OPTIONS}ADD_REGISTRY='{names}'\n", **folders})
    assert len(survey.registries) == LIMIT


@pytest.mark.parametrize(
    ("root", "docker_config", "expected"),
    [
        ("/", "/srv/docker", "/srv/docker/config.json"),
        ("/", "", "/home/me/.docker/config.json"),
        ("/mnt", "/srv/docker", "/root/.docker/config.json"),
    ],
)
def test_whose_logins_are_read(root: str, docker_config: str, expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    assert credentials_path(root, docker_config) == expected
