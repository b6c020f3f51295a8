"""The other host that `--host` names: logged in to once, for as long as the command runs."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from regtui.commands.live import Consulted
from regtui.daemon import DaemonError, compare, compare_arguments, refine, running_daemon
from regtui.host.discover import load
from regtui.host.flags_known import MOBY_DEFAULT
from regtui.host.model import EngineName
from regtui.options import USAGE_ERROR
from regtui.ssh.errors import SshError
from regtui.ssh.host import far_host
from regtui.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from regtui.host.model import HostConfig
    from regtui.options import Options, OtherHost

SCHEMA = "regtui.error/1"


def run_there(command: Callable[[Options], int], options: Options) -> int:
    """Log in, run a command as it would run on the other host, and end the connection, whatever comes.

    Where the host cannot be reached, a sentence on stderr says so, and the status is 2.
    """
    try:
        with far_host(options.host, sudo=options.sudo, logins=options.remote_credentials) as there:
            return command(replace(options, there=there))
    except SshError as error:
        if options.json:
            body = {"schema": SCHEMA, "host": printable(options.host), "error": str(error), "exit": USAGE_ERROR}
            sys.stdout.write(json.dumps(body) + "\n")
        sys.stderr.write(f"regtui: {error}\n")
        return USAGE_ERROR


def consult_there(config: HostConfig, options: Options, there: OtherHost) -> Consulted:
    """Ask the other host's daemon; where it is not open, its command line and its packages tell what they can."""
    try:
        daemon = asyncio.run(there.daemon())
    except DaemonError as error:
        told = Consulted(config, words=str(error)) if error.missing else Consulted(config, trouble=str(error))
        return _without_daemon(told, options, there)
    if options.engine is not None:
        return Consulted(replace(config, findings=(*config.findings, *compare(config, config, daemon))), daemon)
    return Consulted(there.settle(lambda: refine(config, daemon, there.files)), daemon)


def _without_daemon(told: Consulted, options: Options, there: OtherHost) -> Consulted:
    config = told.config
    if config.engine in _PACKAGES and options.engine is None:
        installed = there.packages()
        name = next((one for one in _PACKAGES[config.engine] if one in installed), "")
        if name:
            config = _of_version(config, f"{name} {installed[name]}", installed[name], there)
    running = running_daemon(there.files)
    if running is not None:
        config = replace(config, findings=(*config.findings, *compare_arguments(config, running)))
    return replace(told, config=config, process=running)


def _of_version(config: HostConfig, package: str, version: str, there: OtherHost) -> HostConfig:
    """Return the configuration by the rules of the version that is installed."""
    number = re.search(r"(?<![0-9.])([0-9]{1,4})\.([0-9]{1,4})", version)
    known = (int(number[1]), int(number[2])) if number else None
    if known is not None and config.engine is EngineName.MOBY and known >= MOBY_DEFAULT:
        reason = config.engine_reason
        config = there.settle(lambda: load(there.root, (), config.engine, files=there.files, version=known))
        config = replace(config, engine_reason=reason)
    return replace(config, engine_reason=f"{config.engine_reason}; the package {package} is installed")


_PACKAGES = {
    EngineName.RHEL_DOCKER: ("docker", "docker-latest"),
    EngineName.MOBY: ("docker-ce", "docker.io", "moby-engine"),
}
"""Whose version is told, by what brings the engine."""
