"""What runs beside the screens: a session's events, posted one by one. Nothing here touches a widget."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from textual.message import Message

from regtui.events import ResolutionEnded

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from regtui.events import Event, HealthChecked
    from regtui.session import Session

T = TypeVar("T")


@dataclass
class Happened(Message):
    """An event of the walk with this number; what an earlier walk still sends is told apart by it."""

    number: int
    event: Event


@dataclass
class BrokeOff(Message):
    """Nothing more comes of the walk with this number, and its end was not told."""

    number: int


@dataclass
class Answered(Message):
    """A registry or a mirror answered a health check."""

    check: HealthChecked


async def follow_walk(
    session: Session, name: str, number: int, post: Callable[[Message], object], *, ask_all: bool
) -> None:
    """Post what happens while the name is resolved; being cancelled closes the session's iterator."""
    ended = False

    def tell(event: Event) -> None:
        nonlocal ended
        ended = ended or isinstance(event, ResolutionEnded)
        post(Happened(number, event))

    await _drain(session.resolve(name, ask_all=ask_all), tell)
    if not ended:
        post(BrokeOff(number))


async def follow_health(session: Session, post: Callable[[Message], object]) -> None:
    """Post each registry's answer."""
    await _drain(session.health(), lambda check: post(Answered(check)))


async def _drain(events: AsyncIterator[T], post: Callable[[T], object]) -> None:
    if isinstance(events, AsyncGenerator):
        async with aclosing(events):
            async for event in events:
                post(event)
    else:
        async for event in events:
            post(event)
