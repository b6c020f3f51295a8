"""daemon.json as moby takes it, version by version."""

from __future__ import annotations

import pytest

from regtui.host.model import EngineName, Proxies, Source
from tests.daemon_files import BOTH, FILE, UNKNOWN, load, refusal_of

REFUSED_BY_MOBY = [
    ("", (), (20, 10), FILE + "EOF"),
    ('{"add-registry": ["a"]}', (), (20, 10), UNKNOWN + "add-registry"),
    ("{}x", (), (23, 0), FILE + "invalid character 'x' after top-level value"),
    (
        b'{"debug": "\xff"}',
        (),
        (23, 0),
        FILE + "failed to decode configuration JSON at offset 11: encoding: invalid UTF-8",
    ),
    (
        '{"registry-mirrors": ["m"]}',
        (),
        (20, 10),
        'failed to start daemon: invalid mirror: unsupported scheme "" in "m"',
    ),
    (
        '{"registry-mirrors": ["https://user:secret@m"]}',
        (),
        (20, 10),
        'failed to start daemon: invalid mirror: username/password not allowed in URI "https://user:xxxxx@m"',
    ),
    (
        '{"registry-mirrors": ["https://token@m"]}',
        (),
        (20, 10),
        'failed to start daemon: invalid mirror: username/password not allowed in URI "https://***:xxxxx@m"',
    ),
    (
        '{"registry-mirrors": ["https://m/?q"]}',
        (),
        (24, 0),
        'failed to start daemon: invalid mirror: query or fragment at end of the URI "https://m/?q"',
    ),
    (
        '{"insecure-registries": ["https://a/b"]}',
        (),
        (20, 10),
        'failed to start daemon: insecure registry a/b is not valid: invalid host "a/b"',
    ),
    (
        '{"insecure-registries": ["ftp://a"]}',
        (),
        (20, 10),
        "failed to start daemon: insecure registry ftp://a should not contain '://'",
    ),
    (
        '{"insecure-registries": ["a:99999"]}',
        (),
        (20, 10),
        'failed to start daemon: insecure registry a:99999 is not valid: invalid port "99999"',
    ),
    (
        '{"insecure-registries": ["[::1]"]}',
        (),
        (20, 10),
        'failed to start daemon: insecure registry [::1] is not valid: invalid host "[::1]"',
    ),
    (
        '{"http-proxy": "http://user:secret@p"}',
        ("--http-proxy=http://user:other@p",),
        (23, 0),
        BOTH + "http-proxy: (from flag: http://***@p, from file: http://***@p)",
    ),
    ('{"dns": ["x"]}', (), (20, 10), FILE + "configuration validation from file failed: x is not an ip address"),
    (
        '{"dns": ["x"]}',
        (),
        (23, 0),
        FILE + "merged configuration validation from file and command line flags failed: x is not an ip address",
    ),
    (
        '{"default-ulimits": {"nofile": {"Name": "nofile", "Hard": "1"}}}',
        (),
        (20, 10),
        FILE + "json: cannot unmarshal string into Go struct field Ulimit.default-ulimits.Hard of type int64",
    ),
]


@pytest.mark.parametrize(
    ("text", "arguments", "version", "message"), REFUSED_BY_MOBY, ids=[str(r[0]) for r in REFUSED_BY_MOBY]
)
def test_moby_refuses(text: str | bytes, arguments: tuple[str, ...], version: tuple[int, int], message: str) -> None:
    config = load(text, *arguments, engine=EngineName.MOBY, version=version)
    assert refusal_of(config) == message


TAKEN_BY_MOBY: list[tuple[bytes, tuple[int, int], list[str], list[str]]] = [
    (
        b'{"registry-mirrors": ["https://m", "https://m/", "http://n:1/"]}',
        (20, 10),
        ["https://m/", "http://n:1/"],
        ["127.0.0.0/8"],
    ),
    (b'{"registry-mirrors": ["https://m/p"]}', (24, 0), ["https://m/p/"], ["127.0.0.0/8"]),
    (
        b'{"insecure-registries": ["HTTP://a:1", "https://10.1.2.3/8", "fd00::1", "index.docker.io"]}',
        (20, 10),
        [],
        ["a:1", "10.1.2.3/8", "fd00::1", "index.docker.io", "127.0.0.0/8"],
    ),
    (b'{"insecure-registries": ["[::1]"]}', (28, 0), [], ["[::1]", "::1/128", "127.0.0.0/8"]),
    (b"", (23, 0), [], ["127.0.0.0/8"]),
    (b"\xef\xbb\xbf{}", (23, 0), [], ["127.0.0.0/8"]),
    ('{"registry-mirrors": ["https://m"]}'.encode("utf-16"), (23, 0), ["https://m/"], ["127.0.0.0/8"]),
    (b'{"features": {"x": true}, "builder": {"gc": {}}, "default-ulimits": {}}', (20, 10), [], ["127.0.0.0/8"]),
    (b'{"proxies": {"http-proxy": "http://p"}}', (23, 0), [], ["127.0.0.0/8"]),
]


@pytest.mark.parametrize(("data", "version", "mirrors", "insecure"), TAKEN_BY_MOBY)
def test_moby_takes(data: bytes, version: tuple[int, int], mirrors: list[str], insecure: list[str]) -> None:
    config = load(data, engine=EngineName.MOBY, version=version)
    assert config.refusal is None
    assert [mirror.value for mirror in config.mirrors] == mirrors
    assert [entry.value for entry in config.insecure] == insecure
    assert [registry.value for registry in config.registries] == ["docker.io"]
    assert config.signature_verification is False


def test_moby_says_which_scheme_it_removes() -> None:
    config = load('{"insecure-registries": ["http://a:1"]}', engine=EngineName.MOBY)
    assert [(finding.code, finding.fix) for finding in config.findings] == [("insecure-scheme-removed", 'write "a:1"')]


def test_mobys_own_proxies_are_read_where_they_stand() -> None:
    text = '{\n"proxies": {"http-proxy": "http://p:3128", "no-proxy": "localhost"},\n"https-proxy": "http://ignored"}'
    config = load(text, engine=EngineName.MOBY, version=(23, 0))
    assert config.refusal is None
    place = Source("/etc/docker/daemon.json", 2, "proxies")
    assert config.proxies == Proxies("http://p:3128", "", "localhost", place)
    assert [(finding.code, finding.source) for finding in config.findings] == [
        ("ignored-key", Source("/etc/docker/daemon.json", 3, "https-proxy"))
    ]
