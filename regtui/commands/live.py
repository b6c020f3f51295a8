"""The daemon that runs here, asked where its socket can be read; nothing depends on it."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from regtui.commands.host import read_host
from regtui.frozen import dataclass
from regtui.host.host_findings import shell_proxy_findings
from regtui.outlet import Outlet

if TYPE_CHECKING:
    from contextlib import ExitStack

    from regtui.daemon import LiveDaemon, RunningDaemon
    from regtui.host.model import HostConfig
    from regtui.options import Options

_SOCKET = "/var/run/docker.sock"
"""Looked for before anything is loaded that could ask it: most hosts that regtui starts on have none."""


@dataclass(frozen=True, slots=True)
class Consulted:
    """The configuration after a look at what runs.

    `trouble` says why a daemon that seems to be there was not asked, `words` why there is none to ask; `process` is
    its command line, where only that could be read.
    """

    config: HostConfig
    daemon: LiveDaemon | None = None
    trouble: str = ""
    words: str = ""
    process: RunningDaemon | None = None


def look_at_host(options: Options, stack: ExitStack) -> tuple[Consulted, str]:
    """Return what the options name, the host or the demo, after a look at what runs, and where it was read.

    The demo's files are there until the stack is closed.
    """
    if options.demo:
        from regtui.demo.host import DEMO_PLACE, demo_root

        return consult(read_host(options, root=stack.enter_context(demo_root())), options), DEMO_PLACE
    return consult(read_host(options), options), options.host or ", ".join(options.configs) or options.root


def consult(config: HostConfig, options: Options, *, thorough: bool = False) -> Consulted:
    """Ask the host's own daemon; only for this very host, as it is, or the one of `--host`.

    Its engine and version decide, unless `--engine` names one. Where its socket cannot be read, its command line still
    tells whether it runs with another list; `thorough` looks for that where there is no socket either.
    """
    if options.demo:
        return Consulted(config, words="the demo has registries and no daemon")
    if options.root == "/":
        config = replace(config, findings=(*config.findings, *shell_proxy_findings(config, os.environ)))
    if options.configs:
        return Consulted(config, words="not asked: files were named with --config")
    if options.root != "/":
        return Consulted(config, words="not asked: the files are those of another host")
    if options.there is not None:
        from regtui.commands.far import consult_there

        return consult_there(config, options, options.there)
    named = "DOCKER_HOST" in os.environ
    if not (named or thorough or os.access(_SOCKET, os.F_OK)):
        return Consulted(config)
    import asyncio

    from regtui.daemon import DaemonError, ask_daemon, compare, refine, socket_of

    try:
        daemon = asyncio.run(ask_daemon(socket_of(os.environ)))
    except DaemonError as error:
        if error.missing and not thorough:
            return Consulted(config)
        told = Consulted(config, words=str(error)) if error.missing else Consulted(config, trouble=str(error))
        return told if named else _by_command_line(told)
    if options.engine is not None:
        return Consulted(replace(config, findings=(*config.findings, *compare(config, config, daemon))), daemon)
    return Consulted(refine(config, daemon), daemon)


def _by_command_line(told: Consulted) -> Consulted:
    """Look for a dockerd in /proc; without one nothing changes."""
    from regtui.daemon import compare_arguments, running_daemon
    from regtui.host.files import HostFiles

    running = running_daemon(HostFiles("/"))
    if running is None:
        return told
    findings = (*told.config.findings, *compare_arguments(told.config, running))
    return replace(told, config=replace(told.config, findings=findings), process=running)


def warn(config: HostConfig, *, color: bool) -> None:
    """Write to stderr where the daemon that runs does otherwise than the files say."""
    outlet = Outlet(sys.stderr, color=color)
    for finding in config.findings:
        if finding.code.startswith("daemon-other-"):
            outlet.line(f"regtui: {finding.source}: {finding.message}")
