"""What leaves this host in a file or a ticket: no secret, no password in a URL, nobody's home directory."""

from __future__ import annotations

import os
import re

from regtui.text import printable, strip_userinfo

TEXT_LIMIT = 8000
"""Characters of one text; the longest that an engine prints is an error page of a proxy, cut here."""

HIDDEN = "***"

_RAW_LIMIT = 4 * TEXT_LIMIT
_NAMED = re.compile(
    r"""(?ix) \b ( (?:proxy-)?authorization | x-registry-auth | (?:set-)?cookie | [\w-]{1,32}-token )
    ( ["']? \s* [:=] \s* ["']? ) (?: (?:basic|bearer|negotiate) \s+ )? [^\s"',;]+"""
)
# A bare value only behind an equals sign: `invalid token: expired` is a sentence.
_ASSIGNED = re.compile(
    r"""(?ix) \b ( [\w-]{0,32}(?: passw(?:or)?d | secret | signature | token | api[_-]?key ) )
    ( ["']? \s* [:=] \s* ) (?: " (?:[^"\\]|\\.)* "? | ' [^']* '? ) |
    \b ( [\w-]{0,32}(?: passw(?:or)?d | secret | signature | token | api[_-]?key ) \s* = \s* ) [^\s"'&,;]+"""
)
# `user:password@host` in a sentence, where no URL tells it; the @ before a digest is an image name's.
_USERINFO = re.compile(r"""(?<![\w/@.:-])[^\s/:@"'`]{1,256}:[^\s/@"'`]{1,256}@(?!sha\d+:)(?=[\w[])""")
# What follows a scheme is a secret where it does not read like a word: `Basic authentication` stays.
_SCHEME = re.compile(r"(?i)\b(basic|bearer|negotiate)(\s+)(?=\S*(?:[0-9=_]|(?-i:[a-z][A-Z])))[A-Za-z0-9._~+/=-]{8,}")
_JWT = re.compile(r"\beyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]{2,}(?:\.[A-Za-z0-9_-]*)?")
# Not in an image's name or a URL, where a host or a port stands before the slash.
_START = r"(?<![\w.:\]/~-])"
_HOME = re.compile(_START + r"/(?:home|Users|var/home|export/home)/[^/\s:;,'\"`)]+")


def redact(text: str, home: str = "") -> str:
    """Return the text with its secrets as `***` and home directories as `~`, printable and of bounded length.

    `home` is a home directory that does not lie where they usually do. Redacting twice changes nothing.
    """
    if len(text) > _RAW_LIMIT:
        text = text[:_RAW_LIMIT].rpartition(" ")[0] + " …"  # a URL that is cut before its @ would show its password
    text = strip_userinfo(text)
    for pattern, instead in (
        (_USERINFO, f"{HIDDEN}@"),
        (_NAMED, rf"\1\2{HIDDEN}"),
        (_ASSIGNED, _assigned),
        (_SCHEME, rf"\1\2{HIDDEN}"),
        (_JWT, HIDDEN),
    ):
        text = pattern.sub(instead, text)
    return printable(_without_homes(text, home), TEXT_LIMIT)


def redact_data(value: object, home: str = "") -> object:
    """Return JSON-ready data with every text in it redacted; keys are ours and stay."""
    match value:
        case str():
            return redact(value, home)
        case dict():
            return {key: redact_data(item, home) for key, item in value.items()}
        case list() | tuple():
            return [redact_data(item, home) for item in value]
        case _:
            return value


def own_home() -> str:
    """Return the home directory of the person who runs this, empty where it says nothing."""
    home = os.environ.get("HOME", "").rstrip("/")
    return home if home.startswith("/") else ""


def _assigned(found: re.Match[str]) -> str:
    name, sign, bare = found.groups()
    return f"{bare}{HIDDEN}" if bare else f'{name}{sign}"{HIDDEN}"'


def _without_homes(text: str, home: str) -> str:
    if home and home in text:
        text = re.sub(rf"{_START}{re.escape(home)}(?![\w.-])", "~", text)
    return _HOME.sub("~", text)
