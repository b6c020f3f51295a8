"""How findings are worded: one maker for each severity, and outside text that is safe inside a sentence."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

from regtui.host.model import BUILT_IN, Finding, Severity
from regtui.text import printable, strip_userinfo

if TYPE_CHECKING:
    from regtui.host.model import Source

_SENTENCE = 1000
_FIX = 4000
_NAME = 80
_SEPARATORS = re.compile(r"[,;\s]+")
_LOGIN = re.compile(r"[^\s\"'`/@:]+:[^\s\"'`/@]*@")
_NOT_IN_HOSTS = re.compile(r"[^A-Za-z0-9.:-]+")


def error(code: str, message: str, source: Source | None, fix: str = "") -> Finding:
    """Return a finding about pulls that fail, or a daemon that does not start."""
    return Finding(code, Severity.ERROR, _clean(message, _SENTENCE), source, _clean(fix, _FIX))


def warning(code: str, message: str, source: Source | None, fix: str = "") -> Finding:
    """Return a finding about something that acts otherwise than it reads."""
    return Finding(code, Severity.WARNING, _clean(message, _SENTENCE), source, _clean(fix, _FIX))


def note(code: str, message: str, source: Source | None, fix: str = "") -> Finding:
    """Return a finding that is worth knowing."""
    return Finding(code, Severity.NOTE, _clean(message, _SENTENCE), source, _clean(fix, _FIX))


def _clean(text: str, limit: int) -> str:
    """The last gate: what looks like `user:password@` goes, wherever it came from."""
    return printable(_LOGIN.sub("***@", text) if "@" in text else text, limit)


def shown(text: str) -> str:
    """Return a name or URL in quotes for a sentence: cut, clean, without a password."""
    return f"`{printable(strip_userinfo(text), _NAME)}`"


def place(source: Source | None) -> str:
    """Return `FILE:LINE` for a sentence, or words for a value that nobody wrote."""
    if source is None or source == BUILT_IN:
        return "docker's own default"
    return printable(source.file if source.line is None else f"{source.file}:{source.line}", 200)


def listed(names: list[str] | tuple[str, ...], most: int = 5) -> str:
    """Return names for a sentence: `a`, `b` and 3 more."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(shown(name) for name in names[:most]) + more


def shell(*words: str) -> str:
    """Return a command to paste; words that come from files cannot be more than words in it."""
    return shlex.join(printable(word, _SENTENCE) for word in words)


def bare_host(text: str) -> str:
    """Return `HOST[:PORT]` of a text that has a scheme, user name, path or slash around it."""
    rest = text.partition("://")[2] if "://" in text else text
    return rest.partition("/")[0].rpartition("@")[2]


def hosts_in(text: str) -> tuple[str, ...]:
    """Return what could be hosts in a damaged text, such as one that a Markdown link was pasted into."""
    parts = (part.strip(".:-") for part in _NOT_IN_HOSTS.split(text[:_SENTENCE]))
    return tuple(dict.fromkeys(part for part in parts if "." in part or ":" in part))


def several(text: str) -> tuple[str, ...]:
    """Return the names of a text that was written as a list, each without scheme and path."""
    return tuple(name for part in _SEPARATORS.split(text) if (name := bare_host(part)))
