"""What the terminal can do, told by its environment: decided before Textual is loaded, without asking the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regtui.frozen import dataclass
from regtui.settings import GlyphChoice, Motion, Settings
from regtui.text import printable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from regtui.settings import Loaded

FPS = 120
"""Frames a second at most; what moves by itself moves slower (`playback`).

A key right behind a frame waits for up to two more (textual/timer.py, Timer._run), which at 15 a second took 130 ms
while names streamed in. More frames are no more bytes: each key has one, and a walk the same few a second.
"""

_NO_ASCII_ART = {"linux", "vt100", "vt102", "vt220", "ansi", "cons25"}
"""Terminals whose fonts have no check marks, whatever the locale says."""
_FEW_COLORS = ("linux", "vt100", "vt102", "vt220", "ansi", "cons25", "xterm", "screen", "tmux", "")


@dataclass(frozen=True, slots=True)
class Look:
    """How regtui looks and moves here, all questions answered."""

    theme: str
    motion: Motion
    paced: bool
    fps: int
    plain: bool
    mouse: bool
    blink: bool


def refusal(environ: Mapping[str, str], *, input_is_terminal: bool, output_is_terminal: bool) -> str:
    """Return why no screen can be drawn, with the way that works; empty where one can."""
    instead = "Use: regtui resolve NAME"
    if not input_is_terminal or not output_is_terminal:
        which = "standard input" if not input_is_terminal else "standard error, on which regtui draws,"
        return f"{which} is not a terminal. {instead}"
    if environ.get("TERM", "") == "dumb":
        return f"TERM=dumb cannot show a screen. {instead}"
    return ""


def look(settings: Settings, environ: Mapping[str, str]) -> Look:
    """Answer what the settings leave open from the environment; over SSH all that moves is slower."""
    remote = bool(environ.get("SSH_CONNECTION") or environ.get("SSH_TTY"))
    motion = settings.motion or (Motion.BASIC if remote else Motion.FULL)
    if environ.get("TEXTUAL_ANIMATIONS", "").lower() == "none":
        motion = Motion.NONE
    return Look(
        theme=settings.theme or ("ansi" if _few_colors(environ) else "dark"),
        motion=motion,
        paced=settings.pacing and motion is not Motion.NONE,
        fps=settings.fps or FPS,
        plain=settings.glyphs is GlyphChoice.ASCII
        or (settings.glyphs is GlyphChoice.AUTO and not _has_unicode(environ)),
        mouse=settings.mouse,
        blink=settings.blink,
    )


def in_force(loaded: Loaded, environ: Mapping[str, str]) -> dict[str, str]:
    """Return each setting as it counts here, with who says so: a line of the file, the environment, or nobody."""
    settings, shown = loaded.settings, look(loaded.settings, environ)
    forced = {"motion": "TEXTUAL_ANIMATIONS"} if environ.get("TEXTUAL_ANIMATIONS", "").lower() == "none" else {}
    if shown.motion is Motion.NONE:
        forced["pacing"] = "because nothing moves"
    if environ.get("TEXTUAL_FPS"):
        forced["fps"] = "TEXTUAL_FPS"
    values: dict[str, object] = {
        "theme": shown.theme,
        "motion": shown.motion,
        "pacing": shown.paced,
        "mouse": shown.mouse,
        "fps": environ.get("TEXTUAL_FPS") or shown.fps,
        "glyphs": GlyphChoice.ASCII if shown.plain else GlyphChoice.UNICODE,
        "blink": shown.blink,
        "history": settings.history,
    }
    left_open = {name for name in values if getattr(settings, name) in (None, GlyphChoice.AUTO)}
    told = {}
    for name, value in values.items():
        otherwise = "by the terminal" if name in left_open else loaded.places.get(name, "default")
        shown_as = str(value).lower() if isinstance(value, bool) else printable(str(value), 40)
        told[name] = f"{shown_as} ({forced.get(name, otherwise)})"
    return told


def _few_colors(environ: Mapping[str, str]) -> bool:
    """16 colors or none: the terminal's own palette then looks better than the nearest to a theme's colors."""
    if "NO_COLOR" in environ:
        return True
    if environ.get("COLORTERM", "").strip().lower() in ("truecolor", "24bit"):
        return False
    return environ.get("TERM", "") in _FEW_COLORS


def _has_unicode(environ: Mapping[str, str]) -> bool:
    """The locale that the environment names (POSIX's order: LC_ALL, LC_CTYPE, LANG) and the terminal's font."""
    if environ.get("TERM", "") in _NO_ASCII_ART:
        return False
    locale = next((value for name in ("LC_ALL", "LC_CTYPE", "LANG") if (value := environ.get(name, ""))), "")
    codeset = locale.partition(".")[2].partition("@")[0].lower().replace("-", "")
    return codeset == "utf8" or locale.upper() == "UTF-8"


def told(text: str) -> str:
    """Return a sentence for standard error."""
    return f"regtui: {printable(text)}\n"
