"""The daemon that runs here, asked where its socket can be read; nothing depends on it."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from regtui.frozen import dataclass
from regtui.outlet import Outlet

if TYPE_CHECKING:
    from regtui.daemon import LiveDaemon
    from regtui.host.model import HostConfig
    from regtui.options import Options

_SOCKET = "/var/run/docker.sock"
"""Looked for before anything is loaded that could ask it: most hosts that regtui starts on have none."""


@dataclass(frozen=True, slots=True)
class Consulted:
    """The configuration after a look at what runs; `trouble` says why a daemon that seems to be there was not asked."""

    config: HostConfig
    daemon: LiveDaemon | None = None
    trouble: str = ""


def consult(config: HostConfig, options: Options) -> Consulted:
    """Ask the host's own daemon; only for this very host, as it is.

    Its engine and version decide, unless `--engine` names one. Where its socket cannot be read, its command line still
    tells whether it runs with another list.
    """
    named = "DOCKER_HOST" in os.environ
    if options.demo or options.configs or options.root != "/" or not (named or os.access(_SOCKET, os.F_OK)):
        return Consulted(config)
    import asyncio

    from regtui.daemon import DaemonError, ask_daemon, compare, compare_arguments, refine, running_daemon, socket_of
    from regtui.host.files import HostFiles

    try:
        daemon = asyncio.run(ask_daemon(socket_of(os.environ)))
    except DaemonError as error:
        if error.missing:
            return Consulted(config)
        running = None if named else running_daemon(HostFiles("/"))
        more = compare_arguments(config, running) if running is not None else ()
        return Consulted(replace(config, findings=(*config.findings, *more)), trouble=str(error))
    if options.engine is not None:
        return Consulted(replace(config, findings=(*config.findings, *compare(config, config, daemon))), daemon)
    return Consulted(refine(config, daemon), daemon)


def warn(config: HostConfig, *, color: bool) -> None:
    """Write to stderr where the daemon that runs does otherwise than the files say."""
    outlet = Outlet(sys.stderr, color=color)
    for finding in config.findings:
        if finding.code.startswith("daemon-other-"):
            outlet.line(f"regtui: {finding.source}: {finding.message}")
