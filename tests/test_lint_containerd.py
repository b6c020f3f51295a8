"""Findings about containerd's files: a hosts.toml that is not read, or not as it was meant, and hosts never asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regtui.host.discover import load
from regtui.host.lint import findings
from regtui.host.model import ContainerdClient, EngineName
from tests.modern_hosts import write_files

if TYPE_CHECKING:
    from pathlib import Path

CERTS = "etc/containerd/certs.d"
CONFIG = "etc/containerd/config.toml"
MIRROR = '[host."https://m.example.com"]\n  capabilities = ["pull", "resolve"]\n'
FIRST = "quay.io/hosts.toml:1 https://m.example.com"
Told = list[tuple[str, str, str]]
"""Code, place, fix."""


def lint(root: Path, files: dict[str, str], client: ContainerdClient | None = ContainerdClient.NERDCTL) -> Told:
    write_files(root, files)
    config = load(root, engine=EngineName.CONTAINERD, client=client)
    return [(one.code, str(one.source).removeprefix(f"/{CERTS}/"), one.fix) for one in findings(config)]


@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        ("docker.io", []),
        ("_default", []),
        ("reg.example.com:5000", []),
        ("reg.example.com_5000_", []),
        ("reg.example.com_5000", [("folder-name", "reg.example.com_5000", "rename it to reg.example.com_5000_")]),
        ("https_quay.io", [("folder-name", "https_quay.io", "rename it to quay.io")]),
        ("registry-1.docker.io", [("folder-hub", "registry-1.docker.io", "rename it to docker.io")]),
        ("index.docker.io", [("folder-hub", "index.docker.io", "rename it to docker.io")]),
        ("default", [("folder-name", "default", "rename it to _default")]),
        ("dockerhub", [("folder-name", "dockerhub", "rename it to docker.io")]),
    ],
)
def test_a_folder_whose_name_no_registry_leads_to(folder: str, expected: Told, tmp_path: Path) -> None:
    assert lint(tmp_path, {f"{CERTS}/{folder}/hosts.toml": MIRROR}) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f'server = "https://quay.io"\n{MIRROR}', []),
        ('server = "https://quay.io"\n', [("hosts-ignored", "quay.io/hosts.toml", 'add [host."https://quay.io"]')]),
        (f"server = [\n{MIRROR}", [("hosts-ignored", "quay.io/hosts.toml:2", "")]),
        (
            f"{MIRROR}  insecure_skip_verify = true\n",
            [
                (
                    "hosts-unknown-key",
                    "quay.io/hosts.toml:3 insecure_skip_verify",
                    "write skip_verify in place of insecure_skip_verify",
                )
            ],
        ),
        (
            f'{MIRROR}  server = "https://quay.io"\n',
            [("hosts-misplaced-key", "quay.io/hosts.toml:3 server", "move it above the first [host.*]")],
        ),
        (
            f'server = "https://other.example.com"\n{MIRROR}',
            [("server-elsewhere", "quay.io/hosts.toml:1 server", "")],
        ),
        (
            MIRROR.replace('"pull", "resolve"', '"pull"'),
            [("host-no-resolve", FIRST, "")],
        ),
        (
            MIRROR.replace('"pull", "resolve"', '"resolve"'),
            [("host-no-pull", FIRST, "")],
        ),
        (
            f'{MIRROR}  ca = "/etc/ca.crt"\n',
            [("host-file-missing", FIRST, "")],
        ),
        (
            f"{MIRROR}  skip_verify = true\n",
            [("host-unverified", FIRST, "")],
        ),
        (
            f"{MIRROR.replace('https', 'http')}  skip_verify = true\n",
            [("tls-on-http", "quay.io/hosts.toml:1 http://m.example.com", "")],
        ),
        (
            f'server = "https://m.example.com"\n{MIRROR}',
            [
                ("server-elsewhere", "quay.io/hosts.toml:1 server", ""),
                ("host-twice", "quay.io/hosts.toml:1 server", ""),
            ],
        ),
        (f'{MIRROR}  skip_verify = true\n  ca = "ca.crt"\n', [("ca-unused", FIRST, "")]),
        (f'{MIRROR}  ca = "ca.crt"\n', []),
        (
            'server = "https://quay.io"\ncapabilities = ["pull"]\n' + MIRROR.replace('"pull", "resolve"', '"pull"'),
            [
                ("host-no-resolve", FIRST.replace(":1", ":3"), ""),
                ("host-no-resolve", "quay.io/hosts.toml:1 server", ""),
                ("no-resolve-host", "quay.io/hosts.toml:1 server", 'capabilities = ["pull", "resolve"]'),
            ],
        ),
        (
            f'server = "https://quay.io"\ncapabilities = ["pull"]\n{MIRROR}',
            [("host-no-resolve", "quay.io/hosts.toml:1 server", "")],
        ),
    ],
)
def test_what_a_hosts_toml_says(text: str, expected: Told, tmp_path: Path) -> None:
    files = {f"{CERTS}/quay.io/hosts.toml": text, f"{CERTS}/quay.io/ca.crt": ""}
    assert sorted(lint(tmp_path, files)) == sorted(expected)


def test_a_hosts_toml_that_cannot_be_read(tmp_path: Path) -> None:
    assert lint(tmp_path, {f"{CERTS}/quay.io/hosts.toml/README": ""}) == [
        ("hosts-unreadable", "quay.io/hosts.toml", "")
    ]


V2 = 'version = 2\n[plugins."io.containerd.grpc.v1.cri".registry]\n'
MIRRORS = f'{V2}[plugins."io.containerd.grpc.v1.cri".registry.mirrors."docker.io"]\n'
AT = f"/{CONFIG}:3 docker.io"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (
            {f"{CERTS}/quay.io/hosts.toml": MIRROR, CONFIG: V2},
            [("hosts-unread", "quay.io/hosts.toml", 'config_path = "/etc/containerd/certs.d"')],
        ),
        (
            {f"{CERTS}/quay.io/hosts.toml": MIRROR, CONFIG: f'{V2}  config_path = "/etc/other"\n'},
            [("hosts-unread", "quay.io/hosts.toml", "")],
        ),
        ({f"{CERTS}/quay.io/hosts.toml": MIRROR, CONFIG: f'{V2}  config_path = "/{CERTS}"\n'}, []),
        (
            {CONFIG: f'{MIRRORS}  endpoint = ["https://m.example.com"]\n'},
            [("mirrors-older", AT, 'config_path = "/etc/containerd/certs.d"')],
        ),
        (
            {CONFIG: f"{MIRRORS}  endpoint = []\n"},
            [("mirrors-older", AT, 'config_path = "/etc/containerd/certs.d"'), ("mirror-empty", AT, "")],
        ),
        (
            {CONFIG: f'{V2}  config_path = "/{CERTS}"\n{MIRRORS.removeprefix(V2)}  endpoint = ["https://m.example"]\n'},
            [
                (
                    "conf-refused",
                    AT.replace(":3", ":4"),
                    "write HOST/hosts.toml below config_path, and remove the older table",
                )
            ],
        ),
        (
            {CONFIG: '[plugins."io.containerd.grpc.v1.cri".registry]\n  config_path = "/x"\n'},
            [("plugin-unread", f"/{CONFIG}:1 version 1", "version = 2")],
        ),
    ],
)  # fmt: skip
def test_what_the_kubelets_configuration_says(files: dict[str, str], expected: Told, tmp_path: Path) -> None:
    assert lint(tmp_path, files, ContainerdClient.CRI) == expected


def test_folders_that_another_one_shadows(tmp_path: Path) -> None:
    files = dict.fromkeys((f"{CERTS}/a.example_5000_/hosts.toml", f"{CERTS}/a.example:5000/hosts.toml"), MIRROR)
    files |= {f"{CERTS}/b.example/hosts.toml": MIRROR, "etc/docker/certs.d/b.example/hosts.toml": MIRROR}
    assert lint(tmp_path, files) == [
        ("folder-shadowed", "a.example:5000", ""),
        ("folder-shadowed", "/etc/docker/certs.d/b.example", ""),
    ]


def test_a_file_where_a_folder_belongs(tmp_path: Path) -> None:
    assert lint(tmp_path, {f"{CERTS}/hosts.toml": MIRROR}) == [
        ("hosts-no-folder", "hosts.toml", "move it to FOLDER/HOST/hosts.toml")
    ]
