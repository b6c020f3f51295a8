"""The one ssh of a run: started on the person's terminal, and ended with regtui, however that ends."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import threading
from typing import TYPE_CHECKING

from regtui.ssh.command import ssh_command
from regtui.ssh.errors import SshError
from regtui.ssh.words import Words

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import IO

LONGEST_CONTROL = 80
"""Characters of the control socket's path: a Unix socket's has 107, and ssh appends 17 while it makes it."""
END_SECONDS = 3.0
"""Seconds that ssh may take to leave; it is killed then."""
_WATCH = 'read -r x; kill "$1" 2>/dev/null; rm -rf -- "$2"'
"""Waits for the end of its input, which comes when regtui ends, by whatever: then ssh goes, and its folder."""
_LINE = 64 << 10


class Master:
    """A running ssh with its shell on two pipes, and the socket that further connections go through.

    Two threads read what it prints. `close` ends it; where that is never called, a process that watches regtui does.
    """

    def __init__(self, host: str, *, sudo: bool, batch: bool, echo: Callable[[str], None]) -> None:
        """Start ssh, and do not wait for it. `echo` gets each line for a person until the login is done.

        SshError where there is no ssh, or it cannot be started.
        """
        ssh = shutil.which("ssh")
        if ssh is None:
            raise SshError("the program ssh is not installed here: --host needs it")
        self.words = Words()
        self._echo = echo
        self._folder = private_folder()
        self.control = os.path.join(self._folder, "m")  # noqa: PTH118 - a text for a command line
        command = ssh_command(ssh, host, self.control, sudo=sudo, batch=batch)
        try:
            self._process = subprocess.Popen(  # noqa: S603 - the person's own ssh, to the host that was named
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0
            )
            self._watcher = self._watch(self._process.pid)
        except OSError as error:
            self._give_up()
            raise SshError(f"ssh cannot be started: {os.strerror(error.errno or 0).lower()}") from error
        self._listener = threading.Thread(target=self._listen, name="ssh-words", daemon=True)
        self._listener.start()

    @property
    def output(self) -> IO[bytes]:
        """What the far shell prints."""
        assert self._process.stdout is not None
        return self._process.stdout

    @property
    def ended(self) -> bool:
        """Whether ssh has ended; it keeps its process number until `close`, for the one that watches it."""
        try:
            return os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
        except ChildProcessError:  # closed already
            return True

    @property
    def path(self) -> str:
        """The private folder, for further sockets."""
        return self._folder

    def send(self, data: bytes) -> None:
        """Give the far shell something to do; what it cannot be given any more is lost with it."""
        assert self._process.stdin is not None
        view = memoryview(data)
        with contextlib.suppress(OSError, ValueError):
            while view:
                view = view[self._process.stdin.write(view) or 0 :]

    def wait_for_words(self) -> None:
        """Wait until ssh has said everything, which it has when it ended."""
        self._listener.join(END_SECONDS)

    def close(self) -> None:
        """End ssh and remove its folder; safe to call twice."""
        if self._watcher.stdin is not None:
            with contextlib.suppress(OSError):
                self._watcher.stdin.close()
        for process in (self._watcher, self._process):  # ssh last: its number must not pass on while it may be killed
            try:
                process.wait(END_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._listener.join(END_SECONDS)
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()

    def _watch(self, pid: int) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603 - a constant
            ["/bin/sh", "-c", _WATCH, "regtui", str(pid), self._folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def _give_up(self) -> None:
        process = getattr(self, "_process", None)
        if process is not None:
            process.kill()
            process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _listen(self) -> None:
        """On the thread."""
        assert self._process.stderr is not None
        left = b""
        with contextlib.suppress(OSError, ValueError):
            while data := os.read(self._process.stderr.fileno(), _LINE):
                *lines, left = (left + data).split(b"\n")
                for line in lines:
                    self._say(line)
                left = left[-_LINE:]
        if left:
            self._say(left)

    def _say(self, line: bytes) -> None:
        before = self.words.authenticated
        text = self.words.feed(line)
        if text and not before:
            self._echo(text)


def private_folder() -> str:
    """Make a folder for this user alone, at a path that is short enough for a Unix socket in it."""
    for base in (os.environ.get("XDG_RUNTIME_DIR", ""), tempfile.gettempdir(), "/tmp"):  # noqa: S108 - mkdtemp is safe
        if base.startswith("/") and len(base) < LONGEST_CONTROL - 20:
            with contextlib.suppress(OSError):
                return tempfile.mkdtemp(prefix="regtui-", dir=base)
    raise SshError("no folder can be made for ssh's socket, neither in XDG_RUNTIME_DIR nor in /tmp")
