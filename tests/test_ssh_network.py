"""What the far side allows and says: its daemon, its name server where it has no getent, forbidden connections."""

from __future__ import annotations

import asyncio
import struct
import threading
from contextlib import contextmanager
from ipaddress import ip_address
from typing import TYPE_CHECKING

import pytest

from regtui.daemon import DaemonError, running_daemon
from regtui.host.model import EngineName
from regtui.registry.errors import NetworkError
from regtui.ssh.dns import Answer, ask, question, read
from regtui.ssh.host import far_host as log_in
from regtui.ssh.words import Words
from tests.docker_socket import always, listening, recorded
from tests.far_hosts import PROGRAMS, far_host, rhel_7
from tests.programs import needs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from regtui.ssh.host import FarHost as Far

FILES = rhel_7("ADD_REGISTRY='--add-registry registry.far:5000'\n")
OUTSIDE = 'exec /bin/sh -c "$SSH_ORIGINAL_COMMAND"'
"""A shell in no root of its own: sshd and the shell see the same sockets."""


@contextmanager
def logged_in(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    files: dict[str, str] = FILES,
    command: str = "",
    options: tuple[str, ...] = (),
    programs: tuple[str, ...] = PROGRAMS,
    socket: str = "/var/run/docker.sock",
    sudo: bool = False,
) -> Iterator[Far]:
    with far_host(folder, files, command=command, options=options, programs=programs) as host:
        monkeypatch.setenv("PATH", host.environment()["PATH"])
        with log_in(host.name, batch=True, socket=socket, sudo=sudo) as far:
            yield far


@pytest.mark.parametrize("options", [(), ("AllowStreamLocalForwarding no",)], ids=["through ssh", "by curl"])
def test_the_daemon_of_the_other_host_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]
) -> None:
    needs("curl")
    path = str(tmp_path / "d.sock")
    with (
        listening(path, recorded("rhel-docker")) as server,
        logged_in(tmp_path, monkeypatch, command=OUTSIDE, options=options, programs=(), socket=path) as far,
    ):
        live = asyncio.run(far.daemon())
    assert live.engine is EngineName.RHEL_DOCKER
    assert live.socket == path
    assert sorted(one.split()[1] for one in server.requests) == ["/images/json", "/info", "/version"]
    assert {one.split()[0] for one in server.requests} == {"GET"}


def test_a_daemon_that_is_not_there_or_no_daemon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = str(tmp_path / "d.sock")
    with logged_in(tmp_path, monkeypatch, command=OUTSIDE, programs=(), socket=path) as far:
        with pytest.raises(DaemonError, match=r"does not exist: no daemon of docker runs on node7") as caught:
            asyncio.run(far.daemon())
        assert caught.value.missing
    (tmp_path / "second").mkdir()
    with (
        listening(path, always(b"SSH-2.0-no\r\n\r\n")),
        logged_in(tmp_path / "second", monkeypatch, command=OUTSIDE, programs=(), socket=path) as far,
        pytest.raises(DaemonError, match="gave no answer, neither through ssh nor to curl"),
    ):
        asyncio.run(far.daemon())


def test_a_running_daemon_is_told_by_its_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {
        **FILES,
        "/proc/123/comm": "dockerd-current\n",
        "/proc/123/cmdline": "/usr/bin/dockerd-current\0--add-registry\0old.far\0",
        "/proc/123/stat": "123 (dockerd-current) S 1 123\n",
        "/proc/124/comm": "sleep\n",
        "/proc/124/cmdline": "sleep\0",
    }
    with logged_in(tmp_path, monkeypatch, files=files) as far:
        before = far.shell.asked
        running = running_daemon(far.files)
        assert far.shell.asked == before
    assert running is not None
    assert [word.value for word in running.arguments] == ["--add-registry", "old.far"]


def test_a_forward_that_sshd_forbids_leaves_the_answer_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with logged_in(tmp_path, monkeypatch, options=("AllowTcpForwarding no",)) as far:
        with pytest.raises(
            NetworkError, match=r"the sshd of node7 lets no connection through to 127\.0\.0\.1:9"
        ) as one:
            asyncio.run(far.dialer.dial(ip_address("127.0.0.1"), 9))
        assert one.value.own_limit


