"""What RHEL 7's registries.service makes of registries.conf: recorded files, both formats, and where it fails."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regtui.host.registries_conf import RegistriesConfError, is_version_2, registries_tool
from tests.golden import Row, rows

SOURCE, OUTPUT = "etc/containers/registries.conf", "run/containers/registries.conf"
RECORDED = [row for row in rows("hosts.jsonl") if SOURCE in row["files"] and OUTPUT in row["files"]]


@pytest.mark.parametrize("row", RECORDED, ids=[row["id"] for row in RECORDED])
def test_recorded_output(row: Row) -> None:
    assert registries_tool(row["files"][SOURCE].encode(row["encoding"])) == row["files"][OUTPUT]


def test_there_are_recordings_of_both_formats() -> None:
    assert len(RECORDED) == 9
    assert any("insecure_registries:" in row["files"][SOURCE] for row in RECORDED)


ADD, INSECURE, BLOCK = "--add-registry", "--insecure-registry", "--block-registry"
TEXTS = [
    ("", ""),
    ("# nothing\n", ""),
    ("[registries.search]\nregistries = ['a', 'b//']\n", f"{ADD} a {ADD} b "),
    ("[registries.block]\nregistries = ['c']\n[registries.insecure]\nregistries = ['b']\n", f"{INSECURE} b {BLOCK} c "),
    ('["registries.search"]\nregistries = ["a"]\n', f"{ADD} a "),
    ("registries = ['a']\n", ""),
    ("[[registry]]\nlocation = 'quay.io'\n", ""),
    ("[registries.search]\nregistries = 'ab'\n", f"{ADD} a {ADD} b "),
    ("registries:\n  - a\n  - 'b/'\n", f"{ADD} a {ADD} b "),
    ('registries: [a, "b"]  # two\n', f"{ADD} a {ADD} b "),
    ("registries: [a,\n  b]\nblock_registries: []\n", f"{ADD} a {ADD} b "),
    (
        "---\n# yaml\nregistries:\n- a # one\n\ninsecure_registries:\n  - b\nblock_registries:\n- all\n",
        f"{ADD} a {INSECURE} b {BLOCK} all ",
    ),
    ("other:\n  deep: 1\nregistries:\n- a\n", f"{ADD} a "),
    ("'registries': [a:5000]\n", f"{ADD} a:5000 "),
]


@pytest.mark.parametrize(("text", "words"), TEXTS)
def test_what_the_tool_writes(text: str, words: str) -> None:
    assert registries_tool(text.encode()) == f'REGISTRIES="{words}"'


@pytest.mark.parametrize(
    "data",
    [
        b"\xff",
        b"[registries.search]\nregistries = [1]\n",
        b"[registries.search]\nregistries = 1\n",
        b"[registries]\nsearch = 1\n",
        b"[registries.search]\n",
        b"[registries.search\n",
        b"registries:\n",
        b"registries:\n  - {a: b}\n",
        b"registries: [a\n",
        b"registries: [a]\n- b\n",
        b"- a\n",
        b"just words\n",
    ],
)
def test_where_the_tool_fails(data: bytes) -> None:
    with pytest.raises(RegistriesConfError) as caught:
        registries_tool(data)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("unqualified-search-registries = []\n", True),
        ("[[registry]]\nlocation = 'x'\n", True),
        ("[registries.search]\nregistries = []\n", False),
        ("[[registry\n", False),
        ("", False),
    ],
)
def test_version_2_is_told_apart(text: str, expected: bool) -> None:
    assert is_version_2(text.encode()) is expected


@given(st.binary(max_size=100) | st.text("[]registries.=:'\"\n- #,{}&*a", max_size=80).map(str.encode))
def test_no_bytes_raise_anything_else(data: bytes) -> None:
    with contextlib.suppress(RegistriesConfError):
        assert registries_tool(data).startswith('REGISTRIES="')
    assert is_version_2(data) in (True, False)


@pytest.mark.parametrize("data", [b"a = " + b"[" * 100_000, b"a=" + b"{a=" * 100_000])
def test_deep_nesting_is_refused(data: bytes) -> None:
    with pytest.raises(RegistriesConfError):
        registries_tool(data)
    assert not is_version_2(data)
