"""JSON from a registry, for browsing: fast, and every fault is one exception with a short reason."""

from __future__ import annotations

import asyncio
import json
import re
from itertools import islice
from typing import TYPE_CHECKING, NoReturn, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

_LONGEST_NUMBER = 40
"""Digits; int64 has 19, and Python takes quadratic time over thousands."""
MOST_VALUES = 200_000
"""Values of one body, counted before any is made: as objects of Python they take some 60 bytes each, `{}` in two."""
_PIECE = 64 * 1024
"""Bytes that are searched for the value that is one too many."""
_MARK = re.compile(rb"[,\[{]")
_LARGE = 256 * 1024
"""Bytes of a body that are read on a thread: a larger one would stop the screen for longer than a blink."""


class BodyError(ValueError):
    """The body is not the JSON that was asked for; `str()` is a short reason that quotes nothing of it."""


def load(body: bytes) -> object:
    """Return the JSON document in a body: UTF-8 without byte order mark, no NaN; of a repeated key the last counts."""
    if not is_read(body):
        raise BodyError(f"it has more than {MOST_VALUES:,} values")
    try:
        return json.loads(body.decode("utf-8"), parse_int=_integer, parse_float=_number, parse_constant=_constant)
    except UnicodeDecodeError as error:
        raise BodyError(f"it is not UTF-8 at byte {error.start}") from None
    except json.JSONDecodeError as error:
        reason = "it is empty" if not body.strip() else f"it is not JSON at character {error.pos}"
        raise BodyError(reason) from None
    except RecursionError:
        raise BodyError("it is nested too deeply") from None


def values_end(body: bytes) -> int:
    """Return where the value begins that is one more than are read, the end of the body where there is none.

    Counted is what stands before a value: a comma, an opening bracket. Those inside strings count too.
    """
    left = MOST_VALUES
    if len(body) <= left or _marks(body) <= left:
        return len(body)
    for start in range(0, len(body), _PIECE):
        piece = body[start : start + _PIECE]
        if (here := _marks(piece)) > left:
            return start + next(islice(_MARK.finditer(piece), left, None)).start()
        left -= here
    return len(body)


def is_read(body: bytes) -> bool:
    """Say whether a body has no more values than are read of one."""
    return values_end(body) == len(body)


def _marks(body: bytes) -> int:
    return sum(map(body.count, (b",", b"[", b"{")))


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
