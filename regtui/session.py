"""What a run of regtui works with: one host's configuration, its engine, and the means to ask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from regtui.asked import RequestLog
    from regtui.engines.base import Plan
    from regtui.events import Event, HealthChecked
    from regtui.host.model import HostConfig


class Session(Protocol):
    """The seam between a screen or a command and the network; `regtui.resolve.LiveSession` is the real one."""

    @property
    def config(self) -> HostConfig:
        """The host configuration that everything follows from."""
        ...

    @property
    def place(self) -> str:
        """Where the configuration was read, for a title: `/etc/sysconfig/docker`, `demo`."""
        ...

    @property
    def requests(self) -> RequestLog:
        """What was asked over HTTP so far."""
        ...

    def plan(self, name: str) -> Plan:
        """Return what the engine would ask for the name, without a packet."""
        ...

    def resolve(self, name: str, *, strict: bool = False, ask_all: bool = False) -> AsyncIterator[Event]:
        """Walk the plan and yield what happens; leaving the iterator cancels what is under way."""
        ...

    def health(self) -> AsyncIterator[HealthChecked]:
        """Ask `GET /v2/` of every registry and mirror of the host, all at once, and yield each answer as it comes."""
        ...

    async def aclose(self) -> None:
        """Close all connections."""
        ...
