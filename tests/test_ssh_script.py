"""What the far shell is told, in every shell that is here, and how its output is cut."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regtui.host.files import FILE_LIMIT, FileText, FileTrouble, TroubleKind
from regtui.ssh.errors import SshError
from regtui.ssh.files import FarFiles
from regtui.ssh.frames import TALK_LIMIT, Cutter, FloodError
from regtui.ssh.memory import Entry, Memory, State
from regtui.ssh.script import Kind, fetch, mark, prologue, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from regtui.ssh.script import Want

NONCE = "0123456789abcdef"
SHELLS = [shell for shell in ("dash", "bash", "ksh", "zsh", "busybox", "mksh") if shutil.which(shell)]
NOBODY = 65534


@contextmanager
def folder() -> Iterator[Path]:
    """A folder that everybody may enter, unlike those of pytest."""
    with tempfile.TemporaryDirectory() as path:
        Path(path).chmod(0o755)
        yield Path(path)


def told(shell: str, wants: list[Want], path: str | None = None) -> Memory:
    """Run the script as somebody who is not root, and return what it told."""
    words = ["busybox", "sh"] if shell == "busybox" else ["zsh", "--emulate", "sh"] if shell == "zsh" else [shell]
    ran = subprocess.run(
        [str(shutil.which(words[0])), *words[1:]],
        input=prologue(NONCE) + fetch(1, wants, about=True, login=False),
        capture_output=True,
        check=False,
        timeout=30,
        env={"PATH": path or os.environ["PATH"], "HOME": "/home/carol"},
        user=NOBODY if os.geteuid() == 0 else None,
    )
    (reply,) = Cutter(mark(NONCE)).feed(ran.stdout)
    memory = Memory()
    memory.fold(reply.records)
    return memory


@pytest.mark.parametrize("shell", SHELLS)
def test_every_kind_of_path_is_told_apart(shell: str) -> None:
    with folder() as root:
        (root / "file").write_bytes(b"one\n\0two\xff")
        (root / "empty").write_bytes(b"")
        (root / 'it\'s $(a) "name"').write_text("quoted")
        (root / "secret").write_text("x")
        (root / "secret").chmod(0o000)
        (root / "shut").mkdir(mode=0o700)
        (root / "shut/inside").write_text("x")
        (root / "shut").chmod(0o000)
        os.mkfifo(root / "fifo")
        (root / "masked").symlink_to("/dev/null")
        (root / "dangling").symlink_to("nowhere")
        (root / "large").write_bytes(b"x" * (FILE_LIMIT + 10))
        names = ("file", "empty", 'it\'s $(a) "name"', "secret", "shut/inside", "fifo", "masked", "dangling", "large")
        memory = told(shell, [(Kind.READ, f"{root}/{name}") for name in (*names, "nothing", "file/below")])
        files = FarFiles(memory, lambda _: pytest.fail("everything was told"))

        def kind(name: str) -> TroubleKind | bytes:
            found = files.read(f"{root}/{name}")
            return found.data if isinstance(found, FileText) else found.kind

        assert kind("file") == b"one\n\0two\xff"
        assert kind("empty") == b""
        assert kind('it\'s $(a) "name"') == b"quoted"
        assert kind("secret") is TroubleKind.DENIED
        assert kind("shut/inside") is TroubleKind.DENIED
        assert kind("nothing") is TroubleKind.MISSING
        assert kind("dangling") is TroubleKind.MISSING
        assert kind("fifo") is TroubleKind.SPECIAL
        assert kind("masked") is TroubleKind.SPECIAL
        assert kind("large") is TroubleKind.TOO_LARGE
        assert kind("file/below") is TroubleKind.OTHER
        assert files.target(f"{root}/masked") == "/dev/null"
        assert files.exists(f"{root}/dangling")
        assert memory.home == "/home/carol"
        assert memory.machine == os.uname().machine
        (root / "shut").chmod(0o700)


@pytest.mark.parametrize("shell", SHELLS)
def test_a_folder_comes_with_what_is_in_it(shell: str) -> None:
    with folder() as root:
        place = root / "certs.d/quay.io"
        place.mkdir(parents=True)
        (place / "ca.crt").write_text("pem")
        (root / "certs.d/.hidden").write_text("x")
        (root / "certs.d/a\nb").write_text("not sent")
        memory = told(shell, [(Kind.LIST, f"{root}/certs.d"), (Kind.LIST, f"{root}/none")])
        files = FarFiles(memory, lambda _: pytest.fail("everything was told"))
        assert files.list(f"{root}/certs.d") == (".hidden", "a\nb", "quay.io")
        assert files.list(str(place)) == ("ca.crt",)
        assert isinstance(files.read(f"{place}/ca.crt"), FileText)
        assert not files.exists(f"{place}/other.crt")
        assert isinstance(files.entries(f"{root}/none"), FileTrouble)


def test_cat_alone_will_do() -> None:
    with folder() as root:
        (root / "bin").mkdir()
        for program in ("cat", "ls"):
            (root / "bin" / program).symlink_to(str(shutil.which(program)))
        (root / "file").write_text("by cat")
        script = prologue(NONCE).replace(b":/usr/sbin:/sbin:/usr/bin:/bin", b"")
        ran = subprocess.run(
            ["/bin/sh"],
            input=script + fetch(1, [(Kind.READ, f"{root}/file")], about=True, login=False),
            capture_output=True,
            check=True,
            env={"PATH": f"{root}/bin"},
        )
    (reply,) = Cutter(mark(NONCE)).feed(ran.stdout)
    memory = Memory()
    memory.fold(reply.records)
    assert memory.entries[f"{root}/file"].data == b"by cat"


def test_a_reply_in_the_middle_of_a_file_is_taken_out() -> None:
    begins = f"\n{mark(NONCE)} "
    island = f"{begins}reply 2\n0\n10.0.0.1 STREAM a{begins}done 2\n"
    stream = f"hello{begins}begin 1\n{begins}file /a\nbefore {island}after{begins}status 0 /a\n{begins}end 1\n".encode()
    for size in (1, 7, len(stream)):
        cutter = Cutter(mark(NONCE))
        replies = [one for at in range(0, len(stream), size) for one in cutter.feed(stream[at : at + size])]
        assert [(one.number, bytes(one.records[0].body)) for one in replies] == [
            (2, b"0\n10.0.0.1 STREAM a"),
            (1, b"before after"),
        ]


@given(st.lists(st.binary(max_size=200), max_size=20))
def test_what_a_host_prints_never_raises_but_for_a_flood(pieces: list[bytes]) -> None:
    cutter, memory = Cutter(mark(NONCE)), Memory()
    for piece in (f"\n{mark(NONCE)} begin 1\n".encode(), *pieces, f"\n{mark(NONCE)} ".encode()):
        for reply in cutter.feed(piece):
            memory.fold(reply.records)


def test_a_flood_without_a_mark_is_told_from_one_with() -> None:
    with pytest.raises(FloodError) as caught:
        Cutter(mark(NONCE)).feed(b"x" * (TALK_LIMIT + 100))
    assert caught.value.talk


def test_the_script_does_not_hold_its_own_mark() -> None:
    assert mark(NONCE).encode() not in prologue(NONCE)
    assert quoted("a'b") == "'a'\\''b'"
    assert State("names") is State.NAMES


def test_a_screen_goes_on_with_what_is_known_when_the_host_is_lost() -> None:
    def lost(_: object) -> None:
        raise SshError("the connection to node7 is lost")

    files = FarFiles(Memory({"/known": Entry(State.FILE, b"x")}), lost)

    def reading() -> tuple[FileText | FileTrouble, ...]:
        return files.read("/known"), files.read("/other")

    with pytest.raises(SshError):
        files.settle(reading)
    files.bears_loss = True
    known, other = files.settle(reading)
    assert isinstance(known, FileText)
    assert isinstance(other, FileTrouble)
    assert other.message == "/other cannot be read: the connection to its host is lost"
