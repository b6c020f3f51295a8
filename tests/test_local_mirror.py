"""Pull-through caches of the host itself: units that start them, and mirrors that lead to them."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regtui.host.docker_run import Published, parse_run
from regtui.host.files import HostFiles
from regtui.host.local_caches import UNITS_LIMIT, local_caches
from regtui.host.local_mirror import Here, LocalCache, LocalMirror, local_mirrors, this_host
from regtui.host.model import EngineName, HostConfig, Setting, Source
from regtui.host.registry_yaml import scalars
from tests.lint_hosts import FORK, OPTIONS, SYSCONFIG, Files, Told, lint, told, write

if TYPE_CHECKING:
    from pathlib import Path

    from regtui.host.security import Addresses

UNIT = "etc/systemd/system/local-registry.service"
UPSTREAM = "https://registry-docker-cn.com"
ALL = (Published("", 5000, 5000),)

# What the issue shows.
SEED = (
    "[Service]\nExecStartPre=-/usr/bin/docker rm -f %p\n"
    "ExecStart=/usr/bin/docker run --name %p -v /data/local-registry:/var/lib/registry "
    "-e REGISTRY_PROXY_REMOTEURL=https://registry-docker-cn.com -e HTTP_PROXY=http://user:secret@proxy:3128 "
    "-p 5000:5000 registry\n"
)
YAML = "version: 0.1\n# proxy:\nhttp:\n  addr: 127.0.0.1:5001 # here\nproxy:\n  remoteurl: 'https://quay.io'\n"


def run(options: str, *more: str) -> str:
    """Return a unit that runs the registry's image with these options."""
    return "\n".join(("[Service]", *more, f"ExecStart=/usr/bin/docker run {options} registry:2", ""))


REMOTE = f"-e REGISTRY_PROXY_REMOTEURL={UPSTREAM}"
UNITS: list[tuple[str, str, tuple[Published, ...]]] = [
    ("as in the issue", SEED, ALL),
    ("--env and --publish", run(f"--rm -dit --env REGISTRY_PROXY_REMOTEURL={UPSTREAM} --publish 5000:5000"), ALL),
    ("with =", run(f"--env=REGISTRY_PROXY_REMOTEURL={UPSTREAM} --publish=5000:5000/tcp --name=r"), ALL),
    ("without a blank", run(f"-eREGISTRY_PROXY_REMOTEURL={UPSTREAM} -p5000:5000"), ALL),
    ("an address", run(f"{REMOTE} -p 127.0.0.1:5001:5000"), (Published("127.0.0.1", 5001, 5000),)),
    ("an IPv6 address", run(f"{REMOTE} -p [::1]:5001:5000"), (Published("::1", 5001, 5000),)),
    (
        "another port inside",
        run(f"{REMOTE} -e REGISTRY_HTTP_ADDR=:80 -p 8080:80 -p 5001:5001"),
        (Published("", 8080, 80),),
    ),
    ("the host's network", run(f"{REMOTE} --network host"), ALL),
    ("two ports", run(f"{REMOTE} -p 5000:5000 -p 80:5000"), (*ALL, Published("", 80, 5000))),
    ("docker's own options", SEED.replace("docker run", "docker -H unix:///x run"), ALL),
    ("podman", SEED.replace("docker run", "podman run"), ALL),
    ("a prefix", SEED.replace("=/usr/bin/docker run", "=-/usr/bin/docker run"), ALL),
    ("a shell", f"[Service]\nExecStart=/bin/sh -c 'exec docker run {REMOTE} -p 5000:5000 registry'\n", ALL),
    (
        "the unit's variables",
        run("-e REGISTRY_PROXY_REMOTEURL -p 5000:5000", f"Environment=REGISTRY_PROXY_REMOTEURL={UPSTREAM}"),
        ALL,
    ),
    ("a word of variables", run("$ARGS", f'Environment="ARGS={REMOTE} -p 5000:5000"'), ALL),
    (
        "the program",
        f"[Service]\nEnvironment=REGISTRY_PROXY_REMOTEURL={UPSTREAM}\nExecStart=/usr/bin/registry serve /x.yml\n",
        ALL,
    ),
    ("no upstream", run("-p 5000:5000"), ()),
    ("an empty upstream", run("-e REGISTRY_PROXY_REMOTEURL= -p 5000:5000"), ()),
    ("a port of docker's choice", run(f"{REMOTE} -p 5000"), ()),
    ("a range", run(f"{REMOTE} -p 5000-5001:5000-5001"), ()),
    ("no such port", run(f"{REMOTE} -p 99999:5000"), ()),
    ("no run", "[Service]\nExecStart=/usr/bin/docker start local-registry\n", ()),
    ("no image", f"[Service]\nExecStart=/usr/bin/docker run {REMOTE} -p 5000:5000\n", ()),
    ("another program", f"[Service]\nExecStart=/usr/bin/curl {REMOTE} -p 5000:5000 registry\n", ()),
    ("an open quote", f"[Service]\nExecStart=/usr/bin/docker run '{REMOTE} -p 5000:5000 registry\n", ()),
    ("no command", "[Unit]\nDescription=registry\n", ()),
]


