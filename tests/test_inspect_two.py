"""`regtui inspect NAME OTHER`: two images compared, as text and as a document."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from regtui.commands.inspect_two import named_beside

ROOT = Path(__file__).parent.parent
ETCD = "quay.io/coreos/etcd:v3.5.21"


def run(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "regtui", "--demo", "inspect", *words]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=60, check=False)


@pytest.mark.parametrize(
    ("first", "other", "name"),
    [
        ("a:1", "b:2", "b:2"),
        ("r:5000/team/a:1", ":2", "r:5000/team/a:2"),
        ("r:5000/team/a", ":2", "r:5000/team/a:2"),
        ("a:1", "@sha256:0", "a@sha256:0"),
        ("r/a:1@sha256:0", ":2", "r/a:2"),
    ],
)
def test_a_tag_alone_is_another_one_of_the_same_repository(first: str, other: str, name: str) -> None:
    assert named_beside(first, other) == name


def test_two_images_are_compared_part_by_part() -> None:
    ran = run(ETCD, ":v3.4.31")
    assert (ran.returncode, ran.stderr) == (0, "")
    lines = ran.stdout.splitlines()
    assert lines[:2] == [f"- {ETCD}", "+ quay.io/coreos/etcd:v3.4.31"]
    assert {"platforms", "configuration"} < set(lines)
    assert any(line.startswith("layers  ") and line.endswith(", for linux/amd64") for line in lines)
    assert "  ~ env ETCD_VERSION" in lines


def test_one_image_under_two_names_is_the_same() -> None:
    ran = run(ETCD, ":latest")
    assert ran.returncode == 0
    assert ran.stdout.splitlines()[2:] == ["the same image: the digests are equal"]


def test_the_document_has_both_sides_of_every_part() -> None:
    document = json.loads(run(ETCD, ":v3.4.31", "--json").stdout)
    assert (document["schema"], document["same"], document["exit"]) == ("regtui.difference/1", False, 0)
    assert document["compared_platforms"] == ["linux/amd64", "linux/amd64"]
    (version,) = [field for field in document["config"] if field["name"] == "env ETCD_VERSION"]
    assert version == {"name": "env ETCD_VERSION", "change": "changed", "before": "v3.5.21", "after": "v3.4.31"}
    assert {layer["change"] for layer in document["layers"]} == {"same", "removed", "added"}


def test_where_one_of_them_is_not_there_nothing_is_compared() -> None:
    ran = run(ETCD, ":nosuch", "--json")
    document = json.loads(ran.stdout)
    assert (ran.returncode, document["exit"]) == (1, 1)
    assert document["tried"][0]["outcome"] == "not-found"
    assert "manifest unknown" in ran.stderr
    refused = run(ETCD, "UPPER/case")
    assert refused.returncode == 1
    assert refused.stdout == ""


@pytest.mark.parametrize("option", ["--raw", "--platform=linux/arm64"])
def test_what_shows_one_image_takes_one_name(option: str) -> None:
    ran = run(ETCD, ":latest", option)
    assert ran.returncode == 2
    assert "name one" in ran.stderr
