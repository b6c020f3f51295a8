"""What dockerd refuses: which word or key it is, the lines of both sides, and what it should have been."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.lint_hosts import JSON, MOBY, UNIT, Files, Told, daemon_json, lint, sysconfig, told

if TYPE_CHECKING:
    from pathlib import Path

WORDS: list[tuple[str, list[Told]]] = [
    ("ADD_REGISTRY='quay.io'\n", [("stray-word", "error", "2 ADD_REGISTRY", "ADD_REGISTRY='--add-registry quay.io'")]),
    (
        "ADD_REGISTRY='--add-registry quay.io $OTHER'\n",
        [
            ("stray-word", "error", "2 ADD_REGISTRY", "write the value in place of $OTHER"),
            ("env-no-expansion", "warning", "2", "write the value out"),
        ],
    ),
    (
        "ADD_REGISTRY='--disable-legacy-registry false'\n",
        [("stray-word", "error", "2 ADD_REGISTRY", "write `=` in front of false")],
    ),
    (
        "ADD_REGISTRY='--add-registry quay.io mine'\n",
        [("stray-word", "error", "2 ADD_REGISTRY", "write its flag before mine, or remove it")],
    ),
    (
        "ADD_REGISTRY='--add-registries quay.io'\n",
        [("unknown-flag", "error", "2 ADD_REGISTRY", "write --add-registry in place of --add-registries")],
    ),
    (
        "ADD_REGISTRY='--insecure-registries a.example.com'\n",
        [("unknown-flag", "error", "2 ADD_REGISTRY", "write --insecure-registry in place of --insecure-registries")],
    ),
    (
        "ADD_REGISTRY='--exec-root/var/run/docker'\n",
        [("unknown-flag", "error", "2 ADD_REGISTRY", "--exec-root=/var/run/docker")],
    ),
    (
        "ADD_REGISTRY='-add-registry quay.io'\n",
        [("unknown-flag", "error", "2 ADD_REGISTRY", "write --add-registry in place of -add-registry")],
    ),
    ("ADD_REGISTRY='--frobnicate'\n", [("unknown-flag", "error", "2 ADD_REGISTRY", "")]),
    (
        "ADD_REGISTRY='--add-registry --insecure-registry a.example.com'\n",
        [("flag-without-value", "error", "2 ADD_REGISTRY", "ADD_REGISTRY='--insecure-registry a.example.com'")],
    ),
    (
        "ADD_REGISTRY='--add-registry a.example.com-'\n",
        [("hyphen", "error", "2 ADD_REGISTRY", "ADD_REGISTRY='--add-registry a.example.com'")],
    ),
    ("ADD_REGISTRY='--add-registry'\n", [("flag-without-value", "error", "2 ADD_REGISTRY", "ADD_REGISTRY=''")]),
    (
        "ADD_REGISTRY='--add-registry quay.io --block-registry'\n",
        [("flag-without-value", "error", "2 ADD_REGISTRY", "ADD_REGISTRY='--add-registry quay.io'")],
    ),
]

FILES: list[tuple[str, list[Told]]] = [
    (
        '{"insecure-registry": ["a.example.com"]}',
        [("ignored-key", "warning", "/etc/docker/daemon.json:1 insecure-registry", "call it `insecure-registries`")],
    ),
    (
        ('{"add-registries": ["a.example.com"], "insecure_registries": [],\n "frobnicate": 1}'),
        [
            ("unknown-key", "error", "/etc/docker/daemon.json:1 add-registries", 'call it "add-registry"'),
            ("unknown-key", "error", "/etc/docker/daemon.json:1 insecure_registries", 'call it "insecure-registries"'),
            (
                "unknown-key",
                "error",
                "/etc/docker/daemon.json:2 frobnicate",
                "delete `frobnicate` from /etc/docker/daemon.json",
            ),
        ],
    ),
    ('{"data-root": "/x"}', [("unknown-key", "error", "/etc/docker/daemon.json:1 data-root", 'call it "graph"')]),
    (
        '{"insecure-registries": ["a",]}',
        [("refused", "error", "/etc/docker/daemon.json:1", "remove the comma before the closing bracket")],
    ),
    (
        "{“debug”: true}",
        [
            (
                "refused",
                "error",
                "/etc/docker/daemon.json:1",
                "sed -i 's/\\xE2\\x80\\x9C\\|\\xE2\\x80\\x9D/\"/g' /etc/docker/daemon.json",
            )
        ],
    ),
    ("# mine\n{}", [("refused", "error", "/etc/docker/daemon.json:1", "remove the comments: JSON has none")]),
    ("", [("refused", "error", "/etc/docker/daemon.json", "echo '{}' > /etc/docker/daemon.json")]),
    (
        "\ufeff{}",
        [("refused", "error", "/etc/docker/daemon.json:1", "sed -i '1s/^\\xEF\\xBB\\xBF//' /etc/docker/daemon.json")],
    ),
    (
        '{"debug": tru}',
        [("refused", "error", "/etc/docker/daemon.json:1", "python -m json.tool /etc/docker/daemon.json")],
    ),
    (
        '{"insecure-registries": "a, b:5"}',
        [("refused", "error", "/etc/docker/daemon.json:1 insecure-registries", '"insecure-registries": ["a", "b:5"]')],
    ),
    (
        '{"insecure-registries": 5}',
        [("refused", "error", "/etc/docker/daemon.json:1 insecure-registries", '"insecure-registries": ["HOST:PORT"]')],
    ),
    (
        '{"insecure-registries": {"insecure-registries": ["a.example.com"]}}',
        [("refused", "error", "/etc/docker/daemon.json:1 insecure-registries", '"insecure-registries": ["HOST:PORT"]')],
    ),
    ('{"debug": true} {}', [("text-after-json", "warning", "/etc/docker/daemon.json:1", "remove it")]),
    (
        '{"debug": true, "debug": false}',
        [("repeated-key", "warning", "/etc/docker/daemon.json:1 debug", "keep one of them")],
    ),
]

MOBY_FILES: list[tuple[str, list[Told]]] = [
    (
        '{"add-registry": ["quay.io"]}',
        [
            (
                "unknown-key",
                "error",
                "/etc/docker/daemon.json:1 add-registry",
                'delete "add-registry" from /etc/docker/daemon.json',
            )
        ],
    ),
    (
        '{"registry-mirror": ["https://m.example.com"]}',
        [("ignored-key", "warning", "/etc/docker/daemon.json:1 registry-mirror", "call it `registry-mirrors`")],
    ),
    ('{"graph": "/x"}', []),
]


@pytest.mark.parametrize(("text", "expected"), WORDS)
def test_a_word_that_dockerd_does_not_take(text: str, expected: list[Told], tmp_path: Path) -> None:
    assert told(lint(tmp_path, sysconfig(text))) == expected


@pytest.mark.parametrize(("text", "expected"), FILES)
def test_a_file_that_dockerd_does_not_take(text: str, expected: list[Told], tmp_path: Path) -> None:
    assert told(lint(tmp_path, daemon_json(text))) == expected


@pytest.mark.parametrize(("text", "expected"), MOBY_FILES)
def test_a_file_that_moby_does_not_take(text: str, expected: list[Told], tmp_path: Path) -> None:
    assert told(lint(tmp_path, daemon_json(text, MOBY))) == expected


CONFLICT: Files = {
    **sysconfig("INSECURE_REGISTRY='--insecure-registry a.example.com:5000'\n"),
    JSON: '{\n "insecure-registries": ["b.example.com:5000"],\n "exec-opts": ["native.cgroupdriver=cgroupfs"]}',
}


def test_a_conflict_names_the_lines_of_both_sides(tmp_path: Path) -> None:
    found = lint(tmp_path, CONFLICT)
    assert told(found) == [
        (
            "flag-file-conflict",
            "error",
            "/etc/docker/daemon.json:2 insecure-registries",
            (
                "INSECURE_REGISTRY='--insecure-registry a.example.com:5000 --insecure-registry "
                'b.example.com:5000\' and delete "insecure-registries" from /etc/docker/daemon.json'
            ),
        ),
        (
            "flag-file-conflict",
            "error",
            "/etc/docker/daemon.json:3 exec-opts",
            'delete "exec-opts" from /etc/docker/daemon.json',
        ),
    ]
    assert found[0].message == (
        "`insecure-registries` is set by --insecure-registry at /etc/sysconfig/docker:2 and again at /etc/doc"
        "ker/daemon.json:2: dockerd takes it from one place alone, even where both agree, and does not start"
    )


def test_flags_of_the_fork_are_explained_where_moby_refuses_them(tmp_path: Path) -> None:
    host: Files = {**MOBY, UNIT: "[Service]\nExecStart=/usr/bin/dockerd --add-registry quay.io\n"}
    found = lint(tmp_path, host)
    assert told(found) == [
        (
            "unknown-flag",
            "error",
            "/usr/lib/systemd/system/docker.service:2 ExecStart",
            "remove --add-registry and its value",
        )
    ]
    assert "Docker Engine has no list of registries" in found[0].message
