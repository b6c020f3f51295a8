"""Secure or insecure, blocked or not: the engine's tests, with and without addresses."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest

from regtui.host.configure import configure
from regtui.host.daemon_json import DaemonJson
from regtui.host.gonet import host_of, is_domain_name, parse_cidr, parse_ip, split_host_port
from regtui.host.gourl import GoUrlError, parse_url
from regtui.host.model import BUILT_IN, EngineName, HostConfig, InsecureEntry, Security, Setting, Source
from regtui.host.security import (
    Addresses,
    blocked,
    insecure_networks,
    is_listed_secure,
    mirror_host,
    names_to_look_up,
    security_of,
)

PLACE = Source("/etc/sysconfig/docker", 4, "OPTIONS")


def config_of(
    *arguments: str, engine: EngineName = EngineName.RHEL_DOCKER, version: tuple[int, int] | None = None
) -> HostConfig:
    words = tuple(Setting("argument", text, PLACE) for text in arguments)
    return configure(engine, "test", words, None, version=version)


def insecure(
    *entries: str, engine: EngineName = EngineName.RHEL_DOCKER, version: tuple[int, int] | None = None
) -> HostConfig:
    return config_of(*(f"--insecure-registry={entry}" for entry in entries), engine=engine, version=version)


KNOWN: Addresses = {
    "reg.example.com": (ip_address("198.51.100.6"),),
    "two.example.com": (ip_address("203.0.113.1"), ip_address("10.9.9.9")),
    "six.example.com": (ip_address("fd00::5"),),
    "mapped.example.com": (ip_address("::ffff:10.1.1.1"),),
    "gone.example.com": None,
}
SECURE, INSECURE, UNKNOWN = Security.SECURE, Security.INSECURE, Security.UNKNOWN

FORK = [
    (("a.example.com",), "a.example.com", INSECURE),
    (("a.example.com",), "A.example.com", UNKNOWN),
    (("a.example.com",), "a.example.com:5000", UNKNOWN),
    (("a.example.com:5000",), "a.example.com", UNKNOWN),
    (("gone.example.com:5000",), "gone.example.com", SECURE),
    (("http://reg.example.com",), "reg.example.com", SECURE),
    (("reg.example.com/",), "reg.example.com", SECURE),
    (("reg.example.com,b",), "reg.example.com", SECURE),
    (("10.1.2.3",), "10.1.2.3", INSECURE),
    (("10.1.2.3",), "10.1.2.3:5000", SECURE),
    (("10.0.0.0/33",), "10.0.0.1", SECURE),
    (("10.0.0.0/33",), "10.0.0.0/33", INSECURE),
    (("010.0.0.0/8",), "10.0.0.1", SECURE),
    (("10.1.2.3/8",), "10.200.0.1:5000", INSECURE),
    (("198.51.100.0/24",), "reg.example.com:5000", INSECURE),
    (("10.0.0.0/8",), "two.example.com", INSECURE),
    (("10.0.0.0/8",), "mapped.example.com", INSECURE),
    (("::ffff:10.0.0.0/104",), "two.example.com", INSECURE),
    (("::/0",), "two.example.com", SECURE),
    (("fd00::/8",), "six.example.com", INSECURE),
    (("0.0.0.0/0",), "gone.example.com", SECURE),
    (("0.0.0.0/0",), "other.example.com", UNKNOWN),
    ((), "127.9.9.9:5000", INSECURE),
    ((), "localhost:5000", INSECURE),
    ((), "[::1]:5000", SECURE),
    (("::1/128",), "[::1]:5000", INSECURE),
    ((), "reg.example.com", SECURE),
    ((), "other.example.com", UNKNOWN),
    ((), "docker.io", SECURE),
    (("index.docker.io",), "docker.io", INSECURE),
    (("docker.io",), "index.docker.io", UNKNOWN),
    # What no name server is asked about has no address, so nothing can make it insecure.
    (("0.0.0.0/0",), "a,b", SECURE),
    (("0.0.0.0/0",), "a.example.com/ns", SECURE),
    (("0.0.0.0/0",), "-a.example.com", SECURE),
    (("0.0.0.0/0",), "", SECURE),
    (("0.0.0.0/0",), "1234", SECURE),
    # Split at the colon, this is the host `https`.
    (("0.0.0.0/0",), "https://reg.example.com", UNKNOWN),
]


@pytest.mark.parametrize(("entries", "name", "expected"), FORK, ids=[f"{' '.join(e)} : {n}" for e, n, _ in FORK])
def test_the_fork_judges(entries: tuple[str, ...], name: str, expected: Security) -> None:
    assert security_of(insecure(*entries), name, KNOWN).security is expected


MOBY = [
    (("docker.io",), (20, 10), "docker.io", SECURE),
    (("docker.io",), (20, 10), "index.docker.io", SECURE),
    (("http://a.example.com:5000",), (20, 10), "a.example.com:5000", INSECURE),
    ((), (20, 10), "[::1]:5000", SECURE),
    ((), (28, 0), "[::1]:5000", INSECURE),
    ((), (20, 10), "127.0.0.1:5000", INSECURE),
    (("198.51.100.0/24",), (20, 10), "reg.example.com", INSECURE),
]


@pytest.mark.parametrize(("entries", "version", "name", "expected"), MOBY)
def test_moby_judges(entries: tuple[str, ...], version: tuple[int, int], name: str, expected: Security) -> None:
    config = insecure(*entries, engine=EngineName.MOBY, version=version)
    assert security_of(config, name, KNOWN).security is expected


def test_podman_judges_by_prefix_and_asks_nobody() -> None:
    entries = (InsecureEntry("reg.example.com/ns", PLACE), InsecureEntry("b.example.com:5000", PLACE))
    config = HostConfig(EngineName.PODMAN, "test", insecure=entries)
    names = ["reg.example.com/ns", "reg.example.com/ns/x", "reg.example.com/nsx", "b.example.com:5000", "b.example.com"]
    answers = [security_of(config, name, {}).security for name in names]
    assert answers == [INSECURE, INSECURE, SECURE, INSECURE, SECURE]


def test_the_reason_names_entry_network_and_address() -> None:
    config = insecure("b", "10.1.2.3/8")
    judgement = security_of(config, "two.example.com:5000", KNOWN)
    assert judgement.reason == "its address 10.9.9.9 is in 10.0.0.0/8"
    assert judgement.source == PLACE
    assert judgement.network == ip_network("10.0.0.0/8")
    assert judgement.address == ip_address("10.9.9.9")
    assert security_of(config, "b", KNOWN).source == PLACE
    assert security_of(config, "localhost", KNOWN).source == BUILT_IN


def test_a_given_address_beats_what_is_known_of_localhost() -> None:
    assert security_of(insecure(), "localhost:1", {"localhost": (ip_address("10.0.0.1"),)}).security is SECURE


def test_a_dropped_insecure_list_verifies_although_docker_info_says_insecure() -> None:
    file = DaemonJson(
        "/etc/docker/daemon.json", b'{"insecure-registries": ["-a", "b", "10.0.0.0/8"], "add-registry": ["b"]}'
    )
    config = configure(EngineName.RHEL_DOCKER, "test", (), file)
    for name in ("b", "10.1.1.1", "localhost:5000", "docker.io"):
        assert security_of(config, name, {}).security is SECURE
        assert not is_listed_secure(config, name, {})
    assert insecure_networks(config) == ()
    assert names_to_look_up(config) == ()


def test_names_to_look_up_are_those_that_only_dns_decides() -> None:
    config = config_of(
        "--add-registry=quay.io",
        "--add-registry=a.example.com:5000",
        "--add-registry=a.example.com:5001",
        "--add-registry=10.0.0.1:5000",
        "--add-registry=localhost:5000",
        "--add-registry=b.example.com",
        "--insecure-registry=b.example.com",
        "--add-registry=x/y",
        "--registry-mirror=http://m.example.com:5000",
    )
    assert names_to_look_up(config) == ("quay.io", "a.example.com", "m.example.com")


@pytest.mark.parametrize(
    ("mirror", "host"),
    [
        ("http://m.example.com:5000/", "m.example.com:5000"),
        ("m.example.com/p", "m.example.com"),
        ("https://user:pw@[::1]:5/x?y", "[::1]:5"),
        ("", ""),
        ("https://a b", ""),
    ],
)
def test_mirror_host(mirror: str, host: str) -> None:
    assert mirror_host(mirror) == host


BLOCKED = [
    (("--block-registry=docker.io",), "registry-1.docker.io", "docker.io"),
    (("--block-registry=public",), "registry-1.docker.io", "docker.io"),
    (("--block-registry=registry-1.docker.io",), "registry-1.docker.io", None),
    (("--block-registry=docker.io",), "m.example.com", None),
    (("--block-registry=m.example.com",), "m.example.com", "m.example.com"),
    (("--block-registry=reg",), "reg:5000", None),
    (("--block-registry=all", "--add-registry=a"), "a", None),
    (("--block-registry=all", "--add-registry=a"), "a:5000", "*"),
    (("--block-registry=all", "--add-registry=docker.io"), "registry-1.docker.io", None),
    (("--block-registry=all", "--block-registry=docker.io", "--add-registry=docker.io"), "registry-1.docker.io", "*"),
    (("--block-registry=all", "--insecure-registry=localhost:5000"), "localhost:5000", "*"),
    (("--block-registry=quay.io", "--disable-legacy-registry"), "quay.io", None),
    (("--block-registry=all", "--disable-legacy-registry"), "quay.io", None),
    ((), "quay.io", None),
]


@pytest.mark.parametrize(
    ("arguments", "host", "expected"), BLOCKED, ids=[f"{' '.join(a)} : {h}" for a, h, _ in BLOCKED]
)
def test_blocked(arguments: tuple[str, ...], host: str, expected: str | None) -> None:
    setting = blocked(config_of(*arguments), host)
    assert (None if setting is None else setting.value) == expected
    assert setting is None or setting.source == PLACE


@pytest.mark.parametrize(
    ("text", "network"),
    [
        ("10.1.2.3/8", "10.0.0.0/8"),
        ("10.1.2.3/08", "10.0.0.0/8"),
        ("fd00::1/8", "fd00::/8"),
        ("::ffff:10.1.2.3/104", "10.0.0.0/8"),
        ("::ffff:10.1.2.3/90", "::ffc0:0:0/90"),
        ("10.1.2.3", None),
        ("10.1.2.3/", None),
        ("10.1.2.3/+8", None),
        ("10.1.2.3/33", None),
        ("10.1.2/8", None),
        ("010.1.2.3/8", None),
        ("fe80::1%eth0/64", None),
        ("a/8", None),
        ("10.0.0.0/8/8", None),
        ("10.0.0.0/\u0661", None),
    ],
)
def test_cidr_as_go_reads_it(text: str, network: str | None) -> None:
    found = parse_cidr(text)
    assert (None if found is None else str(found)) == network


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a:1", ("a", "1")),
        ("a:", ("a", "")),
        (":1", ("", "1")),
        ("[::1]:1", ("::1", "1")),
        ("https://a", ("https", "//a")),
        ("a", None),
        ("a:b:1", None),
        ("[::1]", None),
        ("[::1]x:1", None),
        ("a]:1", None),
        ("[a]:[1", None),
    ],
)
def test_split_host_port(text: str, parts: tuple[str, str] | None) -> None:
    assert split_host_port(text) == parts
    assert host_of(text) == (parts[0] if parts else text)


def test_names_that_a_resolver_asks_about() -> None:
    assert [
        name
        for name in ("a", "a.b.", "a_b", "1.b", "-a", "a-", "a..b", "1.2", "", "a b", "x" * 64)
        if is_domain_name(name)
    ] == [
        "a",
        "a.b.",
        "a_b",
        "1.b",
    ]
    assert parse_ip("fe80::1%eth0") is None


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        (":x", "missing protocol scheme"),
        ("10.0.0.1:1/x", "first path segment in URL cannot contain colon"),
        ("http://a:b", 'invalid port ":b" after host'),
        ("http://[::1", "missing ']' in host"),
        ("http://a b", 'invalid character " " in host name'),
        ("http://a/%zz", 'invalid URL escape "%zz"'),
        ("http://a\x7f", "net/url: invalid control character in URL"),
        ("http://u^@a", "net/url: invalid userinfo"),
    ],
)
def test_urls_that_go_refuses(text: str, cause: str) -> None:
    with pytest.raises(GoUrlError) as caught:
        parse_url(text)
    assert str(caught.value) == cause
