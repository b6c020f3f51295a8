"""One host as it is compared: sections of lines, from what `regtui info --json` prints. Pure, and never raises."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from regtui.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LINES = 500
"""Lines of one section; a host with more findings has other troubles."""
_LINE = 300
NO_LINT = "those of lint are not known: a recording of an earlier version"
NOT_ASKED = "not asked: a recording"


@dataclass(frozen=True, slots=True)
class Section:
    """One thing that hosts can differ in; the order of its lines is part of it."""

    name: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class View:
    """A host: `sections` is what is compared, all with the same names; `error` says why there is nothing."""

    host: str
    sections: tuple[Section, ...] = ()
    error: str = ""


def view_of(host: str, document: object, served: tuple[str, ...] = ()) -> View:
    """Return a host's view; `served` is what came of a name that was asked for.

    A document that `regtui info --json` does not print gives a view that says so.
    """
    body = _object(document)
    engines = _list(body.get("engines"))
    if body.get("schema") == "regtui.info/1" and engines and isinstance(engines[0], dict) and "settings" in engines[0]:
        body = engines[0]  # `--engine all`: the first is the one that auto takes
    if body.get("schema") == "regtui.error/1":
        return View(printable(host, 200), error=_word(body.get("error")) or "it could not be read")
    if body.get("schema") != "regtui.info/1" or not isinstance(body.get("registries"), list):
        return View(printable(host, 200), error="this is not what `regtui info --json` prints")
    told = _lines(body, "lint", _finding) if "lint" in body else (NO_LINT, *_lines(body, "findings", _finding))
    sections = [
        Section("engine", (_word(body.get("engine")),)),
        Section("refusal", tuple(filter(None, (_word(_object(body.get("refusal")).get("message")),)))),
        Section("registries", _lines(body, "registries", _registry)),
        Section("mirrors", _lines(body, "mirrors", lambda one: _word(one.get("url")))),
        Section("insecure", _lines(body, "insecure", lambda one: _word(one.get("value")))),
        Section("blocked", _lines(body, "blocked", lambda one: _word(one.get("name")))),
        Section("proxies", tuple(_proxies(_object(body.get("proxies"))))),
        Section("findings", tuple(dict.fromkeys(told))[:LINES]),
    ]
    if served:
        sections.append(Section("name", served))
    return View(printable(host, 200), tuple(sections))


def _finding(one: dict[str, Any]) -> str:
    """Return a finding as one line."""
    severity, code, message = (_word(one.get(key)) for key in ("severity", "code", "message"))
    return printable(f"{severity} {code}: {message}", _LINE)


def _registry(one: dict[str, Any]) -> str:
    match one.get("secure"):
        case True:
            flag = "secure"
        case False:
            flag = "insecure"
        case _:
            flag = "not known to be secure"
    mirrors = [_word(mirror) for mirror in _list(one.get("mirrors"))]
    return f"{_word(one.get('name'))} {flag}" + (f", by {', '.join(mirrors)}" if mirrors else "")


def _proxies(proxies: dict[str, Any]) -> Iterator[str]:
    for key in ("http", "https", "no_proxy"):
        if value := _word(proxies.get(key)):
            yield f"{key} {value}"


def _lines(body: dict[str, Any], key: str, line: Callable[[dict[str, Any]], str]) -> tuple[str, ...]:
    return tuple(line(_object(one)) for one in _list(body.get(key))[:LINES])


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _word(value: object) -> str:
    return printable(value, _LINE) if isinstance(value, str) else ""
