"""The gate for outside text: what may reach a terminal, a log or a file that people read."""

from __future__ import annotations

import re
import unicodedata

MARKS_IN_A_ROW = 4
"""Vietnamese and pointed Hebrew need three marks on a letter; a longer stack only climbs over the lines above."""

# Characters that str.isprintable() passes although a terminal draws nothing for them, or a blank: joiners and
# variation selectors of category Mn, the Hangul and Khmer fillers, the blank Braille cell (Unicode's
# Default_Ignorable_Code_Point, less what isprintable() stops already).
_INVISIBLE = (  # as text: it is seldom needed, and compiling it costs every start
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)


def printable(text: str, limit: int = 500) -> str:
    r"""Text that is safe to print on one line, of at most `limit` characters (1 or more).

    Control, bidirectional, zero-width and otherwise unprintable characters, tabs and newlines among them, become
    visible escapes (`\x1b`, `\u202e`, `\U000e0001`); so does a byte that was not UTF-8 and came through
    `surrogateescape`, a combining mark with nothing before it, and any after four in a row. Longer text is cut
    and ends with `…`; no escape is ever split. Printing a result again changes nothing.
    """
    if len(text) <= limit and text.isascii() and text.isprintable():
        return text
    pieces: list[str] = []
    length = 0  # of all pieces
    kept = 0  # pieces that leave room for the ellipsis
    marks = MARKS_IN_A_ROW  # a mark at the very start would sit on what is printed before it
    for character in text[: limit + 1]:
        is_mark = unicodedata.category(character)[0] == "M"
        marks = marks + 1 if is_mark else 0
        plain = character.isprintable() and marks <= MARKS_IN_A_ROW and not re.match(_INVISIBLE, character)
        pieces.append(character if plain else _escape(character))
        length += len(pieces[-1])
        if length < limit:
            kept = len(pieces)
        if length > limit:
            return "".join(pieces[:kept]) + "…"
    return "".join(pieces)


def one_line(text: str, limit: int = 200) -> str:
    """Prose on one line: runs of blanks, tabs and line ends become one space each, then `printable`."""
    bound = limit * 8
    return printable(" ".join(text[:bound].split()) + ("…" if len(text) > bound else ""), limit)


def printable_bytes(data: bytes, limit: int = 500) -> str:
    r"""UTF-8 bytes through `printable`; a byte that is not UTF-8 becomes `\xNN`."""
    # A character is at most four bytes, so what is left out here would have been cut in any case.
    return printable(data[: limit * 4 + 4].decode("utf-8", "surrogateescape"), limit)


