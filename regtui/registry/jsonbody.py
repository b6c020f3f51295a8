"""JSON from a registry, for browsing: fast, and every fault is one exception with a short reason."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, NoReturn, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

_LONGEST_NUMBER = 40
"""Digits; int64 has 19, and Python takes quadratic time over thousands."""
_LARGE = 256 * 1024
"""Bytes of a body that are read on a thread: a larger one would stop the screen for longer than a blink."""


class BodyError(ValueError):
    """The body is not the JSON that was asked for; `str()` is a short reason that quotes nothing of it."""


def load(body: bytes) -> object:
    """Return the JSON document in a body: UTF-8 without byte order mark, no NaN; of a repeated key the last counts."""
    try:
        return json.loads(body.decode("utf-8"), parse_int=_integer, parse_float=_number, parse_constant=_constant)
    except UnicodeDecodeError as error:
        raise BodyError(f"it is not UTF-8 at byte {error.start}") from None
    except json.JSONDecodeError as error:
        reason = "it is empty" if not body.strip() else f"it is not JSON at character {error.pos}"
        raise BodyError(reason) from None
    except RecursionError:
        raise BodyError("it is nested too deeply") from None


def load_object(body: bytes) -> dict[str, object]:
    """Return the JSON object in a body; raises BodyError for anything else."""
    document = load(body)
    if not isinstance(document, dict):
        raise BodyError("it is not a JSON object")
    return document


def _integer(text: str) -> int:
    if len(text) > _LONGEST_NUMBER:
        raise BodyError("it has a number of more than 40 digits")
    return int(text)


def _number(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise BodyError("it has a number out of range")
    return value


def _constant(name: str) -> NoReturn:
    raise BodyError(f"it has the value {name}, which is not JSON")


async def off_loop(size: int, read: Callable[[], T]) -> T:
    """Return what `read` makes of a body of `size` bytes, on a thread where that takes long."""
    return await asyncio.to_thread(read) if size > _LARGE else read()
