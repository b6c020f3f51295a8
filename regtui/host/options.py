"""dockerd's options after flags and daemon.json are merged, and its checks of the result.

Sources: daemon/config.go (MergeDaemonConfigurations, ValidateConfiguration) of 1.13.1; daemon/config/config.go
(MergeDaemonConfigurations, Validate) of moby 20.10, 23 and later.
"""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from regtui.frozen import dataclass
from regtui.host.daemon_json import FileOptions, refuse_file
from regtui.host.flag_values import BadValueError, check_value
from regtui.host.flags_known import FORK, Check, Kind, KnownFlag, Version, known_flags
from regtui.host.json_types import PROXIES, go_number
from regtui.host.model import EngineName, Refusal, Setting
from regtui.host.refusal import refuse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from regtui.host.flags import ParsedFlags

_SINGLE = frozenset({Kind.BOOL, Kind.INT, Kind.STRING, Kind.QUOTED, Kind.IP})
_STOCK_RUNTIMES = frozenset({"runc", "io.containerd.runc.v2", "io.containerd.runtime.v1.linux"})
_LOG_LEVELS = frozenset({"panic", "fatal", "error", "warn", "warning", "info", "debug"})

_FORK_TEXTS = ("file configuration validation failed ({})", "file configuration validation failed ({})")
_MOBY_TEXTS = (
    "configuration validation from file failed: {}",
    "merged configuration validation from file and command line flags failed: {}",
)


@dataclass(frozen=True, slots=True)
class Options:
    """Values by daemon.json key (`insecure-registries`): lists, and single values as text; names of runtimes.

    A proxy may hold a password.
    """

    lists: Mapping[str, tuple[Setting, ...]] = field(default_factory=dict)
    words: Mapping[str, Setting] = field(default_factory=dict)
    runtimes: Mapping[str, Setting] = field(default_factory=dict)

    def values_of(self, key: str) -> tuple[Setting, ...]:
        """Return the values of a list, in order; none where it is not set."""
        return self.lists.get(key, ())

    def is_true(self, key: str, *, default: bool = False) -> bool:
        """Return a boolean, or the engine's default where it is not set."""
        word = self.words.get(key)
        return default if word is None else word.value == "true"


def options_of_flags(flags: ParsedFlags) -> Options:
    """Return what the command line alone sets."""
    given = {one.flag.key: one for one in flags.given.values()}
    return Options(
        {key: one.values for key, one in given.items() if one.flag.kind is Kind.LIST},
        {key: one.last for key, one in given.items() if one.flag.kind in _SINGLE},
        {
            setting.value.partition("=")[0]: setting
            for one in given.values()
            if one.flag.kind is Kind.RUNTIME
            for setting in one.values
        },
    )


def options_of_file(engine: EngineName, file: FileOptions) -> Options:
    """Return what daemon.json alone sets; values of a wrong type are left out."""
    fields = {flag.key: flag for flag in known_flags(engine).values() if flag.in_file}
    present = [(key, fields[key]) for key in file.values if key in fields]
    runtimes, proxies = file.values.get("runtimes"), file.values.get("proxies")
    words = {key: setting for key, flag in present if (setting := _word(file, key, flag)) is not None}
    for key, value in proxies.items() if isinstance(proxies, dict) else ():
        if key in (PROXIES.fields or {}) and isinstance(value, str):
            words[key] = Setting(key, value, file.source("proxies"))
    return Options(
        {key: tuple(_items(file, key)) for key, flag in present if flag.kind is Kind.LIST},
        words,
        {name: Setting("runtimes", name, file.source("runtimes")) for name in runtimes}
        if isinstance(runtimes, dict)
        else {},
    )


def merge(flags: Options, file: Options) -> Options:
    """Return both together; what stands in both was refused, and shows the flags' values first."""
    keys = dict.fromkeys((*flags.lists, *file.lists))
    lists = {key: (*flags.values_of(key), *file.values_of(key)) for key in keys}
    return Options(lists, {**flags.words, **file.words}, {**flags.runtimes, **file.runtimes})


