"""Stored logins and proxies: keys that docker never looks up, and registries of the inside that go outside."""

from __future__ import annotations

import json
from dataclasses import replace
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

import pytest

from regtui.cli import run
from regtui.host.discover import load
from regtui.host.files import FILE_LIMIT, FileText, FileTrouble, HostFiles, TroubleKind
from regtui.host.lint import findings
from regtui.host.model import EngineName, Proxies, Source
from regtui.survey.reading import take
from tests.lint_hosts import DROP_IN, FORK, JSON, LOGINS, MOBY, NOW, Files, Told, lint, read, sysconfig, told, write
from tests.modern_hosts import POLICY

if TYPE_CHECKING:
    from pathlib import Path

FLAGS = "ADD_REGISTRY='--add-registry reg.example.com:5000 --registry-mirror=https://m.example.com'\n"
AUTH = {"auth": "dXNlcjpzZWNyZXQ="}
AUTHS, HELPERS = "/root/.docker/config.json:1 auths", "/root/.docker/config.json:1 credHelpers"
HUB = "docker login docker.io"
QUIET = 'unqualified-search-registries = ["quay.io"]\n'

FILES: list[tuple[dict[str, Any], list[Told]]] = [
    ({"auths": {"https://index.docker.io/v1/": AUTH, "reg.example.com:5000": AUTH, "quay.io": AUTH}}, []),
    ({"auths": {"https://reg.example.com:5000/v1/": AUTH}}, []),
    ({"auths": {"docker.io": AUTH}}, [("login-key", "warning", AUTHS, HUB)]),
    ({"auths": {"index.docker.io": AUTH}}, [("login-key", "warning", AUTHS, HUB)]),
    ({"auths": {"https://registry-1.docker.io/v2/": AUTH}}, [("login-key", "warning", AUTHS, HUB)]),
    ({"auths": {"https://": AUTH}}, [("login-key", "warning", AUTHS, "remove the entry")]),
    (
        {"auths": {"reg.example.com": AUTH}},
        [("login-port", "warning", AUTHS, "docker login reg.example.com:5000")],
    ),
    (
        {"auths": {"Reg.example.com:5000": AUTH}},
        [("login-port", "warning", AUTHS, "docker login reg.example.com:5000")],
    ),
    ({"auths": {"reg.example.com": AUTH, "reg.example.com:5000": AUTH}}, []),
    ({"auths": {"m.example.com": AUTH}}, [("login-of-mirror", "warning", AUTHS, HUB)]),
    (
        {"auths": {"quay.io": AUTH}, "credsStore": "pass"},
        [("login-shadowed", "warning", AUTHS, "docker login quay.io")],
    ),
    ({"auths": {"quay.io": {}}, "credsStore": "pass"}, []),
    (
        {"credHelpers": {"https://quay.io": "ecr-login", "docker.io": "pass", "quay.io": "pass"}},
        [
            ("login-key", "warning", HELPERS, 'call the key "quay.io"'),
            ("login-key", "warning", HELPERS, 'call the key "https://index.docker.io/v1/"'),
        ],
    ),
    ({"auths": []}, [("credentials-damaged", "error", AUTHS, "log in again")]),
]


def of_logins(root: Path, document: object, flags: str = FLAGS) -> list[Told]:
    """Return the findings about stored logins alone, and make sure that none holds the secret."""
    found = lint(root, sysconfig(flags) | {LOGINS: json.dumps(document)})
    assert not any("secret" in one.message + one.fix for one in found)
    return [one for one in told(found) if one[0].startswith(("login", "credentials"))]


@pytest.mark.parametrize(("document", "expected"), FILES)
def test_a_key_is_looked_up_to_the_letter(document: dict[str, Any], expected: list[Told], tmp_path: Path) -> None:
    assert of_logins(tmp_path, document) == expected


def test_the_login_of_a_blocked_registry_is_never_used(tmp_path: Path) -> None:
    flags = "BLOCK_REGISTRY='--block-registry quay.io'\n"
    expected = [("login-blocked", "warning", AUTHS, "docker logout quay.io")]
    assert of_logins(tmp_path, {"auths": {"quay.io": AUTH}}, flags) == expected


@pytest.mark.parametrize(
    ("mirror", "is_told"), [("http://10.0.0.1:5000", True), ("http://127.0.0.1:5000", False), ("https://m", False)]
)
def test_a_login_over_plain_http_is_told(mirror: str, is_told: bool, tmp_path: Path) -> None:
    flags = f"ADD_REGISTRY='--registry-mirror={mirror}'\n"
    found = of_logins(tmp_path, {"auths": {"https://index.docker.io/v1/": AUTH}}, flags)
    assert [one[:3] for one in found] == [("login-in-the-clear", "warning", "2 ADD_REGISTRY")] * is_told


