"""The insecure list: entries that cover nothing, too much, or what is covered already."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.lint_hosts import MOBY, Told, daemon_json, insecure, lint, told

if TYPE_CHECKING:
    from pathlib import Path

ENTRIES: list[tuple[str, list[Told]]] = [
    ("reg.example.com:5000", []),
    ("quay.io", []),
    ("foo_bar.example.com", []),
    (
        "reg.example.com",
        [
            (
                "insecure-port",
                "warning",
                "3 INSECURE_REGISTRY",
                "INSECURE_REGISTRY='--insecure-registry reg.example.com:5000'",
            )
        ],
    ),
    (
        "reg.example.com:5001",
        [
            (
                "insecure-port",
                "warning",
                "3 INSECURE_REGISTRY",
                "INSECURE_REGISTRY='--insecure-registry reg.example.com:5000'",
            )
        ],
    ),
    (
        "Reg.example.com:5000",
        [
            (
                "insecure-case",
                "warning",
                "3 INSECURE_REGISTRY",
                "INSECURE_REGISTRY='--insecure-registry reg.example.com:5000'",
            )
        ],
    ),
    (
        "http://reg.example.com:5000",
        [
            (
                "insecure-scheme",
                "warning",
                "3 INSECURE_REGISTRY",
                "INSECURE_REGISTRY='--insecure-registry reg.example.com:5000'",
            )
        ],
    ),
    (
        "reg.example.com:5000/",
        [
            (
                "insecure-path",
                "warning",
                "3 INSECURE_REGISTRY",
                "INSECURE_REGISTRY='--insecure-registry reg.example.com:5000'",
            )
        ],
    ),
    (
        "reg.example.com:5000,10.0.0.0/8",
        [
            (
                "insecure-list",
                "warning",
                "3 INSECURE_REGISTRY",
                "INSECURE_REGISTRY='--insecure-registry reg.example.com:5000 --insecure-registry 10.0.0.0/8'",
            )
        ],
    ),
    (
        "[10.1.2.3]:5000",
        [
            (
                "insecure-brackets",
                "warning",
                "3 INSECURE_REGISTRY",
                "INSECURE_REGISTRY='--insecure-registry 10.1.2.3:5000'",
            )
        ],
    ),
    (
        "[::1]:5000",
        [("insecure-brackets", "warning", "3 INSECURE_REGISTRY", "INSECURE_REGISTRY='--insecure-registry ::1/128'")],
    ),
    (
        "::1",
        [("insecure-brackets", "warning", "3 INSECURE_REGISTRY", "INSECURE_REGISTRY='--insecure-registry ::1/128'")],
    ),
    (
        "*.example.com",
        [("insecure-pattern", "warning", "3 INSECURE_REGISTRY", "name each host, or a network such as 10.0.0.0/8")],
    ),
    ("docker.io", [("insecure-docker-io", "note", "3 INSECURE_REGISTRY", "INSECURE_REGISTRY=''")]),
    (
        "myreg",
        [("insecure-no-host", "warning", "3 INSECURE_REGISTRY", "INSECURE_REGISTRY='--insecure-registry myreg:5000'")],
    ),
    (
        "10.1.2.3",
        [
            (
                "insecure-bare-address",
                "note",
                "3 INSECURE_REGISTRY",
                "INSECURE_REGISTRY='--insecure-registry 10.1.2.3/32'",
            )
        ],
    ),
    ("127.0.0.1", []),
    (
        "10.1.2.3/8",
        [
            (
                "insecure-host-bits",
                "warning",
                "3 INSECURE_REGISTRY",
                "INSECURE_REGISTRY='--insecure-registry 10.1.2.3/32'",
            )
        ],
    ),
    (
        "0.0.0.0/0",
        [
            (
                "insecure-everything",
                "warning",
                "3 INSECURE_REGISTRY",
                "name the hosts or networks that need it, for example 10.0.0.0/8",
            )
        ],
    ),
    (
        "10.0.0.0/33",
        [("insecure-bad-network", "warning", "3 INSECURE_REGISTRY", "write ADDRESS/BITS, such as 10.0.0.0/8")],
    ),
    (
        "10.0.0.0/8 --insecure-registry 10.1.0.0/16",
        [
            (
                "insecure-network-covered",
                "note",
                "3 INSECURE_REGISTRY",
                "INSECURE_REGISTRY='--insecure-registry 10.0.0.0/8'",
            )
        ],
    ),
    ("127.0.0.1/32", [("insecure-network-covered", "note", "3 INSECURE_REGISTRY", "INSECURE_REGISTRY=''")]),
    (
        "reg.example.com:5000 --insecure-registry reg.example.com:5000",
        [
            (
                "insecure-twice",
                "note",
                "3 INSECURE_REGISTRY",
                "INSECURE_REGISTRY='--insecure-registry reg.example.com:5000'",
            )
        ],
    ),
    (
        "10.0.0.0/8 --insecure-registry 10.9.9.9/8",
        [
            (
                "insecure-host-bits",
                "warning",
                "3 INSECURE_REGISTRY",
                "INSECURE_REGISTRY='--insecure-registry 10.0.0.0/8 --insecure-registry 10.9.9.9/32'",
            ),
            ("insecure-twice", "note", "3 INSECURE_REGISTRY", "INSECURE_REGISTRY='--insecure-registry 10.0.0.0/8'"),
        ],
    ),
]

FILES: list[tuple[str, list[Told]]] = [
    (
        '{"insecure-registries": ["http://reg.example.com", "quay.io"]}',
        [
            (
                "insecure-scheme",
                "warning",
                "/etc/docker/daemon.json:1 insecure-registries",
                '"insecure-registries": ["reg.example.com", "quay.io"]',
            )
        ],
    ),
    (
        '{"insecure-registries": ["[https://reg.example.com](https://reg.example.com)"]}',
        [
            (
                "insecure-scheme",
                "warning",
                "/etc/docker/daemon.json:1 insecure-registries",
                '"insecure-registries": ["reg.example.com"]',
            )
        ],
    ),
    (
        '{"insecure-registries": ["a.example.com",\n "-b.example.com"]}',
        [("insecure-list-dropped", "error", "/etc/docker/daemon.json:2 insecure-registries", "remove the hyphen")],
    ),
    (
        '{"insecure-registries": ["http://user:secret@a.example.com", "b.example.com/"]}',
        [
            (
                "insecure-scheme",
                "warning",
                "/etc/docker/daemon.json:1 insecure-registries",
                '"insecure-registries": ["a.example.com", "b.example.com/"]',
            ),
            (
                "insecure-path",
                "warning",
                "/etc/docker/daemon.json:1 insecure-registries",
                'write the values of "insecure-registries" anew',
            ),
        ],
    ),
]

MOBY_FILES: list[tuple[str, list[Told]]] = [
    (
        ('{"insecure-registries": ["http://reg.example.com"],\n "registry-mirrors": ["https://reg.example.com:5000"]}'),
        [
            (
                "insecure-port",
                "warning",
                "/etc/docker/daemon.json:1 insecure-registries",
                '"insecure-registries": ["reg.example.com:5000"]',
            ),
            (
                "insecure-scheme-removed",
                "note",
                "/etc/docker/daemon.json:1 insecure-registries",
                'write "reg.example.com"',
            ),
        ],
    ),
    (
        '{"insecure-registries": ["10.0.0.0/8,a.example.com"]}',
        [
            (
                "insecure-refused",
                "error",
                "/etc/docker/daemon.json:1 insecure-registries",
                '"insecure-registries": ["10.0.0.0/8", "a.example.com"]',
            )
        ],
    ),
    (
        '{"insecure-registries": ["docker.io"]}',
        [("insecure-docker-io", "note", "/etc/docker/daemon.json:1 insecure-registries", '"insecure-registries": []')],
    ),
    (('{"insecure-registries": ["reg.example.com:5000"], "registry-mirrors": ["https://m.example.com"]}'), []),
]


@pytest.mark.parametrize(("entry", "expected"), ENTRIES)
def test_an_entry_is_compared_to_the_letter(entry: str, expected: list[Told], tmp_path: Path) -> None:
    assert told(lint(tmp_path, insecure(entry))) == expected


@pytest.mark.parametrize(("text", "expected"), FILES)
def test_entries_in_daemon_json_are_judged_too(text: str, expected: list[Told], tmp_path: Path) -> None:
    assert told(lint(tmp_path, daemon_json(text))) == expected


@pytest.mark.parametrize(("text", "expected"), MOBY_FILES)
def test_moby_takes_schemes_off_and_refuses_lists(text: str, expected: list[Told], tmp_path: Path) -> None:
    assert told(lint(tmp_path, daemon_json(text, MOBY))) == expected
