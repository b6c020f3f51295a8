"""`regtui lint`: what it prints, the document, and the exit status for a script."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from regtui.cli import parse, run
from regtui.options import UsageError
from tests.lint_hosts import FORK, JSON, LOGINS, MOBY, SYSCONFIG, UNIT, Files, adding, insecure, sysconfig, write

if TYPE_CHECKING:
    from pathlib import Path

CONFLICT = insecure("reg.example.com:5000") | {JSON: '{"insecure-registries": []}'}
STATUS: list[tuple[Files, int, str]] = [
    (FORK, 0, "rhel-docker: nothing to report"),
    (MOBY, 0, "moby: nothing to report"),
    (insecure("10.1.2.3"), 0, "rhel-docker: 1 note"),
    (insecure("reg.example.com"), 1, "rhel-docker: 1 warning"),
    (
        adding("--add-registry myreg --add-registry quay.io/ --add-registry gcr.io/"),
        1,
        "rhel-docker: 1 error, 2 warnings",
    ),
    (CONFLICT, 2, "rhel-docker: 1 error"),
    (FORK | {JSON: "{"}, 2, "rhel-docker: 1 error"),
]


@pytest.mark.parametrize(("files", "status", "last"), STATUS)
def test_the_exit_status_says_how_grave_it_is(
    files: Files, status: int, last: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, files)
    assert run(["lint", "--root", str(tmp_path)]) == status
    printed = capsys.readouterr()
    assert (printed.out.splitlines()[-1], printed.err) == (last, "")


def test_a_finding_as_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, insecure("reg.example.com"))
    assert run(["lint", "--root", str(tmp_path), "--no-color"]) == 1
    why = "the port is part of the name, and docker compares names to the letter"
    assert capsys.readouterr().out.splitlines() == [
        "warning  insecure-port  /etc/sysconfig/docker:3 INSECURE_REGISTRY",
        f"   `reg.example.com` does not cover `reg.example.com:5000`: {why}",
        "   fix: INSECURE_REGISTRY='--insecure-registry reg.example.com:5000'",
        "rhel-docker: 1 warning",
    ]


def test_a_finding_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, insecure("reg.example.com"))
    assert run(["lint", "--json", "--root", str(tmp_path)]) == 1
    document = json.loads(capsys.readouterr().out)
    (finding,) = document["findings"]
    assert finding["source"] == {"file": "/etc/sysconfig/docker", "line": 3, "name": "INSECURE_REGISTRY"}
    assert (finding["code"], finding["severity"]) == ("insecure-port", "warning")
    assert finding["fix"] == "INSECURE_REGISTRY='--insecure-registry reg.example.com:5000'"
    assert document["counts"] == {"error": 0, "warning": 1, "note": 0}
    assert (document["schema"], document["engine"], document["exit"]) == ("regtui.lint/1", "rhel-docker", 1)
    assert document["refusal"] is None


def test_a_refusal_as_json_has_dockers_own_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, CONFLICT)
    assert run(["lint", "--json", "--root", str(tmp_path)]) == 2
    document = json.loads(capsys.readouterr().out)
    assert "both as a flag and in the configuration file" in document["refusal"]
    assert [one["code"] for one in document["findings"]] == ["flag-file-conflict"]
    assert document["exit"] == 2


def test_files_that_are_named_are_judged_with_their_own_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "docker").write_bytes(
        b"OPTIONS='--signature-verification=false'\r\nDD_REGISTRY='--add-registry a.b'\r\n"
    )
    empty = tmp_path / "root"
    empty.mkdir()
    assert run(["lint", "--json", "--config", "docker", "--root", str(empty)]) == 1
    found = json.loads(capsys.readouterr().out)["findings"]
    assert [(one["code"], one["source"]["file"], one["source"]["line"]) for one in found] == [
        ("variable-misspelt", "docker", 2),
        ("crlf", "docker", 1),
    ]


def test_a_file_that_cannot_be_used_is_a_refusal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lint", "--config", str(tmp_path / "none")]) == 2
    assert "config-unreadable" in capsys.readouterr().out


def test_below_another_root_its_own_logins_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = tmp_path / "mine"
    write(mine, {"config.json": '{"auths": {"docker.io": {"auth": "dTpw"}}}'})
    monkeypatch.setenv("DOCKER_CONFIG", str(mine))
    host = tmp_path / "host"
    write(host, FORK)
    assert run(["lint", "--root", str(host)]) == 0
    write(host, {LOGINS: '{"auths": {"docker.io": {"auth": "dTpw"}}}'})
    assert run(["lint", "--root", str(host)]) == 1
    assert "login-key  /root/.docker/config.json:1 auths" in capsys.readouterr().out


def test_the_demo_is_a_host_that_works(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--demo", "lint", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)["findings"]
    codes = {one["code"] for one in found}
    assert codes >= {"mirror-docker-io-only", "mirror-in-list", "env-export", "variable-misspelt", "login-port"}
    assert len(codes) >= 12
    assert {one["severity"] for one in found} == {"warning", "note"}


def test_an_image_may_be_called_lint() -> None:
    options = parse(["resolve", "lint"])
    assert options is not None
    assert (options.command, options.words) == ("resolve", ("lint",))


@pytest.mark.parametrize("words", [["lint", "x"], ["lint", "--strict"], ["lint", "--dry-run"]])
def test_lint_takes_no_name_and_no_option_of_resolve(words: list[str]) -> None:
    with pytest.raises(UsageError):
        parse(words)


def test_what_is_printed_is_printable(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hostile = "\u202e\u200b\u00e9"
    files = sysconfig(f"ADD_REGISTRY='--add-registry a{hostile}'\n") | {UNIT: FORK[UNIT], SYSCONFIG + hostile: "x"}
    write(tmp_path, files)
    assert run(["lint", "--root", str(tmp_path)]) == 1
    assert all(line.isprintable() for line in capsys.readouterr().out.splitlines())
