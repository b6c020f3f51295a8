"""The gate for outside text: nothing passes that could move a cursor, hide, or tell a secret."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regtui.text import MARKS_IN_A_ROW, go_quote, one_line, printable, printable_bytes, size, strip_userinfo

ACUTE = "\u0301"
ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=60)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("quay.io/coreos/etcd:v3", "quay.io/coreos/etcd:v3"),
        ("", ""),
        ("[@click=app.quit]x[/]", "[@click=app.quit]x[/]"),
        ("Größe 日本 🐳", "Größe 日本 🐳"),
        ("\x1b]52;c;eA==\x07", r"\x1b]52;c;eA==\x07"),
        ("a\tb\r\nc", r"a\x09b\x0d\x0ac"),
        ("\x7f\x00\x9b31m", r"\x7f\x00\x9b31m"),
        ("a\u202egnp.exe", r"a\u202egnp.exe"),
        ("pay\u200bpal\u00ad\ufeff", r"pay\u200bpal\xad\ufeff"),
        ("a\u2028b\u2066c", r"a\u2028b\u2066c"),
        ("a\U000e0041b", r"a\U000e0041b"),
        # Printable by Python's account, and yet nothing is drawn.
        ("a\u3164\u115f\u2800\ufe0f\u034f", r"a\u3164\u115f\u2800\ufe0f\u034f"),
        ("\ud800\udc9b", r"\ud800\x9b"),
        ("\xa0\u3000", r"\xa0\u3000"),
    ],
)
def test_what_a_terminal_would_act_upon_is_shown_as_an_escape(text: str, shown: str) -> None:
    assert printable(text) == shown


@pytest.mark.fault(71)
@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"e{ACUTE}te{ACUTE}", f"e{ACUTE}te{ACUTE}"),
        ("e" + ACUTE * 6, "e" + ACUTE * 4 + r"\u0301\u0301"),
        ("e" + ACUTE * 5 + "a" + ACUTE, "e" + ACUTE * 4 + r"\u0301" + "a" + ACUTE),
        (ACUTE + "x", r"\u0301x"),
    ],
)
def test_combining_marks_neither_pile_up_nor_sit_on_the_frame(text: str, shown: str) -> None:
    assert printable(text) == shown


@pytest.mark.parametrize(
    ("text", "limit", "shown"),
    [
        ("abcdef", 6, "abcdef"),
        ("abcdefg", 6, "abcde…"),
        ("äbcdefg", 6, "äbcde…"),
        ("abc\x1b", 7, r"abc\x1b"),
        ("abc\x1bd", 7, "abc…"),
        ("\x1b\x1b", 4, "…"),
        ("\x1b" * 1_000_000, 10, r"\x1b\x1b…"),
        ("ab", 1, "…"),
    ],
)
def test_long_text_is_cut_between_escapes(text: str, limit: int, shown: str) -> None:
    assert printable(text, limit) == shown


@given(ANY_TEXT, st.integers(1, 80))
def test_printable_is_total_bounded_and_stable(text: str, limit: int) -> None:
    shown = printable(text, limit)
    assert shown.isprintable()
    assert len(shown) <= limit
    assert printable(shown, limit) == shown
    marks = "".join("m" if unicodedata.combining(character) else " " for character in shown)
    assert "m" * (MARKS_IN_A_ROW + 1) not in marks
    assert not marks.startswith("m")


@given(st.binary(max_size=60), st.integers(1, 80))
def test_bytes_pass_the_same_gate(data: bytes, limit: int) -> None:
    shown = printable_bytes(data, limit)
    assert shown.isprintable()
    assert len(shown) <= limit


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        (b"plain", "plain"),
        ("naïve".encode(), "naïve"),
        (b"a\xff\xe2\x80", r"a\xff\xe2\x80"),
        (b"\x9b\xc2\x9b", r"\x9b\x9b"),
        (b"\xed\xa0\x80", r"\xed\xa0\x80"),
    ],
)
def test_bytes_that_are_no_utf8_are_shown_as_bytes(data: bytes, shown: str) -> None:
    assert printable_bytes(data) == shown


def test_bytes_are_cut_by_characters() -> None:
    assert printable_bytes("é".encode() * 100, 10) == "é" * 9 + "…"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("  two\r\n lines\tand\u2028more ", "two lines and more"),
        ("a\x1bb", r"a\x1bb"),
        ("x" * 300, "x" * 199 + "…"),
        ("word" + " " * 5000 + "gone", "word…"),
    ],
)
def test_prose_comes_on_one_line(text: str, shown: str) -> None:
    assert one_line(text) == shown


@pytest.mark.parametrize(
    ("value", "quoted"),
    [
        ("Etcd", '"Etcd"'),
        ('a"b\\', r'"a\"b\\"'),
        ("\a\b\f\n\r\t\v", r'"\a\b\f\n\r\t\v"'),
        ("\x00\x1b\x7f", r'"\x00\x1b\x7f"'),
        ("é\x80\xad\u202e\U000e0001", r'"é\u0080\u00ad\u202e\U000e0001"'),
        (b"404 page not found\n", r'"404 page not found\n"'),
        (b"\xff\xc3\xa9\xe2\x80", r'"\xffé\xe2\x80"'),
        ("\udcff", r'"\xff"'),
    ],
)
def test_quotes_are_gos(value: str | bytes, quoted: str) -> None:
    assert go_quote(value) == quoted


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (1_234_567, "1.2 MB"),
        (999_949, "999.9 kB"),
        (999_950, "1.0 MB"),
        (5_000_000_000, "5.0 GB"),
        (2**63, "9.2 EB"),
        (10**21, "over 999 EB"),
        (-1500, "-1.5 kB"),
    ],
)
def test_sizes_are_for_people(count: int, shown: str) -> None:
    assert size(count) == shown


def test_a_size_of_thousands_of_digits_has_no_digits() -> None:
    assert size(10**5000) == "over 999 EB"


@pytest.mark.fault(70)
@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://quay.io/v2/", "https://quay.io/v2/"),
        ("https://user:secret@quay.io/v2/", "https://***@quay.io/v2/"),
        ("http://token@[::1]:5000/", "http://***@[::1]:5000/"),
        ("http://user:p@ss@proxy:3128", "http://***@proxy:3128"),
        ("http://user:pa/ss@proxy:3128/", "http://***@proxy:3128/"),
        ("http://user:pa?s#s@proxy", "http://***@proxy"),
        ("http://user:pa ss@proxy", "http://***@proxy"),
        ("http://user:pa'ss@proxy", "http://***@proxy"),
        ("http://user:secret", "http://user:***"),
        ("user:secret@proxy:3128", "***@proxy:3128"),
        ("user:p@ss@proxy:3128/", "***@proxy:3128/"),
        ("etcd:v3@sha256:" + "a" * 64, "etcd:v3@sha256:" + "a" * 64),
        ("https://h/v2/a/manifests/x@sha256:" + "a" * 64, "https://h/v2/a/manifests/x@sha256:" + "a" * 64),
        # Whose host would be hidden could pass for another's.
        ("https://evil.example/@auth.docker.io/token", "https://evil.example/@auth.docker.io/token"),
        ("https://evil.example?x@auth.docker.io", "https://evil.example?***"),
        (
            "https://auth.docker.io/token?service=a&scope=repository:a:pull&account=me",
            "https://auth.docker.io/token?service=a&scope=repository:a:pull&account=***",
        ),
        ("https://cdn/blob?X-Amz-Signature=ab&n=1;sig=cd&e=", "https://cdn/blob?X-Amz-Signature=***&n=1;sig=***&e="),
        ("https://h/?bare#access_token=ab", "https://h/?***#***"),
        ('Get "https://u:p@h/v2/?n=1": EOF', 'Get "https://***@h/v2/?n=1": EOF'),
        ("Get https://h:5000: dial tcp, see a@b.example", "Get https://h:5000: dial tcp, see a@b.example"),
        ("(https://h:5000), then https://u:p@i.", "(https://h:5000), then https://***@i."),
        ("no url", "no url"),
    ],
)
def test_a_url_is_shown_without_its_secrets(text: str, shown: str) -> None:
    assert strip_userinfo(text) == shown


@given(st.text(st.sampled_from("ab:/?#@[]&=;. '\"1%"), max_size=40))
def test_a_password_is_never_shown(rest: str) -> None:
    assert "SECRET" not in strip_userinfo(f"https://user:SECRET@{rest}")
    assert "SECRET" not in strip_userinfo(f"{rest} https://host/path?token=SECRET")


@pytest.mark.parametrize(
    "text", ["://" * 40_000, "a:" * 50_000, "://a:" * 20_000, "://" + "1" * 100_000, "@" * 100_000]
)
def test_a_huge_text_is_cleaned_without_backtracking(text: str) -> None:
    assert strip_userinfo(text)
    assert printable(text).endswith("…")
