"""What encoding/json says of a text; each line of the tables was printed by Go 1.19 itself."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regtui.gojson import DEPTH_LIMIT, GoJsonError, decode_first, kind, line_of, unmarshal

VALUE = "looking for beginning of value"
KEY = "looking for beginning of object key string"
END = "unexpected end of JSON input"

# Data, the text of json.Unmarshal, the offset of the byte that it names.
SYNTAX_ERRORS: list[tuple[bytes, str, int]] = [
    (b"", END, 0),
    (b" \n", END, 2),
    (b"<html>", f"invalid character '<' {VALUE}", 0),
    (b"404 page not found\n", "invalid character 'p' after top-level value", 4),
    (b"{} {}", "invalid character '{' after top-level value", 3),
    (b'{"a":1,}', f"invalid character '}}' {KEY}", 7),
    (b"{,}", f"invalid character ',' {KEY}", 1),
    (b"{a:1}", f"invalid character 'a' {KEY}", 1),
    (b"{'a':1}", rf"invalid character '\'' {KEY}", 1),
    ("{“a”:1}".encode(), f"invalid character 'â' {KEY}", 1),
    (b"\xef\xbb\xbf{}", f"invalid character 'ï' {VALUE}", 0),
    (b"# comment\n{}", f"invalid character '#' {VALUE}", 0),
    (b'{"a" 1}', "invalid character '1' after object key", 5),
    (b'{"a":1 "b"}', "invalid character '\"' after object key:value pair", 7),
    (b'{"a":1]', "invalid character ']' after object key:value pair", 6),
    (b"[1 2]", "invalid character '2' after array element", 3),
    (b"[1,]", f"invalid character ']' {VALUE}", 3),
    (b"[,]", f"invalid character ',' {VALUE}", 1),
    (b"[01]", "invalid character '1' after array element", 2),
    (b"[\x00]", rf"invalid character '\x00' {VALUE}", 1),
    (b"[\x80]", rf"invalid character '\u0080' {VALUE}", 1),
    (b"[\\]", rf"invalid character '\\' {VALUE}", 1),
    (b'"a\nb"', r"invalid character '\n' in string literal", 2),
    (b'"\\x"', "invalid character 'x' in string escape code", 2),
    (b'"\\u12G4"', r"invalid character 'G' in \u hexadecimal character escape", 5),
    (b"nul", "invalid character ' ' in literal null (expecting 'l')", 3),
    (b"nule", "invalid character 'e' in literal null (expecting 'l')", 3),
    (b"[True]", f"invalid character 'T' {VALUE}", 1),
    (b"[NaN]", f"invalid character 'N' {VALUE}", 1),
    (b"[fAlse]", "invalid character 'A' in literal false (expecting 'a')", 2),
    (b"-", "invalid character ' ' in numeric literal", 1),
    (b"[-x]", "invalid character 'x' in numeric literal", 2),
    (b"[-.5]", "invalid character '.' in numeric literal", 2),
    (b"[+1]", f"invalid character '+' {VALUE}", 1),
    (b"[.5]", f"invalid character '.' {VALUE}", 1),
    (b"[1.]", "invalid character ']' after decimal point in numeric literal", 3),
    (b"[1.e5]", "invalid character 'e' after decimal point in numeric literal", 3),
    (b"[1e]", "invalid character ']' in exponent of numeric literal", 3),
    (b"[1e+]", "invalid character ']' in exponent of numeric literal", 4),
    (b"[1e+", "invalid character ' ' in exponent of numeric literal", 4),
    (b'{"a', END, 3),
    (b'{"a"', END, 4),
    (b'{"a":', END, 5),
    (b'{"a":1', END, 6),
    (b"[1,", END, 3),
    (b'"\\', "invalid character ' ' in string escape code", 2),
    (b'"\\u00', r"invalid character ' ' in \u hexadecimal character escape", 5),
    (b"[" * (DEPTH_LIMIT + 1), "invalid character '[' exceeded max depth", DEPTH_LIMIT),
    (b'{"a":' * (DEPTH_LIMIT + 1), "invalid character '{' exceeded max depth", DEPTH_LIMIT * 5),
]


@pytest.mark.parametrize(("data", "text", "offset"), SYNTAX_ERRORS, ids=lambda value: repr(value)[:40])
def test_unmarshal_says_what_go_says(data: bytes, text: str, offset: int) -> None:
    with pytest.raises(GoJsonError) as caught:
        unmarshal(data)
    assert (str(caught.value), caught.value.offset) == (text, offset)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", "EOF"),
        (b" \r\n\t", "EOF"),
        (b"{", "unexpected EOF"),
        (b"tru", "unexpected EOF"),
        (b"1.", "unexpected EOF"),
        (b'"a', "unexpected EOF"),
        (b'{"a":1', "unexpected EOF"),
        (b'{"a":1,}', f"invalid character '}}' {KEY}"),
        (b"<html>", f"invalid character '<' {VALUE}"),
    ],
)
def test_the_decoder_says_what_go_says(data: bytes, text: str) -> None:
    with pytest.raises(GoJsonError) as caught:
        decode_first(data)
    assert str(caught.value) == text


@pytest.mark.parametrize(
    ("data", "value"),
    [(b"{} x", {}), (b"1x", 1), (b"404 page", 404), (b'"a""b"', "a"), (b"nullnull", None), (b"[1]]", [1]), (b"12", 12)],
)
def test_the_decoder_stops_after_the_first_value(data: bytes, value: object) -> None:
    assert decode_first(data) == value


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b' {"a" : [1, -2.5, 1e3, true, false, null, {}, []] } ', {"a": [1, -2.5, 1000.0, True, False, None, {}, []]}),
        (b'{"a":1,"b":2,"a":{"c":3}}', {"a": {"c": 3}, "b": 2}),
        (rb'"\"\\\/\b\f\n\r\t\u00e9"', '"\\/\b\f\n\r\té'),
        (rb'"\ud83d\ude00"', "😀"),
        (rb'"\ud800\ud83d\ude00\udc00x"', "\ufffd😀\ufffdx"),
        (b'"\xe2\x80\xff\xed\xa0\x80"', "\ufffd" * 6),
        (b'"\xc3\xa9\x7f"', "é\x7f"),
        (b"-0", 0),
        (b"1e-999", 0.0),
        (b"1.7976931348623157e308", 1.7976931348623157e308),
    ],
)
def test_values_are_gos(data: bytes, value: object) -> None:
    for parse in (unmarshal, decode_first):
        assert parse(data) == value


def test_whole_numbers_are_whole_and_exact_and_true_is_no_number() -> None:
    assert unmarshal(b"9007199254740993") == 9007199254740993  # Go's typed int64 fields are exact too
    assert [type(item) for item in (unmarshal(b"1"), unmarshal(b"1.0"), unmarshal(b"true"))] == [int, float, bool]


@pytest.mark.parametrize("number", ["1e999", "-1e309", "9" * 400, "1" * 10_000])
def test_a_number_that_float64_cannot_hold_is_named(number: str) -> None:
    for parse in (unmarshal, decode_first):
        with pytest.raises(GoJsonError) as caught:
            parse(f"[1,{number},2e999]".encode())
        assert str(caught.value) == f"json: cannot unmarshal number {number} into Go value of type float64"
        assert caught.value.offset == 3


def test_bad_syntax_goes_before_a_number_too_large() -> None:
    with pytest.raises(GoJsonError, match="after array element"):
        unmarshal(b"[1e999 x]")


def test_the_deepest_nesting_that_go_takes_is_taken() -> None:
    value = unmarshal(b"[" * DEPTH_LIMIT + b"]" * DEPTH_LIMIT)
    depth = 1
    while value:
        assert isinstance(value, list)
        value = value[0]
        depth += 1
    assert depth == DEPTH_LIMIT


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(JSON, st.booleans())
def test_what_json_writes_is_read_back(value: object, ascii_only: bool) -> None:
    data = json.dumps(value, ensure_ascii=ascii_only).encode()
    assert unmarshal(data) == value
    assert decode_first(data + b"]") == value


@given(st.binary(max_size=30) | st.text(st.sampled_from('{}[],:"\\u0dD1e+-. \ntrfalsn'), max_size=30).map(str.encode))
def test_any_bytes_are_read_or_refused_with_a_place(data: bytes) -> None:
    try:
        unmarshal(data)
    except GoJsonError as error:
        refused: GoJsonError | None = error
    else:
        refused = None
        decode_first(data)
    if refused is not None:
        assert 0 <= refused.offset <= len(data)
        assert str(refused).isprintable()


@pytest.mark.parametrize(
    "data",
    [
        b"[" * 500_000,
        b'"' + b"\\n" * 250_000,
        b"-" * 500_000,
        b" " * 500_000,
        b'"' + b"\xff" * 500_000,
        b"[[]," * 100_000,
    ],
    ids=lambda data: repr(data[:4]),
)
def test_huge_data_are_refused_without_recursion(data: bytes) -> None:
    with pytest.raises(GoJsonError):
        unmarshal(data)


@pytest.mark.parametrize(
    ("data", "offset", "line"),
    [
        (b"", 0, 1),
        (b"ab\ncd", 0, 1),
        (b"ab\ncd", 2, 1),
        (b"ab\ncd", 3, 2),
        (b"ab\ncd", 5, 2),
        (b"{\n}\n", 4, 2),
        (b"a\n", 99, 1),
    ],
)
def test_an_offset_lies_in_a_line(data: bytes, offset: int, line: int) -> None:
    assert line_of(data, offset) == line


def test_the_line_of_a_fault_in_a_file() -> None:
    data = b'{\n  "add-registry": ["192.168.100.100:5001"],\n}\n'
    with pytest.raises(GoJsonError) as caught:
        unmarshal(data)
    assert str(caught.value) == f"invalid character '}}' {KEY}"
    assert line_of(data, caught.value.offset) == 3


def test_kinds_are_gos_words() -> None:
    values: list[object] = [None, True, "a", 1, 1.5, {}, []]
    assert [kind(value) for value in values] == ["null", "bool", "string", "number", "number", "object", "array"]
