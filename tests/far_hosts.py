"""Other hosts: real sshd processes on loopback, each with its own files below a root, its own names, its own keys."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import stat
import subprocess
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tests.modern_hosts import write_files
from tests.programs import needs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SSHD = "/usr/sbin/sshd"
PROGRAMS = ("sh", "cat", "ls", "head", "uname", "getent")
"""All that a far host has."""
PATH = "/usr/bin:/bin:/usr/sbin:/sbin"

OS_RELEASE = 'NAME="Red Hat Enterprise Linux Server"\nID="rhel"\nID_LIKE="fedora"\nVERSION_ID="7.9"\n'
UNIT = """\
[Service]
EnvironmentFile=-/etc/sysconfig/docker
EnvironmentFile=-/etc/sysconfig/docker-storage
ExecStart=/usr/bin/dockerd-current $OPTIONS $ADD_REGISTRY $BLOCK_REGISTRY $INSECURE_REGISTRY
"""


def rhel_7(sysconfig: str) -> dict[str, str]:
    """Return the files of a host with RHEL's Docker."""
    return {
        "/etc/os-release": OS_RELEASE,
        "/etc/hostname": "node7.far\n",
        "/etc/resolv.conf": "nameserver 198.51.100.253\n",
        "/etc/nsswitch.conf": "hosts: files\n",
        "/etc/hosts": "127.0.0.1 localhost\n127.0.0.1 registry.far\n",
        "/etc/sysconfig/docker": sysconfig,
        "/usr/lib/systemd/system/docker.service": UNIT,
        "/usr/bin/dockerd-current": "",
    }


@dataclass
class FarHost:
    """A host that takes logins. `ssh` is the folder of a program `ssh` that knows it, and nothing of the developer's.

    `command` is what sshd runs in place of what it is asked for, empty for a shell in the root.
    """

    name: str
    port: int
    root: Path
    folder: Path
    process: subprocess.Popen[bytes] = field(repr=False)

    def environment(self, **more: str) -> dict[str, str]:
        """Return the variables of a regtui that finds this host."""
        return {**os.environ, "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}", **more}

    @property
    def sessions(self) -> list[int]:
        """The processes that sshd has for its logins."""
        return children_of(self.process.pid)


def children_of(pid: int) -> list[int]:
    """Return the children of a process."""
    try:
        words = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [int(word) for word in words]


def make_root(root: Path, files: Mapping[str, str], programs: tuple[str, ...] = PROGRAMS) -> None:
    """Make a folder that is a whole little system: programs with their libraries, and these files."""
    write_files(root, dict(files))
    for program in programs:
        path = shutil.which(program, path=PATH)
        assert path is not None, program
        _copy(root, Path(path), f"/bin/{program}")
        for library in _libraries(path):
            _copy(root, library, str(library))
    for link in ("usr/sbin", "sbin"):
        (root / link).mkdir(parents=True, exist_ok=True)
    (root / "dev").mkdir(exist_ok=True)
    try:
        os.mknod(root / "dev/null", 0o666 | stat.S_IFCHR, os.makedev(1, 3))
    except PermissionError:  # without root's rights; nothing is read from it there
        (root / "dev/null").write_text("")
    (root / "root").mkdir(exist_ok=True)


def _libraries(program: str) -> list[Path]:
    ran = subprocess.run(["ldd", program], capture_output=True, text=True, check=False)
    return [Path(word) for line in ran.stdout.splitlines() for word in line.split() if word.startswith("/")]


def _copy(root: Path, source: Path, place: str) -> None:
    target = root / place.lstrip("/")
    target.parent.mkdir(parents=True, exist_ok=True)
    if not target.exists():
        shutil.copy(source.resolve(), target)


def entering(root: Path) -> str:
    """Return the words of a shell that go before a command which is to run in a root."""
    return f"exec {'' if os.geteuid() == 0 else 'unshare --map-root-user '}chroot {root}"


@contextmanager
def far_host(
    folder: Path,
    files: Mapping[str, str],
    *,
    name: str = "node7",
    command: str = "",
    options: tuple[str, ...] = (),
    programs: tuple[str, ...] = PROGRAMS,
    client: str = "",
) -> Iterator[FarHost]:
    """Start a host. `command` is run in place of a shell; `options` are sshd's, `client` lines of ssh_config."""
    needs(SSHD, "openssh-server")
    needs("ssh", "openssh-client")
    needs("chroot", "coreutils")
    root = folder / "root"
    make_root(root, files, programs)
    for key in ("host", "user"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / key)], check=True)
    inside = f'{entering(root)} /bin/sh -c "${{SSH_ORIGINAL_COMMAND:-true}}"'
    (folder / "inside").write_text(f"#!/bin/sh\nHOME=/root; export HOME\n{command or inside}\n")
    (folder / "inside").chmod(0o755)
    port = _free_port()
    (folder / "sshd_config").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\nAuthorizedKeysFile {folder}/user.pub\n"
        f"StrictModes no\nPidFile none\nUsePAM no\nPermitRootLogin yes\nPasswordAuthentication no\n"
        f"KbdInteractiveAuthentication no\nForceCommand {folder}/inside\n" + "".join(f"{one}\n" for one in options)
    )
    _client(folder, name, port, client)
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)
    process = subprocess.Popen([SSHD, "-D", "-e", "-f", str(folder / "sshd_config")], stderr=subprocess.PIPE)
    try:
        assert process.stderr is not None
        for line in process.stderr:
            if b"Server listening" in line:
                break
        yield FarHost(name, port, root, folder, process)
    finally:
        for pid in children_of(process.pid):
            with suppress(ProcessLookupError):  # it has just ended
                os.kill(pid, 15)
        process.terminate()
        process.wait()
        assert process.stderr is not None
        process.stderr.close()


def _client(folder: Path, name: str, port: int, more: str) -> None:
    """Write what the person has: a key, a known host, and a program ssh that reads this in place of ~/.ssh."""
    key = (folder / "host.pub").read_text().split()
    (folder / "known_hosts").write_text(f"[127.0.0.1]:{port} {key[0]} {key[1]}\n")
    (folder / "ssh_config").write_text(
        f"Host {name}\n HostName 127.0.0.1\n Port {port}\n User {getpass.getuser()}\n IdentityFile {folder}/user\n"
        f" IdentitiesOnly yes\n UserKnownHostsFile {folder}/known_hosts\n GlobalKnownHostsFile /dev/null\n{more}"
    )
    (folder / "bin").mkdir()
    program = folder / "bin/ssh"
    program.write_text(f'#!/bin/sh\nexec {shutil.which("ssh")} -F {folder}/ssh_config "$@"\n')
    program.chmod(0o755)


def _free_port() -> int:
    with socket.socket() as link:
        link.bind(("127.0.0.1", 0))
        port: int = link.getsockname()[1]
        return port
