"""Why the daemon does not start, with the lines of both sides and what to write instead."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

from regtui.host.flag_values import BadValueError, check_value
from regtui.host.flags import engine_version, parse_arguments
from regtui.host.flags_known import Check, Kind, known_flags
from regtui.host.json_places import places_in
from regtui.host.lint.advice import FLAGS, assignment
from regtui.host.lint.mirrors import mirror_url
from regtui.host.lint.wording import error, place, shown
from regtui.host.model import EngineName, Source
from regtui.reference import is_host_component
from regtui.text import printable, strip_userinfo

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from regtui.host.lint.advice import Pen
    from regtui.host.model import Finding, HostConfig, Refusal, Setting

_CONFLICT = "specified both as a flag and in the configuration file"
_UNKNOWN_KEYS = "the following directives don't match any configuration option: "
_UNKNOWN_FLAG = re.compile(r"unknown flag: (--\S+)")
_SYNTAX = re.compile(r"invalid character|unexpected (end|EOF)|: EOF$")
_STRAY = ("stray positional argument", "accepts no argument(s)")
_FORK_ONLY = ("add-registry", "block-registry")
_RENAMED = {"data-root": "graph", "insecure_registries": "insecure-registries", "registry_mirrors": "registry-mirrors"}
_OF_VARIABLE = {
    "ADD_REGISTRY": "add-registry",
    "BLOCK_REGISTRY": "block-registry",
    "INSECURE_REGISTRY": "insecure-registry",
}


def refusal_findings(config: HostConfig, texts: Mapping[str, bytes], pen: Pen) -> Iterator[Finding]:
    """Yield the refusal as findings, one for each setting that takes part in it."""
    refusal = config.refusal
    if refusal is None:
        return
    if _CONFLICT in refusal.message:
        yield from _conflicts(config, refusal, texts, pen)
    elif _UNKNOWN_KEYS in refusal.message:
        yield from _unknown_keys(config, refusal, texts)
    elif found := _UNKNOWN_FLAG.search(refusal.message):
        yield _unknown_flag(config, refusal, found[1][2:])
    elif any(words in refusal.message for words in _STRAY):
        yield _stray_word(config, refusal)
    elif "mirror" in refusal.message and (finding := _mirror(config, refusal, pen)) is not None:
        yield finding
    else:
        fix = f"python3 -m json.tool {refusal.source.file}" if _is_json_syntax(refusal) and refusal.source else ""
        yield error("refused", f"the daemon does not start: {_said(refusal)}", refusal.source, fix)


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


def _conflicts(config: HostConfig, refusal: Refusal, texts: Mapping[str, bytes], pen: Pen) -> Iterator[Finding]:
    given = parse_arguments(config.engine, config.arguments).given.values()
    file = refusal.source.file if refusal.source else ""
    lines = places_in(texts[file]).keys if file in texts else {}
    for one in given:
        key = one.flag.key
        if f"{key}: (from flag: " not in refusal.message:
            continue
        first = one.values[0].source
        in_file = Source(file, lines.get(key), key)
        if refusal.source is not None and refusal.source.name == key:
            in_file = refusal.source
        message = (
            f"`{key}` is set by --{one.flag.name} at {place(first)} and again at {place(in_file)}: dockerd takes it from "
            "one place alone, even where both agree, and does not start"
        )
        yield error("flag-file-conflict", message, in_file, _one_place(config, key, in_file, pen))


def _one_place(config: HostConfig, key: str, in_file: Source, pen: Pen) -> str:
    """Return how to keep the flags, with what the file alone had."""
    remove = f'delete "{key}" from {in_file.file}'
    flag = FLAGS.get(key)
    if flag is None:
        return remove
    values = [one.value for one in config.settings if one.option in (flag, key)]
    return f"{pen.without_flags(flag, list(dict.fromkeys(values)))} and {remove}"


def _unknown_keys(config: HostConfig, refusal: Refusal, texts: Mapping[str, bytes]) -> Iterator[Finding]:
    keys = refusal.message.partition(_UNKNOWN_KEYS)[2].partition("\n")[0].split(", ")
    file = refusal.source.file if refusal.source else ""
    lines = places_in(texts[file]).keys if file in texts else {}
    known = [flag.key for flag in known_flags(config.engine).values() if flag.in_file]
    for index, key in enumerate(keys):
        source = refusal.source if index == 0 else Source(file, lines.get(key), key)
        message = f"dockerd knows no {shown(key)} in its configuration file, and does not start"
        if config.engine is EngineName.MOBY and key in _FORK_ONLY:
            message += "; Docker Engine has no list of registries, that is RHEL's Docker: write names in full"
            yield error("unknown-key", message, source, f'delete "{key}" from {file}')
            continue
        near = _RENAMED.get(key) if _RENAMED.get(key) in known else None
        near = near or next(iter(get_close_matches(key.replace("_", "-").lower(), known, 1, 0.75)), None)
        yield error("unknown-key", message, source, f'call it "{near}"' if near else f"delete {shown(key)} from {file}")


def _unknown_flag(config: HostConfig, refusal: Refusal, name: str) -> Finding:
    message = f"dockerd knows no flag {shown('--' + name)}, and does not start"
    if config.engine is EngineName.MOBY and name in _FORK_ONLY:
        message += "; Docker Engine has no list of registries, that is RHEL's Docker: write names in full"
        return error("unknown-flag", message, refusal.source, f"remove --{name} and its value")
    known = known_flags(config.engine)
    singular = {flag.key: flag.name for flag in known.values() if flag.named}
    near = singular.get(name) or next(iter(get_close_matches(name.replace("_", "-"), known, 1, 0.75)), None)
    fix = f"write --{near} in place of --{printable(name, 60)}" if near else ""
    return error("unknown-flag", message, refusal.source, fix)


def _stray_word(config: HostConfig, refusal: Refusal) -> Finding:
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


def _mirror(config: HostConfig, refusal: Refusal, pen: Pen) -> Finding | None:
    version = engine_version(config.engine, None)
    values = [
        value for flag, value, one in flag_words(config) if flag == "registry-mirror" and one.source == refusal.source
    ]
    values += [
        one.value for one in config.settings if one.option == "registry-mirrors" and one.source == refusal.source
    ]
    for value in values:
        try:
            check_value(Check.MIRROR, value, version)
        except BadValueError as reason:
            message = f"dockerd refuses the mirror {shown(value)}, and does not start: {strip_userinfo(str(reason))}"
            url = mirror_url(value)
            fix = pen.rewritten("registry-mirror", refusal.source or Source(""), value, (url,)) if url else ""
            return error("mirror-refused", message, refusal.source, fix)
    return None


def _is_json_syntax(refusal: Refusal) -> bool:
    return bool(_SYNTAX.search(refusal.message)) and "with file" in refusal.message


def _said(refusal: Refusal) -> str:
    return "; ".join(line for line in refusal.message.split("\n") if line and not line.startswith("See '"))