def _escape(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # a raw byte, as surrogateescape carries it
        code -= 0xDC00
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


_GO_ESCAPES = {"\a": r"\a", "\b": r"\b", "\f": r"\f", "\n": r"\n", "\r": r"\r", "\t": r"\t", "\v": r"\v"} | {
    '"': r"\"",
    "\\": r"\\",
}


def go_quote(value: str | bytes) -> str:
    """A string as Go's `%q` prints it (strconv.Quote), which the engines use for names, hosts and bodies.

    Never raises: bytes that are not UTF-8 print as `\\xNN`, as Go prints them. Marks may still pile up in the result,
    so a message that is made with it goes through `printable` all the same.
    """
    text = value if isinstance(value, str) else value.decode("utf-8", "surrogateescape")
    if text.isascii() and text.isprintable() and '"' not in text and "\\" not in text:
        return f'"{text}"'
    return '"' + "".join(_GO_ESCAPES.get(c) or (c if c.isprintable() else _go_escape(c)) for c in text) + '"'


def _go_escape(character: str) -> str:
    code = ord(character)
    # Go writes \u0080 for the character and \x80 for a stray byte, where `_escape` makes no difference.
    return f"\\u{code:04x}" if 0x80 <= code < 0x100 else _escape(character)


def size(count: int) -> str:
    """Bytes for people, in powers of 1000 as docker prints them: `0 B`, `999 B`, `1.2 MB`, `3.0 GB`."""
    if abs(count) < 1000:
        return f"{count} B"
    if abs(count) >= 10**21:  # only a hostile manifest says so, in thousands of digits if it likes
        return "over 999 EB"
    value = float(count)
    for unit in ("kB", "MB", "GB", "TB", "PB"):
        value /= 1000
        if abs(value) < 999.95:
            return f"{value:.1f} {unit}"
    return f"{value / 1000:.1f} EB"


# What a registry's URLs carry that is no secret; the value of any other key may be a signature or a token.
_OPEN_QUERY_KEYS = frozenset({"digest", "from", "last", "mount", "n", "ns", "scope", "service"})
_URL_TAIL = re.compile(r"""://([^\s"'<>`]+)""")
_AUTHORITY = re.compile(r"[^/?#]*")
# Punctuation may follow, for URLs stand in sentences: `Get https://quay.io:443: dial tcp ...`.
_HOST_PORT = re.compile(r"(?:\[[^\[\]@]*\]|[^:\[\]@]*)(?::[0-9]*)?[:;,.)]*")
# A password with a blank or a quote in it, which would end the URL; not where a port and then a sentence follow.
_ODD_PASSWORD = re.compile(r"""://[^/?#\s"'<>@:\[\]]{0,256}:(?![0-9]*[\s"':;,)])[^/?#@]{0,256}@""")
# `user:password@proxy:3128`; the @ before a digest is an image name's.
_BARE_USERINFO = r"[^\s/:@]*:[^\s/]*@(?![A-Za-z0-9+._-]{1,32}:[0-9a-fA-F]{32})(?=[^\s/@]+(?:/[^@]*)?\Z)"
_DIGEST_BEHIND = r"@(?:sha\d+:[^/@]*|[A-Za-z0-9+._-]{1,32}:[0-9a-fA-F]{32,})\Z"
_PORT_AND_PATH = r"[0-9]{1,5}/"
_QUERY_PAIR = re.compile(r"[^&;]+")


def strip_userinfo(url: str) -> str:
    """A URL, or a text with URLs in it, without what may be secret: `user:password@` and values of unknown query keys.

    What was hidden shows as `***`. The host of a URL that a client would accept is never hidden; of one that no
    client would accept, too much is hidden rather than too little. For display: the result is no URL any more.
    """
    if "://" not in url:
        found = re.match(_BARE_USERINFO, url)
        return "***@" + url[found.end() :] if found else url
    return _URL_TAIL.sub(lambda found: "://" + _open_part(found[1]), _ODD_PASSWORD.sub("://***@", url))


def mask_login(name: str) -> str:
    """A typed name, as it may be shown and kept: of `user:password@host/x`, with or without a scheme, no password.

    It stays a name that an engine judges as it judges the typed one, and masking it again changes nothing. The @
    before a digest and the colon before a port hide nothing; a name that no engine takes rather hides too much.
    """
    scheme, mark, rest = name.rpartition("://")
    digest = found[0] if (found := re.search(_DIGEST_BEHIND, rest)) else ""
    before, at, host = rest.removesuffix(digest).rpartition("@")
    user, colon, password = before.partition(":")
    if not at or not (mark or colon) or (not mark and ("/" in user or re.match(_PORT_AND_PATH, password))):
        return name
    return f"{scheme}{mark}{user}:***@{host}{digest}" if colon else f"{scheme}{mark}***@{host}{digest}"


def _open_part(tail: str) -> str:
    """What follows `://`, with the secrets hidden."""
    authority = found[0] if (found := _AUTHORITY.match(tail)) else ""
    userinfo, at, host_port = authority.rpartition("@")
    if _HOST_PORT.fullmatch(host_port):
        return ("***@" if at else "") + _open_query(tail[len(userinfo) + len(at) :])
    # A raw / ? or # in the password has ended the authority too soon.
    _secret, at, rest = tail.rpartition("@")
    return "***@" + _open_query(rest) if at else host_port.partition(":")[0] + ":***"


def _open_query(tail: str) -> str:
    url, hash_sign, _fragment = tail.partition("#")
    path, question_mark, query = url.partition("?")
    return path + question_mark + _QUERY_PAIR.sub(_open_pair, query) + ("#***" if hash_sign else "")


def _open_pair(found: re.Match[str]) -> str:
    key, equals, value = found[0].partition("=")
    if key in _OPEN_QUERY_KEYS or (equals and not value):
        return found[0]
    return f"{key}=***" if equals else "***"
