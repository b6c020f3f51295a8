"""Findings about podman's files: each kind with the line at fault, and the line to write instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regtui.host.discover import load
from regtui.host.lint import findings
from regtui.host.model import EngineName
from tests.modern_hosts import POLICY, write_files

if TYPE_CHECKING:
    from pathlib import Path

CONF = "etc/containers/registries.conf"
DROP_IN = f"{CONF}.d/50-site.conf"
QUIET = 'unqualified-search-registries = ["quay.io"]\n'
RECORDED = "var/cache/containers/short-name-aliases.conf"
OWN = "root/.config/containers/registries.conf"
Told = list[tuple[str, str, str]]
"""Code, place, fix."""


def lint(root: Path, files: dict[str, str]) -> Told:
    """Return what is found on a host with these files; QUIET is its registries.conf where there is no other."""
    write_files(root, {CONF: QUIET, "etc/containers/policy.json": POLICY} | files)
    config = load(root, engine=EngineName.PODMAN)
    return [(one.code, str(one.source).removeprefix("/etc/containers/"), one.fix) for one in findings(config)]


def table(location: str, *more: str) -> str:
    return "\n".join((QUIET + "[[registry]]", f'location = "{location}"', *more, ""))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (QUIET, []),
        # Keys that podman does not know, or knows elsewhere.
        (
            f"{QUIET}unqualified-search-registry = []\n",
            [
                (
                    "conf-unknown-key",
                    "registries.conf:2 unqualified-search-registry",
                    "write unqualified-search-registries in place of unqualified-search-registry",
                )
            ],
        ),
        (
            table("quay.io", "insecure = true", "mirrors = []"),
            [("conf-unknown-key", "registries.conf:5 mirrors", "write [[registry.mirror]] in place of mirrors")],
        ),
        (
            table("quay.io", "insecure = true", 'short-name-mode = "disabled"'),
            [
                (
                    "conf-misplaced-key",
                    "registries.conf:5 short-name-mode",
                    "move it above the first [[registry]]",
                )
            ],
        ),
        (
            f"{QUIET}insecure = true\n",
            [("conf-misplaced-key", "registries.conf:2 insecure", "write [[registry]] above it")],
        ),
        # Prefixes that no name begins with.
        (
            table("quay.io", 'prefix = "etcd"'),
            [("prefix-never-matches", "registries.conf:2 registry", 'prefix = "docker.io/etcd"')],
        ),
        (
            table("quay.io", 'prefix = "index.docker.io/library"'),
            [("prefix-never-matches", "registries.conf:2 registry", 'prefix = "docker.io/library"')],
        ),
        (
            table("quay.io", 'prefix = "reg.example.com/Team"'),
            [("prefix-never-matches", "registries.conf:2 registry", 'prefix = "reg.example.com/team"')],
        ),
        (
            table("quay.io", 'prefix = "docker.io/nginx"'),
            [("prefix-library", "registries.conf:2 registry", 'prefix = "docker.io/library/nginx"')],
        ),
        (
            table("registry-1.docker.io", "insecure = true"),
            [("prefix-hub-host", "registries.conf:2 registry", 'prefix = "docker.io"')],
        ),
        (table("quay.io"), [("registry-no-effect", "registries.conf:2 registry", "")]),
        (
            table("quay.io", "insecure = true", "[[registry]]", 'location = "quay.io"', "insecure = true"),
            [("prefix-twice", "registries.conf:5 registry", "put what it says into the first one")],
        ),
        # Mirrors that are not asked, or not as it reads.
        (
            table("quay.io", "[[registry.mirror]]", 'location = "m.example.com"', "[[registry]]",
                  'location = "m.example.com"', "blocked = true"),
            [("mirror-blocked", "registries.conf:5 location", "")],
        ),
        (
            table("quay.io", "mirror-by-digest-only = true", "[[registry.mirror]]", 'location = "m.example.com"'),
            [("mirror-digest-only", "registries.conf:6 location", "")],
        ),
        (
            table("quay.io", "[[registry.mirror]]", 'location = "quay.io"'),
            [("mirror-is-registry", "registries.conf:5 location", "")],
        ),
        (
            table("quay.io", *["[[registry.mirror]]", 'location = "m.example.com"'] * 2),
            [("mirror-listed-twice", "registries.conf:7 location", "")],
        ),
        (
            table("quay.io/team", "blocked = true", "[[registry.mirror]]", 'location = "m.example.com"'),
            [("mirror-of-blocked", "registries.conf:6 location", "")],
        ),
        (table("quay.io/team", "blocked = true"), []),
        (
            table("quay.io", "[[registry.mirror]]", 'location = "m.example.com"', 'pull-from-mirror = "tag-only"'),
            [("mirror-tag-only", "registries.conf:5 location", "")],
        ),
        (table("quay.io", "[[registry.mirror]]", 'location = "m.example.com"', 'pull-from-mirror = "all"'), []),
        # `insecure` at an entry where it does not count.
        (
            table("quay.io", "insecure = true", "[[registry.mirror]]", 'location = "m.example.com"'),
            [
                (
                    "insecure-not-mirrors",
                    "registries.conf:6 location",
                    "for plain HTTP or a certificate nobody trusts, write insecure = true in its [[registry.mirror]]",
                )
            ],
        ),
        (
            table("quay.io", "[[registry.mirror]]", 'location = "m.example.com"', "[[registry]]",
                  'location = "m.example.com"', "insecure = true"),
            [
                (
                    "insecure-elsewhere",
                    "registries.conf:5 location",
                    "insecure = true",
                )
            ],
        ),
        (
            table("quay.io", 'prefix = "docker.io"', "blocked = true"),
            [
                (
                    "blocked-prefix-only",
                    "registries.conf:5 blocked",
                    'write [[registry]] with location = "quay.io" and blocked = true',
                )
            ],
        ),
        (
            table("quay.io/"),
            [("registry-no-effect", "registries.conf:2 registry", "")],
        ),
        (
            table("Quay.io/Team", 'prefix = "reg.example.com"'),
            [("location-malformed", "registries.conf:3 location", 'location = "quay.io/team"')],
        ),
        # Names without a registry.
        (
            'unqualified-search-registries = ["quay.io", "docker.io"]\n',
            [
                (
                    "short-name-ambiguous",
                    "registries.conf:1 unqualified-search-registries",
                    'short-name-mode = "enforcing"',
                )
            ],
        ),
        (
            'unqualified-search-registries = ["quay.io", "docker.io"]\nshort-name-mode = "enforcing"\n',
            [
                (
                    "short-name-enforcing",
                    "registries.conf:1 unqualified-search-registries",
                    "write names in full, or give them [aliases]",
                )
            ],
        ),
        ("", [("search-empty", "None", "")]),
        (
            'unqualified-search-registries = ["quay.io", "quay.io"]\n',
            [("search-twice", "registries.conf:1 unqualified-search-registries", "")],
        ),
        (
            table("quay.io", "blocked = true"),
            [("search-blocked", "registries.conf:1 unqualified-search-registries", "")],
        ),
        (
            table("docker.io", "blocked = true", "[aliases]", '"etcd" = "docker.io/library/etcd"'),
            [("alias-blocked", "registries.conf:6 etcd", "")],
        ),
        # Versions.
        (
            "[registries.search]\nregistries = ['quay.io']\n",
            [("conf-version-1", "registries.conf:1 registries", 'unqualified-search-registries = ["quay.io"]')],
        ),
    ],
)  # fmt: skip
def test_what_one_file_says(text: str, expected: Told, tmp_path: Path) -> None:
    assert lint(tmp_path, {CONF: text}) == expected


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({f"{CONF}.d/50-site.toml": ""}, [("drop-in-unread", "registries.conf.d/50-site.toml", "")]),
        (
            {DROP_IN: 'unqualified-search-registries = ["docker.io"]\n'},
            [("search-replaced", "registries.conf:1 unqualified-search-registries", "")],
        ),
        (
            {
                CONF: table("docker.io", "[[registry.mirror]]", 'location = "m.example.com"'),
                DROP_IN: '[[registry]]\nlocation = "docker.io"\ninsecure = true\n',
            },
            [("prefix-replaced", "registries.conf:2 registry", "")],
        ),
        (
            {
                CONF: f'{QUIET}[aliases]\n"etcd" = "quay.io/coreos/etcd"\n',
                DROP_IN: '[aliases]\n"etcd" = "docker.io/library/etcd"\n',
            },
            [("alias-replaced", "registries.conf:3 etcd", "")],
        ),
        (
            {
                CONF: f'{QUIET}[aliases]\n"etcd" = "quay.io/coreos/etcd"\n',
                RECORDED: '[aliases]\n"etcd" = "docker.io/evil/etcd"\n',
            },
            [
                (
                    "alias-recorded",
                    "registries.conf:3 etcd",
                    "remove it from /var/cache/containers/short-name-aliases.conf",
                )
            ],
        ),
        ({RECORDED: '[aliases]\n"etcd" = "etcd:3.5"\n'}, [("aliases-refused", "None", "")]),
        ({RECORDED: '[aliases]\n"etcd" = "quay.io/coreos/etcd"\n'}, []),
        ({OWN: QUIET}, [("conf-unread", "registries.conf", "")]),
        (
            {"etc/containers/policy.json": '{"default": [{"type": "reject"}]}'},
            [("policy-rejects", "policy.json:1 default", "")],
        ),
        (
            {"etc/containers/policy.json": '{"default": [{"type": "signedBy", "keyType": "GPGKeys", "keyPath": "k"}]}'},
            [("policy-signed", "policy.json:1 default", "")],
        ),
        (
            {"etc/containers/policy.json": '{"default": []}'},
            [("policy-unusable", "policy.json", '{"default": [{"type": "insecureAcceptAnything"}]}')],
        ),
    ],
)
def test_what_several_files_say(files: dict[str, str], expected: Told, tmp_path: Path) -> None:
    assert lint(tmp_path, files) == expected


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (f"{QUIET}[registries.search]\nregistries = ['a.example']\n", "registries.conf:2 registries"),
        ("unqualified-search-registries = [\n", "registries.conf:1"),
        (table("https://quay.io"), "registries.conf:3 location"),
        ('[aliases]\n"one" = "two"\n"two" = "one"\n', "registries.conf:2 one"),
    ],
    ids=["both versions", "broken", "a scheme in a location", "aliases in a circle"],
)
def test_what_podman_refuses_is_told_with_its_line(text: str, place: str, tmp_path: Path) -> None:
    told = lint(tmp_path, {CONF: text})
    assert [one[:2] for one in told] == [("conf-refused", place)]
