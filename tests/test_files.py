"""Host files are read bounded, below the root, and never make regtui wait or fall over."""

from __future__ import annotations

import os
import socket
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from regtui.host.files import FILE_LIMIT, NAMES_LIMIT, FileText, FileTrouble, HostFiles, TroubleKind
from regtui.host.model import HostFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def read(root: Path, path: str) -> FileText | FileTrouble:
    return HostFiles(root).read(path)


@pytest.fixture
def as_nobody() -> Iterator[Path]:
    """A folder in which the test is not root, who may read everything."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        was_root = os.geteuid() == 0
        if was_root:
            os.chown(folder, 65534, 65534)
            os.seteuid(65534)
        try:
            yield folder
        finally:
            if was_root:
                os.seteuid(0)


def make_fifo(path: Path) -> None:
    os.mkfifo(path)


def make_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))


def make_loop(path: Path) -> None:
    path.symlink_to(path.name)


def make_long_loop(path: Path) -> None:
    path.symlink_to("x/" * 500 + "../" * 500 + path.name)
    Path(path.parent, "x").symlink_to(".")


def make_endless(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(1 << 40)  # sparse: who reads all of it reads for hours


def make_large(path: Path) -> None:
    path.write_bytes(b"x" * (20 << 20))


TROUBLES: list[tuple[Callable[[Path], None], TroubleKind, str]] = [
    (lambda _: None, TroubleKind.MISSING, "/f does not exist"),
    (Path.mkdir, TroubleKind.DIRECTORY, "/f is a directory, not a file"),
    (make_fifo, TroubleKind.SPECIAL, "/f is not a regular file but a FIFO"),
    (make_loop, TroubleKind.LOOP, "/f cannot be read: too many levels of symbolic links"),
    (make_long_loop, TroubleKind.LOOP, "/f cannot be read: too many levels of symbolic links"),
    (lambda path: path.symlink_to("/nowhere"), TroubleKind.MISSING, "/f does not exist"),
    (make_large, TroubleKind.TOO_LARGE, f"/f is larger than {FILE_LIMIT} bytes"),
    (make_endless, TroubleKind.TOO_LARGE, f"/f is larger than {FILE_LIMIT} bytes"),
]


@pytest.mark.parametrize(("make", "kind", "message"), TROUBLES)
def test_what_is_no_readable_file_is_a_value_with_a_sentence(
    make: Callable[[Path], None], kind: TroubleKind, message: str, tmp_path: Path
) -> None:
    make(tmp_path / "f")
    found = read(tmp_path, "/f")
    assert isinstance(found, FileTrouble)
    assert (found.kind, found.message) == (kind, message)


def test_a_socket_cannot_be_opened(tmp_path: Path) -> None:
    make_socket(tmp_path / "f")
    found = read(tmp_path, "/f")
    assert isinstance(found, FileTrouble)
    assert found.kind is TroubleKind.OTHER


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null", "/dev/tty"])
def test_a_device_is_not_read_behind_a_link_either(device: str, tmp_path: Path) -> None:
    link = tmp_path / "f"
    link.symlink_to(device)
    found = HostFiles("/").read(str(link))
    assert isinstance(found, FileTrouble)
    assert found.kind in (TroubleKind.SPECIAL, TroubleKind.OTHER)  # a test without a terminal cannot open its own


def test_a_file_that_may_not_be_read_says_so(as_nobody: Path) -> None:
    (as_nobody / "f").write_text("secret")
    (as_nobody / "f").chmod(0)
    (as_nobody / "d").mkdir(0)
    files = HostFiles(as_nobody)
    found = files.read("/f")
    assert isinstance(found, FileTrouble)
    assert (found.kind, found.message) == (TroubleKind.DENIED, "/f cannot be read: permission denied")
    listed = files.entries("/d")
    assert isinstance(listed, FileTrouble)
    assert listed.kind is TroubleKind.DENIED
    assert files.list("/d") == ()


@pytest.mark.parametrize("path", ["/a\0b", "/\ud800", "", "/f/", "/f/below", "/" + "n" * 300, "/n" * 5000])
def test_no_path_makes_reading_raise(path: str, tmp_path: Path) -> None:
    (tmp_path / "f").write_text("")
    files = HostFiles(tmp_path)
    assert isinstance(files.read(path), (FileText, FileTrouble))
    assert files.list(path) in ((), ("f",))
    assert files.exists(path) in (True, False)
    assert files.target(path)


def test_links_stay_below_the_root(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/passwd").write_text("the guest's")
    (tmp_path / "absolute").symlink_to("/etc/passwd")
    (tmp_path / "climbing").symlink_to("../../../../../../etc/passwd")
    (tmp_path / "folder").symlink_to("/etc")
    for path in ("/absolute", "/climbing", "/folder/passwd", "/../../etc/passwd", "etc//./passwd"):
        assert read(tmp_path, path) == FileText(path, b"the guest's")
    assert HostFiles(tmp_path).target("/climbing") == "/etc/passwd"


def test_a_file_at_the_limit_is_read(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"x" * 100)
    assert isinstance(HostFiles(tmp_path).read("/f", 100), FileText)
    assert isinstance(HostFiles(tmp_path).read("/f", 99), FileTrouble)


def test_a_file_of_unknown_size_is_read_to_its_end() -> None:
    found = HostFiles("/").read("/proc/self/status")  # its size is 0 for stat
    assert isinstance(found, FileText)
    assert b"Name:" in found.data


def test_names_are_sorted_and_bounded(tmp_path: Path) -> None:
    for name in ("b", "a", "c"):
        (tmp_path / name).touch()
    assert HostFiles(tmp_path).list("/") == ("a", "b", "c")
    many = tmp_path / "many"
    many.mkdir()
    for number in range(NAMES_LIMIT + 10):
        (many / str(number)).touch()
    assert len(HostFiles(tmp_path).list("/many")) == NAMES_LIMIT


def test_every_file_that_was_looked_at_is_remembered(tmp_path: Path) -> None:
    (tmp_path / "there").touch()
    (tmp_path / "folder").mkdir()
    files = HostFiles(tmp_path)
    for path in ("/there", "/not-there", "/folder", "/there", "/\x1b[31m"):
        files.read(path)
    assert files.looked_at == (
        HostFile("/there", "read"),
        HostFile("/not-there", "missing"),
        HostFile("/folder", "/folder is a directory, not a file"),
        HostFile("/\\x1b[31m", "missing"),
    )


def test_trouble_reads_as_the_engine_prints_it(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    texts = [found.as_go for path in ("/none", "/folder") if isinstance(found := read(tmp_path, path), FileTrouble)]
    assert texts == ["open /none: no such file or directory", "read /folder: is a directory"]


def test_what_was_read_does_not_show_in_a_repr() -> None:
    assert "secret" not in repr(FileText("/f", b"secret"))
