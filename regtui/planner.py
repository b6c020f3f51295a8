"""What the engine would ask for a name on this host: from files alone, without a packet without the network's code."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from regtui.engines.base import Question
from regtui.text import mask_login

if TYPE_CHECKING:
    from regtui.engines.base import Addresses, Endpoint, Engine, Plan
    from regtui.host.model import HostConfig
    from regtui.stored import Store


def endpoints_of(plan: Plan) -> tuple[Endpoint, ...]:
    """Return the endpoints of all candidates, in order."""
    return tuple(endpoint for candidate in plan.candidates for endpoint in candidate.endpoints)


def plan_for(engine: Engine, config: HostConfig, store: Store, name: str, addresses: Addresses | None = None) -> Plan:
    """Return the plan, with what certificates and logins that cannot be read do to it.

    A secure flag that depends on addresses is open where none are given.
    """
    question = Question(config, mask_login(name), addresses or {})
    plan = engine.plan(question)
    endpoints = endpoints_of(plan)
    names = {endpoint.certificates for endpoint in endpoints if endpoint.certificates}
    broken = {name: error for name in names if (error := store.certificates(name).error)}
    keys = {endpoint.key for endpoint in endpoints if endpoint.key}
    locked = {key: error for key in keys if (error := store.locked(key))}
    return engine.plan(replace(question, broken=broken, locked=locked)) if broken or locked else plan
