"""Whether the host's registries and mirrors answer at all: `GET /v2/` of each, all at once."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from regtui import events
from regtui.clock import Clock
from regtui.outcome import Outcome
from regtui.registry.errors import NetworkError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from regtui.engines.base import Endpoint, Plan
    from regtui.host.model import HostConfig
    from regtui.registry.client import Ping, RegistryClient, Target

SAMPLE = "regtui:latest"
"""A name that stands for any; it is put into plans and never sent."""


async def check_health(
    config: HostConfig,
    plan: Callable[[str], Plan],
    client: RegistryClient,
    target: Callable[[Endpoint], tuple[Target, str]],
) -> AsyncIterator[events.HealthChecked]:
    """Yield an event for each registry of the list and each mirror, as its answer comes."""
    clock = Clock()
    jobs = list(_jobs(config, plan))
    tasks = [
        asyncio.create_task(check(clock, registry, mirror, endpoints, client, target))
        for registry, mirror, endpoints in jobs
    ]
    try:
        for done in asyncio.as_completed(tasks):
            yield await done
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _jobs(config: HostConfig, plan: Callable[[str], Plan]) -> list[tuple[int, int | None, tuple[Endpoint, ...]]]:
    jobs: list[tuple[int, int | None, tuple[Endpoint, ...]]] = []
    for index, registry in enumerate(config.registries):
        made = plan(f"{registry.value}/{SAMPLE}")
        endpoints = made.candidates[0].endpoints if made.candidates else ()
        endpoints = tuple(endpoint for endpoint in endpoints if endpoint.fault is None)
        asked = tuple(endpoint for endpoint in endpoints if endpoint.api == "v2" and not endpoint.mirror)
        jobs.append((index, None, asked))
        mirrors = [endpoint for endpoint in endpoints if endpoint.mirror]
        jobs.extend((index, number, asked) for number, asked in _mirrors(config, mirrors))
    return jobs


def _mirrors(config: HostConfig, mirrors: list[Endpoint]) -> Iterator[tuple[int, tuple[Endpoint, ...]]]:
    """Yield the index of each mirror of the list, and the endpoints that are it: podman's can have two."""
    if config.podman is None:
        yield from ((number, (mirror,)) for number, mirror in enumerate(mirrors))
        return
    for number, setting in enumerate(config.mirrors):
        same = tuple(mirror for mirror in mirrors if mirror.why == setting.source)
        if same:
            yield number, same


async def check(
    clock: Clock,
    registry: int,
    mirror: int | None,
    endpoints: tuple[Endpoint, ...],
    client: RegistryClient,
    target: Callable[[Endpoint], tuple[Target, str]],
) -> events.HealthChecked:
    """Ask the endpoints one after the other, as a pull would, until one answers."""
    outcome, text, url = Outcome.SKIPPED, "the engine cannot ask it", ""
    began = clock.now()
    for endpoint in endpoints:
        url = endpoint.url
        began = clock.now()
        try:
            ping = await client.ping(target(endpoint)[0])
        except NetworkError as error:
            outcome = Outcome.UNDECIDED if error.own_limit else Outcome.UNREACHABLE
            text = str(error)
            continue
        outcome, text = _judge(ping)
        break
    return events.HealthChecked(clock.now(), registry, mirror, url, outcome, clock.now() - began, text)


def _judge(ping: Ping) -> tuple[Outcome, str]:
    status = ping.answer.status
    if status == 401:
        schemes = ", ".join(dict.fromkeys(challenge.scheme for challenge in ping.challenges))
        return Outcome.FOUND, f"answers, asks for {schemes or 'authentication'}"
    if status == 200:
        return Outcome.FOUND, "answers"
    return Outcome.NOT_A_REGISTRY, f"answered {status}"
