"""dockerd's own words: which of them carry a flag's value, and which of them it does not take."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

from regtui.host.flags_known import Kind, known_flags
from regtui.host.lint.advice import assignment
from regtui.host.lint.wording import error, shown
from regtui.host.model import EngineName
from regtui.reference import is_host_component
from regtui.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from regtui.host.model import Finding, HostConfig, Refusal, Setting

FORK_ONLY = ("add-registry", "block-registry")
"""Options that Docker Engine does not have."""

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


def unknown_flag(config: HostConfig, refusal: Refusal, name: str) -> Finding:
    """Return which flag was probably meant (pflag knows no abbreviations)."""
    message = f"dockerd knows no flag {shown('--' + name)}, and does not start"
    if config.engine is EngineName.MOBY and name in FORK_ONLY:
        message += "; Docker Engine has no list of registries, that is RHEL's Docker: write names in full"
        return error("unknown-flag", message, refusal.source, f"remove --{name} and its value")
    known = known_flags(config.engine)
    singular = {flag.key: flag.name for flag in known.values() if flag.named}
    near = singular.get(name) or next(iter(get_close_matches(name.replace("_", "-"), known, 1, 0.75)), None)
    fix = f"write --{near} in place of --{printable(name, 60)}" if near else ""
    joined = next((flag for flag in known if name.startswith(flag) and not name[len(flag)].isalnum()), "")
    if joined:
        fix = f"--{joined}={printable(name[len(joined) :], 200)}"
    return error("unknown-flag", message, refusal.source, fix)


def stray_word(config: HostConfig, refusal: Refusal) -> Finding:
    """Return which word stands there without a flag; dockerd does not name it."""
    word = next((value for flag, value, one in flag_words(config) if not flag and one.source == refusal.source), "")
    message = f"dockerd takes no word without a flag, prints its usage and does not start: {shown(word)} has none"
    variable = next((one for one in config.variables if one.source == refusal.source and one.in_effect), None)
    fix = ""
    if word.startswith("$"):
        message += "; systemd puts no value for a variable that stands inside another one's value"
        fix = f"write the value in place of {word}"
    elif word.lower() in ("true", "false"):
        message += "; a switch takes its value behind `=`"
        fix = f"write `=` in front of {word}"
    elif variable is not None and variable.name in _OF_VARIABLE and is_host_component(word):
        flag = _OF_VARIABLE[variable.name]
        value = re.sub(rf"(?<!\S){re.escape(word)}(?!\S)", lambda _: f"--{flag} {word}", variable.value, count=1)
        fix = assignment(variable, value)
    return error("stray-word", message, refusal.source, fix)
