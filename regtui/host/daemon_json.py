"""daemon.json as dockerd loads it: which keys count, and what it refuses, alone and together with the flags.

Sources: cmd/dockerd/daemon.go:425-486 and daemon/config.go:309-480 of 1.13.1; daemon/config/config.go of moby.
"""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from regtui.frozen import dataclass
from regtui.gojson import GoJsonError, decode_first, kind, line_of, unmarshal
from regtui.host.flags_known import FORK, KnownFlag, Version, known_flags
from regtui.host.json_places import Places, places_in
from regtui.host.json_types import PROXIES, TYPES, go_text, type_error
from regtui.host.model import Finding, Refusal, Severity, Source
from regtui.host.refusal import refuse
from regtui.text import printable, strip_userinfo

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from regtui.host.flags import ParsedFlags
    from regtui.host.model import EngineName

_FLAT = frozenset({"cluster-store-opts", "log-opts", "runtimes", "default-ulimits"})
_MOBY_FLAT = _FLAT | {"features", "builder", "default-network-opts"}
_MOBY_NOT_CHECKED = frozenset({"features", "builder", "deprecated-key-path"})
_MOBY_MERGED = frozenset({"runtimes"})
_WITH_PASSWORDS = frozenset({"http-proxy", "https-proxy"})
_MISSING = "no such file or directory"
_UNREADABLE_FOR_ROOT = (_MISSING, "is a directory", "too many levels of symbolic links")


@dataclass(frozen=True, slots=True)
class DaemonJson:
    """The configuration file as it was found: `named` where `--config-file` names it.

    `trouble` is Go's text for a file that could not be read (`open PATH: permission denied`), empty where it could.
    """

    path: str
    data: bytes = field(repr=False)
    named: bool = False
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class FileOptions:
    """The outermost keys of the file with their values and lines, and the refusal where dockerd does not take it."""

    path: str
    values: Mapping[str, object] = field(default_factory=dict)
    places: Places = field(default_factory=Places)
    refusal: Refusal | None = None
    findings: tuple[Finding, ...] = ()
    was_read: bool = True

    def source(self, key: str, item: int | None = None) -> Source:
        """Return where a key stands, or one of its items."""
        lines = self.places.items.get(key, ())
        line = lines[item] if item is not None and item < len(lines) else self.places.keys.get(key)
        return Source(self.path, line, key)


def refuse_file(path: str, reason: str, source: Source | None) -> Refusal:
    """Return dockerd's message about its configuration file."""
    return refuse(f"unable to configure the Docker daemon with file {path}: {reason}", source)


def read_options(engine: EngineName, file: DaemonJson, flags: ParsedFlags, version: Version) -> FileOptions:
    """Load the file and hold it against the flags, in the engine's order; never raises."""
    if file.trouble:
        return _not_read(file)
    data = file.data
    try:
        if version < (23, 0):
            document = decode_first(data)
        else:
            data = _decoded(data)
            document = unmarshal(data) if data.strip() else None
    except GoJsonError as error:
        line = line_of(data, error.offset) if data.strip() else None
        return FileOptions(file.path, refusal=refuse_file(file.path, str(error), Source(file.path, line)))
    if document is not None and not isinstance(document, dict):
        reason = f"json: cannot unmarshal {kind(document)} into Go value of type map[string]interface {{}}"
        return FileOptions(file.path, refusal=refuse_file(file.path, reason, Source(file.path, 1)))
    options = FileOptions(file.path, document or {}, places_in(data))
    flat = _flattened(options.values, _FLAT if version == FORK else _MOBY_FLAT)
    return FileOptions(
        file.path,
        options.values,
        options.places,
        _first_problem(options, flat, flags, known_flags(engine), version),
        (*_findings(options, flat, known_flags(engine)), *_after_value(options, data, version)),
    )


def _not_read(file: DaemonJson) -> FileOptions:
    place = Source(file.path)
    missing = file.trouble.endswith(_MISSING)
    if missing and not file.named:
        return FileOptions(file.path, was_read=False)
    if file.trouble.endswith(_UNREADABLE_FOR_ROOT):
        return FileOptions(file.path, refusal=refuse_file(file.path, file.trouble, place), was_read=False)
    message = f"not read, so its settings are not known here: {printable(file.trouble)}"
    finding = Finding("daemon-json-not-read", Severity.ERROR, message, place, "run regtui as root")
    return FileOptions(file.path, findings=(finding,), was_read=False)


