"""`regtui resolve NAME --engine all`: every engine of this host with the same name, in one table."""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

from regtui.commands.host import read_host
from regtui.commands.live import consult
from regtui.commands.signals import until_a_signal
from regtui.host.model import ContainerdClient, EngineHere, EngineName
from regtui.outlet import Outlet
from regtui.report import Resolution, plan_document
from regtui.side_by_side import Row, engines_document, exit_status
from regtui.told import tell_plan
from regtui.told_engines import tell_differences, tell_heading, tell_row, tell_transcripts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from regtui.host.model import HostConfig
    from regtui.live import LiveSession
    from regtui.options import Options

_DOCKERS = (EngineName.RHEL_DOCKER, EngineName.MOBY)


def run_every_engine(options: Options) -> int:
    """Print what each engine would do with the name; 0 where every one of them would pull it, else 1."""
    from regtui.commands.sessions import means_of, session_with

    with ExitStack() as stack:
        root = options.root
        if options.demo:
            from regtui.demo.host import demo_root

            root = stack.enter_context(demo_root())
        hosts = tuple(every_host(options, root))
        means = stack.enter_context(means_of(options))
        sessions = [(label, session_with(means, config, label, options.there)) for label, config in hosts]
        if options.dry_run:
            return _dry_run(sessions, options)
        return asyncio.run(_resolve(sessions, options))


def every_host_of(options: Options) -> tuple[tuple[str, HostConfig], ...]:
    """Return the label and the configuration of each engine of the host, or of the demo's."""
    with ExitStack() as stack:
        root = options.root
        if options.demo:
            from regtui.demo.host import demo_root

            root = stack.enter_context(demo_root())
        return tuple(every_host(options, root))


def every_host(options: Options, root: str) -> Iterator[tuple[str, HostConfig]]:
    """Yield the label and the configuration of each engine that the host has, the one that auto takes first."""
    first = read_host(replace(options, engine=None, client=None), root)
    for number, here in enumerate(first.engines or (EngineHere(first.engine, first.engine_reason),)):
        config = first
        if number:
            client = ContainerdClient(here.client) if here.client else None
            config = read_host(replace(options, engine=here.engine, client=client), root)
            config = replace(config, engine_reason=here.reason)
        elif here.engine in _DOCKERS:
            config = consult(first, options).config
        yield here.label, config


def _dry_run(sessions: list[tuple[str, LiveSession]], options: Options) -> int:
    """Print each engine's plan, without a packet."""
    name = options.words[0]
    plans = [(label, session.plan(name)) for label, session in sessions]
    if options.json:
        body = {"name": name, "engines": [{"label": label, **plan_document(plan)} for label, plan in plans]}
        sys.stdout.write(json.dumps(body, indent=2, allow_nan=False) + "\n")
    else:
        outlet = Outlet(color=options.color)
        for label, plan in plans:
            outlet.line(outlet.paint("accent", label))
            tell_plan(plan, outlet)
            outlet.line()
    return 1 if any(plan.refused for _label, plan in plans) else 0


async def _resolve(sessions: list[tuple[str, LiveSession]], options: Options) -> int:
    """Walk one engine after the other: a mirror that fetches is not asked twice at once."""
    name, outlet = options.words[0], Outlet(color=options.color)
    labels = tuple(label for label, _session in sessions)
    rows: list[Row] = []
    if not options.json:
        tell_heading(name, labels, outlet)
    with until_a_signal() as interruption:
        for label, session in sessions:
            row = await walked(label, session, name, strict=options.strict, ask_all=options.ask_all)
            rows.append(row)
            if not options.json:
                tell_row(row, labels, outlet)
    ended = tuple(rows)
    status = 128 + interruption.number if interruption.number else exit_status(ended)
    if options.json:
        sys.stdout.write(json.dumps({**engines_document(name, ended), "exit": status}, indent=2) + "\n")
    else:
        tell_differences(ended, outlet)
        tell_transcripts(ended, outlet)
    return status


async def walked(label: str, session: LiveSession, name: str, *, strict: bool = False, ask_all: bool = False) -> Row:
    """Return what one engine would do; where it refuses its configuration nobody is asked."""
    config = session.config
    record = Resolution()
    if config.refusal is not None:
        return Row(label, config, record, config.refusal.message)
    try:
        async for event in session.resolve(name, strict=strict, ask_all=ask_all):
            record.fold(event)
    finally:
        await session.aclose()
    return Row(label, config, record)
