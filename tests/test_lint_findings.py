"""All findings of a host together: recorded hosts, their order, what they may never hold, and that nothing raises."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regtui.host.lint import FINDINGS_LIMIT, Evidence, findings
from regtui.host.model import EngineName, HostConfig, Severity
from regtui.text import printable
from tests.golden import DATA, Row, rows
from tests.lint_hosts import (
    CERTS,
    DROP_IN,
    FORK,
    JSON,
    LOGINS,
    MOBY,
    OPTIONS,
    SYSCONFIG,
    Files,
    adding,
    blocking,
    daemon_json,
    insecure,
    lint,
    read,
    sysconfig,
    told,
)

if TYPE_CHECKING:
    from pathlib import Path

HOSTS = rows("hosts.jsonl")
SNAPSHOT: dict[str, list[list[str]]] = json.loads((DATA / "lint-codes.json").read_text())
CONF = "etc/containers/registries.conf"

CLEAN: list[Files] = [
    FORK,
    MOBY,
    sysconfig(""),
    adding("--add-registry reg.example.com:5000 --add-registry quay.io"),
    insecure("reg.example.com:5000"),
    blocking("quay.io"),
    adding("--registry-mirror=https://m.example.com"),
    daemon_json('{"insecure-registries": ["10.0.0.0/8"], "add-registry": ["quay.io"]}'),
    daemon_json('{"insecure-registries": ["10.0.0.0/8"], "registry-mirrors": ["https://m.example.com/"]}', MOBY),
    FORK | {LOGINS: '{"auths": {"https://index.docker.io/v1/": {"auth": "dTpw"}}}'},
    FORK | {DROP_IN: '[Service]\nEnvironment="HTTPS_PROXY=http://proxy:3128" "NO_PROXY=.corp"\n'},
]


def test_every_recorded_host_is_in_the_snapshot() -> None:
    assert sorted(SNAPSHOT) == sorted(row["id"] for row in HOSTS)


@pytest.mark.parametrize("row", HOSTS, ids=[row["id"] for row in HOSTS])
def test_a_recorded_host_has_the_findings_of_the_snapshot(row: Row, tmp_path: Path) -> None:
    files = {name: text.encode(row["encoding"]) for name, text in row["files"].items()}
    found = lint(tmp_path, files)
    assert [[one.code, str(one.severity), str(one.source or "")] for one in found] == SNAPSHOT[row["id"]]


@pytest.mark.parametrize("files", CLEAN)
def test_a_clean_host_has_no_finding(files: Files, tmp_path: Path) -> None:
    assert told(lint(tmp_path, files)) == []


@pytest.mark.parametrize("engine", [EngineName.PODMAN, EngineName.CONTAINERD])
def test_engines_that_are_no_dockerd_have_the_findings_of_reading_alone(engine: EngineName, tmp_path: Path) -> None:
    config, evidence = read(tmp_path, adding("--add-registry myreg"))
    assert findings(replace(config, engine=engine, findings=()), evidence) == ()


def test_errors_come_first_and_then_the_order_of_the_files(tmp_path: Path) -> None:
    files = sysconfig(
        "ADD_REGISTRY='--add-registry docker.io --add-registry myreg'\n"
        "INSECURE_REGISTRY='--insecure-registry docker.io --insecure-registry http://a.example.com'\n"
    ) | {JSON: '{"registry-mirrors": ["m.example.com", "http://["]}'}
    found = lint(tmp_path, files)
    ranks = [list(Severity).index(one.severity) for one in found]
    assert ranks == sorted(ranks)
    assert [(one.code, one.source.line if one.source else 0) for one in found] == [
        ("mirror-malformed", 1),
        ("mirror-no-scheme", 1),
        ("registry-skipped", 2),
        ("insecure-scheme", 3),
        ("mirror-docker-io-only", 1),
        ("registry-twice", 2),
        ("insecure-docker-io", 3),
    ]


def test_without_evidence_the_lists_are_judged_all_the_same(tmp_path: Path) -> None:
    config, _ = read(tmp_path, adding("--add-registry myreg"))
    assert [one.code for one in findings(config)] == ["registry-breaks-short-names"]


def test_equal_findings_are_told_once(tmp_path: Path) -> None:
    found = lint(tmp_path, adding("--add-registry quay.io --add-registry myreg --add-registry myreg"))
    assert [one.code for one in found] == ["registry-skipped", "registry-twice"]


def test_a_list_beyond_all_measure_is_judged_in_part(tmp_path: Path) -> None:
    names = [f"reg{number}" for number in range(5000)]
    found = lint(tmp_path, daemon_json(json.dumps({"add-registry": names, "insecure-registries": names})))
    assert len(found) == FINDINGS_LIMIT
    assert all(len(one.fix) <= 4000 for one in found)


SECRETS = [
    adding("--add-registry https://user:secret@quay.io --add-registry myreg"),
    adding("--registry-mirror=https://user:secret@m.example.com --add-registry myreg"),
    adding("--registry-mirror=https://user:secret@m.example.com/ --add-registry myreg"),
    insecure("http://user:secret@a.example.com --insecure-registry b.example.com/"),
    blocking("https://user:secret@a.example.com"),
    daemon_json('{"registry-mirrors": ["https://user:secret@m.example.com", "m2.example.com"]}'),
    daemon_json('{"registry-mirrors": ["https://user:secret@m.example.com", "m2.example.com"]}', MOBY),
    daemon_json('{"insecure-registries": "https://user:secret@a.example.com"}'),
    daemon_json('{"insecure-registries": ["https://user:secret@a.example.com", "b.example.com,c.example.com"]}', MOBY),
    sysconfig("HTTPS_PROXY=http://user:secret@proxy:1\nADD_REGISTRY='--add-registry reg.corp'\n"),
    sysconfig("ADD_REGISTRY='http://user:secret@quay.io'\n"),
    sysconfig("ADD_REGISTRY='--add-registry a.b'\nADD_REGISTRY='--add-registry https://user:secret@quay.io'\n"),
    sysconfig("DD_REGISTRY='--add-registry https://user:secret@quay.io'\n"),
    FORK | {LOGINS: '{"auths": {"https://user:secret@docker.io": {"auth": "dTpw"}}}'},
    FORK
    | {
        CONF: "registries: ['https://user:secret@quay.io']\n",
        "run/containers/registries.conf": "REGISTRIES='--add-registry https://user:secret@quay.io --add-registry x'\n",
    },
]


@pytest.mark.parametrize("files", SECRETS)
def test_no_finding_holds_a_password(files: Files, tmp_path: Path) -> None:
    found = lint(tmp_path, files)
    assert found
    assert "secret" not in str(found)


HOSTILE = "\x1b]52;c;x\x07\u202e\u200b"


@pytest.mark.parametrize(
    "files",
    [
        daemon_json(json.dumps({"add-registry": [f"a{HOSTILE}"], "insecure-registries": [f"http://{HOSTILE}"]})),
        daemon_json(json.dumps({"registry-mirrors": [f"m.example.com{HOSTILE}"], HOSTILE: 1})),
        daemon_json(json.dumps({"block-registry": [f"https://b{HOSTILE}"]})),
        FORK
        | {
            f"{CERTS}/quay.io\u202e/x.cert": "x",
            LOGINS: json.dumps({"auths": {f"docker.io/{HOSTILE}": {"auth": "dTpw"}}}),
        },
        sysconfig(f"ADD_REGISTRY='{HOSTILE.replace(chr(7), '').replace(chr(27), '')}'\n"),
    ],
)
def test_what_reaches_a_terminal_is_printable(files: Files, tmp_path: Path) -> None:
    found = lint(tmp_path, files)
    assert found
    for one in found:
        for text in (one.code, one.message, one.fix):
            assert printable(text, 10_000) == text


WORDS = st.sampled_from(
    [
        *(
            "--add-registry",
            "--insecure-registry",
            "--block-registry",
            "--registry-mirror",
            "--disable-legacy-registry",
        ),
        *(
            "quay.io",
            "docker.io",
            "myreg",
            "all",
            "http://m.example.com/",
            "10.0.0.0/8",
            "[::1]:5000",
            "a,b",
            "=",
            "''",
        ),
        *('"', "\\\n", "\r\n", "#", "$X", "ADD_REGISTRY=", "\nOPTIONS=", "\nexport ", "\n", "x@y", "\u00e9", "-"),
    ]
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.lists(WORDS, max_size=12))
def test_any_sysconfig_file_is_judged(words: list[str], tmp_path: Path) -> None:
    for one in lint(tmp_path, FORK | {SYSCONFIG: OPTIONS + "ADD_REGISTRY='" + " ".join(words) + "'\n"}):
        assert one.message.isprintable()
        assert one.code == one.code.lower()


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-1, 9)
    | st.sampled_from(["a.b", "http://a.b/c", "x", "", "10.1.1.1/8", "all", "é"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["a", "log-opts"]), inner, max_size=2),
    max_leaves=6,
)
KEYS = st.sampled_from(
    ["insecure-registries", "registry-mirrors", "add-registry", "block-registry", "registry-mirror", "proxies", "x"]
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(document=st.dictionaries(KEYS, VALUES, max_size=4) | VALUES, host=st.sampled_from([FORK, MOBY]))
def test_any_daemon_json_is_judged(document: object, host: Files, tmp_path: Path) -> None:
    for one in lint(tmp_path, host | {JSON: json.dumps(document)}):
        assert one.message.isprintable()


def test_every_kind_of_finding_is_shown_by_a_test() -> None:
    package = DATA.parent.parent / "regtui/host/lint"
    sources = "\n".join(path.read_text() for path in package.glob("*.py"))
    codes = set(re.findall(r'(?:error|warning|note|make|_warn)\(\s*"([a-z-]+)"', sources))
    codes |= set(re.findall(r'code(?:: str)? = "([a-z-]+)"', sources))
    shown = "\n".join(path.read_text() for path in (*DATA.parent.glob("test_l*.py"), DATA / "lint-codes.json"))
    assert len(codes) >= 60
    assert {code for code in codes if f'"{code}"' not in shown} == set()


@pytest.mark.parametrize(("engine", "least"), [("podman", 32), ("containerd", 21)])
def test_every_kind_of_finding_about_the_other_engines_is_shown_by_their_test(engine: str, least: int) -> None:
    tests = DATA.parent
    sources = "\n".join(path.read_text() for path in (tests.parent / f"regtui/host/{engine}").glob("lint*.py"))
    codes = set(re.findall(r'\b(?:error|warning|note)\(\s*"([a-z-]+)"', sources))
    for start, end in re.findall(r'\b(?:error|warning|note)\(\s*f"([a-z-]*)\{only\}([a-z-]*)"', sources):
        codes |= {f"{start}{only}{end}" for only in ("tag", "digest")}
    shown = (tests / f"test_lint_{engine}.py").read_text()
    assert len(codes) >= least
    assert {code for code in codes if f'"{code}"' not in shown} == set()


def test_a_lint_of_nothing_is_empty() -> None:
    assert findings(HostConfig(EngineName.MOBY, "test"), Evidence()) == ()
