"""dockerd's own words: which of them carry a flag's value, and which of them it does not take."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

from regtui.host.flags_known import Kind, known_flags
from regtui.host.lint.advice import KEYS, assignment
from regtui.host.lint.wording import error, shown
from regtui.host.model import EngineName
from regtui.reference import is_host_component
from regtui.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from regtui.host.lint.advice import Pen
    from regtui.host.model import Finding, HostConfig, Refusal, Setting

FORK_ONLY = ("add-registry", "block-registry")
"""Options that Docker Engine does not have."""

_UNKNOWN = re.compile(r"unknown flag: --(?P<long>\S+)|unknown shorthand flag: '.+' in -(?P<short>\S+)")
_NO_ARGUMENT = re.compile(r"flag needs an argument: --(\S+)")
_HYPHEN = "Cannot begin or end with a hyphen"
_OF_VARIABLE = {
    "ADD_REGISTRY": "add-registry",
    "BLOCK_REGISTRY": "block-registry",
    "INSECURE_REGISTRY": "insecure-registry",
}


def flag_words(config: HostConfig) -> Iterator[tuple[str, str, Setting]]:
    """Yield flag, value and word of each argument, as dockerd's parser takes them; a positional word has no flag."""
    known = known_flags(config.engine)
    shorthands = {flag.shorthand: flag for flag in known.values() if flag.shorthand}
    words = iter(config.arguments)
    for word in words:
        text = word.value
        if len(text) < 2 or not text.startswith("-"):
            yield "", text, word
            continue
        name, equals, value = text.lstrip("-").partition("=")
        flag = known.get(name) if text.startswith("--") else shorthands.get(text[1])
        alone = bool(equals) or (not text.startswith("--") and len(text) > 2)
        if flag is None or flag.kind is Kind.BOOL or alone:
            yield name, value, word
        elif (following := next(words, None)) is not None:
            yield flag.name, following.value, following


def unknown_flag(config: HostConfig, refusal: Refusal) -> Finding | None:
    """Return which flag was probably meant (pflag knows no abbreviations, and no long flags behind one hyphen)."""
    found = _UNKNOWN.search(refusal.message)
    if found is None:
        return None
    hyphens, name = ("--", found["long"]) if found["long"] else ("-", found["short"])
    message = f"dockerd knows no flag {shown(hyphens + name)}, and does not start"
    if config.engine is EngineName.MOBY and name in FORK_ONLY:
        message += "; Docker Engine has no list of registries, that is RHEL's Docker: write names in full"
        return error("unknown-flag", message, refusal.source, f"remove --{name} and its value")
    return error("unknown-flag", message, refusal.source, _meant(config, hyphens, name))


def _meant(config: HostConfig, hyphens: str, name: str) -> str:
    known = known_flags(config.engine)
    joined = next((flag for flag in known if name.startswith(flag) and not (name[len(flag) :] or "x")[0].isalnum()), "")
    if joined and not name[len(joined) :].startswith("-"):
        return f"--{joined}={printable(name[len(joined) :].lstrip('='), 200)}"
    singular = {flag.key: flag.name for flag in known.values() if flag.named}
    exact = name.partition("=")[0] if name.partition("=")[0] in known else None
    near = exact or singular.get(name) or next(iter(get_close_matches(name.replace("_", "-"), known, 1, 0.75)), None)
    return f"write --{near} in place of {hyphens}{printable(name.partition('=')[0], 60)}" if near else ""


def stray_word(config: HostConfig, refusal: Refusal) -> Finding:
    """Return which word stands there without a flag; dockerd does not name it."""
    word = next((value for flag, value, one in flag_words(config) if not flag and one.source == refusal.source), "")
    message = f"dockerd takes no word without a flag, prints its usage and does not start: {shown(word)} has none"
    variable = next((one for one in config.variables if one.source == refusal.source and one.in_effect), None)
    fix = f"write its flag before {printable(word, 100)}, or remove it"
    if word.startswith("$"):
        message += "; systemd puts no value for a variable that stands inside another one's value"
        fix = f"write the value in place of {word}"
    elif variable is not None and "#" in variable.value:
        message += "; systemd has no comments inside a value"
        fix = assignment(variable, variable.value.partition("#")[0].rstrip()) or fix
    elif word.lower() in ("true", "false"):
        message += "; a switch takes its value behind `=`"
        fix = f"write `=` in front of {word}"
    elif variable is not None and variable.name in _OF_VARIABLE and is_host_component(word):
        flag = _OF_VARIABLE[variable.name]
        value = re.sub(rf"(?<!\S){re.escape(word)}(?!\S)", lambda _: f"--{flag} {word}", variable.value, count=1)
        fix = assignment(variable, value) or fix
    return error("stray-word", message, refusal.source, fix)


def missing_value(config: HostConfig, refusal: Refusal, pen: Pen) -> Finding | None:
    """Return the flag without a value: the last word of all, or one that takes the next flag for its value."""
    words = [one for one in flag_words(config) if one[0] in KEYS and one[2].source == refusal.source]
    taken = next(((flag, value) for flag, value, _ in words if value.startswith("--")), None)
    last = _NO_ARGUMENT.search(refusal.message)
    if last is not None:
        flag, message = last[1], f"--{last[1]} has no value, so dockerd does not start"
        pattern = rf"(?<!\S)--{re.escape(flag)}[ \t]*$"
    elif _HYPHEN in refusal.message and taken is not None:
        flag, value = taken
        message = f"--{flag} has no value, so dockerd takes the next word, {shown(value)}, for it, and does not start"
        pattern = rf"(?<!\S)--{flag}[ \t]+(?={re.escape(value)}(?!\S))"
    else:
        return None
    variable = pen.variable_at(refusal.source)
    fix = "" if variable is None else assignment(variable, re.sub(pattern, "", variable.value, count=1).strip())
    return error("flag-without-value", message, refusal.source, fix)


def hyphen(config: HostConfig, refusal: Refusal, pen: Pen) -> Finding | None:
    """Return the value that begins or ends with a hyphen."""
    words = [one for one in flag_words(config) if one[0] in KEYS and one[2].source == refusal.source]
    found = next(((flag, value) for flag, value, _ in words if value.startswith("-") or value.endswith("-")), None)
    if found is None or refusal.source is None or _HYPHEN not in refusal.message:
        return None
    flag, value = found
    message = f"dockerd takes no {shown(value)} for --{flag}, and does not start: it begins or ends with a hyphen"
    return error("hyphen", message, refusal.source, pen.rewritten(flag, refusal.source, value, (value.strip("-"),)))
