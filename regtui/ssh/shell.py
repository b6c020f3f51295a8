"""The shell on the other host: questions go in, replies come out, from any thread and any event loop."""

from __future__ import annotations

import os
import secrets
import sys
import threading
import time
from concurrent.futures import Future
from typing import TYPE_CHECKING

from regtui.ssh import script
from regtui.ssh.errors import SshError
from regtui.ssh.frames import Cutter, FloodError
from regtui.ssh.master import Master
from regtui.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import TracebackType

    from regtui.ssh.frames import Reply
    from regtui.ssh.script import Want

START_SECONDS = 15.0
"""From the login to the first answer of the shell; a forced command that only waits would have no end."""
BATCH_SECONDS = 60.0
"""For a login at which nobody can be asked anything."""
FETCH_SECONDS = 30.0
"""For all files of one round trip."""
_CHUNK = 64 * 1024


def to_stderr(line: str) -> None:
    """Show a line of ssh's as ssh would have."""
    encoding = sys.stderr.encoding or "ascii"
    sys.stderr.write(line.encode(encoding, "backslashreplace").decode(encoding) + "\n")
    sys.stderr.flush()


class FarShell:
    """One login at a host. Entering waits for it, and raises SshError where it fails; leaving ends it.

    What is asked for first goes with the greeting: a round trip less than after it.
    """

    def __init__(
        self,
        host: str,
        *,
        first: tuple[Want, ...] = (),
        login: bool = False,
        sudo: bool = False,
        batch: bool = False,
        echo: Callable[[str], None] = to_stderr,
    ) -> None:
        """`first` are the files that are fetched at once, `login` as for `fetch`."""
        self._first = first
        self._login = login
        self.host = host
        self.asked = 0  # round trips so far, the login aside
        self._shown = printable(host, 100)
        self._sudo = sudo
        self._batch = batch
        self._echo = echo
        self._news = threading.Condition()
        self._waiting: dict[int, Future[Reply]] = {}
        self._number = 0
        self._error: SshError | None = None
        self._late: SshError | None = None  # while a fetch has got no answer in its time
        self._begun = False

    def __enter__(self) -> FarShell:
        self._master = Master(self.host, sudo=self._sudo, batch=self._batch, echo=self._echo)
        try:
            self._enter()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def control(self) -> str:
        """The path of the socket that ssh takes further connections on."""
        return self._master.control

    @property
    def folder(self) -> str:
        """The private folder of this run."""
        return self._master.path

    @property
    def ended(self) -> bool:
        """Whether ssh itself has ended, which is known at once."""
        return self._master.ended

    @property
    def lost(self) -> SshError | None:
        """Why the host cannot be asked any more; None while it can."""
        return self._error

    def refusal(self, place: str) -> str:
        """Return why the other side did not connect to `HOST:PORT`, in the words of its sshd."""
        words = self._master.words
        return words.failures.get(place) or words.last_failure

    def greeting(self) -> Reply:
        """Return what was asked for first."""
        return self._result(self._greeting)

    def fetch(self, wants: Iterable[Want]) -> Reply:
        """Return the records of files: one round trip. SshError where the host is lost.

        Where an earlier fetch still waits for its answer after its time, no other one is tried.
        """
        if self._late is not None:
            raise self._late
        number, future = self._register()
        self._master.send(script.fetch(number, wants, about=False, login=False))
        return self._result(future)

    def lookup(self, name: str) -> Future[Reply]:
        """Ask for the addresses of a name; the result may come after other results."""
        number, future = self._register()
        self._master.send(script.lookup(number, name))
        return future

    def versions(self) -> Future[Reply]:
        """Ask for the versions of the packages that bring an engine."""
        number, future = self._register()
        self._master.send(script.versions(number))
        return future

    def daemon(self, socket: str) -> Reply:
        """Ask the daemon of docker on a socket with the far host's own curl. SshError where the host is lost."""
        number, future = self._register()
        self._master.send(script.daemon(number, socket))
        return self._result(future)

    def close(self) -> None:
        """End the login; whoever still waits for a reply gets an error."""
        self._master.close()
        self._end(SshError(f"the connection to {self._shown} is closed"))

    def _enter(self) -> None:
        nonce = secrets.token_hex(16)
        threading.Thread(target=self._read, args=(Cutter(script.mark(nonce)),), name="ssh-shell", daemon=True).start()
        number, self._greeting = self._register()
        asking = script.fetch(number, self._first, about=True, login=self._login)
        self._master.send(script.prologue(nonce) + b'm "hello"\n' + asking)
        began = time.monotonic()
        authenticated: float | None = None
        with self._news:
            while not self._begun:
                if self._error is not None:
                    raise self._error
                now = time.monotonic()
                if authenticated is None and self._master.words.authenticated:
                    authenticated = now
                if authenticated is not None and now - authenticated > START_SECONDS:
                    raise SshError(f"{self._shown} lets ssh in, but no shell answers there in {START_SECONDS:g} s")
                if authenticated is None and self._batch and now - began > BATCH_SECONDS:
                    raise SshError(f"no login on {self._shown} in {BATCH_SECONDS:g} s")
                self._news.wait(0.25)

    def _register(self) -> tuple[int, Future[Reply]]:
        future: Future[Reply] = Future()
        with self._news:
            self._number += 1
            self.asked += 1
            if self._error is not None:
                future.set_exception(self._error)
            else:
                self._waiting[self._number] = future
            return self._number, future

    def _result(self, future: Future[Reply]) -> Reply:
        try:
            return future.result(FETCH_SECONDS)
        except TimeoutError:
            error = self._late = SshError(f"{self._shown} did not send its files in {FETCH_SECONDS:g} s")
            raise error from None

    def _read(self, cutter: Cutter) -> None:
        """On the thread."""
        number = self._master.output.fileno()
        while True:
            try:
                data = os.read(number, _CHUNK)
            except OSError:
                data = b""
            if not data:
                self._master.wait_for_words()
                self._end(self._ended())
                return
            try:
                replies = cutter.feed(data)
            except FloodError as error:
                what = "without end, and nothing that it was asked for" if error.talk else "more than regtui reads"
                self._end(SshError(f"{self._shown} sends {what}: the connection is ended"))
                return
            if not cutter.begun and script.ECHOED in data:
                self._end(
                    SshError(f"{self._shown} lets ssh in, but what runs there repeats what it is told: it is no shell")
                )
                return
            with self._news:
                if cutter.begun and not self._begun:
                    self._begun = True
                    self._news.notify_all()
                if any(len(reply.records) != 1 or reply.records[0].words[0] != "reply" for reply in replies):
                    self._late = None  # it answers again; what is asked beside files says nothing of them
                futures = [(self._waiting.pop(reply.number, None), reply) for reply in replies]
            for future, reply in futures:
                if future is not None and future.set_running_or_notify_cancel():
                    future.set_result(reply)

    def _end(self, error: SshError) -> None:
        with self._news:
            self._error = self._error or error
            waiting, self._waiting = self._waiting, {}
            self._news.notify_all()
        for future in waiting.values():
            if future.set_running_or_notify_cancel():
                future.set_exception(self._error)

    def _ended(self) -> SshError:
        """Return the sentence for a shell whose output has ended."""
        words = self._master.words
        said = tuple(words.said)
        last = words.last
        if self._begun:
            return SshError(f"the connection to {self._shown} is lost" + (f": {last}" if last else ""), said)
        if not words.authenticated:
            return SshError(f"no login on {self._shown}: {last or 'ssh ended without a word'}", said)
        if self._sudo and "sudo" in last:
            return SshError(f"sudo -n does not work on {self._shown}: {last}", said)
        why = last or "it ended without a word"
        return SshError(f"{self._shown} lets ssh in, but runs no shell for regtui: {why}", said)
