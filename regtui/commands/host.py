"""What several commands begin with: the host configuration, and what is wrong with it."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from regtui.host.discover import load
from regtui.host.model import Severity
from regtui.host.security import names_to_look_up
from regtui.outlet import Outlet

if TYPE_CHECKING:
    from regtui.engines.base import Addresses
    from regtui.host.model import HostConfig
    from regtui.options import Options, OtherHost
    from regtui.registry.network import Resolver
    from regtui.stored import Store

LOOKUP_SECONDS = 1.0
"""How long names are looked up for the secure flags; `docker info` prints flags computed when the daemon started."""


def read_host(options: Options, root: str = "") -> HostConfig:
    """Read the host configuration that the options name; `root` in place of theirs, for the demo."""
    there = options.there
    if there is not None:
        config = there.settle(lambda: load(there.root, (), options.engine, client=options.client, files=there.files))
    else:
        config = load(root or options.root, options.configs, options.engine, client=options.client)
    if options.tty and config.podman is not None:
        config = replace(config, podman=replace(config.podman, terminal=True))
    return config


def complain(config: HostConfig, *, color: bool) -> bool:
    """Write to stderr what makes the daemon or regtui refuse the configuration; return whether there is something."""
    outlet = Outlet(sys.stderr, color=color)
    problems = [f for f in config.findings if f.severity is Severity.ERROR and f.code.startswith("config-")]
    for finding in problems:
        place = f"{finding.source}: " if finding.source else ""
        outlet.line(f"regtui: {place}{finding.message}")
    if config.refusal is not None:
        from regtui.engines.commands import halted

        outlet.line(f"{halted(config.engine)}: {config.refusal.message}")
        if config.refusal.source is not None:
            outlet.line(f"  at {config.refusal.source}")
    return bool(problems) or config.refusal is not None


def tell_others(config: HostConfig, options: Options) -> None:
    """Write to stderr which engine was taken and why, where the host has several and none was named.

    Of the demo's host nobody has to be told: its engines are a choice to try.
    """
    if options.engine is not None or options.json or options.demo or len(config.engines) < 2:
        return
    others = ", ".join(one.label for one in config.engines[1:])
    line = f"regtui: {config.engine} is shown, as {config.engine_reason}; this host has {others} too (--engine)"
    outlet = Outlet(sys.stderr, color=options.color)
    outlet.line(outlet.paint("dim", line))


async def look_up(config: HostConfig, resolver: Resolver) -> Addresses:
    """Look up the names that a secure flag depends on, all at once, for a second at most."""
    from regtui.lookups import look_up_names

    return await look_up_names(names_to_look_up(config), resolver, LOOKUP_SECONDS)


def store_of(config: HostConfig, there: OtherHost | None) -> Store:
    """Return what the host, this one or the one of `--host`, keeps of certificates and logins."""
    if there is not None:
        from regtui.commands.far_stored import far_store

        return far_store(there, config)
    from regtui.host.files import HostFiles
    from regtui.stores import store_for

    return store_for(HostFiles(config.root), config, docker_config=os.environ.get("DOCKER_CONFIG", ""))
