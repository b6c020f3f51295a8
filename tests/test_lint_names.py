"""The search list and the block list: what docker makes of each entry, and the line to write instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.lint_hosts import Told, adding, blocking, daemon_json, lint, sysconfig, told

if TYPE_CHECKING:
    from pathlib import Path

LISTS: list[tuple[str, list[Told]]] = [
    ("--add-registry reg.example.com:5000", []),
    ("--add-registry localhost", []),
    (
        "--add-registry myreg",
        [("registry-breaks-short-names", "error", "2 ADD_REGISTRY", "ADD_REGISTRY='--add-registry myreg:5000'")],
    ),
    (
        "--add-registry quay.io --add-registry myreg",
        [
            (
                "registry-skipped",
                "warning",
                "2 ADD_REGISTRY",
                "ADD_REGISTRY='--add-registry quay.io --add-registry myreg:5000'",
            )
        ],
    ),
    (
        "--block-registry docker.io --add-registry quay.io --add-registry myreg",
        [
            (
                "registry-fails-last",
                "warning",
                "2 ADD_REGISTRY",
                "ADD_REGISTRY='--block-registry docker.io --add-registry quay.io --add-registry myreg:5000'",
            )
        ],
    ),
    (
        "--add-registry myreg --insecure-registry myreg:8080",
        [
            (
                "registry-breaks-short-names",
                "error",
                "2 ADD_REGISTRY",
                "ADD_REGISTRY='--add-registry myreg:8080 --insecure-registry myreg:8080'",
            )
        ],
    ),
    (
        "--add-registry https://quay.io/",
        [("registry-breaks-short-names", "error", "2 ADD_REGISTRY", "ADD_REGISTRY='--add-registry quay.io'")],
    ),
    (
        "--add-registry=quay.io/",
        [("registry-breaks-short-names", "error", "2 ADD_REGISTRY", "ADD_REGISTRY='--add-registry=quay.io'")],
    ),
    (
        "--add-registry quay.io/team",
        [("registry-breaks-short-names", "error", "2 ADD_REGISTRY", "ADD_REGISTRY='--add-registry quay.io'")],
    ),
    (
        "--add-registry quay.io,reg.example.com",
        [
            (
                "registry-breaks-short-names",
                "error",
                "2 ADD_REGISTRY",
                "ADD_REGISTRY='--add-registry quay.io --add-registry reg.example.com'",
            )
        ],
    ),
    (
        "--add-registry [::1]:5000",
        [
            (
                "registry-breaks-short-names",
                "error",
                "2 ADD_REGISTRY",
                "remove it, or give the registry a name that DNS or /etc/hosts knows",
            )
        ],
    ),
    (
        "--add-registry=https://user:secret@quay.io",
        [("registry-breaks-short-names", "error", "2 ADD_REGISTRY", "--add-registry quay.io")],
    ),
    (
        "--add-registry quay.io --add-registry quay.io",
        [("registry-twice", "warning", "2 ADD_REGISTRY", "ADD_REGISTRY='--add-registry quay.io'")],
    ),
    ("--add-registry docker.io --add-registry quay.io", [("registry-twice", "note", "2 ADD_REGISTRY", "")]),
    (
        "--add-registry quay.io --block-registry quay.io",
        [("registry-blocked", "warning", "2 ADD_REGISTRY", "ADD_REGISTRY='--add-registry quay.io'")],
    ),
    (
        "--block-registry all",
        [
            (
                "everything-blocked",
                "error",
                "2 ADD_REGISTRY",
                "ADD_REGISTRY='--block-registry all --add-registry docker.io'",
            )
        ],
    ),
    ("--block-registry public", [("everything-blocked", "error", "2 ADD_REGISTRY", "ADD_REGISTRY=''")]),
]

BLOCKED: list[tuple[str, list[Told]]] = [
    ("quay.io", []),
    (
        "https://quay.io",
        [("block-nothing", "warning", "3 BLOCK_REGISTRY", "BLOCK_REGISTRY='--block-registry quay.io'")],
    ),
    ("quay.io/", [("block-nothing", "warning", "3 BLOCK_REGISTRY", "BLOCK_REGISTRY='--block-registry quay.io'")]),
    (
        "quay.io,gcr.io",
        [
            (
                "block-nothing",
                "warning",
                "3 BLOCK_REGISTRY",
                "BLOCK_REGISTRY='--block-registry quay.io --block-registry gcr.io'",
            )
        ],
    ),
    ("10.0.0.0/8", [("block-nothing", "warning", "3 BLOCK_REGISTRY", "")]),
    (
        "registry-1.docker.io",
        [("block-nothing", "warning", "3 BLOCK_REGISTRY", "BLOCK_REGISTRY='--block-registry docker.io'")],
    ),
    ("ALL", [("block-nothing", "warning", "3 BLOCK_REGISTRY", "BLOCK_REGISTRY='--block-registry all'")]),
    ("*.example.com", [("block-nothing", "warning", "3 BLOCK_REGISTRY", "")]),
    ("myreg", [("block-nothing", "warning", "3 BLOCK_REGISTRY", "BLOCK_REGISTRY='--block-registry myreg:5000'")]),
    (
        "reg.example.com",
        [
            (
                "block-port",
                "warning",
                "3 BLOCK_REGISTRY",
                "BLOCK_REGISTRY='--block-registry reg.example.com --block-registry reg.example.com:5000'",
            )
        ],
    ),
    (
        "quay.io --disable-legacy-registry",
        [
            (
                "block-filter-off",
                "warning",
                "3 BLOCK_REGISTRY",
                "BLOCK_REGISTRY='--block-registry quay.io --disable-legacy-registry=false'",
            )
        ],
    ),
]

FILES: list[tuple[str, list[Told]]] = [
    (
        '{"add-registry": ["quay.io", "myreg",\n "reg.example.com"]}',
        [
            (
                "registry-skipped",
                "warning",
                "/etc/docker/daemon.json:1 add-registry",
                '"add-registry": ["quay.io", "myreg:5000", "reg.example.com"]',
            )
        ],
    ),
    (
        ('{"add-registry": ["quay.io", "myreg"],\n "block-registry": ["index.docker.io"]}'),
        [
            (
                "registry-skipped",
                "warning",
                "/etc/docker/daemon.json:1 add-registry",
                '"add-registry": ["quay.io", "myreg:5000"]',
            ),
            ("block-nothing", "warning", "/etc/docker/daemon.json:2 block-registry", '"block-registry": ["docker.io"]'),
        ],
    ),
    (
        '{"add-registry": ["", "quay.io"]}',
        [
            (
                "registry-breaks-short-names",
                "error",
                "/etc/docker/daemon.json:1 add-registry",
                '"add-registry": ["quay.io"]',
            )
        ],
    ),
    (
        '{"add-registry": ["quay.io", "quay.io", "reg.example.com"]}',
        [
            (
                "registry-twice",
                "warning",
                "/etc/docker/daemon.json:1 add-registry",
                '"add-registry": ["quay.io", "reg.example.com"]',
            )
        ],
    ),
]

HOSTS: list[tuple[str, list[Told]]] = [
    (
        (
            "OPTIONS='--signature-verification=false --registry-mirror=http://m.example.com'\n"
            "BLOCK_REGISTRY='--block-registry docker.io'\n"
            "ADD_REGISTRY='--add-registry quay.io'\n"
        ),
        [
            (
                "env-overridden",
                "warning",
                "1 OPTIONS",
                "OPTIONS='--signature-verification=false --registry-mirror=http://m.example.com'",
            ),
            ("blocked-but-mirror", "warning", "3 BLOCK_REGISTRY", "OPTIONS='--signature-verification=false'"),
            ("mirror-docker-io-only", "note", "2 OPTIONS", ""),
        ],
    ),
    (
        (
            "BLOCK_REGISTRY='--block-registry all'\n"
            "ADD_REGISTRY='--add-registry quay.io'\n"
            "INSECURE_REGISTRY='--insecure-registry reg.example.com:5000'\n"
        ),
        [
            (
                "blocked-by-all",
                "warning",
                "2 BLOCK_REGISTRY",
                "ADD_REGISTRY='--add-registry quay.io --add-registry reg.example.com:5000'",
            )
        ],
    ),
    (
        (
            "ADD_REGISTRY='--add-registry quay.io'\n"
            "BLOCK_REGISTRY='--add-registry a.example.com'\n"
            "OPTIONS='--signature-verification=false --add-registry reg.example.com'\n"
        ),
        [
            (
                "env-overridden",
                "warning",
                "1 OPTIONS",
                "OPTIONS='--signature-verification=false --add-registry reg.example.com'",
            ),
            ("registry-order", "note", "4 OPTIONS", ""),
        ],
    ),
]


@pytest.mark.parametrize(("flags", "expected"), LISTS)
def test_a_list_is_judged_as_docker_walks_it(flags: str, expected: list[Told], tmp_path: Path) -> None:
    assert told(lint(tmp_path, adding(flags))) == expected


@pytest.mark.parametrize(("entry", "expected"), BLOCKED)
def test_a_block_entry_is_compared_to_the_letter(entry: str, expected: list[Told], tmp_path: Path) -> None:
    assert told(lint(tmp_path, blocking(entry))) == expected


@pytest.mark.parametrize(("text", "expected"), FILES)
def test_lists_in_daemon_json_are_judged_too(text: str, expected: list[Told], tmp_path: Path) -> None:
    assert told(lint(tmp_path, daemon_json(text))) == expected


@pytest.mark.parametrize(("text", "expected"), HOSTS)
def test_what_blocks_and_what_is_asked_first(text: str, expected: list[Told], tmp_path: Path) -> None:
    assert told(lint(tmp_path, sysconfig(text))) == expected
