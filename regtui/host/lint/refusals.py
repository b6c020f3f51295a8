"""Why the daemon does not start, with the lines of both sides and what to write instead."""

from __future__ import annotations

import json
import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

from regtui.gojson import GoJsonError, decode_first
from regtui.host.flag_values import BadValueError, check_value
from regtui.host.flags import engine_version, parse_arguments
from regtui.host.flags_known import Check, known_flags
from regtui.host.json_places import places_in
from regtui.host.lint.advice import FLAGS
from regtui.host.lint.command_line import FORK_ONLY, flag_words, hyphen, missing_value, stray_word, unknown_flag
from regtui.host.lint.hosts import better_names
from regtui.host.lint.mirrors import mirror_url
from regtui.host.lint.wording import bare_host, error, place, shell, shown
from regtui.host.model import EngineName, Source
from regtui.text import strip_userinfo

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from regtui.host.lint.advice import Pen
    from regtui.host.model import Finding, HostConfig, Refusal

_CONFLICT = "specified both as a flag and in the configuration file"
_UNKNOWN_KEYS = "the following directives don't match any configuration option: "
_SYNTAX = re.compile(r"invalid character|unexpected (end|EOF)|: EOF$")
_TRAILING_COMMA = re.compile(r",\s*[}\]]")
_COMMENT = re.compile(r"(?m)^\s*(#|//)")
_STRAY = ("stray positional argument", "accepts no argument(s)")
_INSECURE = ("insecure-registry", "insecure-registries")
_RENAMED = {"data-root": "graph", "insecure_registries": "insecure-registries", "registry_mirrors": "registry-mirrors"}


def refusal_findings(config: HostConfig, texts: Mapping[str, bytes], pen: Pen) -> Iterator[Finding]:
    """Yield the refusal as findings, one for each setting that takes part in it."""
    refusal = config.refusal
    if refusal is None:
        return
    if _CONFLICT in refusal.message:
        yield from _conflicts(config, refusal, texts, pen)
    elif _UNKNOWN_KEYS in refusal.message:
        yield from _unknown_keys(config, refusal, texts)
    elif any(words in refusal.message for words in _STRAY):
        yield stray_word(config, refusal)
    else:
        found = unknown_flag(config, refusal) or missing_value(config, refusal, pen) or hyphen(config, refusal, pen)
        found = found or _mirror(config, refusal, pen) or _insecure(config, refusal, pen)
        yield found or _other(refusal, texts)


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
            f"`{key}` is set by --{one.flag.name} at {place(first)} and again at {place(in_file)}: dockerd takes it "
            "from one place alone, even where both agree, and does not start"
        )
        yield error("flag-file-conflict", message, in_file, _one_place(config, key, in_file, pen))


def _one_place(config: HostConfig, key: str, in_file: Source, pen: Pen) -> str:
    """Return how to keep the flags, with what the file alone had."""
    remove = f'delete "{key}" from {in_file.file}'
    flag = FLAGS.get(key)
    if flag is None:
        return remove
    values = [one.value for one in config.settings if one.option in (flag, key)]
    return f"{pen.whole(flag, list(dict.fromkeys(values)))} and {remove}"


def _unknown_keys(config: HostConfig, refusal: Refusal, texts: Mapping[str, bytes]) -> Iterator[Finding]:
    keys = refusal.message.partition(_UNKNOWN_KEYS)[2].partition("\n")[0].split(", ")
    file = refusal.source.file if refusal.source else ""
    lines = places_in(texts[file]).keys if file in texts else {}
    known = [flag.key for flag in known_flags(config.engine).values() if flag.in_file]
    for index, key in enumerate(keys):
        source = refusal.source if index == 0 else Source(file, lines.get(key), key)
        message = f"dockerd knows no {shown(key)} in its configuration file, and does not start"
        if config.engine is EngineName.MOBY and key in FORK_ONLY:
            message += "; Docker Engine has no list of registries, that is RHEL's Docker: write names in full"
            yield error("unknown-key", message, source, f'delete "{key}" from {file}')
            continue
        near = _RENAMED.get(key) if _RENAMED.get(key) in known else None
        near = near or next(iter(get_close_matches(key.replace("_", "-").lower(), known, 1, 0.75)), None)
        yield error("unknown-key", message, source, f'call it "{near}"' if near else f"delete {shown(key)} from {file}")


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
            message = (
                f"dockerd refuses the mirror {shown(value)}, and does not start: {strip_userinfo(str(reason)).strip()}"
            )
            url = mirror_url(value)
            fix = pen.rewritten("registry-mirror", refusal.source or Source(""), value, (url,)) if url else ""
            return error("mirror-refused", message, refusal.source, fix)
    return None


def _insecure(config: HostConfig, refusal: Refusal, pen: Pen) -> Finding | None:
    """Return the entry that moby refuses; several in one word are its usual fault."""
    settings = [one for one in config.settings if one.source == refusal.source and one.option in _INSECURE]
    culprit = next((one for one in settings if bare_host(one.value) in refusal.message), None)
    if culprit is None:
        return None
    parts = tuple(part for part in re.split(r"[,\s]+", culprit.value) if part)
    new = parts if len(parts) > 1 else better_names(config, culprit.value)
    message = f"dockerd refuses the insecure entry {shown(culprit.value)}, and does not start: {_said(refusal)}"
    fix = pen.rewritten("insecure-registry", culprit.source, culprit.value, new) if new else ""
    return error("insecure-refused", message, culprit.source, fix)


def _other(refusal: Refusal, texts: Mapping[str, bytes]) -> Finding:
    fix = _syntax(refusal, texts) or _as_list(refusal, texts)
    return error("refused", f"the daemon does not start: {_said(refusal)}", refusal.source, fix)


def _syntax(refusal: Refusal, texts: Mapping[str, bytes]) -> str:
    """Return what to do about a file that is no JSON, empty where the refusal is about something else."""
    if not _SYNTAX.search(refusal.message) or "with file" not in refusal.message or refusal.source is None:
        return ""
    file = refusal.source.file
    text = texts.get(file, b"").decode("utf-8", "replace")
    if not text.strip():
        return f"echo '{{}}' > {shell(file)}"
    if text.startswith("\ufeff"):
        return f"sed -i '1s/^\\xEF\\xBB\\xBF//' {shell(file)}"
    if any(quote in text for quote in "\u201c\u201d"):
        return f"sed -i 's/\\xE2\\x80\\x9C\\|\\xE2\\x80\\x9D/\"/g' {shell(file)}"
    if _TRAILING_COMMA.search(text):
        return "remove the comma before the closing bracket"
    if _COMMENT.search(text):
        return "remove the comments: JSON has none"
    return shell("python", "-m", "json.tool", file)


def _as_list(refusal: Refusal, texts: Mapping[str, bytes]) -> str:
    """Return a text that should have been a list as one, empty where the refusal is about something else."""
    source = refusal.source
    if not refusal.message.endswith("of type []string") or source is None:
        return ""
    try:
        document = decode_first(texts.get(source.file, b""))
    except GoJsonError:
        return ""
    value = document.get(source.name) if isinstance(document, dict) else None
    if not isinstance(value, str) or "@" in value:
        return f'"{source.name}": ["HOST:PORT"]'
    words = ", ".join(json.dumps(part) for part in value.replace(",", " ").split())
    return f'"{source.name}": [{words}]'


def _said(refusal: Refusal) -> str:
    return "; ".join(line for line in refusal.message.split("\n") if line and not line.startswith("See '"))
