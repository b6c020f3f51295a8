"""What every engine of a host would do with the same name: one row each, and where they differ."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from regtui.engines.commands import client_of, pull_command
from regtui.host.model import EngineName
from regtui.outcome import Outcome
from regtui.report import Resolution, document
from regtui.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from regtui.engines.base import Found
    from regtui.host.model import HostConfig

SCHEMA = "regtui.engines/1"
_NAME = 300
_DOCKERS = {EngineName.RHEL_DOCKER, EngineName.MOBY}
_NOT_ASKED = (None, Outcome.SKIPPED, Outcome.BLOCKED)


@dataclass(frozen=True, slots=True)
class Row:
    """One engine with the name: `label` and `reason` say which it is and why it is known to be here.

    `record` is its walk as far as it has come. Where the engine refuses its configuration there is none, and `refused`
    is its message.
    """

    label: str
    config: HostConfig
    record: Resolution = field(default_factory=Resolution)
    refused: str = ""

    @property
    def reason(self) -> str:
        """Why the engine is known to be here."""
        return self.config.engine_reason

    @property
    def command(self) -> str:
        """What pulls: `podman pull`."""
        return pull_command(self.config.engine, client_of(self.config))

    @property
    def has_ended(self) -> bool:
        """Whether all is known that will be."""
        return bool(self.refused) or self.record.ended is not None

    @property
    def found(self) -> Found | None:
        """Who serves the image."""
        return self.record.ended.found if self.record.ended is not None else None

    @property
    def outcome(self) -> Outcome | None:
        """How the pull would end, None while it is not known."""
        if self.refused:
            return Outcome.INVALID
        return self.record.ended.outcome if self.record.ended is not None else None

    @property
    def asked(self) -> tuple[str, ...]:
        """The URLs that were asked for the name, in order, each once; those passed over are not among them."""
        ended = (one for each in self.record.candidates for one in each.endpoints if one.endpoint.api == "v2")
        urls = (one.endpoint.url for one in ended if one.outcome not in _NOT_ASKED)
        return tuple(dict.fromkeys(printable(url, _NAME) for url in urls))

    @property
    def error(self) -> str:
        """The engine's own last words, empty where the image is found."""
        if self.refused:
            return printable(self.refused, 2000)
        ended = self.record.ended
        return "" if ended is None or ended.found is not None else printable(ended.error, 2000)


def differences(rows: Iterable[Row]) -> tuple[str, ...]:
    """Return where the engines differ, a sentence each; one sentence where they do not. Rows without an end count not.

    First whether the same image is pulled, then what the name means, then who serves it, then who is told of it.
    """
    ended = [row for row in rows if row.has_ended]
    if len(ended) < 2:
        return ()
    told = [*_images(ended), *_names(ended), *_served(ended), *_asked(ended)]
    return tuple(told) or (f"{_all(ended)} pull the same image from the same place",)


def _images(rows: list[Row]) -> list[str]:
    failing = [row for row in rows if row.found is None]
    serving = [row for row in rows if row.found is not None]
    told = []
    if failing and serving:
        told.append(f"{_labels(failing)} would fail, where {_labels(serving)} would pull")
    elif failing:
        told.append(f"{_all(failing)} would fail")
    by_digest = _grouped(serving, lambda row: row.found.digest if row.found else "")
    if len(by_digest) > 1:
        parts = (f"{_labels(group)} {short(digest)}" for digest, group in by_digest.items())
        told.append(f"not the same image: {', '.join(parts)}")
    elif failing and len(serving) > 1:
        told.append(f"{_labels(serving)} pull the same image")
    return told


def _names(rows: list[Row]) -> list[str]:
    groups = _grouped(rows, lambda row: row.found.reference if row.found else "")
    groups.pop("", None)
    if len(groups) < 2:
        return []
    parts = (f"{printable(name, _NAME)} for {_labels(group)}" for name, group in groups.items())
    return [f"the name means {', '.join(parts)}"]


def _served(rows: list[Row]) -> list[str]:
    """Name the places where the same name is served by different ones."""
    told = []
    for name, group in _grouped(rows, lambda row: row.found.reference if row.found else "").items():
        places = _grouped(group, lambda row: row.found.endpoint if row.found else "")
        if name and len(places) > 1:
            parts = (f"{printable(place, _NAME)} for {_labels(served)}" for place, served in places.items())
            told.append(f"it comes from {', '.join(parts)}")
    return told


def _asked(rows: list[Row]) -> list[str]:
    """Name the hosts that some engines tell the name to, and others do not."""
    asking = {row.label: {url.split("://", 1)[-1] for url in row.asked} for row in rows}
    told = []
    for host in sorted(set().union(*asking.values())):
        those = [row for row in rows if host in asking[row.label]]
        if len(those) < len(rows):
            told.append(f"only {_labels(those)} {'asks' if len(those) == 1 else 'ask'} {host}")
    return told


def _grouped(rows: list[Row], key: Callable[[Row], str]) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return groups


def _labels(rows: list[Row]) -> str:
    *first, last = (row.label for row in rows)
    return f"{', '.join(first)} and {last}" if first else last


def _all(rows: list[Row]) -> str:
    return "both" if len(rows) == 2 else f"all {len(rows)}"


def short(digest: str) -> str:
    """Return a digest as far as a person compares it."""
    return printable(digest, 19)


def engines_document(name: str, rows: tuple[Row, ...]) -> dict[str, Any]:
    """Return the table as `--json` prints it, each engine's whole walk in it."""
    return {
        "schema": SCHEMA,
        "name": name,
        "engines": [_row_document(row) for row in rows],
        "absent": list(absent(rows)),
        "differences": list(differences(rows)),
        "same_image": len({row.found.digest if row.found else None for row in rows}) == 1 and rows[0].found is not None,
        "exit": exit_status(rows),
    }


def absent(rows: Iterable[Row]) -> tuple[EngineName, ...]:
    """Return the engines that the host does not have; one of the two Dockers stands for the other."""
    here = {row.config.engine for row in rows}
    if here & _DOCKERS:
        here |= _DOCKERS
    return tuple(engine for engine in EngineName if engine not in here)


def exit_status(rows: tuple[Row, ...]) -> int:
    """Return 0 where every engine would pull the image, else 1."""
    return 0 if rows and all(row.found is not None for row in rows) else 1


def _row_document(row: Row) -> dict[str, Any]:
    found = row.found
    return {
        "engine": row.config.engine,
        "client": client_of(row.config),
        "label": row.label,
        "reason": printable(row.reason, 1000),
        "command": row.command,
        "outcome": row.outcome,
        "served_by": found.endpoint if found else None,
        "reference": found.reference if found else None,
        "digest": found.digest if found else None,
        "asked": list(row.asked),
        "error": row.error,
        "resolution": document(row.record) if row.record.plan is not None else None,
    }
