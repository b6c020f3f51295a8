"""The user's own settings: one small TOML file, read with bounds, and written only where a person asks for it."""

from __future__ import annotations

import os
import re
import stat
from dataclasses import field, fields
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from regtui.frozen import dataclass
from regtui.text import printable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FILE_LIMIT = 64 * 1024
"""Bytes; the settings that exist fill a few hundred."""
FPS_RANGE = range(1, 121)
THEME_NAME = re.compile(r"[a-z0-9-]{1,40}")


class Motion(StrEnum):
    """How much moves: everything, the walk but no smooth scrolling, nothing."""

    FULL = "full"
    BASIC = "basic"
    NONE = "none"


class GlyphChoice(StrEnum):
    """Which signs are drawn: what the locale allows, or one kind in any case."""

    AUTO = "auto"
    UNICODE = "unicode"
    ASCII = "ascii"


@dataclass(frozen=True, slots=True)
class Settings:
    """What a person chose; None leaves the choice to regtui, which looks at the terminal (`tui/terminal.py`)."""

    theme: str | None = None
    motion: Motion | None = None
    pacing: bool = True
    mouse: bool = True
    fps: int | None = None
    glyphs: GlyphChoice = GlyphChoice.AUTO
    blink: bool = False
    history: bool = True


@dataclass(frozen=True, slots=True)
class Loaded:
    """The settings, and a sentence with file and line for each that could not be used.

    `places` are file and line of those that the file gives.
    """

    settings: Settings
    problems: tuple[str, ...] = ()
    places: Mapping[str, str] = field(default_factory=dict)


class SettingsError(Exception):
    """The settings were not written; `str()` says why and what to do."""


def settings_path() -> Path:
    """Return where the file lies: `settings.toml` in the platform's folder for regtui's configuration."""
    from platformdirs import user_config_path

    return user_config_path("regtui") / "settings.toml"


def load_settings(path: Path) -> Loaded:
    """Read the file; whatever is wrong with it costs that setting only. A missing file is no problem."""
    try:
        text = _read(path)
    except FileNotFoundError:
        return Loaded(Settings())
    except (OSError, SettingsError) as error:
        return Loaded(Settings(), (f"{_shown(path)}: {_cause(error)}; the defaults are used",))
    return parse_settings(text, _shown(path))


def parse_settings(text: str, name: str) -> Loaded:
    """Read the text of a settings file; `name` stands in front of the line of each problem."""
    import tomllib  # not before there is a file

    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"\(at line (\d+), column \d+\)|\(at end of document\)", str(error))
        line = int(found[1]) if found and found[1] else text.count("\n") + 1
        cause = printable(re.sub(r" \(at .*\)$", "", str(error)), 200)
        return Loaded(Settings(), (f"{name}:{line}: {cause}; the defaults are used",))
    except RecursionError:
        return Loaded(Settings(), (f"{name}: nested too deeply; the defaults are used",))
    usable: dict[str, Any] = {}
    problems = []
    for key, value in values.items():
        if wrong := _wrong(key, value):
            problems.append(f"{name}:{_line_of(key, text)}: {wrong}")
        else:
            usable[key] = _KINDS[key](value) if key in _KINDS else value
    places = {key: f"{name}:{_line_of(key, text)}" for key in usable}
    return Loaded(Settings(**usable), tuple(problems), places)


def write_settings(path: Path, settings: Settings) -> None:
    """Write what differs from the defaults, in one step.

    Raises SettingsError, and leaves the file as it was, where it holds a comment or cannot be read or written.
    """
    import tomli_w

    from regtui.outfile import WriteError, private_folder, write_file

    try:
        known = _read(path)
    except FileNotFoundError:
        known = ""
    except (OSError, SettingsError) as error:
        raise SettingsError(f"{_shown(path)} {_cause(error)}; it is left alone") from error
    if "#" in known:
        text = ", ".join(f"{key} = {_as_toml(value)}" for key, value in _chosen(settings).items())
        raise SettingsError(f"{_shown(path)} holds comments of yours and is left alone. Write there: {text}")
    try:
        private_folder(path.parent)
        write_file(path, tomli_w.dumps(_chosen(settings)).encode())
    except OSError as error:
        raise SettingsError(f"{_shown(path)} cannot be written: {_cause(error)}") from error
    except WriteError as error:
        raise SettingsError(str(error)) from error


def _cause(error: OSError | SettingsError) -> str:
    return str(error) if isinstance(error, SettingsError) else (error.strerror or "cannot be read").lower()


def _read(path: Path) -> str:
    """Read a regular file within the limit; a FIFO or a device is refused without waiting for it."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise SettingsError("is not a regular file")
        data = file.read(FILE_LIMIT + 1)
    if len(data) > FILE_LIMIT:
        raise SettingsError(f"is larger than {FILE_LIMIT // 1024} KiB")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SettingsError(f"line {line} is not UTF-8") from error


_KINDS: dict[str, type[StrEnum]] = {"motion": Motion, "glyphs": GlyphChoice}


def _wrong(key: str, value: object) -> str:
    """Return what is wrong with a setting in words, empty where it can be used."""
    shown = printable(str(value), 40)
    match key:
        case "theme" if not (isinstance(value, str) and THEME_NAME.fullmatch(value)):
            return f"theme is a name such as dark, light or ansi, not {shown}"
        case "motion" | "glyphs" if value not in tuple(_KINDS[key]):
            return f"{key} is one of {', '.join(_KINDS[key])}, not {shown}"
        case "fps" if not (type(value) is int and value in FPS_RANGE):
            return f"fps is a number from 1 to {FPS_RANGE[-1]}, not {shown}"
        case "pacing" | "mouse" | "blink" | "history" if not isinstance(value, bool):
            return f"{key} is true or false, not {shown}"
    known = [field.name for field in fields(Settings)]
    return "" if key in known else f"there is no setting {printable(key, 40)}; there are {', '.join(known)}"


def _line_of(key: str, text: str) -> int:
    """Return the line on which the key is set; 1 where it was written in a way that a search does not find."""
    for number, line in enumerate(text.splitlines(), 1):
        if re.match(rf"""\s*\[?\s*["']?{re.escape(key)}["']?\s*[=.\]]""", line):
            return number
    return 1


def _chosen(settings: Settings) -> dict[str, object]:
    default = Settings()
    return {
        field.name: str(value) if isinstance(value, StrEnum) else value
        for field in fields(settings)
        if (value := getattr(settings, field.name)) != getattr(default, field.name)
    }


def _as_toml(value: object) -> str:
    return str(value).lower() if isinstance(value, (bool, int)) else f'"{value}"'


def _shown(path: Path) -> str:
    return printable(str(path), 200)