def caches(root: Path, files: Files) -> tuple[LocalCache, ...]:
    write(root, files)
    return local_caches(HostFiles(root))


@pytest.mark.parametrize(("_shows", "text", "ports"), UNITS, ids=[unit[0] for unit in UNITS])
def test_a_unit_that_starts_a_cache(_shows: str, text: str, ports: tuple[Published, ...], tmp_path: Path) -> None:
    found = caches(tmp_path, {UNIT: text})
    assert [(one.unit, one.upstream, one.ports) for one in found] == [
        ("local-registry.service", UPSTREAM, ports) for _ in ports[:1]
    ]


def test_the_unit_of_the_issue_in_full(tmp_path: Path) -> None:
    source = Source(f"/{UNIT}", 3, "ExecStart")
    expected = LocalCache("local-registry.service", source, UPSTREAM, ALL, http_proxy="http://***@proxy:3128")
    assert caches(tmp_path, {UNIT: SEED}) == (expected,)


def test_a_configuration_file_of_a_program(tmp_path: Path) -> None:
    path = "etc/docker-distribution/registry/config.yml"
    unit = f"[Service]\nExecStart=/usr/bin/registry serve /{path}\n"
    (found,) = caches(tmp_path, {"usr/lib/systemd/system/docker-distribution.service": unit, path: YAML})
    assert (found.unit, found.upstream) == ("docker-distribution.service", "https://quay.io")
    assert found.source == Source(f"/{path}", 6, "proxy.remoteurl")
    assert found.ports == (Published("127.0.0.1", 5001, 5001),)


@pytest.mark.parametrize(
    "volume",
    ["/srv/config.yml:/etc/docker/registry/config.yml:ro", "/srv:/etc/docker/registry", "/srv/:/etc/docker/registry/"],
)
def test_a_configuration_file_that_is_mounted(volume: str, tmp_path: Path) -> None:
    files: Files = {UNIT: run(f"-v {volume} -p 5000:5001"), "srv/config.yml": YAML}
    (found,) = caches(tmp_path, files)
    assert (found.upstream, found.ports) == ("https://quay.io", (Published("", 5000, 5001),))
    assert found.source.file == "/srv/config.yml"


def test_a_file_of_variables_and_what_wins_over_it(tmp_path: Path) -> None:
    variables = (
        f"# mine\nREGISTRY_PROXY_REMOTEURL={UPSTREAM}\nREGISTRY_HTTP_TLS_CERTIFICATE=/c\nHTTPS_PROXY=http://p:1\n"
    )
    files: Files = {UNIT: run("--env-file /etc/r.env -p 5000:5000"), "etc/r.env": variables}
    (found,) = caches(tmp_path, files)
    assert (found.upstream, found.tls, found.https_proxy) == (UPSTREAM, True, "http://p:1")
    assert found.source == Source("/etc/r.env", 2, "REGISTRY_PROXY_REMOTEURL")
    more = run("--env-file /etc/r.env -e REGISTRY_PROXY_REMOTEURL=https://gcr.io -p 5000:5000")
    (found,) = caches(tmp_path, {UNIT: more})
    assert found.upstream == "https://gcr.io"


def test_a_drop_in_and_a_mask_count(tmp_path: Path) -> None:
    drop_in = f"{UNIT}.d/port.conf"
    other = SEED.replace("5000:5000", "80:5000").replace("ExecStart=/usr", "ExecStart=\nExecStart=/usr")
    (found,) = caches(tmp_path, {UNIT: SEED, drop_in: other})
    assert found.ports == (Published("", 80, 5000),)
    (tmp_path / UNIT).unlink()
    (tmp_path / UNIT).symlink_to("/dev/null")
    assert caches(tmp_path, {}) == ()


