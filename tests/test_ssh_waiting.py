"""A far shell that stops answering: whoever must wait for it is a thread, never the loop that answers keys."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from regtui.commands.sessions import session_with
from regtui.host.discover import load
from regtui.host.model import EngineName
from regtui.live import Means
from regtui.registry.tls import Trust
from regtui.ssh.host import far_host as log_in
from regtui.ssh.script import CHILDREN_LIMIT
from regtui.ssh.shell import FarShell
from tests.far_hosts import children_of, far_host, rhel_7
from tests.modern_hosts import write_files
from tests.tui_pty import running_command

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from regtui.ssh.frames import Reply
    from regtui.ssh.script import Want
    from tests.far_hosts import FarHost

ROOT = Path(__file__).parent.parent
HOSTS = '[host."https://registry.far:9"]\nca = "/srv/pki/far.crt"\n'
"""Names a file that nothing but a walk reads."""


@pytest.fixture
def node7(tmp_path: Path) -> Iterator[FarHost]:
    """A host whose containerd reads a certificate at a place of its own."""
    files = {
        **rhel_7(""),
        "/etc/containerd/config.toml": 'version = 2\n[plugins."io.containerd.grpc.v1.cri".registry]\n'
        'config_path = "/etc/containerd/certs.d"\n',
        "/etc/containerd/certs.d/registry.far:9/hosts.toml": HOSTS,
        "/srv/pki/far.crt": "no certificate\n",
    }
    with far_host(tmp_path, files) as host:
        yield host


def shells_of(host: FarHost) -> list[int]:
    """The processes behind the logins, sshd's own aside."""
    found, below = [], host.sessions
    while below:
        below = [child for pid in below for child in children_of(pid)]
        found += [pid for pid in below if "sshd" not in Path(f"/proc/{pid}/comm").read_text()]
    return found


def test_a_session_has_files_fetched_by_threads_alone(node7: FarHost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", node7.environment()["PATH"])
    on_a_loop: list[bool] = []
    real = FarShell.fetch

    def fetch(shell: FarShell, wants: Iterable[Want]) -> Reply:
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            on_a_loop.append(False)
        else:
            on_a_loop.append(True)
        return real(shell, wants)

    with log_in(node7.name, batch=True) as far:
        config = far.settle(lambda: load(far.root, (), EngineName.CONTAINERD, files=far.files))
        monkeypatch.setattr(FarShell, "fetch", fetch)
        session = session_with(Means(far.resolver(), far.dialer, Trust()), config, "node7", far)

        async def walk() -> str:
            assert "far.crt" not in repr(session.plan("registry.far:9/app"))  # what is not known yet is not told of
            assert not on_a_loop
            async for _event in session.resolve("registry.far:9/app"):
                pass
            async for _health in session.health():
                pass
            await session.aclose()
            return repr(session.plan("registry.far:9/app"))

        assert "/srv/pki/far.crt" in asyncio.run(walk())
    assert on_a_loop == [False]


def test_after_one_fetch_without_an_answer_no_other_is_waited_for(
    node7: FarHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", node7.environment()["PATH"])
    with log_in(node7.name, batch=True) as far:
        stopped = shells_of(node7)
        for pid in stopped:
            os.kill(pid, signal.SIGSTOP)
        monkeypatch.setattr("regtui.ssh.shell.FETCH_SECONDS", 0.1)
        far.bear_loss()
        asked = far.shell.asked
        for path in ("/srv/a", "/srv/b", "/srv/c"):
            assert "lost" in getattr(far.files.read(path), "message", "")
        assert far.shell.asked == asked + 1
        monkeypatch.undo()
        for pid in stopped:
            os.kill(pid, signal.SIGCONT)
        assert far.shell.lookup("registry.far").result(30).records
        assert far.shell.fetch(()).records == ()


def test_keys_are_answered_while_the_far_shell_is_silent(node7: FarHost) -> None:
    folder = "etc/docker/certs.d/reg{}.far:9/ca.crt"
    write_files(node7.root, {folder.format(number): "no certificate\n" for number in range(100, 200 + CHILDREN_LIMIT)})
    command = [sys.executable, "-m", "regtui", "--host", "node7", "--engine", "rhel-docker"]
    with running_command(command, environ=node7.environment(PYTHONPATH=str(ROOT))) as terminal:
        terminal.has("docker pull")
        terminal.quiet()
        stopped = shells_of(node7)
        assert stopped
        for pid in stopped:
            os.kill(pid, signal.SIGSTOP)
        try:
            terminal.send(b"/reg799.far:9/app\r")
            terminal.quiet()
            terminal.send(b"c")
            terminal.until("Configuration")
            terminal.send(b"\x1b")
            terminal.quiet()
            terminal.send(b"?")
            terminal.until("Help")
            terminal.send(b"\x1b")
            terminal.quiet()
            terminal.send(b"q")
            assert terminal.end() == 0
            assert terminal.restored()
            assert b"lost" not in terminal.out  # which the walk says where it has stopped waiting for the file
        finally:
            for pid in stopped:
                os.kill(pid, signal.SIGCONT)
