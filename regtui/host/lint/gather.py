"""The evidence read from a host's files: bounded, and without a packet."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from regtui.host.certs import read_certs
from regtui.host.credentials import parse_credentials, unread_credentials
from regtui.host.dockerd_command import dockerd_command
from regtui.host.files import FileText, HostFiles
from regtui.host.lint.certificates import CERTS
from regtui.host.lint.evidence import Command, Evidence
from regtui.host.local_caches import local_caches
from regtui.host.local_mirror import this_host
from regtui.host.model import EngineName
from regtui.host.registries_conf import SOURCE
from regtui.host.unit import dialect_of, find_unit, read_entries
from regtui.host.unit_file import Dialect
from regtui.host.units_known import centos_7

if TYPE_CHECKING:
    from datetime import datetime

    from regtui.host.certs import CertsDirectory
    from regtui.host.credentials import CredentialFile
    from regtui.host.files import FileSource
    from regtui.host.model import HostConfig
    from regtui.host.podman.auth import AuthFault
    from regtui.host.unit import UnitFiles

DIRECTORIES_LIMIT = 200  # of certs.d; each is read like the engine reads it
TEXTS_LIMIT = 100
"""Files whose text a finding may quote; a host's configuration has a dozen."""


def gather(
    files: FileSource,
    config: HostConfig,
    *,
    now: datetime | None,
    credentials: CredentialFile | None = None,
    given: bool = False,
) -> Evidence:
    """Read what stands beside the configuration. Never raises for what the files hold.

    `given` says that the configuration is of files named with `--config`; their paths are the working directory's, and
    the unit is CentOS 7's. What registries answered, and addresses, are for the caller to add.
    """
    if config.engine not in (EngineName.RHEL_DOCKER, EngineName.MOBY):
        return Evidence(credentials=credentials, now=now)
    return Evidence(
        texts=_texts(HostFiles() if given else files, config, given=given),
        command=_command(files, None if given else find_unit(files)),
        certs=_certs(files, config),
        credentials=credentials,
        caches=local_caches(files),
        here=this_host(files),
        now=now,
    )


def read_credentials(files: FileSource, path: str) -> CredentialFile | None:
    """Return the logins that a config.json stores, with why it cannot be used; None where there is none."""
    text = files.read(path)
    return parse_credentials(text.data, path) if isinstance(text, FileText) else unread_credentials(text)


def read_auth_faults(files: FileSource, config: HostConfig) -> tuple[AuthFault, ...]:
    """Return which of its files of logins podman fails over."""
    if config.podman is None:
        return ()
    from regtui.host.podman.auth import PodmanAuth

    return PodmanAuth(files, config.podman).faults()


def _texts(files: FileSource, config: HostConfig, *, given: bool) -> dict[str, bytes]:
    """Return the files that settings, findings and the refusal stand in, by path as sources name them."""
    paths = [one.source.file for one in config.variables]
    paths += [one.source.file for one in config.settings]
    paths += [one.source.file for one in config.findings if one.source is not None]
    paths += [config.refusal.source.file] if config.refusal and config.refusal.source else []
    found: dict[str, bytes] = {}
    for path in list(dict.fromkeys((*paths, SOURCE)))[:TEXTS_LIMIT]:
        text = files.read(_absolute(path) if given else path)
        if isinstance(text, FileText):
            found[path] = text.data
    return found


def _absolute(path: str) -> str:
    try:
        return path if path.startswith("/") else str(Path.cwd() / path)
    except OSError:  # the working directory is gone
        return path


def _command(files: FileSource, unit: UnitFiles | None) -> Command | None:
    """Return docker's ExecStart= with the variables that it passes on, and those that one before it did."""
    dialect = Dialect.V219
    if unit is None:
        unit = centos_7()
    else:
        dialect = dialect_of(files, unit)
    entries = read_entries(files, unit, dialect)
    starts = entries.in_force("ExecStart")
    if not starts:
        return None
    replaced = [entry for entry in entries.of("Service", "ExecStart") if entry.value and entry not in starts]
    program = dockerd_command(starts, unit.name, {}, dialect)
    before = dockerd_command(replaced, unit.name, {}, dialect).used
    return Command(program.source or starts[-1].source, program.used, before - program.used)


def _certs(files: FileSource, config: HostConfig) -> tuple[CertsDirectory, ...]:
    names = files.list(CERTS)[:DIRECTORIES_LIMIT]
    return tuple(read_certs(files, f"{CERTS}/{name}", config.engine) for name in names)
