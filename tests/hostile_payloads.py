"""Texts that do something where nobody cleans them: controls, escape sequences, bidirectional marks, markup."""

from __future__ import annotations

_CSI = ("[31337m", "[7777;7777H", "[2J", "[6n", "[?7777h", "[1;31r", "[8;1;1t", "[5i")
_OSC = ("0;pwned", "8;;http://pwned", "52;c;cHduZWQ=", "4;1;?", "1337;File=:eA==", "777;notify;pwned;pwned")

SINGLE: dict[str, str] = {
    **{f"C0 {code:02x}": f"a{chr(code)}b" for code in (*range(32), 0x7F)},
    **{f"C1 {code:02x}": f"a{chr(code)}31337mb" for code in range(0x80, 0xA0)},
    **{f"ESC {letter}": f"a\x1b{letter}b" for letter in "cDEHMNOZ78=>6n|}~"},
    **{f"CSI {text}": f"a\x1b{text}b" for text in _CSI},
    **{f"8-bit CSI {text}": f"a\x9b{text[1:]}b" for text in _CSI},
    **{f"OSC {text[:4]}": f"a\x1b]{text}\x07b" for text in _OSC},
    **{f"OSC {text[:4]} ST": f"a\x1b]{text}\x1b\\b" for text in _OSC},
    **{f"8-bit OSC {text[:4]}": f"a\x9d{text}\x9cb" for text in _OSC},
    **{f"string {letter}": f"a\x1b{letter}q#0pwned\x1b\\b" for letter in "PX^_"},
    **{f"8-bit string {code:02x}": f"a{chr(code)}q#0pwned\x9cb" for code in (0x90, 0x98, 0x9E, 0x9F)},
    **{f"mark {ord(mark):04x}": f"a{mark}b" for mark in "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e"},
    **{f"mark {ord(mark):04x}": f"a{mark}b" for mark in "\u2066\u2067\u2068\u2069\u200b\u200d\u2028\u2029\ufeff"},
    "marks in a stack": "a" + "\u0301" * 50,
    "a tag character": "a\U000e0041b",
    "an action": "[@click=app.quit]x[/]",
    "a link": "[link=http://pwned]x[/link]",
    "an end of nothing": "x[/nope]",
    "half an end": "a[/",
    "half a tag": "[red",
    "a variable": "[$primary]x",
    "a backslash": "x\\",
    "an emoji's name": ":boom:",
    "a template": "{x} %s %(x)s {{7*7}} $x",
}
"""One payload each: by hand, all of them are put into every field one after another."""

TOGETHER: dict[str, str] = {
    "sequences": "\x1b]0;pwn\x07\x1b[31337m\x9b31337m\x1bPq#0\x1b\\\x90x\x9c\x9d0;x\x9c\x1b_x\x1b\\\x1b[2J\x1b[6n\x1bc",
    "characters": "".join(
        (
            "\u202e\u2066\u200b\u2028\u061c\ufeff",
            *map(chr, (*range(1, 32), 0x7F, *range(0x80, 0xA0))),
            "a",
            "\u0301" * 9,
        )
    ),
    "markup": "[@click=app.quit]x[/][/nope][$primary]y[/\\",
}
"""The same in few texts, for the test command."""


def header_bytes(text: str) -> bytes:
    """Return a payload as a server can send it in a header: none of the characters that no header may have."""
    return "".join(character for character in text if character not in "\r\n\0\v\f").encode("utf-8")


def file_name(text: str) -> str:
    """Return a payload as it can be the name of a file."""
    return text.replace("/", "_").replace("\0", "")