def _decoded(data: bytes) -> bytes:
    """Return UTF-8 without a byte order mark, as moby decodes the file since 23.0; UTF-16 needs its mark."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace").encode()
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        data.decode()
    except UnicodeDecodeError as error:
        message = f"failed to decode configuration JSON at offset {error.start}: encoding: invalid UTF-8"
        raise GoJsonError(message, error.start) from None
    return data


def _flattened(values: Mapping[str, object], flat: frozenset[str]) -> dict[str, tuple[object, str]]:
    """Return each key with its value and the outermost key that it stands below (configValuesSet)."""
    found: dict[str, tuple[object, str]] = {}
    for key, value in values.items():
        if isinstance(value, dict) and key not in flat:
            found.update({inner: (value[inner], key) for inner in value})
        else:
            found[key] = (value, key)
    return found


def _first_problem(
    options: FileOptions,
    flat: Mapping[str, tuple[object, str]],
    flags: ParsedFlags,
    known: Mapping[str, KnownFlag],
    version: Version,
) -> Refusal | None:
    """Return the refusal that dockerd gives first: unknown keys, conflicts with flags, values of a wrong type."""
    accepted = known.keys() | {flag.named for flag in known.values()}
    if version != FORK:
        accepted |= _MOBY_NOT_CHECKED
    unknown = [key for key in flat if key not in accepted]
    if unknown:
        reason = f"the following directives don't match any configuration option: {', '.join(unknown)}"
        return refuse_file(options.path, reason, options.source(flat[unknown[0]][1]))
    conflicts = list(_conflicts(flat, flags, version))
    if conflicts:
        first = options.source(flat[conflicts[0][0]][1])
        texts = ", ".join(text for _, text in conflicts)
        reason = f"the following directives are specified both as a flag and in the configuration file: {texts}"
        return refuse_file(options.path, reason, first)
    fields = {flag.key: TYPES[flag.kind] for flag in known.values() if flag.in_file and flag.kind in TYPES}
    if version != FORK:
        fields["proxies"] = PROXIES
    for key, value in options.values.items():
        error = type_error(value, fields[key], key) if key in fields else None
        if error:
            return refuse_file(options.path, error, options.source(key))
    return None


def _conflicts(
    flat: Mapping[str, tuple[object, str]], flags: ParsedFlags, version: Version
) -> Iterator[tuple[str, str]]:
    """Yield key and text of each option that stands in both places, by the flags' names (flags.Visit)."""
    for name in sorted(flags.given):
        given = flags.given[name]
        key = given.flag.key
        if key not in flat or (version != FORK and key in _MOBY_MERGED):
            continue
        from_flag, from_file = given.text, go_text(flat[key][0])
        if key in _WITH_PASSWORDS:
            from_flag, from_file = strip_userinfo(from_flag), strip_userinfo(from_file)
        yield key, f"{key}: (from flag: {from_flag}, from file: {from_file})"


def _findings(
    options: FileOptions, flat: Mapping[str, tuple[object, str]], known: Mapping[str, KnownFlag]
) -> Iterator[Finding]:
    """Yield what dockerd takes without a word and without effect."""
    keys = {flag.key for flag in known.values() if flag.in_file}
    for key, (_, outermost) in flat.items():
        place = options.source(outermost)
        if outermost != key:
            if key not in keys or outermost == "proxies":
                continue
            message = f"`{key}` inside `{printable(outermost, 60)}` passes dockerd's check and is not read"
            yield Finding("nested-key", Severity.WARNING, message, place, f"move `{key}` to the outermost object")
        elif key in known and key not in keys:
            right = known[key].named
            message = f"`{key}` is the name of a flag: dockerd accepts the key and ignores it"
            fix = f"call it `{right}`" if right else "remove it, or give it as a flag"
            yield Finding("ignored-key", Severity.WARNING, message, place, fix)
    for key in options.places.repeated:
        message = f"`{printable(key, 60)}` stands here more than once: the last one counts"
        yield Finding("repeated-key", Severity.WARNING, message, options.source(key))


def _after_value(options: FileOptions, data: bytes, version: Version) -> Iterator[Finding]:
    rest = data[options.places.end :]
    if version < (23, 0) and rest.strip():
        line = line_of(data, options.places.end + len(rest) - len(rest.lstrip()))
        message = "dockerd reads the first JSON value alone: the text from here on is ignored"
        yield Finding("text-after-json", Severity.WARNING, message, Source(options.path, line))