def test_reading_is_bounded(tmp_path: Path) -> None:
    many: Files = {f"etc/systemd/system/a{number:04}.service": SEED for number in range(UNITS_LIMIT + 5)}
    assert len(caches(tmp_path, many)) == UNITS_LIMIT
    assert caches(tmp_path / "large", {UNIT: SEED + "#" * (64 << 10)}) == ()


ADDRESS = ip_address("192.0.2.7")
HERE = Here(frozenset({"okd-lr.zyl.io", "okd-lr"}), frozenset({ADDRESS}))
CACHE = LocalCache("local-registry.service", Source(f"/{UNIT}", 3), UPSTREAM, ALL)
MATCHES: list[tuple[str, Addresses, bool]] = [
    ("http://okd-lr.zyl.io:5000", {}, True),
    ("http://OKD-LR.zyl.io:5000/", {}, True),
    ("http://okd-lr:5000", {}, True),
    ("http://okd-lr.other.example:5000", {}, True),
    ("https://okd-lr.zyl.io:5000", {}, True),
    ("http://localhost:5000", {}, True),
    ("http://127.0.0.1:5000", {}, True),
    ("http://[::1]:5000", {}, True),
    ("http://192.0.2.7:5000", {}, True),
    ("http://mirror.example:5000", {"mirror.example": (ADDRESS,)}, True),
    ("http://mirror.example:5000", {"mirror.example": (ip_address("127.0.1.1"),)}, True),
    ("okd-lr.zyl.io:5000", {}, True),
    ("http://okd-lr.zyl.io:5001", {}, False),
    ("http://okd-lr.zyl.io", {}, False),
    ("http://mirror.example:5000", {"mirror.example": (ip_address("192.0.2.8"),)}, False),
    ("http://mirror.example:5000", {"mirror.example": None}, False),
    ("http://192.0.2.8:5000", {}, False),
    ("http://okd-lr2.zyl.io:5000", {}, False),
    ("http://:5000", {}, False),
    ("http://[", {}, False),
]


@pytest.mark.parametrize(("url", "addresses", "is_here"), MATCHES)
def test_a_mirror_leads_here_by_port_and_host(url: str, addresses: Addresses, is_here: bool) -> None:
    mirror = Setting("registry-mirrors", url, Source("x"))
    config = HostConfig(EngineName.RHEL_DOCKER, "test", mirrors=(mirror,))
    expected = (LocalMirror(mirror, CACHE),) if is_here else ()
    assert local_mirrors(config, (CACHE,), HERE, addresses) == expected


def test_a_fully_named_host_is_no_other_of_its_short_name() -> None:
    assert not Here(frozenset({"okd-lr.zyl.io"})).is_here("okd-lr.other.example", {})
    assert Here(frozenset({"okd-lr.zyl.io"})).is_here("okd-lr", {})
    assert not Here(frozenset({"localhost"})).is_here("localhost.example.com", {})


@pytest.mark.parametrize(
    ("url", "bound", "is_here"),
    [
        ("http://127.0.0.1:5000", "127.0.0.1", True),
        ("http://192.0.2.7:5000", "127.0.0.1", False),
        ("http://192.0.2.7:5000", "0.0.0.0", True),
        ("http://okd-lr:5000", "127.0.0.1", True),
    ],
)
def test_a_port_that_is_bound_to_one_address(url: str, bound: str, is_here: bool) -> None:
    cache = LocalCache("r.service", Source("x"), UPSTREAM, (Published(bound, 5000, 5000),))
    config = HostConfig(EngineName.RHEL_DOCKER, "test", mirrors=(Setting("registry-mirrors", url, Source("x")),))
    assert bool(local_mirrors(config, (cache,), HERE, {})) is is_here


def test_the_sentence_is_the_one_of_the_issue() -> None:
    one = LocalMirror(Setting("registry-mirror", "http://okd-lr.zyl.io:5000/", Source("x")), CACHE)
    expected = "mirror http://okd-lr.zyl.io:5000 is this host's local-registry.service, a cache of"
    assert one.sentence == f"{expected} https://registry-docker-cn.com"


