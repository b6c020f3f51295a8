"""Recorded hosts from the command line: `info` and `resolve --dry-run` below `--root`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from regtui.cli import run
from tests.golden import Row, rows

if TYPE_CHECKING:
    from pathlib import Path

HOSTS = rows("hosts.jsonl")
COMMON = ["--engine", "rhel-docker", "--root"]


@pytest.fixture
def root(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    for name, text in request.param["files"].items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode(request.param["encoding"]))
    return str(tmp_path)


@pytest.mark.parametrize(
    ("root", "row"), [(row, row) for row in HOSTS], ids=[row["id"] for row in HOSTS], indirect=["root"]
)
def test_the_command_line_shows_the_recorded_host(root: str, row: Row, capsys: pytest.CaptureFixture[str]) -> None:
    expected = row["expected"]
    status = run(["info", *COMMON, root])
    told = capsys.readouterr()
    if expected["start_error"]:
        assert status == 2
        first = expected["start_error"].splitlines()[0]
        assert first.replace("â", "") in told.err.replace("\\xe2", "").replace("â", "")
        return
    assert status == 0
    lines = told.out.splitlines()
    assert expected["registries_line"] in lines
    if expected["registry_line"]:
        assert expected["registry_line"] in lines
    insecure = [f" {name}" for name in (*expected["insecure_names"], *expected["insecure_cidrs"])]
    assert set(insecure) <= set(lines)
    for pull in expected["pull"]:
        status = run(["resolve", pull["name"], *COMMON, root, "--dry-run", "--json"])
        document = json.loads(capsys.readouterr().out)
        assert status == (1 if document["refused"] else 0)
        if "error" in pull:
            assert document["refused"]
            continue
        endpoints = [[e["url"] for e in c["endpoints"]] for c in document["candidates"]]
        recorded = [[text.split()[1].rstrip("/") for text in step.get("endpoints", [])] for step in pull["steps"]]
        assert endpoints == recorded or document["refused"]
