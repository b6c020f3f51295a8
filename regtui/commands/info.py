"""`regtui info`: the registry lines of `docker info`, without asking a daemon."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from regtui.commands.host import LOOKUP_SECONDS, complain, look_up, read_host, tell_others
from regtui.commands.live import consult, warn
from regtui.host.info import SCHEMA, info_document, info_lines
from regtui.host.security import names_to_look_up
from regtui.options import USAGE_ERROR
from regtui.outlet import Outlet

if TYPE_CHECKING:
    from regtui.engines.base import Addresses
    from regtui.host.model import Finding, HostConfig
    from regtui.options import Options
    from regtui.registry.network import Resolver


def _read(options: Options) -> tuple[HostConfig, Addresses, tuple[Finding, ...] | None]:
    """Return the configuration, the addresses that its secure flags depend on, and for JSON every finding."""
    if options.demo:
        from regtui.demo.host import demo_resolver, demo_root

        with demo_root() as root:
            config = read_host(options, root=root)
            lint = _lint(config, options, root)
        return config, _looked_up(config, demo_resolver()), lint
    consulted = consult(read_host(options), options)
    config = consulted.config
    if consulted.trouble and not options.json:
        sys.stderr.write(f"{consulted.trouble}; the files alone are told\n")
    lint = _lint(config, options, options.root)
    if options.resolve or options.there is not None:
        from regtui.commands.network import make_resolver

        return config, _looked_up(config, make_resolver(options)), lint
    names = names_to_look_up(config)
    if not names:
        return config, {}, lint
    from regtui.lookups import look_up_without_loop

    return config, look_up_without_loop(names, LOOKUP_SECONDS), lint


def _lint(config: HostConfig, options: Options, root: str) -> tuple[Finding, ...] | None:
    """Return what `regtui lint` finds, for JSON alone: the lines need no such look."""
    if not options.json:
        return None
    from regtui.commands.lint import findings_of

    return findings_of(config, options, root)


def _looked_up(config: HostConfig, resolver: Resolver) -> Addresses:
    import asyncio

    return asyncio.run(look_up(config, resolver))


def run(options: Options) -> int:
    """Print the lines, or everything as JSON with its sources."""
    if options.every_engine:
        return _every_engine(options)
    config, addresses, lint = _read(options)
    if options.json:
        import json

        sys.stdout.write(json.dumps(info_document(config, addresses, lint), indent=2, allow_nan=False) + "\n")
    elif config.refusal is None or config.registries:
        outlet = Outlet(color=options.color)
        for line in info_lines(config, addresses):
            outlet.line(line)
    warn(config, color=options.color)
    tell_others(config, options)
    unknown = [name for name in names_to_look_up(config) if addresses.get(name) is None]
    if unknown and not options.json:
        sys.stderr.write(f"no address found for {', '.join(unknown)}: shown as docker shows it when DNS fails\n")
    return USAGE_ERROR if complain(config, color=options.color) else 0


def _every_engine(options: Options) -> int:
    """Print what each engine of the host is configured to do, one after the other; no name is looked up."""
    from regtui.commands.engines import every_host_of

    hosts = every_host_of(options)
    if options.json:
        import json

        root = options.root
        lint = {label: None if options.demo else _lint(config, options, root) for label, config in hosts}
        body = {"schema": SCHEMA, "engines": [info_document(config, {}, lint[label]) for label, config in hosts]}
        sys.stdout.write(json.dumps(body, indent=2, allow_nan=False) + "\n")
    outlet = Outlet(color=options.color)
    refused = False
    for label, config in hosts:
        refused = complain(config, color=options.color) or refused
        if not options.json:
            outlet.line(outlet.paint("accent", f"# {label}: {config.engine_reason}"))
            for line in (*info_lines(config, {}), ""):
                outlet.line(line)
    return USAGE_ERROR if refused else 0
