"""Mirrors: they serve docker.io alone, as their URLs say, and dockerd refuses some of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from regtui.host.lint.evidence import Distrust
from regtui.outcome import CertificateFault
from tests.lint_hosts import MOBY, Told, adding, daemon_json, lint, sysconfig, told

if TYPE_CHECKING:
    from pathlib import Path

FLAGS: list[tuple[str, list[Told]]] = [
    ("http://m.example.com", []),
    (
        "http://m.example.com/",
        [("mirror-refused", "error", "2 ADD_REGISTRY", "ADD_REGISTRY='--registry-mirror=http://m.example.com'")],
    ),
    (
        "m.example.com",
        [("mirror-refused", "error", "2 ADD_REGISTRY", "ADD_REGISTRY='--registry-mirror=https://m.example.com'")],
    ),
    (
        "ftp://m.example.com",
        [("mirror-refused", "error", "2 ADD_REGISTRY", "ADD_REGISTRY='--registry-mirror=https://m.example.com'")],
    ),
    ("https://quay.io", [("mirror-other-registry", "warning", "2 ADD_REGISTRY", "ADD_REGISTRY=''")]),
    ("https://registry-1.docker.io", [("mirror-is-hub", "warning", "2 ADD_REGISTRY", "ADD_REGISTRY=''")]),
    (
        "https://user:secret@m.example.com",
        [("mirror-login", "warning", "2 ADD_REGISTRY", "--registry-mirror https://m.example.com")],
    ),
    (
        "http://m.example.com --registry-mirror=http://m.example.com",
        [("mirror-twice", "warning", "2 ADD_REGISTRY", "ADD_REGISTRY='--registry-mirror=http://m.example.com'")],
    ),
    ("https://m.example.com --add-registry quay.io", [("mirror-docker-io-only", "note", "2 ADD_REGISTRY", "")]),
    ("https://quay.example.com --add-registry quay.example.com", [("mirror-in-list", "note", "2 ADD_REGISTRY", "")]),
]

FILES: list[tuple[str, list[Told]]] = [
    (
        "m.example.com:5000",
        [
            (
                "mirror-no-scheme",
                "warning",
                "/etc/docker/daemon.json:1 registry-mirrors",
                '"registry-mirrors": ["https://m.example.com:5000"]',
            )
        ],
    ),
    ("https://m.example.com/", []),
    (
        "https://m.example.com/quay.io",
        [("mirror-other-registry", "warning", "/etc/docker/daemon.json:1 registry-mirrors", '"registry-mirrors": []')],
    ),
    ("https://m.example.com/cache/", [("mirror-path", "note", "/etc/docker/daemon.json:1 registry-mirrors", "")]),
    (
        "http://m.example.com:port",
        [("mirror-malformed", "error", "/etc/docker/daemon.json:1 registry-mirrors", "write it as http://HOST:PORT")],
    ),
    (
        "https://user:secret@m.example.com",
        [
            (
                "mirror-login",
                "warning",
                "/etc/docker/daemon.json:1 registry-mirrors",
                '"registry-mirrors": ["https://m.example.com"]',
            )
        ],
    ),
]

MOBY_FILES: list[tuple[str, list[Told]]] = [
    (
        "m.example.com:5000",
        [
            (
                "mirror-refused",
                "error",
                "/etc/docker/daemon.json:1 registry-mirrors",
                '"registry-mirrors": ["https://m.example.com:5000"]',
            )
        ],
    ),
    ("https://m.example.com/", []),
    (
        "https://m.example.com/quay.io",
        [
            (
                "mirror-refused",
                "error",
                "/etc/docker/daemon.json:1 registry-mirrors",
                '"registry-mirrors": ["https://m.example.com"]',
            )
        ],
    ),
    (
        "https://m.example.com/cache/",
        [
            (
                "mirror-refused",
                "error",
                "/etc/docker/daemon.json:1 registry-mirrors",
                '"registry-mirrors": ["https://m.example.com"]',
            )
        ],
    ),
    ("http://m.example.com:port", [("mirror-refused", "error", "/etc/docker/daemon.json:1 registry-mirrors", "")]),
    (
        "https://user:secret@m.example.com",
        [
            (
                "mirror-refused",
                "error",
                "/etc/docker/daemon.json:1 registry-mirrors",
                '"registry-mirrors": ["https://m.example.com"]',
            )
        ],
    ),
    (
        "https://quay.io",
        [("mirror-other-registry", "warning", "/etc/docker/daemon.json:1 registry-mirrors", '"registry-mirrors": []')],
    ),
]


@pytest.mark.parametrize(("value", "expected"), FLAGS)
def test_a_mirror_on_the_command_line(value: str, expected: list[Told], tmp_path: Path) -> None:
    assert told(lint(tmp_path, adding(f"--registry-mirror={value}"))) == expected


@pytest.mark.parametrize(("value", "expected"), FILES)
def test_a_mirror_in_daemon_json_is_taken_as_written(value: str, expected: list[Told], tmp_path: Path) -> None:
    assert told(lint(tmp_path, daemon_json(json.dumps({"registry-mirrors": [value]})))) == expected


@pytest.mark.parametrize(("value", "expected"), MOBY_FILES)
def test_moby_checks_the_file_as_well(value: str, expected: list[Told], tmp_path: Path) -> None:
    assert told(lint(tmp_path, daemon_json(json.dumps({"registry-mirrors": [value]}), MOBY))) == expected


HTTPS = "ADD_REGISTRY='--registry-mirror=https://m.example.com:5000'\n"
NAMED = frozenset({"m.example.com:5000"})


def test_a_mirror_that_speaks_plain_http_is_told_from_its_answer(tmp_path: Path) -> None:
    assert told(lint(tmp_path, sysconfig(HTTPS), plain_http=NAMED)) == [
        ("mirror-plain-http", "warning", "2 ADD_REGISTRY", "ADD_REGISTRY='--registry-mirror=http://m.example.com:5000'")
    ]
    assert told(lint(tmp_path, sysconfig(HTTPS), plain_http=frozenset({"m.example.com"}))) == []


DISTRUSTED = {
    CertificateFault.EXPIRED: "renew the certificate of m.example.com:5000",
    CertificateFault.NOT_YET_VALID: "correct the clock of this host, or the dates of the certificate of "
    "m.example.com:5000",
    CertificateFault.OTHER_NAME: "give m.example.com a certificate with this name, or write the mirror with a name "
    "that it has",
    CertificateFault.UNKNOWN_AUTHORITY: "put the certificate of its authority into "
    "/etc/docker/certs.d/m.example.com:5000/ca.crt",
    CertificateFault.AUTHORITY_OUTDATED: "renew the authority's certificate, on m.example.com:5000 and in "
    "/etc/docker/certs.d/m.example.com:5000",
    CertificateFault.OTHER: "give m.example.com:5000 another certificate",
}


@pytest.mark.parametrize("fault", CertificateFault)
def test_why_a_mirror_is_not_trusted_is_told_with_what_mends_it(fault: CertificateFault, tmp_path: Path) -> None:
    why = "the certificate expired on 2026-02-01 12:00 UTC"
    untrusted = {"m.example.com:5000": Distrust(fault, why)}
    (found,) = lint(tmp_path, sysconfig(HTTPS), untrusted=untrusted)
    assert told((found,)) == [("mirror-untrusted", "warning", "2 ADD_REGISTRY", DISTRUSTED[fault])]
    assert found.message == f"each pull passes over `https://m.example.com:5000/` in silence: {why}"
    insecure = HTTPS + "INSECURE_REGISTRY='--insecure-registry m.example.com:5000'\n"
    assert told(lint(tmp_path, sysconfig(insecure), untrusted=untrusted)) == []
