"""Tags in an order that people expect, and the tags that belong to others: pure, and fast over a hundred thousand."""

from __future__ import annotations

import re
from enum import StrEnum
from itertools import zip_longest
from typing import TYPE_CHECKING, TypeVar

from regtui.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from regtui.browse.models import TagFacts

K = TypeVar("K", str, float)

LATEST = "latest"
RUN = 8_192
"""Keys that are sorted in one step."""
_ATTACHED = re.compile(r"(sha256|sha512)-([0-9a-f]{64}(?:[0-9a-f]{64})?)(?:\.([A-Za-z0-9._-]+))?", re.ASCII)
_SPLIT = re.compile(r"[-._]?([0-9]{1,128})", re.ASCII)
_CORE = re.compile(r"[vV]?[0-9]+(?:\.[0-9]+)*", re.ASCII)
_LENGTHS = tuple(map(chr, range(130)))
"""The count of a number's digits as a character; a tag has 128 characters."""
_MOST_NUMBERS = 2 * 8 + 1
"""Parts of a text beyond which it is a hash and no name with numbers in it."""
_STARTS = frozenset("0123456789vV")


class Order(StrEnum):
    """What tags are ordered by."""

    SEMVER = "semver"
    NAME = "name"
    DATE = "date"
    SIZE = "size"


def order_tags(names: Sequence[str], by: Order, facts: Mapping[str, TagFacts] | None = None) -> tuple[int, ...]:
    """Return the indexes of the names in order.

    SEMVER: `latest`, then versions from new to old by the precedence of semver.org with numbers compared as numbers
    throughout (`rc.10` is newer than `rc2`), any count of components and a `v` before them; a shorter one (`1.4`, a
    tag that moves) stands above those that it moves over. Then all others, from high to low in natural order.
    NAME: by characters. DATE: from new to old, SIZE: from large to small, by `facts`; unknown ones last, in SEMVER
    order.
    """
    match by:
        case Order.NAME:
            return tuple(_in_steps(names, reverse=False))
        case Order.SEMVER:
            return tuple(_in_steps(semver_keys(names), reverse=True))
        case Order.DATE | Order.SIZE:
            known = facts or {}
            versions = order_tags(names, Order.SEMVER)
            weights = [_weight(known.get(names[index]), by) for index in versions]
            return tuple([versions[place] for place in _in_steps(weights, reverse=True)])


def _in_steps(keys: Sequence[K], *, reverse: bool) -> list[int]:
    """Return the indexes in the order of the keys, equal ones as they came; in steps of a few milliseconds.

    A thread that sorts lets no other run until it is done, and 100,000 keys would hold the screen for 50 ms.
    """
    runs = [
        sorted(range(start, min(start + RUN, len(keys))), key=keys.__getitem__, reverse=reverse)
        for start in range(0, len(keys), RUN)
    ]
    none: list[int] = []
    while len(runs) > 1:
        pairs = zip_longest(runs[::2], runs[1::2], fillvalue=none)
        runs = [_merged(former, latter, keys, reverse=reverse) for former, latter in pairs]
    return runs[0] if runs else []


def _merged(former: list[int], latter: list[int], keys: Sequence[K], *, reverse: bool) -> list[int]:
    """Merge two sorted runs piece by piece, of equal keys the former's first: sorting what is in order is merging."""
    merged: list[int] = []
    taken = 0
    for start in range(0, len(former), RUN):
        after = start + RUN
        end = _before(latter, keys[former[after]], keys, reverse=reverse) if after < len(former) else len(latter)
        both = former[start:after] + latter[taken:end]
        merged += sorted(both, key=keys.__getitem__, reverse=reverse)
        taken = end
    return merged


def _before(run: list[int], key: K, keys: Sequence[K], *, reverse: bool) -> int:
    """Return how many of a sorted run stand before a key, those that are equal to it not among them."""
    low, high = 0, len(run)
    while low < high:
        middle = (low + high) // 2
        found = keys[run[middle]]
        if found > key if reverse else found < key:
            low = middle + 1
        else:
            high = middle
    return low


def _weight(facts: TagFacts | None, by: Order) -> float:
    if facts is None:
        return float("-inf")
    if by is Order.SIZE:
        return float("-inf") if facts.size is None else float(facts.size)
    return float("-inf") if facts.created is None else facts.created.timestamp()


# A key is one text, so that sorting compares memory. Its first character is the class; a number is written with the
# count of its digits before it; END stands above, BEFORE below everything that may follow a component.
_TOP, _VERSION, _OTHER = "\xff", "\x80", "\x10"
_NUMBER, _BEFORE, _END = "\x02", "\x01", "\xff"


