"""`--record`, `--report` and `replay`: what a walk leaves behind, and what is made of it again."""

from __future__ import annotations

import json
import os
import resource
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from regtui.cli import parse, run
from regtui.options import UsageError
from regtui.outfile import WriteError, check_target, write_file
from regtui.recording import load_recording
from tests.recordings import recorded
from tests.tui_pty import running_command

ROOT = Path(__file__).parent.parent
LARGE = 4096
"""Bytes that a recording is longer than."""


@pytest.fixture
def down(tmp_path: Path) -> list[str]:
    """Arguments for a host whose only registry refuses the connection, so that a walk ends at once."""
    config = tmp_path / "docker"
    config.write_text("BLOCK_REGISTRY='--block-registry docker.io'\n")
    return [
        f"--config={config}",
        "--resolve=down.example:5000:198.51.100.9",
        "--connect-to=down.example:5000:127.0.0.1:1",
    ]


NAME = "down.example:5000/app"


def test_a_replay_prints_what_was_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = str(tmp_path / "walk.rec")
    assert run(["--demo", "resolve", "redis", "--record", file]) == 0
    told = capsys.readouterr().out
    assert "bypassed: answered 500 Internal Server Error" in told
    assert run(["replay", file]) == 0
    assert capsys.readouterr().out == told


