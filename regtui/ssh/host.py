"""Another host as regtui works with one: its files, its names, its connections, its daemon."""

from __future__ import annotations

import asyncio
import json
import os
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from regtui.daemon import DaemonError, LiveDaemon, ask_daemon
from regtui.daemon.answers import live_daemon
from regtui.host.files import FileText
from regtui.registry.resolvers import name_server_in
from regtui.ssh.dialer import FarDialer
from regtui.ssh.errors import SshError
from regtui.ssh.files import FarFiles
from regtui.ssh.memory import Memory, State
from regtui.ssh.mux import MuxError, end_forward, forward_socket
from regtui.ssh.resolver import FarResolver, read_hosts
from regtui.ssh.script import PACKAGES, SOCKET, Kind
from regtui.ssh.shell import FarShell, to_stderr
from regtui.ssh.wanted import wanted
from regtui.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from regtui.ssh.script import Want

T = TypeVar("T")

VERSION_SECONDS = 5.0
"""Seconds for the engines' versions, without which the files alone are judged."""


class FarHost:
    """One host behind a login; `logins` says whether its docker logins may be read, `socket` where its daemon is."""

    def __init__(self, shell: FarShell, *, logins: bool, socket: str = SOCKET) -> None:
        self.shell = shell
        self._socket = socket
        self.logins = logins
        self._memory = Memory()
        self._folding = threading.Lock()
        self.files = FarFiles(self._memory, self._fetch, withheld=not logins)
        self.dialer = FarDialer(shell)

    @property
    def name(self) -> str:
        """`[USER@]HOST` as it was given, printable."""
        return printable(self.shell.host, 100)

    @property
    def root(self) -> str:
        """What stands for the root of its files in titles and documents."""
        return f"ssh://{self.name}"

    @property
    def home(self) -> str:
        """The home of the person who logged in, or of root with sudo."""
        return self._memory.home or "/root"

    @property
    def machine(self) -> str:
        """What `uname -m` prints there, empty where it does not."""
        return self._memory.machine

    def begin(self) -> None:
        """Take what regtui reads on any host, which was asked for with the login."""
        self._memory.fold(self.shell.greeting().records)
        self._names = self.files.read("/etc/resolv.conf"), self.files.read("/etc/hosts")

    def settle(self, reading: Callable[[], T]) -> T:
        """Return what a reading of its files makes, called again when what it missed has been fetched."""
        return self.files.settle(reading)

    def known(self, reading: Callable[[], T]) -> T | None:
        """Return what a reading makes of the files that were fetched already; None where it misses one."""
        return self.files.known(reading)

    def bear_loss(self) -> None:
        """Let readings go on with what is known when the connection is lost."""
        self.files.bears_loss = True

    def resolver(self) -> FarResolver:
        """Return a resolver that asks there."""
        conf, hosts = self._names
        return FarResolver(
            self.shell,
            self.dialer,
            server=name_server_in(conf.data.decode("utf-8", "replace") if isinstance(conf, FileText) else ""),
            hosts=read_hosts(hosts.data) if isinstance(hosts, FileText) else {},
        )

    async def daemon(self) -> LiveDaemon:
        """Return what its daemon of docker says of itself; DaemonError where it is not there or not open.

        ssh leads a socket of the private folder to the daemon's; where sshd does not let it, the host's curl asks.
        """
        entry = self._memory.find(self._socket)
        if entry is None or entry.state not in (State.SOCKET, State.SHUT):
            raise DaemonError(f"{self._socket} does not exist: no daemon of docker runs on {self.name}", missing=True)
        if entry.state is State.SHUT:
            raise DaemonError(f"{self._socket} cannot be asked: permission denied; log in as root, or take --sudo")
        path = os.path.join(self.shell.folder, "d")  # noqa: PTH118 - a text for ssh
        try:
            await forward_socket(self.shell.control, path, self._socket)
        except MuxError:
            return await self._by_curl()
        try:
            return await ask_daemon(path, name=self._socket)
        except DaemonError:
            return await self._by_curl()
        finally:
            await end_forward(self.shell.control, path, self._socket)

    def packages(self) -> dict[str, str]:
        """Return the versions of the installed packages that bring an engine; empty where no package tool tells."""
        try:
            reply = self.shell.versions().result(VERSION_SECONDS)
        except (SshError, TimeoutError):
            return {}
        lines = reply.records[0].body.decode("ascii", "replace").splitlines()
        pairs = (line.split() for line in lines)
        return {
            pair[0]: printable(pair[1], 60)
            for pair in pairs
            if len(pair) == 2 and pair[0] in PACKAGES.split() and pair[1][:1].isdigit()
        }

    async def _by_curl(self) -> LiveDaemon:
        try:
            reply = await asyncio.to_thread(self.shell.daemon, self._socket)
        except SshError as error:
            raise DaemonError(str(error)) from error
        answers = {rest: body for record in reply.records for kind, rest in (record.words,) for body in (record.body,)}
        version, info, images = (_json(bytes(answers.get(path, b""))) for path in ("/version", "/info", "/images/json"))
        if version is None or info is None:
            raise DaemonError(f"{self._socket} of {self.name} gave no answer, neither through ssh nor to curl")
        trouble = "" if images is not None else f"{self._socket} did not tell its images"
        return live_daemon(self._socket, version, info, images, trouble)

    def _fetch(self, wants: Iterable[Want]) -> None:
        records = self.shell.fetch(wants).records
        with self._folding:
            self._memory.fold(records)


@contextmanager
def far_host(
    host: str,
    *,
    sudo: bool = False,
    logins: bool = False,
    batch: bool = False,
    echo: Callable[[str], None] = to_stderr,
    socket: str = SOCKET,
) -> Iterator[FarHost]:
    """Log in, fetch what regtui reads, yield the host, and end the connection. SshError is a sentence."""
    first = (*wanted(), (Kind.EXISTS, socket))
    with FarShell(host, first=first, login=logins, sudo=sudo, batch=batch, echo=echo) as shell:
        far = FarHost(shell, logins=logins, socket=socket)
        far.begin()
        yield far


def _json(data: bytes) -> object:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None