CONFIG_JSON = "/root/.docker/config.json"
AUTH_JSON = "/run/containers/0/auth.json"
CAUSES = {TroubleKind.DENIED: "permission denied", TroubleKind.TOO_LARGE: "is larger than 1 bytes"}


class Failing(HostFiles):
    """Files of which one cannot be read."""

    def __init__(self, root: Path, path: str, kind: TroubleKind) -> None:
        super().__init__(root)
        self._path = path
        self._kind = kind

    def read(self, path: str, limit: int = FILE_LIMIT) -> FileText | FileTrouble:
        """Read all but the one."""
        return FileTrouble(path, self._kind, CAUSES[self._kind]) if path == self._path else super().read(path, limit)


def of_survey(root: Path, engine: EngineName, path: str, content: str | TroubleKind) -> list[tuple[str, ...]]:
    """Return what is told of a file of logins: code, severity, place, message and fix."""
    policy = {"etc/containers/policy.json": POLICY, "etc/containers/registries.conf": QUIET}
    named = {} if isinstance(content, TroubleKind) or not content else {path.lstrip("/"): content}
    write(root, FORK | policy | named)
    files = Failing(root, path, content) if isinstance(content, TroubleKind) else HostFiles(root)
    if not content:
        (root / path.lstrip("/")).mkdir(parents=True)
    survey = take(load(root, engine=engine), files=files, now=NOW)
    assert "SECRET" not in repr(survey.findings)
    return [
        (one.code, str(one.severity), str(one.source), one.message, one.fix)
        for one in survey.findings
        if one.code.startswith("credentials")
    ]


CANNOT = "the stored credentials cannot be used"
WARNS = "docker warns, and pulls anonymously"
AGAIN = "move it away, and log in again"
UNREADABLE, DAMAGED = ("credentials-unreadable", "warning"), ("credentials-damaged", "error")
OF_DOCKER: list[tuple[str | TroubleKind, tuple[str, ...]]] = [
    (
        TroubleKind.DENIED,
        (
            *UNREADABLE,
            CONFIG_JSON,
            f"{CANNOT}: permission denied; {WARNS}",
            "give the file to the user who runs docker",
        ),
    ),
    ("", (*UNREADABLE, CONFIG_JSON, f"{CANNOT}: is a directory; {WARNS}", AGAIN)),
    ('{\n"auths": SECRET', (*DAMAGED, f"{CONFIG_JSON}:2", f"{CANNOT}: it is no JSON; {WARNS}", "log in again")),
    ('["SECRET"]', (*DAMAGED, f"{CONFIG_JSON}:1", f"{CANNOT}: it holds no object; {WARNS}", "log in again")),
    (
        TroubleKind.TOO_LARGE,
        (
            "credentials-unreadable",
            "note",
            CONFIG_JSON,
            f"regtui does not read the stored credentials: {CONFIG_JSON} is larger than 1 bytes",
            "",
        ),
    ),
]


@pytest.mark.parametrize(("content", "expected"), OF_DOCKER)
def test_logins_that_docker_makes_nothing_of_are_told(
    content: str | TroubleKind, expected: tuple[str, ...], tmp_path: Path
) -> None:
    assert of_survey(tmp_path, EngineName.RHEL_DOCKER, CONFIG_JSON, content) == [expected]


FAILS = "each pull fails for which no file before this one has a login: reading JSON file"
OF_PODMAN: list[tuple[str, str | TroubleKind, str, str, str]] = [
    (
        AUTH_JSON,
        TroubleKind.DENIED,
        AUTH_JSON,
        f'"{AUTH_JSON}": open {AUTH_JSON}: permission denied',
        "give the file to the user who runs podman",
    ),
    (AUTH_JSON, "", AUTH_JSON, f'"{AUTH_JSON}": read {AUTH_JSON}: is a directory', AGAIN),
    (
        CONFIG_JSON,
        '{\n"auths" SECRET}',
        f"{CONFIG_JSON}:2",
        f'"{CONFIG_JSON}": unmarshaling JSON at "{CONFIG_JSON}": invalid character \'S\' after object key',
        AGAIN,
    ),
]


