"""Listing a catalog from a name on: what to ask with `last`, and whether the answer shows that it was understood.

A registry that has `last` lists what comes after it in its order, whether the name exists or not (distribution's
api.md, Catalog). The order is that of characters, or one in which `/` comes before all others (distribution walks
folders). Nothing is taken on trust: names that are in neither order, or not behind `last`, show that it was ignored.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

Order = Callable[[str], str]
_AFTER_MOST = "zzz"
"""Follows nearly all names that begin as what stands before it."""


def _by_character(name: str) -> str:
    return name


def _by_folder(name: str) -> str:
    return name.replace("/", "\0")


def before(prefix: str) -> str:
    """Return a name that stands shortly before all names with the prefix, in either order; empty where none does.

    It has the grammar of a repository, for some registries look.
    """
    stem, last = prefix[:-1], prefix[-1:]
    if "b" <= last <= "z" or "1" <= last <= "9":
        return f"{stem}{chr(ord(last) - 1)}{_AFTER_MOST}"
    return f"{stem}9{_AFTER_MOST}" if last == "a" else stem.rstrip("-._/")


def order_of(last: str, names: Sequence[str]) -> Order | None:
    """Return the order in which the names stand, all of them behind `last`; None where there is none."""
    for order in (_by_character, _by_folder):
        keys = [order(last), *map(order, names)]
        if all(former < latter for former, latter in pairwise(keys)):
            return order
    return None


def passed(name: str, prefix: str, order: Order) -> bool:
    """Say whether a name stands behind all that begin with the prefix."""
    return not name.startswith(prefix) and order(name) > order(prefix)
