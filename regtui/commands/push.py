"""`regtui resolve --push NAME`: where a push of the name would go, as text and as one JSON document."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import TYPE_CHECKING, Any

from regtui.engines.base import Question
from regtui.engines.commands import push_command
from regtui.engines.push import push_plan
from regtui.host.model import ContainerdClient
from regtui.outcome import Outcome
from regtui.outlet import Outlet
from regtui.text import printable

if TYPE_CHECKING:
    from regtui.engines.base import Endpoint
    from regtui.engines.push import PushPlan
    from regtui.live import LiveSession
    from regtui.options import Options

SCHEMA = "regtui.push/1"
_LINE = 2000


def run_push(session: LiveSession, options: Options) -> int:
    """Print where a push of the name would go and, unless the plan alone is wanted, whether that registry answers."""
    plan = push_plan(Question(session.config, options.words[0]))
    status = print_push(plan, options)
    endpoints = tuple(endpoint for endpoint in plan.endpoints if endpoint.api == "v2")
    if endpoints and not options.dry_run and not options.json:
        asyncio.run(_tell_reach(session, endpoints, Outlet(color=options.color)))
    return status


async def _tell_reach(session: LiveSession, endpoints: tuple[Endpoint, ...], outlet: Outlet) -> None:
    """Ask `GET /v2/`, which names no image, and print what came of it."""
    answer = await session.reach(endpoints)
    await session.aclose()
    style = "good" if answer.outcome is Outcome.FOUND else "bad"
    outlet.line(f"   now: {printable(answer.url)}  {outlet.paint(style, printable(answer.text))}  {answer.ms:.0f} ms")


def print_push(plan: PushPlan, options: Options) -> int:
    """Print a plan as the options want it; the exit status is 1 where docker refuses the push, else 0."""
    if options.json:
        sys.stdout.write(json.dumps(push_document(plan), indent=2, allow_nan=False) + "\n")
    else:
        tell_push(plan, Outlet(color=options.color))
    return 1 if plan.refused else 0


def tell_push(plan: PushPlan, outlet: Outlet) -> None:
    """Print the registry and why it is that one, the endpoints in order, what is left out, and what is needed."""
    if plan.full_name:
        tags = f":{plan.tag}" if plan.tag else "" if plan.rule else ", every local tag of it"
        outlet.line(f"push to {outlet.paint('strong', printable(plan.full_name))}{tags}")
        outlet.line(f"   {_why(plan)}")
    for endpoint in plan.endpoints:
        notes = ", ".join(_notes(endpoint))
        outlet.line(f"   {endpoint.api} {printable(endpoint.url)}{'  ' + notes if notes else ''}")
    for mirror in plan.mirrors:
        outlet.line(outlet.paint("dim", f"   not {printable(mirror)}: mirrors take no pushes"))
    for number, need in enumerate(plan.needs):
        outlet.line(f"   {'needs' if not number else '     '} {need.text}")
        if need.fix:
            outlet.line(outlet.paint("accent", f"           {need.fix}"))
    if plan.client == ContainerdClient.CRI:
        outlet.line(printable(" ".join(plan.refused)))
    elif plan.prints or plan.refused:
        outlet.line("")
        outlet.line(f"{push_command(plan.engine, plan.client)} would print:")
        for line in (*plan.prints, *plan.refused):
            outlet.line(f"  {printable(line, _LINE)}")


def push_document(plan: PushPlan) -> dict[str, Any]:
    """Return the plan as `--json` prints it."""
    source = plan.source
    return {
        "schema": SCHEMA,
        "name": printable(plan.name, _LINE),
        "engine": str(plan.engine),
        "registry": printable(plan.registry) or None,
        "reference": printable(plan.full_name, _LINE) or None,
        "tag": plan.tag,
        "security": str(plan.security),
        "source": None if source is None else {"file": source.file, "line": source.line, "name": source.name},
        "rule": plan.rule or None,
        "endpoints": [
            {"url": printable(one.url), "api": one.api, "verify": one.verify, "insecure": one.insecure}
            for one in plan.endpoints
        ],
        "mirrors_left_out": [printable(mirror) for mirror in plan.mirrors],
        "needs": [{"text": need.text, "fix": need.fix} for need in plan.needs],
        "transcript": [printable(line, _LINE) for line in (*plan.prints, *plan.refused)],
        "refused": [printable(line, _LINE) for line in plan.refused],
        "exit": 1 if plan.refused else None,
    }


def _why(plan: PushPlan) -> str:
    host = printable(plan.registry, 200)
    if plan.rule:
        return plan.rule
    if plan.source is None:
        return f"the registry of the name is {host}"
    return f"{host} is the first of the search list: {printable(str(plan.source), 300)}"


def _notes(endpoint: Endpoint) -> list[str]:
    notes = [] if endpoint.verify else ["TLS not verified"] if endpoint.scheme == "https" else ["plain HTTP"]
    return [*notes, "shown only, never sent"] if endpoint.api == "v1" else notes
