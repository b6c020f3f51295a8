"""The dockerd that runs, by its command line in /proc, which anybody may read where the socket is closed to most."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from regtui.frozen import dataclass
from regtui.host.files import FileText
from regtui.host.model import Setting, Source

if TYPE_CHECKING:
    from regtui.host.files import FileSource

PROCESSES_LIMIT = 10_000
"""Processes that are looked at for the daemon's."""
_PID_FILES = ("/var/run/docker.pid", "/run/docker.pid")
_COMMAND_SIZE = 4 << 20  # bytes; Linux takes no longer command line (a quarter of the largest stack, 16 MiB)
_DAEMON = re.compile(r"dockerd(-current|-latest)?")
_CLIENT = re.compile(r"docker(-current|-latest)?")
_INIT = 1


@dataclass(frozen=True, slots=True)
class RunningDaemon:
    """A dockerd that runs: its program without the folder, and the words after it, whose source is the process."""

    pid: int
    program: str
    arguments: tuple[Setting, ...]

    @property
    def is_fork(self) -> bool:
        """Whether the program is one that only RHEL's Docker has."""
        return self.program.endswith(("-current", "-latest"))


def running_daemon(files: FileSource) -> RunningDaemon | None:
    """Return the host's dockerd: the one that its pid file names, else the one that init has started.

    None where there is none, or none can be told from those that run in containers.
    """
    for path in _PID_FILES:
        found = files.read(path)
        pid = found.data.strip() if isinstance(found, FileText) else b""
        if re.fullmatch(rb"[0-9]{1,10}", pid) and (daemon := _daemon(files, int(pid))) is not None:
            return daemon
    pids = (int(name) for name in files.list("/proc")[:PROCESSES_LIMIT] if name.isascii() and name.isdigit())
    daemons = [daemon for pid in pids if (daemon := _daemon(files, pid)) is not None]
    started = [daemon for daemon in daemons if _parent(files, daemon.pid) == _INIT]
    chosen = started or daemons
    return chosen[0] if len(chosen) == 1 else None


def _daemon(files: FileSource, pid: int) -> RunningDaemon | None:
    path = f"/proc/{pid}/cmdline"
    found = files.read(path, _COMMAND_SIZE)
    if not isinstance(found, FileText) or not found.data:
        return None
    words = [word.decode("utf-8", "surrogateescape") for word in found.data.removesuffix(b"\0").split(b"\0")]
    program = words[0].rpartition("/")[2]
    rest = words[1:]
    if _CLIENT.fullmatch(program) and rest[:1] and rest[0] in ("daemon", "-d"):
        rest = rest[1:]
    elif not _DAEMON.fullmatch(program):
        return None
    source = Source(path)
    return RunningDaemon(pid, program, tuple(Setting("argument", word, source) for word in rest))


def _parent(files: FileSource, pid: int) -> int | None:
    """Return the parent of a process, from the fields behind its name (proc(5), /proc/PID/stat)."""
    found = files.read(f"/proc/{pid}/stat")
    fields = found.data.rpartition(b")")[2].split() if isinstance(found, FileText) else []
    return int(fields[1]) if len(fields) > 1 and re.fullmatch(rb"[0-9]{1,10}", fields[1]) else None