def test_a_replay_gives_the_same_document(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = str(tmp_path / "walk.rec")
    assert run(["--demo", "resolve", "team/app", "--all", "--json", "--record", file]) == 0
    document = capsys.readouterr().out
    assert [one["use"] for one in json.loads(document)["mirrors"]] == ["bypassed"]
    assert run(["replay", file, "--json"]) == 0
    assert capsys.readouterr().out == document


def test_a_failing_walk_is_kept_with_its_status(
    down: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "walk.rec"
    assert run(["resolve", NAME, "--record", str(file), *down]) == 1
    told = capsys.readouterr().out
    assert "refused" in told
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert run(["replay", str(file)]) == 1
    assert capsys.readouterr().out == told
    assert load_recording(file).plan.name == NAME


@pytest.mark.parametrize(
    ("name", "words", "beginning"),
    [
        ("walk.md", [], f"# `docker pull {NAME}`\n"),
        ("walk.MARKDOWN", [], f"# `docker pull {NAME}`\n"),
        ("walk.txt", [], f"docker pull {NAME}\n===="),
        ("walk", ["--report", "markdown"], f"# `docker pull {NAME}`\n"),
        ("walk.md", ["--report=text"], f"docker pull {NAME}\n===="),
        ("walk.json", [], '{"schema": "regtui.recording/1"'),
    ],
)
def test_the_files_suffix_or_an_option_chooses_the_kind(
    name: str, words: list[str], beginning: str, down: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / name
    assert run(["resolve", NAME, "--record", str(file), *words, *down]) == 1
    assert file.read_text().startswith(beginning)
    assert capsys.readouterr().out.startswith(f"1  {NAME}")


@pytest.mark.parametrize(("kind", "beginning"), [("markdown", f"# `docker pull {NAME}`\n"), ("text", "docker pull ")])
def test_a_report_is_printed_in_place_of_the_walk(
    kind: str, beginning: str, down: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["resolve", NAME, "--report", kind, *down]) == 1
    printed = capsys.readouterr().out
    assert printed.startswith(beginning)
    file = str(tmp_path / "walk.rec")
    assert run(["resolve", NAME, "--record", file, *down]) == 1
    capsys.readouterr()
    assert run(["replay", file, "--report", kind]) == 1
    again = capsys.readouterr().out
    assert [line for line in again.splitlines() if " ms" not in line and "by regtui" not in line] == [
        line for line in printed.splitlines() if " ms" not in line and "by regtui" not in line
    ]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["replay"], "replay takes a file that was written with"),
        (["replay", "a", "b"], "replay takes 1 name, not 2"),
        (["info", "--record", "x"], "--record belongs to resolve"),
        (["replay", "x", "--record", "y"], "--record belongs to resolve"),
        (["info", "--report", "text"], "--report belongs to resolve and replay"),
        (["resolve", "x", "--report", "pdf"], "invalid choice"),
        (["resolve", "x", "--dry-run", "--record", "y"], "--dry-run makes none"),
        (["resolve", "x", "--json", "--report", "text"], "--json and --report both say what is printed"),
        (["doctor", "x"], "doctor takes no name, not 1"),
    ],
)
def test_arguments_that_do_not_go_together_are_refused(words: list[str], message: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse(words)
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("data", "message"),
    [(b"", "line 1: this is no recording of regtui"), (recorded("debian")[:-40], "damaged or cut off")],
)
def test_a_damaged_recording_is_a_sentence(
    data: bytes, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "walk.rec"
    file.write_bytes(data)
    for words in ([], ["--json"], ["--report", "text"]):
        assert run(["replay", str(file), *words]) == 2
        told = capsys.readouterr()
        assert told.out == ""
        assert told.err.startswith(f"regtui: {file}: line ")
        assert message in told.err
        assert told.err.count("\n") == 1


def make_directory(path: Path) -> None:
    path.mkdir()


def make_fifo(path: Path) -> None:
    os.mkfifo(path)


def make_loop(path: Path) -> None:
    path.symlink_to(path.name)


def make_nothing(path: Path) -> None:
    path.parent.rmdir()


def make_file_of_folder(path: Path) -> None:
    path.parent.rmdir()
    path.parent.write_text("")


@pytest.mark.parametrize(
    ("make", "cause"),
    [
        (make_directory, "it is a directory"),
        (make_fifo, "it is no regular file"),
        (make_loop, "too many symbolic links"),
        (make_nothing, "no such file or directory"),
        (make_file_of_folder, "not a directory"),
    ],
)
def test_a_file_that_cannot_be_written_is_told_before_anybody_is_asked(
    make: object, cause: str, down: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "folder" / "walk.rec"
    file.parent.mkdir()
    assert callable(make)
    make(file)
    assert run(["resolve", NAME, "--record", str(file), *down]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith(f"regtui: --record: {file} cannot be written: {cause}")


@pytest.mark.fault(68)
def test_a_link_of_another_user_is_not_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target, link = tmp_path / "precious", tmp_path / "walk.rec"
    target.write_text("precious")
    link.symlink_to(target)
    owner = link.lstat().st_uid
    monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
    with pytest.raises(WriteError, match="is not written: it is a symbolic link of another user"):
        write_file(link, b"x")
    assert target.read_text() == "precious"
    monkeypatch.setattr(os, "geteuid", lambda: owner)
    write_file(link, b"x")
    assert (link.is_symlink(), target.read_text()) == (True, "x")


@pytest.mark.fault(68)
def test_a_file_is_replaced_whole_and_is_its_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / "walk.rec"
    file.write_text("old and long")
    file.chmod(0o666)
    before = file.stat().st_ino
    write_file(file, b"new")
    assert file.read_bytes() == b"new"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.stat().st_ino != before
    assert [one.name for one in tmp_path.iterdir()] == ["walk.rec"]


@pytest.mark.parametrize("name", ["a\0b", "x" * 300])
def test_a_name_that_no_file_can_have_is_a_sentence(name: str, tmp_path: Path) -> None:
    with pytest.raises(WriteError, match="cannot be written: "):
        check_target(tmp_path / name)


@pytest.mark.fault(68)
def test_a_disk_without_room_is_a_sentence(down: list[str], tmp_path: Path) -> None:
    """The system lets the process write no file longer than a recording."""
    file = tmp_path / "out" / "walk.rec"
    file.parent.mkdir()
    file.write_text("old")
    command = [sys.executable, "-B", "-m", "regtui", "resolve", NAME, "--record", str(file), *down]
    ran = subprocess.run(
        command,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (LARGE // 4, LARGE // 4)),
    )
    assert ran.returncode == 2
    assert ran.stderr == f"regtui: --record: {file} cannot be written: file too large\n"
    assert "docker pull would fail" in ran.stdout
    assert file.read_text() == "old"
    assert [one.name for one in file.parent.iterdir()] == ["walk.rec"]


def test_an_interrupted_walk_is_kept_as_far_as_it_went(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "walk.rec"
    command = [
        sys.executable,
        "-u",
        "-m",
        "regtui",
        "--demo",
        "resolve",
        "registry.dead.example/app",
        "--record",
        str(file),
    ]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()
        assert process.wait() == 130
    assert first == "1  registry.dead.example/app:latest  secure\n"
    assert run(["replay", str(file)]) == 1
    assert capsys.readouterr().out == first + rest
    assert run(["replay", str(file), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["error"] == "interrupted"


def test_a_replay_is_shown_in_the_terminal_interface(tmp_path: Path) -> None:
    file = tmp_path / "walk.rec"
    file.write_bytes(recorded("debian"))
    command = [sys.executable, "-m", "regtui", "replay", str(file)]
    environ = {"PYTHONPATH": str(ROOT), "TEXTUAL_ANIMATIONS": "none"}
    with running_command(command, size=(120, 36), environ=environ) as terminal:
        terminal.until("recording of /etc/sysconfig/docker")
        terminal.until("sha256:fc5f6e08c9e3")
        terminal.quiet()
        terminal.send(b"q")
        assert terminal.end() == 0
