"""`regtui resolve NAME`: the walk as text while it happens, or as one JSON document."""

from __future__ import annotations

import json
import sys
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from regtui.beside import Beside
from regtui.commands.host import complain, store_of, tell_others
from regtui.commands.live import look_at_host, warn
from regtui.engines.choice import engine_of
from regtui.events import ResolutionEnded
from regtui.host.local_mirror import services_of
from regtui.mirrors import mirror_documents, mirror_truth
from regtui.options import USAGE_ERROR
from regtui.outlet import Outlet
from regtui.planner import plan_for
from regtui.report import SCHEMA, Resolution, document, plan_document
from regtui.told import Narrator, tell_plan

if TYPE_CHECKING:
    from regtui.events import Event
    from regtui.host.model import HostConfig
    from regtui.live import LiveSession
    from regtui.options import Options


def run(options: Options) -> int:
    """Resolve the name and return the exit status that the pull would have."""
    if options.every_engine:
        from regtui.commands.engines import run_every_engine

        return run_every_engine(options)
    if options.dry_run and not options.push:
        return _dry_run(options)
    import asyncio

    from regtui.commands.sessions import open_session

    name = options.words[0]
    if options.record:
        from regtui.commands.keeping import check_record

        check_record(options)
    with open_session(options) as session:
        if complain(session.config, color=options.color):
            return USAGE_ERROR if not options.json else _refused(session.config, name)
        warn(session.config, color=options.color)
        tell_others(session.config, options)
        if options.push:
            from regtui.commands.push import run_push

            return run_push(session, options)
        return asyncio.run(_resolve(session, name, options))


def _refused(config: HostConfig, name: str) -> int:
    refusal = config.refusal
    message = refusal.message if refusal else "the configuration cannot be read"
    body: dict[str, object] = {
        "schema": SCHEMA,
        "name": name,
        "engine": config.engine,
        "candidates": [],
        "found": None,
        "cause": "config",
        "error": message,
        "exit": USAGE_ERROR,
    }
    _write(body)
    return USAGE_ERROR


def _dry_run(options: Options) -> int:
    name = options.words[0]
    with ExitStack() as stack:
        config = look_at_host(options, stack)[0].config
        if complain(config, color=options.color):
            return USAGE_ERROR if not options.json else _refused(config, name)
        warn(config, color=options.color)
        tell_others(config, options)
        plan = plan_for(engine_of(config), config, store_of(config, options.there), name)
    if options.json:
        _write(plan_document(plan))
    else:
        tell_plan(plan, Outlet(color=options.color))
    return 1 if plan.refused else 0


async def _resolve(session: LiveSession, name: str, options: Options) -> int:
    from regtui.commands.signals import until_a_signal

    record = Resolution()
    happened: list[Event] = []
    silent = options.json or (options.report and not options.record)
    beside = Beside(session.images, session.config.mirrors)
    narrator = None if silent else Narrator(record, Outlet(color=options.color), beside)
    with until_a_signal() as interruption:
        try:
            async for event in session.resolve(name, strict=options.strict, ask_all=options.ask_all):
                happened.append(event)
                record.fold(event)
                if isinstance(event, ResolutionEnded):
                    services = services_of(await session.mirrors_here())
                    session.config = replace(session.config, services=services)
                    beside = replace(beside, local=services)
                if narrator is not None:
                    narrator.beside = beside
                    narrator.tell(event)
        finally:
            await session.aclose()
    status = min(1, record.ended.exit) if record.ended else 1  # podman itself leaves with 125
    if interruption.number:
        status = 128 + interruption.number
    if options.json and record.plan is not None:
        truths = mirror_truth(record, session.config.mirrors, beside.local)
        _write({**_with_local(document(record), record, beside), "mirrors": mirror_documents(truths)})
    if not options.record and not options.report:
        return status
    from regtui.commands.keeping import keep

    return keep(options, session, happened, record, status)


def _with_local(body: dict[str, Any], record: Resolution, beside: Beside) -> dict[str, Any]:
    """Add what the host has of each candidate, where its daemon told of its images."""
    if beside.images is not None:
        found = record.ended.found if record.ended else None
        digests = {event.found.candidate: event.found.digest for event in record.also}
        digests |= {found.candidate: found.digest} if found is not None else {}
        for index, (told, candidate) in enumerate(zip(body["candidates"], record.candidates, strict=True)):
            state = beside.state(candidate.candidate.reference, digests.get(index, ""))
            told["local"] = state or "absent"
    return body


def _write(body: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(body, indent=2, allow_nan=False) + "\n")
