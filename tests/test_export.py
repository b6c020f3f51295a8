"""A walk as a file: what each format holds, what it is named, what it leaves out."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from regtui.events import CredentialChosen
from regtui.export import PURPOSES, SUFFIXES, Export, ExportKind, free_name, is_there, save
from regtui.outfile import WriteError
from regtui.recording import read_recording
from tests.tui_fakes import CONFIG, DIGEST, HEALTHY, SCRIPTS, SYSCONFIG

WRITTEN = "2026-11-28T01:02:03Z"
SECRET = "hunter2-and-more"
WALK = Export(CONFIG, SYSCONFIG, (*SCRIPTS["debian"], *HEALTHY), WRITTEN)


def test_a_recording_is_read_back_as_it_was() -> None:
    recording = read_recording(WALK.data(ExportKind.RECORDING))
    assert recording.events == WALK.happened
    assert (recording.place, recording.written) == (SYSCONFIG, WRITTEN)


def test_json_is_the_document_of_resolve() -> None:
    document = json.loads(WALK.data(ExportKind.JSON))
    assert document["schema"] == "regtui.resolution/1"
    assert document["found"]["digest"] == DIGEST
    assert [mirror["use"] for mirror in document["mirrors"]] == ["used"]


@pytest.mark.parametrize(
    ("kind", "begins"), [(ExportKind.MARKDOWN, "# `docker pull debian`"), (ExportKind.TEXT, "dock")]
)
def test_a_report_tells_the_verdict(kind: ExportKind, begins: str) -> None:
    text = WALK.data(kind).decode()
    assert text.startswith(begins)
    assert DIGEST in text
    assert WRITTEN in text


@pytest.mark.parametrize("kind", ExportKind)
@pytest.mark.parametrize("name", ["debian", "nosuch"])
def test_a_walk_that_runs_can_be_written_at_every_moment(kind: ExportKind, name: str) -> None:
    for count in range(1, len(SCRIPTS[name]) + 1):
        assert replace(WALK, happened=SCRIPTS[name][:count]).data(kind)


@pytest.mark.parametrize("kind", ExportKind)
def test_no_secret_and_no_home_is_written(kind: ExportKind, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/srv/people/ada")
    told = CredentialChosen(9.0, 0, 1, f"Authorization: Basic {SECRET} of /srv/people/ada/.docker/config.json")
    events = (*SCRIPTS["debian"][:-1], told, SCRIPTS["debian"][-1])
    data = Export(CONFIG, "/srv/people/ada/docker", events, WRITTEN).data(kind).decode()
    assert SECRET not in data
    assert "/srv/people" not in data
    assert "config.json" in data


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("etcd", "regtui-etcd.md"),
        ("quay.io/coreos/etcd:v3.5.9", "regtui-quay.io-coreos-etcd-v3.5.9.md"),
        ("../../etc/passwd", "regtui-etc-passwd.md"),
        ("a" * 300, f"regtui-{'a' * 80}.md"),
        ("\x1b]0;x\x07", "regtui-0-x.md"),
        ("///", "regtui-walk.md"),
    ],
)
def test_a_file_is_named_after_the_image(
    name: str, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert free_name(name, ExportKind.MARKDOWN) == expected


def test_a_name_that_is_taken_gets_a_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for expected in ("regtui-etcd.jsonl", "regtui-etcd-2.jsonl", "regtui-etcd-3.jsonl"):
        assert free_name("etcd", ExportKind.RECORDING) == expected
        Path(expected).symlink_to("/nowhere")
        assert is_there(expected)


def test_where_nothing_can_be_made_the_file_goes_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert free_name("etcd", ExportKind.JSON) == "~/regtui-etcd.json"


def test_a_saved_file_is_the_owners_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    path = save(WALK, ExportKind.TEXT, "  ~/walk.txt ")
    assert path == tmp_path / "walk.txt"
    assert path.read_bytes() == WALK.data(ExportKind.TEXT)
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "a file needs a name"),
        ("   ", "a file needs a name"),
        ("no/such/folder.md", "no such file or directory"),
        (".", "it is a directory"),
        ("~nobody-of-this-name/x.md", "there is no home directory for '~nobody-of-this-name'"),
        ("a\0b", "no valid path"),
    ],
)
def test_what_cannot_be_written_is_a_sentence(
    typed: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert not is_there(typed) or typed == "."
    with pytest.raises(WriteError, match=words):
        save(WALK, ExportKind.JSON, typed)
    assert list(tmp_path.iterdir()) == []


def test_every_format_has_a_suffix_and_a_purpose() -> None:
    assert set(SUFFIXES) == set(PURPOSES) == set(ExportKind)
    assert len(set(SUFFIXES.values())) == len(ExportKind)
