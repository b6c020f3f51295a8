"""Names that were asked for: kept for one person, never a secret, and never a reason to trouble anybody."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from regtui.history import FILE_LIMIT, MOST, History, is_kept


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "history"


def test_names_come_back_with_the_newest_last_and_once_each(path: Path) -> None:
    for name in ("etcd", "debian", "quay.io/coreos/etcd:v3.5.9", "etcd"):
        History(path).add(name)
    assert History(path).names() == ("debian", "quay.io/coreos/etcd:v3.5.9", "etcd")
    assert path.read_text() == "debian\nquay.io/coreos/etcd:v3.5.9\netcd\n"


def test_only_the_newest_are_kept(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("".join(f"name-{number}\n" for number in range(MOST + 50)))
    assert History(path).names()[0] == "name-50"
    History(path).add("new")
    assert len(path.read_text().splitlines()) == MOST
    assert History(path).names()[-1] == "new"


def test_the_file_and_its_folder_are_the_users_alone(path: Path) -> None:
    History(path).add("etcd")
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert [file.name for file in path.parent.iterdir()] == ["history"]


@pytest.mark.parametrize(
    "name",
    [
        "",
        "  etcd",
        "a" * 513,
        "et\ncd",
        "\x1b]0;x\x07",
        "caf\u202ee",
        "user:pass-word@registry.example/app",
        "https://user:pass-word@registry.example/app",
        "app?token=abc123def456",
    ],
)
def test_what_may_be_a_secret_or_no_line_is_not_kept(name: str, path: Path) -> None:
    assert not is_kept(name)
    History(path).add(name)
    assert not path.exists()


def test_a_line_that_would_not_be_written_is_not_read(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("etcd\n\x1b[31mred\nuser:pass-word@registry.example/app\ndebian\n")
    assert History(path).names() == ("etcd", "debian")


@pytest.mark.parametrize("damage", ["missing", "binary", "large", "folder", "link", "fifo"])
def test_a_file_that_cannot_be_used_is_no_history(damage: str, path: Path, tmp_path: Path) -> None:
    path.parent.mkdir()
    match damage:
        case "binary":
            path.write_bytes(b"\xff\xfe\x00")
        case "large":
            path.write_bytes(b"etcd\n" * (FILE_LIMIT // 5 + 1))
        case "folder":
            path.mkdir()
        case "link":
            other = tmp_path / "other"
            other.write_text("etcd\n")
            path.symlink_to(other)
        case "fifo":
            os.mkfifo(path)
    assert History(path).names() == ()
    History(path).add("debian")
    if damage == "folder":
        assert list(path.parent.iterdir()) == [path]
    else:
        assert History(path).names() == ("debian",)
    if damage == "link":
        assert (tmp_path / "other").read_text() == "etcd\n"


def test_a_folder_that_takes_nothing_troubles_nobody(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("in the way")
    history = History(tmp_path / "state" / "history")
    history.add("etcd")
    assert history.names() == ()


def test_it_lies_in_the_platforms_folder_for_state() -> None:
    History.of_user().add("etcd")
    home = Path(os.environ["HOME"])
    assert (home / ".local/state/regtui/history").read_text() == "etcd\n"