def semver_keys(names: Iterable[str]) -> list[str]:
    """Return a key for each name: sorted by them from high to low, names stand in SEMVER order.

    The keys of one page do not depend on another's, so a list that grows needs no more than its new names' keys.
    """
    numbers, texts = _Numbers(), _Texts()
    keys = []
    for name in names:
        if name[:1] in _STARTS:
            core, dash, rest = name.partition("-")
            try:
                version = "".join([numbers[part] for part in core.split(".")])
            except KeyError:
                keys.append(_odd(name, numbers, texts))
            else:
                keys.append(f"{_VERSION}{version}{_BEFORE}{texts[rest]}" if dash else f"{_VERSION}{version}{_END}")
        else:
            keys.append(_TOP if name == LATEST else _OTHER + natural_key(name))
    return keys


def natural_key(text: str) -> str:
    """Return a key that orders texts as people do: numbers by value, with or without a separator before them."""
    parts = _SPLIT.split(text)
    if len(parts) > _MOST_NUMBERS:
        return text
    parts[1::2] = [
        f"{_NUMBER}{_LENGTHS[len(digits)]}{digits}" if digits[0] != "0" else _padded(digits) for digits in parts[1::2]
    ]
    return "".join(parts)


def _padded(digits: str) -> str:
    significant = digits.lstrip("0") or "0"
    return f"{_NUMBER}{_LENGTHS[len(significant)]}{significant}"


def _odd(name: str, numbers: _Numbers, texts: _Texts) -> str:
    """Return the key of a name that begins with a digit or `v` and not as most versions do: `1.2.3rc1`, `7c9f2e1`."""
    found = _CORE.match(name)
    after = name[found.end() :] if found else ""
    if found is None or (after and after[0] not in "-_." and "." not in found[0]):
        return _OTHER + natural_key(name)  # 7c9f2e1 is a commit, no version
    version = "".join([numbers[part] for part in found[0].split(".")])
    return f"{_VERSION}{version}{_BEFORE}{texts[after.lstrip('-_.')]}" if after else f"{_VERSION}{version}{_END}"


class _Numbers(dict[str, str]):
    """The keys of a version's numbers, each made once: `24` and `v24`; KeyError for what is no number."""

    def __missing__(self, part: str) -> str:
        digits = part[1:] if part[:1] in ("v", "V") else part
        if not (digits.isascii() and digits.isdigit() and len(digits) < len(_LENGTHS)):
            raise KeyError(part)
        key = self[part] = _padded(digits)
        return key


class _Texts(dict[str, str]):
    """The natural keys of what follows versions (`alpine`, `rc.1`), each made once."""

    def __missing__(self, text: str) -> str:
        key = self[text] = natural_key(text)
        return key


KINDS = ("sig", "att", "sbom")
"""What cosign attaches to an image by a tag of its own."""


@dataclass(frozen=True, slots=True)
class Attached:
    """A tag that holds something about an image: `kind` is `sig`, `att`, `sbom`, or `referrers` (OCI's fallback)."""

    kind: str
    tag: str


@dataclass(frozen=True, slots=True)
class FoldedTags:
    """The tags that stand for themselves, in their order, and by the digest of an image what is attached to it."""

    names: tuple[str, ...]
    attached: Mapping[str, tuple[Attached, ...]]


def fold_tags(names: Iterable[str]) -> FoldedTags:
    """Take the tags of signatures, attestations and SBOMs (`sha256-HEX.sig`, cosign) out of the list."""
    plain: list[str] = []
    attached: dict[str, list[Attached]] = {}
    for name in names:
        found = _ATTACHED.fullmatch(name) if name.startswith("sha") else None
        if found is None:
            plain.append(name)
        else:
            kind = found[3] or "referrers"
            attached.setdefault(f"{found[1]}:{found[2]}", []).append(Attached(kind, name))
    return FoldedTags(tuple(plain), {digest: tuple(tags) for digest, tags in attached.items()})


def same_digests(facts: Iterable[TagFacts]) -> dict[str, tuple[str, ...]]:
    """Return, for each tag whose digest another tag has too, all tags of that digest, `latest` first."""
    by_digest: dict[str, list[str]] = {}
    for one in facts:
        if one.digest:
            by_digest.setdefault(one.digest, []).append(one.tag)
    groups = [tuple(sorted(tags, key=lambda tag: tag != LATEST)) for tags in by_digest.values() if len(tags) > 1]
    return {tag: group for group in groups for tag in group}
