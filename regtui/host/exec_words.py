"""Words of ExecStart= and Environment=: quotes, escapes, specifiers, and what `$VAR` and `${VAR}` become."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from regtui.frozen import dataclass
from regtui.host.environment import BLANKS, Words, words
from regtui.host.model import Setting, Source
from regtui.host.unit_file import Dialect

if TYPE_CHECKING:
    from collections.abc import Mapping

    from regtui.host.environment import Assignment

ARGUMENTS_LIMIT = 1 << 21  # characters; Linux starts no program with more
_LETTERS = {
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
    "\\": "\\",
    '"': '"',
    "'": "'",
    "s": " ",
}
_NUMBERED = re.compile(r"x(?P<hex>[0-9A-Fa-f]{2})|(?P<octal>[0-3][0-7]{2})")
_UNICODE = re.compile(r"u(?P<short>[0-9A-Fa-f]{4})|U(?P<long>[0-9A-Fa-f]{8})")
_CURLY = re.compile(r"\$\{([^}]*)(\}|\Z)|\$\$")


@dataclass(frozen=True, slots=True)
class Split:
    """The words of a line; `complete` is False where a quote stays open and systemd drops the rest, or all of it."""

    words: tuple[str, ...]
    complete: bool = True


@dataclass(frozen=True, slots=True)
class CommandLine:
    """Arguments after `$VAR` and `${VAR}`; `unbalanced` names the variable whose open quote stops the service.

    `too_long`: they are more than Linux takes. `lost` names variables with words behind an empty quoted word.
    """

    settings: tuple[Setting, ...] = ()
    unbalanced: Source | None = None
    too_long: bool = False
    lost: tuple[Source, ...] = ()
    used: frozenset[str] = frozenset()


def split_words(text: str, dialect: Dialect) -> Split:
    """Split and unescape the right-hand side of ExecStart= or Environment=.

    In version 219 a quote counts only where a word begins and must end it (util.c, split); later versions join quoted
    and plain parts (extract-word.c).
    """
    found: list[str] = []
    at = 0
    while True:
        while at < len(text) and text[at] in BLANKS:
            at += 1
        if at >= len(text):
            return Split(tuple(found))
        word, at = _word_219(text, at) if dialect is Dialect.V219 else _word_later(text, at)
        if word is None:
            return Split(tuple(found), complete=False)
        found.append(word)


def _word_219(text: str, at: int) -> tuple[str | None, int]:
    quote = text[at] if text[at] in "'\"" else ""
    begin = at + len(quote)
    at = begin
    stop = quote or BLANKS
    while at < len(text) and text[at] not in stop:
        at += 2 if text[at] == "\\" else 1
    if at > len(text):  # it ends in a backslash
        return None, at
    word = unescape(text[begin:at])
    if not quote:
        return word, at
    if at >= len(text) or text[at + 1 : at + 2].strip(BLANKS):
        return None, at
    return word, at + 1


def _word_later(text: str, at: int) -> tuple[str | None, int]:
    word: list[str] = []
    quote = ""
    while at < len(text):
        char = text[at]
        if char == "\\":
            piece, at = _escape(text, at, unicode=True)
            word.append(piece)
            continue
        at += 1
        if quote and char == quote:
            quote = ""
        elif not quote and char in "'\"":
            quote = char
        elif not quote and char in BLANKS:
            break
        else:
            word.append(char)
    return (None if quote else "".join(word)), at


def unescape(text: str) -> str:
    """Undo C's escapes as systemd 219 does; one that it does not know stays as it is (util.c, cunescape_length)."""
    if "\\" not in text:
        return text
    found: list[str] = []
    at = 0
    while at < len(text):
        if text[at] == "\\":
            piece, at = _escape(text, at, unicode=False)
            found.append(piece)
        else:
            found.append(text[at])
            at += 1
    return "".join(found)


def _escape(text: str, at: int, *, unicode: bool) -> tuple[str, int]:
    """Read the escape that begins at `at`; return what it stands for, and the place behind it."""
    letter = text[at + 1 : at + 2]
    if letter in _LETTERS:
        return _LETTERS[letter], at + 2
    if match := _NUMBERED.match(text, at + 1):
        code = int(match["hex"], 16) if match["hex"] else int(match["octal"], 8)
        if 0 < code < 0x80:  # a byte beyond that may be half a character; leave it as it is written
            return chr(code), match.end()
    elif unicode and (match := _UNICODE.match(text, at + 1)):
        code = int(match["short"] or match["long"], 16)
        if 0 < code < 0xD800 or 0xE000 <= code < 0x110000:
            return chr(code), match.end()
    return "\\" + letter, at + 1 + len(letter)


def specifiers(text: str, unit: str) -> str:
    """Replace `%` specifiers that need nothing but the unit's name and root's account; others stay as they are."""
    name = unit.rpartition(".")[0]
    prefix, _, instance = name.partition("@")
    known = {
        "%": "%",
        "n": unit,
        "N": name,
        "p": prefix,
        "P": prefix,
        "i": instance,
        "I": instance,
        "t": "/run",
        "u": "root",
        "U": "0",
        "h": "/root",
        "s": "/bin/sh",
    }
    return re.sub(r"%(.)", lambda match: known.get(match[1], match[0]), text, flags=re.DOTALL)


def replace_variables(
    arguments: tuple[str, ...], variables: Mapping[str, Assignment], source: Source, dialect: Dialect
) -> CommandLine:
    """Put the variables' values into the arguments (util.c:3749, replace_env_argv).

    A word that is exactly `$VAR` becomes the words of its value, none where it is unset or empty. `${VAR}` is replaced
    in place and never split; `$VAR` inside a longer word stays. `$$` inside a word is `$`. Not recursive.
    """
    found: list[Setting] = []
    lost: list[Source] = []
    used: set[str] = set()
    whole = "{" if dialect is Dialect.V219 else "{$"
    room = ARGUMENTS_LIMIT
    known: dict[str, Words] = {}
    for argument in arguments:
        begin = len(found)
        if argument.startswith("$") and argument[1:2] not in tuple(whole):
            used.add(argument[1:])
            variable = variables.get(argument[1:])
            if variable is None:
                continue
            split = known.get(argument) or words(variable.value, variable.source)
            known[argument] = split
            if split.unbalanced:
                return CommandLine(tuple(found), unbalanced=variable.source)
            if split.lost:
                lost.append(variable.source)
            found.extend(split.settings)
        else:
            found.append(_in_place(argument, variables, source, used))
        room -= sum(len(setting.value) + 1 for setting in found[begin:])
        if room < 0:
            return CommandLine(too_long=True, used=frozenset(used))
    return CommandLine(tuple(found), lost=tuple(lost), used=frozenset(used))


def _in_place(argument: str, variables: Mapping[str, Assignment], source: Source, used: set[str]) -> Setting:
    origin = source

    def value(match: re.Match[str]) -> str:
        nonlocal origin
        if match[0] == "$$":
            return "$"
        if not match[2]:  # no closing brace: systemd leaves the rest as it stands
            return match[0]
        used.add(match[1])
        variable = variables.get(match[1])
        if variable is None:
            return ""
        origin = variable.source
        return variable.value

    return Setting("", _CURLY.sub(value, argument), origin) if "$" in argument else Setting("", argument, source)
