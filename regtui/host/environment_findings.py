"""What an EnvironmentFile holds that systemd does not read as a person, or the shell, would."""

from __future__ import annotations

import re
from itertools import chain, islice
from typing import TYPE_CHECKING

from regtui.host.model import Finding, Severity, Source
from regtui.text import printable, strip_userinfo

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from regtui.host.environment_reader import RawAssignment, RawFile

FINDINGS_LIMIT = 100  # of one file; a person reads the first few
# Patterns as text: where a line gives no reason to try one, it is not compiled; that costs every start.
_SHELL = r"(if|then|else|elif|fi|for|while|do|done|case|esac|\[|\[\[|test|set|unset|:)(\s|;|$)"
_SHELL_REST = r"(then|else|fi|do|done|esac)[ \t;]*"  # what opened it has its own finding
_INCLUDE = r"(\.|source)\s+\S"
_EXPORT = r"export\s"
_EXPANSION = r"\$[A-Za-z_{(]|`"
_COMMENT_WORD = r"(^|[ \t])#"
_TYPOGRAPHIC = "[\u00a0\u2018-\u201f\u2013\u2014]"


def not_text(raw: RawAssignment, path: str) -> Finding:
    """Say that the whole file is dropped because of this assignment."""
    why = f"{_shown(raw.name)} holds bytes that are not UTF-8, so systemd ignores the whole file"
    return _warning("env-not-utf8", why, path, raw.line, fix="iconv -f latin1 -t utf-8")


def findings_of(
    raw: RawFile, text: bytes, path: str, *, nul: bool, taken: Iterable[RawAssignment]
) -> tuple[Finding, ...]:
    """Return what systemd drops or takes otherwise than it reads, in the order of the lines. No value is quoted."""
    kept = set(map(id, taken))
    found = list(islice(_strays(raw, path), FINDINGS_LIMIT))
    found += islice(_swallowed(raw.swallowed, text, path), FINDINGS_LIMIT)
    judged = (_surprises(one, path) if id(one) in kept else (_dropped(one, path),) for one in raw.assignments)
    found += islice(chain.from_iterable(judged), FINDINGS_LIMIT)
    if nul:
        why = "a NUL byte ends the file here; nothing behind it is read"
        found.append(_warning("env-nul", why, path, text.count(b"\n") + 1))
    return tuple(sorted(found, key=_line)[:FINDINGS_LIMIT])


def _strays(raw: RawFile, path: str) -> Iterator[Finding]:
    for line, content in raw.stray:
        text = content.decode("utf-8", "replace")
        if not re.fullmatch(_SHELL_REST, text.strip()):
            yield _stray(line, text, path)


def _stray(line: int, text: str, path: str) -> Finding:
    shown = printable(strip_userinfo(text.strip()), 60)
    if re.match(_INCLUDE, text):
        why = f"systemd includes no other file; the line `{shown}` does nothing"
        return _warning("env-include", why, path, line, fix="add an EnvironmentFile= to the unit")
    if re.match(_EXPORT, text):
        return _note("env-export", f"systemd knows no export; the line `{shown}` does nothing", path, line)
    if re.match(_SHELL, text):
        why = f"systemd is no shell: `{shown}` does nothing, and what it guards is always set"
        return _note("env-shell", why, path, line)
    return _warning("env-no-assignment", f"the line `{shown}` has no `=`, so systemd ignores it", path, line)


def _swallowed(lines: Iterable[int], text: bytes, path: str) -> Iterator[Finding]:
    content = text.split(b"\n")
    for line in lines:
        if line <= len(content) and content[line - 1].strip():
            why = f"the comment in line {line - 1} ends in a backslash, so this line belongs to the comment"
            yield _warning("env-comment-continuation", why, path, line, fix=f"remove the backslash in line {line - 1}")


def _dropped(raw: RawAssignment, path: str) -> Finding:
    name = raw.name.decode()
    shown = _shown(raw.name)
    if name.startswith("\ufeff"):
        why = "a byte order mark stands before the first name, so systemd ignores the assignment"
        return _warning("env-bom", why, path, raw.line, fix="save the file without a byte order mark")
    if re.match(_EXPORT, name):
        why = f"systemd knows no export, so it ignores `{shown}=`"
        return _warning("env-export", why, path, raw.line, fix="remove the word export")
    if name.endswith("+"):
        why = f"systemd appends nothing: `{shown}=` is ignored"
        return _warning("env-append", why, path, raw.line, fix="write the whole value into one assignment")
    if re.match(_SHELL, name):
        return _note("env-shell", f"systemd is no shell and ignores `{shown}=`", path, raw.line)
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
        return _warning("env-invalid-key", f"`{shown}` is no name of a variable, so it is ignored", path, raw.line)
    if raw.open_quote:
        why = f"the quote that begins the value of {shown} is never closed, so {shown} and the rest are ignored"
        return _warning("env-unbalanced-quote", why, path, raw.line, fix="close the quote")
    if b"\n" in raw.value:
        why = f"the value of {shown} runs over a line end inside quotes, so systemd ignores it"
        return _warning("env-newline", why, path, raw.line, fix="end each line but the last with a backslash")
    why = f"the value of {shown} holds a control character, so systemd ignores it"
    return _warning("env-control-character", why, path, raw.line)


def _surprises(raw: RawAssignment, path: str) -> Iterator[Finding]:
    name = _shown(raw.name)
    value = raw.value.decode()
    if raw.open_quote:
        yield _warning("env-unbalanced-quote", f"the quote in the value of {name} is never closed", path, raw.line)
    if raw.joined:
        why = f"text behind the closing quote is glued to the value of {name}; systemd has no comments there"
        yield _warning("env-text-after-quote", why, path, raw.line)
    elif re.search(_COMMENT_WORD, value):
        why = f"`#` begins no comment inside the value of {name}; it is passed on"
        yield _warning("env-comment-in-value", why, path, raw.line)
    if re.search(_EXPANSION, value):
        why = f"systemd expands no variable and no command in a file; {name} holds them as they stand"
        yield _warning("env-no-expansion", why, path, raw.line)
    if not value.isascii() and re.search(_TYPOGRAPHIC, value):
        why = f"{name} holds typographic quotes, dashes or blanks, which mean nothing to systemd or dockerd"
        yield _warning("env-typographic", why, path, raw.line)


def _shown(name: bytes) -> str:
    return printable(name.decode("utf-8", "replace"), 60)


def _line(finding: Finding) -> int:
    return (finding.source.line or 0) if finding.source else 0


def _note(code: str, message: str, path: str, line: int) -> Finding:
    return Finding(code, Severity.NOTE, message, Source(path, line))


def _warning(code: str, message: str, path: str, line: int, fix: str = "") -> Finding:
    return Finding(code, Severity.WARNING, message, Source(path, line), fix)
