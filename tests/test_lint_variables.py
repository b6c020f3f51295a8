"""Variables of docker's unit: misspelt, repeated, lost, or read otherwise than a shell would."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.lint_hosts import DROP_IN, FORK, JSON, MOBY, OPTIONS, SYSCONFIG, Files, Told, lint, sysconfig, told

if TYPE_CHECKING:
    from pathlib import Path

LINES: list[tuple[str, list[Told]]] = [
    (
        "DD_REGISTRY='--add-registry quay.io'\n",
        [("variable-misspelt", "warning", "2 DD_REGISTRY", "ADD_REGISTRY='--add-registry quay.io'")],
    ),
    (
        "add_registry='--add-registry quay.io'\n",
        [("variable-misspelt", "warning", "2 add_registry", "ADD_REGISTRY='--add-registry quay.io'")],
    ),
    (
        'INSECURE_REGISTRYS="--insecure-registry a.example.com"\n',
        [
            (
                "variable-misspelt",
                "warning",
                "2 INSECURE_REGISTRYS",
                "INSECURE_REGISTRY='--insecure-registry a.example.com'",
            )
        ],
    ),
    (
        ("ADD_REGISTRY='--add-registry quay.io'\nADD_REGISTRY='--add-registry reg.example.com'\n"),
        [
            (
                "env-overridden",
                "warning",
                "2 ADD_REGISTRY",
                "ADD_REGISTRY='--add-registry quay.io --add-registry reg.example.com'",
            )
        ],
    ),
    (
        "OPTIONS='--signature-verification=false --selinux-enabled'\n",
        [("env-overridden", "warning", "1 OPTIONS", "OPTIONS='--signature-verification=false --selinux-enabled'")],
    ),
    (
        "EXTRA='--add-registry quay.io'\n",
        [("env-unused", "warning", "2 EXTRA", "add $EXTRA to ExecStart= of docker.service")],
    ),
    ("LOGROTATE=false\nDOCKER_CERT_PATH=/etc/docker\n", []),
    (
        ("ADD_REGISTRY='--add-registry quay.io \\\r\n --add-registry reg.example.com'\r\n"),
        [
            ("env-newline", "warning", "2", "end each line but the last with a backslash"),
            ("crlf-continuation", "warning", "2", "sed -i 's/\\r$//' /etc/sysconfig/docker"),
        ],
    ),
    ("ADD_REGISTRY='--add-registry quay.io'\r\n", [("crlf", "note", "2", "sed -i 's/\\r$//' /etc/sysconfig/docker")]),
    (
        "# mine \\\r\nADD_REGISTRY='--add-registry quay.io'\r\n",
        [("crlf", "note", "2", "sed -i 's/\\r$//' /etc/sysconfig/docker")],
    ),
    (
        "ADD_REGISTRY=--add-registry quay.io \\\r\n --add-registry b.example.com\r\n",
        [
            ("crlf-continuation", "warning", "2", "sed -i 's/\\r$//' /etc/sysconfig/docker"),
            ("env-no-assignment", "warning", "3", "write it as NAME='VALUE', or put a # before it"),
        ],
    ),
    ("export ADD_REGISTRY='--add-registry quay.io'\n", [("env-export", "warning", "2", "remove the word export")]),
    ("export ADD_REGISTRY\n", [("env-export", "note", "2", "remove the line")]),
    (". /etc/other\n", [("env-include", "warning", "2", "add an EnvironmentFile= to the unit")]),
    ("if true; then\nfi\n", [("env-shell", "note", "2", "write assignments alone: NAME='VALUE'")]),
    (
        'ADD_REGISTRY="--add-registry $OTHER.example.com"\n',
        [
            (
                "registry-breaks-short-names",
                "error",
                "2 ADD_REGISTRY",
                "remove it, or give the registry a name that DNS or /etc/hosts knows",
            ),
            ("env-no-expansion", "warning", "2", "write the value out"),
        ],
    ),
    (
        "ADD_REGISTRY=`cat x`\n",
        [
            ("stray-word", "error", "2 ADD_REGISTRY", "write its flag before `cat, or remove it"),
            ("env-no-expansion", "warning", "2", "write the value out"),
        ],
    ),
    (
        "ADD_REGISTRY+=' --add-registry quay.io'\n",
        [("env-append", "warning", "2", "write the whole value into one assignment")],
    ),
    (
        "ADD_REGISTRY='--add-registry quay.io' # mine\n",
        [
            ("stray-word", "error", "2 ADD_REGISTRY", "ADD_REGISTRY='--add-registry quay.io'"),
            (
                "registry-breaks-short-names",
                "error",
                "2 ADD_REGISTRY",
                "remove it, or give the registry a name that DNS or /etc/hosts knows",
            ),
            ("env-text-after-quote", "warning", "2", "ADD_REGISTRY='--add-registry quay.io'"),
        ],
    ),
    (
        "ADD_REGISTRY=--add-registry quay.io # mine\n",
        [
            ("stray-word", "error", "2 ADD_REGISTRY", "ADD_REGISTRY='--add-registry quay.io'"),
            ("env-comment-in-value", "warning", "2", "ADD_REGISTRY='--add-registry quay.io'"),
        ],
    ),
    ("ADD_REGISTRY='--add-registry quay.io\nX=1\n", [("env-unbalanced-quote", "warning", "2", "close the quote")]),
    (
        "ADD_REGISTRY=\"--add-registry quay.io '' --add-registry b.example.com\"\n",
        [("env-empty-word", "warning", "2 ADD_REGISTRY", "remove the empty quotes")],
    ),
    (
        "ADD_REGISTRY: --add-registry quay.io\n",
        [("env-no-assignment", "warning", "2", "write it as NAME='VALUE', or put a # before it")],
    ),
]


@pytest.mark.fault(65)
@pytest.mark.parametrize(("text", "expected"), LINES)
def test_a_line_of_the_file_is_read_as_systemd_reads_it(text: str, expected: list[Told], tmp_path: Path) -> None:
    assert told(lint(tmp_path, sysconfig(text))) == expected


CONF, WRITTEN = "etc/containers/registries.conf", "run/containers/registries.conf"
SEARCH = '[registries.search]\nregistries = ["quay.io"]\n'
HOSTS: list[tuple[str, Files, list[Told]]] = [
    (
        "a later file wins",
        sysconfig("INSECURE_REGISTRY='--insecure-registry a.example.com'\n")
        | {"etc/sysconfig/docker-network": "INSECURE_REGISTRY='--insecure-registry b.example.com'\n"},
        [
            (
                "env-overridden",
                "warning",
                "2 INSECURE_REGISTRY",
                "INSECURE_REGISTRY='--insecure-registry a.example.com --insecure-registry b.example.com'",
            )
        ],
    ),
    (
        "a drop-in resets the command",
        sysconfig("ADD_REGISTRY='--add-registry quay.io'\nINSECURE_REGISTRY='--insecure-registry a.example.com:5000'\n")
        | {DROP_IN: "[Service]\nExecStart=\nExecStart=/usr/bin/dockerd-current $OPTIONS\n"},
        [
            (
                "execstart-reset",
                "warning",
                "/etc/systemd/system/docker.service.d/registries.conf:3 ExecStart",
                "add $ADD_REGISTRY $INSECURE_REGISTRY to the end of this ExecStart=",
            )
        ],
    ),
    (
        "a drop-in keeps the variables",
        sysconfig("ADD_REGISTRY='--add-registry quay.io'\n")
        | {DROP_IN: "[Service]\nExecStart=\nExecStart=/usr/bin/dockerd-current $OPTIONS $ADD_REGISTRY\n"},
        [],
    ),
    (
        "a variable in a drop-in",
        FORK | {DROP_IN: '[Service]\nEnvironment="ADD_REGISTRY=--add-registry myreg"\n'},
        [
            (
                "registry-breaks-short-names",
                "error",
                "/etc/systemd/system/docker.service.d/registries.conf:2 ADD_REGISTRY",
                'Environment="ADD_REGISTRY=--add-registry myreg:5000"',
            )
        ],
    ),
    (
        "a sysconfig file beside docker-ce",
        MOBY | {SYSCONFIG: "ADD_REGISTRY='--add-registry quay.io'\n"},
        [("env-file-unread", "warning", "1 ADD_REGISTRY", "write the registries into /etc/docker/daemon.json")],
    ),
    (
        "a file that is not UTF-8",
        FORK | {SYSCONFIG: OPTIONS.encode() + b"X='caf\xe9'\n"},
        [
            ("env-not-utf8", "warning", "2", "iconv -f latin1 -t utf-8"),
            ("signature-verification", "note", "", "OPTIONS='--signature-verification=false'"),
        ],
    ),
    (
        "podman's registries.conf",
        FORK | {CONF: 'unqualified-search-registries = ["quay.io"]\n'},
        [
            (
                "registries-conf-version-2",
                "note",
                "/etc/containers/registries.conf",
                "ADD_REGISTRY='--add-registry HOST'",
            )
        ],
    ),
    (
        "a registries.conf that nobody reads",
        FORK | {CONF: SEARCH},
        [
            (
                "registries-conf-unused",
                "note",
                "/etc/containers/registries.conf",
                "write --add-registry and --insecure-registry into /etc/sysconfig/docker",
            )
        ],
    ),
    (
        "a registries.conf that was changed",
        FORK | {CONF: SEARCH, WRITTEN: 'REGISTRIES="--add-registry quay.io --add-registry myreg "\n'},
        [
            (
                "registries-conf-stale",
                "warning",
                "/run/containers/registries.conf",
                "systemctl restart registries docker",
            ),
            (
                "registry-skipped",
                "warning",
                "/run/containers/registries.conf:1 REGISTRIES",
                (
                    'registries = ["quay.io", "myreg:5000"]  # in the table [registries.search] of '
                    "/etc/containers/registries.conf"
                ),
            ),
        ],
    ),
    (
        "a registries.conf in YAML",
        FORK | {CONF: "registries:\n - myreg\n", WRITTEN: 'REGISTRIES="--add-registry myreg "\n'},
        [
            (
                "registry-breaks-short-names",
                "error",
                "/run/containers/registries.conf:1 REGISTRIES",
                'registries: ["myreg:5000"]',
            )
        ],
    ),
    (
        "signatures are checked",
        FORK | {SYSCONFIG: "OPTIONS='--selinux-enabled'\n"},
        [("signature-verification", "note", "", "OPTIONS='--selinux-enabled --signature-verification=false'")],
    ),
    (
        "signatures are checked, says the file",
        FORK | {SYSCONFIG: "", JSON: '{"signature-verification": true}'},
        [
            (
                "signature-verification",
                "note",
                "/etc/docker/daemon.json:1 signature-verification",
                '"signature-verification": false',
            )
        ],
    ),
]


@pytest.mark.parametrize(("_shows", "files", "expected"), HOSTS, ids=[host[0] for host in HOSTS])
def test_files_that_change_what_a_variable_does(
    _shows: str, files: Files, expected: list[Told], tmp_path: Path
) -> None:
    assert told(lint(tmp_path, files)) == expected