def check_options(flags: Options, file: FileOptions | None, from_file: Options, version: Version) -> Refusal | None:
    """Return the refusal of dockerd's own checks after merging, None where it starts as far as they tell."""
    merged = merge(flags, from_file)
    # 1.13.1 checks numbers only where the file sets them (IsValueSet).
    numbers = from_file if version == FORK else merged
    if file is not None and file.was_read:
        texts = _FORK_TEXTS if version == FORK else _MOBY_TEXTS
        if version < (23, 0) and (problem := _problem(from_file, from_file, version)) is not None:
            return refuse_file(file.path, texts[0].format(problem[0]), problem[1].source)
        if (problem := _problem(merged, numbers, version)) is not None:
            return refuse_file(file.path, texts[1].format(problem[0]), problem[1].source)
    elif (problem := _problem(merged, numbers, version)) is not None:
        return refuse(problem[0], problem[1].source)
    level = merged.words.get("log-level")
    if level is None or _is_level(level.value, version):
        return None
    verb = "Unable" if version == FORK else "unable"
    return refuse(f"{verb} to parse logging level: {level.value}", level.source)


def _items(file: FileOptions, key: str) -> Iterator[Setting]:
    """Yield the strings of a list; Go reads `null` in one as the empty string."""
    value = file.values[key]
    for index, item in enumerate(value if isinstance(value, list) else ()):
        if item is None or isinstance(item, str):
            yield Setting(key, item or "", file.source(key, index))


def _word(file: FileOptions, key: str, flag: KnownFlag) -> Setting | None:
    """Return a single value as text. `null` sets a boolean to false (pflag's Set keeps the zero value on an error)."""
    value = file.values[key]
    match flag.kind:
        case Kind.BOOL if value is None or isinstance(value, bool):
            text = "true" if value else "false"
        case Kind.INT if isinstance(value, int | float) and not isinstance(value, bool):
            text = str(value) if isinstance(value, int) else go_number(value)
        case Kind.STRING | Kind.QUOTED | Kind.IP if isinstance(value, str):
            text = value
        case _:
            return None
    return Setting(key, text, file.source(key))


Problem = tuple[str, Setting]


def _problem(options: Options, numbers: Options, version: Version) -> Problem | None:
    """Return the first thing that the engine's validation refuses, with its setting."""
    level = options.words.get("log-level")
    if version >= (23, 0) and level is not None and not _is_level(level.value, version):
        return f"invalid logging level: {level.value}", level
    checks = [("dns", Check.IP_ADDRESS), ("dns-search", Check.DNS_SEARCH), ("labels", Check.LABEL)]
    for key, check in checks:
        for setting in options.values_of(key):
            try:
                check_value(check, setting.value, version)
            except BadValueError as error:
                return str(error), setting
    return _number_problem(numbers, version) or _runtime_problem(options, version)


def _number_problem(options: Options, version: Version) -> Problem | None:
    names = {"mtu": "default MTU"} if version >= (23, 0) else {}
    names |= {
        "max-concurrent-downloads": "max concurrent downloads",
        "max-concurrent-uploads": "max concurrent uploads",
        "max-download-attempts": "max download attempts",
    }
    for key, name in names.items():
        setting = options.words.get(key)
        lowest = 1 if key == "max-download-attempts" and version < (23, 0) else 0
        if setting is not None and float(setting.value) < lowest:
            return f"invalid {name}: {setting.value}", setting
    return None


def _runtime_problem(options: Options, version: Version) -> Problem | None:
    if "runc" in options.runtimes:
        return "runtime name 'runc' is reserved", options.runtimes["runc"]
    default = options.words.get("default-runtime")
    if default is None or not default.value or default.value == "runc" or default.value in options.runtimes:
        return None
    if version != FORK and default.value in _STOCK_RUNTIMES:
        return None
    name = default.value
    if version >= (23, 0) and "." in name and "/" not in name and not name.startswith("."):
        return None  # the name of a containerd shim
    return f"specified default runtime '{name}' does not exist", default


def _is_level(text: str, version: Version) -> bool:
    level = text.lower()
    return not level or level in _LOG_LEVELS or (version != FORK and level == "trace")