def test_the_host_is_known_by_its_own_files(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "etc/hostname": "OKD-lr\n",
            "etc/hosts": "127.0.0.1 localhost build.example\n192.0.2.7 okd-lr.zyl.io okd-lr # me\n192.0.2.8 o\nx y\n",
        },
    )
    found = this_host(HostFiles(tmp_path), frozenset({ip_address("192.0.2.9")}))
    assert found.names == {"okd-lr", "okd-lr.zyl.io", "localhost", "build.example"}
    assert found.addresses == {ip_address("192.0.2.7"), ip_address("192.0.2.9")}
    assert this_host(HostFiles(tmp_path / "nothing")) == Here()


MIRROR = "ADD_REGISTRY='--registry-mirror={}'\n"
EXEC, FLAG = f"/{UNIT}:3 ExecStart", "2 ADD_REGISTRY"
NOTED: Told = ("mirror-on-this-host", "note", EXEC, "")
SCHEME = "ADD_REGISTRY='--registry-mirror={}://okd-lr:5000'"
QUIET = SEED.replace("-e HTTP_PROXY=http://user:secret@proxy:3128 ", "")
HUB = "REGISTRY_PROXY_REMOTEURL=https://registry-1.docker.io"
FOUND: list[tuple[str, str, list[Told]]] = [
    ("http://okd-lr:5000", QUIET, [NOTED]),
    ("http://okd-lr:5000", SEED, [NOTED, ("mirror-cache-proxy", "note", EXEC, "give it HTTPS_PROXY as well")]),
    ("https://okd-lr:5000", QUIET, [("mirror-cache-scheme", "warning", FLAG, SCHEME.format("http")), NOTED]),
    (
        "http://okd-lr:5000",
        QUIET.replace("-e ", "-e REGISTRY_HTTP_TLS_CERTIFICATE=/x -e "),
        [("mirror-cache-scheme", "warning", FLAG, SCHEME.format("https")), NOTED],
    ),
    (
        "http://okd-lr:5000",
        QUIET.replace(UPSTREAM, "https://quay.io"),
        [("mirror-cache-upstream", "warning", EXEC, HUB), NOTED],
    ),
    (
        "http://okd-lr:5000 --add-registry okd-lr:5000",
        QUIET,
        [("mirror-in-list", "note", FLAG, ""), NOTED, ("mirror-cache-in-list", "note", EXEC, "")],
    ),
    ("http://elsewhere.example:5000", SEED, []),
]


@pytest.mark.parametrize(("mirror", "unit", "expected"), FOUND)
def test_what_lint_finds_of_a_mirror_on_the_host(mirror: str, unit: str, expected: list[Told], tmp_path: Path) -> None:
    files = FORK | {SYSCONFIG: OPTIONS + MIRROR.format(mirror), UNIT: unit, "etc/hostname": "okd-lr\n"}
    found = lint(tmp_path, files)
    assert told(found) == expected
    assert not any("secret" in one.message + one.fix for one in found)


def test_yaml_is_read_as_far_as_it_is_plain() -> None:
    text = b"a: 1\nb:\n  c: 'x # y' # z\n  d:\n    e: \"f\"\n  g: h\n- i: j\nk:\n"
    assert scalars(text) == {"a": ("1", 1), "b.c": ("x # y", 3), "b.d.e": ("f", 5), "b.g": ("h", 6)}


@given(st.binary(max_size=200))
def test_any_yaml_is_read(data: bytes) -> None:
    assert all(line > 0 for _, line in scalars(data).values())


@given(st.lists(st.text(alphabet="-epv=: d5r/\n", max_size=8), max_size=8))
def test_any_words_of_docker_run_are_read(words: list[str]) -> None:
    found = parse_run("docker", [Setting("", word, Source("x")) for word in ("run", *words)])
    assert found is None or all(0 < port.port < 65536 for port in found.ports)


FIB = """\
Main:
  +-- 0.0.0.0/0 3 0 5
     |-- 0.0.0.0
        /0 universe UNICAST
     +-- 198.51.100.0/24 2 0 2
        |-- 198.51.100.0
           /24 link UNICAST
        |-- 198.51.100.7
           /32 host LOCAL
"""


def test_the_kernel_tells_the_addresses_of_this_host(tmp_path: Path) -> None:
    (tmp_path / "proc/net").mkdir(parents=True)
    (tmp_path / "proc/net/fib_trie").write_text(FIB)
    here = this_host(HostFiles(tmp_path))
    known = {"m.example.com": (ip_address("198.51.100.7"),), "o.example.com": (ip_address("198.51.100.8"),)}
    assert here.is_here("m.example.com", known)
    assert here.is_here("198.51.100.7", {})
    assert not here.is_here("o.example.com", known)
