"""What a 401 asks for: WWW-Authenticate read tolerantly for a person, and as docker's engines read it."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from regtui.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable

LIMIT = 100 * 1024
"""Characters of one header value that are read; the transport takes no larger header block."""
KEPT = 64
"""Values whose reading is kept: a 401 is looked at several times, and a large one takes a twentieth of a second."""

_TOKEN = re.compile(r"[!#$%&'*+\-.0-9A-Z^_`a-z|~]+")
_BLANKS = re.compile(r"[ \t\r\n]*+")
_QUOTED = re.compile(r'"((?:[^"\\]++|\\.)*+)"', re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_COMMAS = re.compile(r"[ \t\r\n,]*+")
_TOKEN68 = re.compile(r"[A-Za-z0-9\-._~+/]++=*+(?=[ \t\r\n]*+(?:,|$))")
_BARE_VALUE = re.compile(r'[^ \t\r\n,"]*+')
_TO_COMMA = re.compile(r"[^,]*+")


@dataclass(frozen=True, slots=True)
class Challenge:
    """One authentication scheme that a server offers, lower-case, with its parameters (names lower-case)."""

    scheme: str
    parameters: tuple[tuple[str, str], ...] = ()

    def get(self, name: str) -> str | None:
        """Return a parameter's value, None where the challenge does not have it."""
        return dict(self.parameters).get(name)


def parse_challenges(values: Iterable[str]) -> tuple[Challenge, ...]:
    """Return every challenge of the header's values, in order; what cannot be read is passed over.

    RFC 9110, 11.6.1: several challenges in one value are told from parameters by the missing `=`. Beyond it, an
    unquoted value runs to the next comma or blank (`realm=https://h/token`), and an unclosed quote to the end.
    """
    return tuple(offer for value in values for offer in _offers(value[:LIMIT]))


def parse_as_distribution(values: Iterable[str]) -> tuple[Challenge, ...]:
    """Return what docker's engines make of the header: one challenge a value, ended by the first thing unread.

    docker/distribution, registry/client/auth/challenge/authchallenge.go, parseAuthHeader: no blank is taken before
    the scheme or around `=`; an empty value, an unclosed quote or a parameter without value ends the value, and what
    was read before it counts.
    """
    return tuple(offer for value in values if (offer := _first_offer(value[:LIMIT])) is not None)


@lru_cache(KEPT)
def _first_offer(text: str) -> Challenge | None:
    scheme = _TOKEN.match(text)
    if scheme is None:
        return None
    parameters: dict[str, str] = {}
    place = _after_blanks(text, scheme.end())
    while (name := _TOKEN.match(text, place)) is not None and text.startswith("=", name.end()):
        value, place = _strict_value(text, name.end() + 1)
        if not value:
            break
        parameters[name[0].lower()] = value
        place = _after_blanks(text, place)
        if not text.startswith(",", place):
            break
        place = _after_blanks(text, place + 1)
    return Challenge(scheme[0].lower(), tuple(parameters.items()))


def _strict_value(text: str, place: int) -> tuple[str, int]:
    """Return a token or quoted string and where it ends; an unclosed quote is an empty value."""
    if text.startswith('"', place):
        quoted = _QUOTED.match(text, place)
        return ("", len(text)) if quoted is None else (_ESCAPE.sub(r"\1", quoted[1]), quoted.end())
    token = _TOKEN.match(text, place)
    return ("", place) if token is None else (token[0], token.end())


@lru_cache(KEPT)
def _offers(text: str) -> tuple[Challenge, ...]:
    offers: list[tuple[str, dict[str, str]]] = []
    place = _end(_COMMAS, text, 0)
    while place < len(text):
        word = _TOKEN.match(text, place)
        if word is None:
            place = _end(_COMMAS, text, _after_garbage(text, place))
            continue
        place = _after_blanks(text, word.end())
        if text.startswith("=", place):
            value, place = _loose_value(text, _after_blanks(text, place + 1))
            if offers and value:
                offers[-1][1][word[0].lower()] = value
        else:
            offers.append((word[0].lower(), {}))
            if (credentials := _TOKEN68.match(text, place)) is not None:
                place = credentials.end()
        place = _end(_COMMAS, text, place)
    return tuple(Challenge(scheme, tuple(parameters.items())) for scheme, parameters in offers)


def _loose_value(text: str, place: int) -> tuple[str, int]:
    if text.startswith('"', place):
        quoted = _QUOTED.match(text, place)
        inner, end = (text[place + 1 :], len(text)) if quoted is None else (quoted[1], quoted.end())
        return _ESCAPE.sub(r"\1", inner), end
    end = _end(_BARE_VALUE, text, place)
    return text[place:end], end


def _after_garbage(text: str, place: int) -> int:
    """Return where to go on after something that is no token: behind a quoted string, else at the next comma."""
    quoted = _QUOTED.match(text, place) if text.startswith('"', place) else None
    return quoted.end() if quoted is not None else max(_end(_TO_COMMA, text, place), place + 1)


def _after_blanks(text: str, place: int) -> int:
    return _end(_BLANKS, text, place)


def _end(pattern: re.Pattern[str], text: str, place: int) -> int:
    match = pattern.match(text, place)
    return place if match is None else match.end()
