"""Which files regtui reads of a host before it knows anything of it: found by reading an empty one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regtui.daemon.process import running_daemon
from regtui.host.discover import load
from regtui.host.engines_here import SYSCONFIG
from regtui.host.lint import gather
from regtui.host.model import EngineName
from regtui.host.unit import UNIT_DIRECTORIES
from regtui.ssh.files import FarFiles
from regtui.ssh.memory import Entry, Memory, State
from regtui.ssh.script import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from regtui.ssh.script import Want

ALSO: tuple[Want, ...] = (
    (Kind.READ, "/etc/resolv.conf"),
    (Kind.READ, "/etc/hosts"),
    (Kind.LIST, "/etc/docker/certs.d"),
    (Kind.LIST, "/etc/containers/certs.d"),
    (Kind.LIST, "/etc/containerd/certs.d"),
    (Kind.LIST, "/root/.config/containers/certs.d"),
    (Kind.READ, "/usr/lib/os-release"),
)
"""What is read later than the configuration: by walks, and by the question which daemon runs."""


_UNIT = b"[Service]\nExecStart=/usr/bin/dockerd-current\n"
_HOSTS: tuple[dict[str, Entry], ...] = (
    {},
    {SYSCONFIG: Entry(State.REGULAR)},
    {f"{UNIT_DIRECTORIES[0]}/docker.service": Entry(State.FILE, _UNIT)},
)
"""The hosts that are read: one with nothing, and those whose one file makes the readers look for more."""


def wanted() -> tuple[Want, ...]:
    """Return what every engine's rules ask for on a host of which next to nothing is known.

    The readers themselves tell, so there is no second list to keep. /proc is not in it: the script looks there itself.
    """
    noted: dict[Want, None] = {}

    def note(wants: Iterable[Want]) -> None:
        noted.update(dict.fromkeys(wants))

    for entries in _HOSTS:
        files = FarFiles(Memory(dict(entries)), note)
        for engine in (None, *EngineName):
            config = load("/", (), engine, files=files)
            gather(files, config, now=None)
        running_daemon(files)
    note(ALSO)
    return tuple(want for want in noted if want[1] != "/proc")