def test_sudo_reads_what_only_root_may(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sudo = tmp_path / "sudo"
    sudo.write_text('#!/bin/sh\n[ "$1" = -n ] || exit 1\nshift\necho "as root: $*" >> "$0.log"\nexec "$@"\n')
    sudo.chmod(0o755)
    command = f'PATH={tmp_path}:$PATH; exec /bin/sh -c "$SSH_ORIGINAL_COMMAND"'
    with logged_in(tmp_path, monkeypatch, command=command, programs=(), sudo=True) as far:
        assert far.machine
    assert (tmp_path / "sudo.log").read_text() == "as root: sh\n"


class NameServer:
    """A name server over TCP that knows one name, on a thread."""

    def __init__(self) -> None:
        self.asked: list[bytes] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        starting = asyncio.start_server(self._answer, "127.0.0.1", 0)
        self._server = asyncio.run_coroutine_threadsafe(starting, self._loop).result(30)
        self.port: int = self._server.sockets[0].getsockname()[1]

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(2):
            (length,) = struct.unpack(">H", await reader.readexactly(2))
            query = await reader.readexactly(length)
            self.asked.append(query)
            message = reply(query)
            writer.write(struct.pack(">H", len(message)) + message)
        await reader.read()
        writer.close()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._server.close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(30)
        self._loop.close()


def reply(query: bytes) -> bytes:
    """Answer for `known.far`, through an alias; any other name does not exist."""
    number = query[:2]
    kind = query[-4:-2]
    if b"\x05known\x03far" not in query:
        return number + struct.pack(">5H", 0x8183, 1, 0, 0, 0) + query[12:]
    alias = b"\xc0\x0c\x00\x05\x00\x01\x00\x00\x00\x3c\x00\x06\x03reg\xc0\x12"
    if kind != b"\x00\x01":
        return number + struct.pack(">5H", 0x8180, 1, 1, 0, 0) + query[12:] + alias
    address = b"\x03reg\xc0\x12\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\xc6\x33\x64\x07"
    return number + struct.pack(">5H", 0x8180, 1, 2, 0, 0) + query[12:] + alias + address


def test_without_getent_the_far_name_server_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its port is not 53 here, so the address of the question is given; the files and the fallback are the host's."""
    programs = tuple(one for one in PROGRAMS if one != "getent")
    server = NameServer()
    try:
        with logged_in(tmp_path, monkeypatch, programs=programs) as far:
            place = f"127.0.0.1:{server.port}"
            assert asyncio.run(ask(far.dialer, place, "known.far")) == (Answer.FOUND, (ip_address("198.51.100.7"),))
            assert asyncio.run(ask(far.dialer, place, "nowhere.far")) == (Answer.NO_NAME, ())
            resolver = far.resolver()
            assert resolver.server == "198.51.100.253:53"
            assert asyncio.run(resolver.resolve("registry.far", 0)) == (ip_address("127.0.0.1"),)  # of /etc/hosts
    finally:
        server.stop()


@pytest.mark.parametrize("message", [b"", b"\0" * 12, b"\0\0\x81\x80\0\1\0\1\0\0\0\0", b"\0\0\x81\x80" + b"\xff" * 60])
def test_what_is_no_answer_is_an_error_of_ours(message: bytes) -> None:
    with pytest.raises((ValueError, IndexError, struct.error)):
        read(message)


def test_a_question_is_that_of_rfc_1035() -> None:
    assert question(7, "a.example.", 28) == b"\0\7\1\0\0\1\0\0\0\0\0\0\1a\7example\0\0\x1c\0\1"


LINES = [
    (b"debug1: Reading configuration data /etc/ssh/ssh_config", ""),
    (b"Warning: Permanently added 'node7' to the list of known hosts.", "Warning: Permanently added 'node7' to the"),
    (b'Authenticated to node7 ([127.0.0.1]:22) using "publickey".', ""),
    (b"debug1: channel_connect_stdio_fwd: 10.0.0.1:443", ""),
    (b"debug1: channel 3: new stdio-forward [stdio-forward] (inactive timeout: 0)", ""),
    (b"debug1: channel_connect_stdio_fwd: 10.0.0.2:443", ""),
    (b"debug1: channel 4: new [stdio-forward]", ""),
    (b"channel 4: open failed: connect failed: No route to host", ""),
    (b"channel 3: open failed: connect failed: Connection refused\r", ""),
    (b"\x1b[31mred\x1b[0m", "\\x1b[31mred"),
]


def test_two_refusals_at_once_are_told_apart() -> None:
    words = Words()
    for line, shown in LINES:
        said = words.feed(line)
        assert said.startswith(shown)
        assert bool(said) is bool(shown)
    assert words.failures == {
        "10.0.0.1:443": "connect failed: Connection refused",
        "10.0.0.2:443": "connect failed: No route to host",
    }
    assert words.last.startswith("\\x1b[31mred")