@pytest.mark.parametrize(("path", "content", "place", "why", "fix"), OF_PODMAN)
def test_logins_over_which_podman_fails_are_told(
    path: str, content: str | TroubleKind, place: str, why: str, fix: str, tmp_path: Path
) -> None:
    told_of = of_survey(tmp_path, EngineName.PODMAN, path, content)
    assert told_of == [("credentials-unreadable", "error", place, f"{FAILS} {why}", fix)]


def test_lint_tells_of_podmans_logins_as_well(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    policy = {"etc/containers/policy.json": POLICY, "etc/containers/registries.conf": QUIET}
    write(tmp_path, {**policy, "root/.config/containers/auth.json": "{"})
    assert run(["lint", "--engine", "podman", "--root", str(tmp_path), "--no-color"]) == 1
    printed = capsys.readouterr().out
    assert printed.startswith("error    credentials-unreadable  /root/.config/containers/auth.json:1\n")


PROXY = "HTTPS_PROXY='http://proxy.example.com:3128'\n"
PROXIED: list[tuple[str, list[Told]]] = [
    (PROXY + "ADD_REGISTRY='--add-registry quay.io'\n", []),
    (
        PROXY + "ADD_REGISTRY='--add-registry reg.corp:5000 --add-registry 10.1.2.3:5000 --add-registry build:5000'\n",
        [("no-proxy-missing", "warning", "2 HTTPS_PROXY", "NO_PROXY='reg.corp,10.1.2.3,build'")],
    ),
    (
        PROXY + "NO_PROXY='.corp,10.1.2.3,build'\n"
        "ADD_REGISTRY='--add-registry reg.corp:5000 --add-registry 10.1.2.3:5000 --add-registry build:5000'\n",
        [],
    ),
    (
        PROXY + "NO_PROXY='.corp'\nADD_REGISTRY='--add-registry reg.corp:5000 --add-registry reg.example.com:5000'\n"
        "INSECURE_REGISTRY='--insecure-registry reg.example.com:5000'\n",
        [("no-proxy-missing", "warning", "2 HTTPS_PROXY", "NO_PROXY='.corp,reg.example.com'")],
    ),
    (
        PROXY + "NO_PROXY=10.0.0.0/8\nADD_REGISTRY='--add-registry 10.1.2.3:5000'\n",
        [
            (
                "no-proxy-pattern",
                "warning",
                "2 HTTPS_PROXY",
                "name each host, or a domain such as .example.com",
            ),
            ("no-proxy-missing", "warning", "2 HTTPS_PROXY", "NO_PROXY='10.0.0.0/8,10.1.2.3'"),
        ],
    ),
    ("ADD_REGISTRY='--add-registry reg.corp:5000'\n", []),
    ("HTTPS_PROXY='http://['\n", [("proxy-invalid", "warning", "2 HTTPS_PROXY", "http://HOST:PORT")]),
]


@pytest.mark.parametrize(("text", "expected"), PROXIED)
def test_a_registry_of_the_inside_goes_through_the_proxy(text: str, expected: list[Told], tmp_path: Path) -> None:
    assert told(lint(tmp_path, sysconfig(text))) == expected


def test_a_private_address_is_of_the_inside(tmp_path: Path) -> None:
    files = sysconfig(PROXY + "ADD_REGISTRY='--add-registry reg.example.com:5000'\n")
    expected = [("no-proxy-missing", "warning", "2 HTTPS_PROXY", "NO_PROXY='reg.example.com'")]
    assert told(lint(tmp_path, files, addresses={"reg.example.com": (ip_address("10.2.3.4"),)})) == expected
    assert told(lint(tmp_path, files, addresses={"reg.example.com": (ip_address("8.8.8.8"),)})) == []


def test_the_fix_has_the_form_of_the_place(tmp_path: Path) -> None:
    unit = '[Service]\nEnvironment="HTTPS_PROXY=http://user:secret@proxy:3128"\n'
    files: Files = sysconfig("ADD_REGISTRY='--add-registry reg.corp:5000'\n") | {DROP_IN: unit}
    (found,) = lint(tmp_path, files)
    assert found.fix == 'Environment="NO_PROXY=reg.corp"'
    mirrored = MOBY | {JSON: '{"registry-mirrors": ["https://m.corp"]}'}
    config, evidence = read(tmp_path / "moby", mirrored)
    proxies = Proxies(https="http://p:1", no_proxy="a", source=Source("/etc/docker/daemon.json", 1, "proxies"))
    (found,) = findings(replace(config, proxies=proxies), evidence)
    assert (found.code, found.fix) == ("no-proxy-missing", '"no-proxy": "a,m.corp"')


def test_a_clean_host_has_no_login(tmp_path: Path) -> None:
    assert lint(tmp_path, FORK) == ()
