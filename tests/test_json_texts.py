"""Lines of keys and items in JSON, and values printed as Go prints them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regtui.host.json_places import Places, places_in
from regtui.host.json_types import go_number, go_text


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (None, "<nil>"),
        (True, "true"),
        (1500, "1500"),
        (1_000_000, "1e+06"),
        (1234567.5, "1.2345675e+06"),
        (0.0001, "0.0001"),
        (0.00001, "1e-05"),
        (-2.5, "-2.5"),
        (["a", {"k": None, "b": [1]}], "[a map[b:[1] k:<nil>]]"),
    ],
)
def test_values_print_as_go_prints_them(value: object, printed: str) -> None:
    assert go_text(value) == printed


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_is_printed_to_its_last_digit(number: float) -> None:
    assert float(go_number(number)) == number


@given(
    st.dictionaries(st.text(max_size=4), st.lists(st.one_of(st.text(max_size=4), st.integers(), st.none()), max_size=3))
)
def test_lines_are_found_however_the_json_is_written(values: dict[str, list[object]]) -> None:
    places = places_in(json.dumps(values, indent=1).encode() + b"\n x")
    line = 2
    for key, items in values.items():
        assert places.keys[key] == line
        assert places.items[key] == tuple(range(line + 1, line + 1 + len(items)))
        line += len(items) + 2 if items else 1


@pytest.mark.parametrize(
    ("data", "places"),
    [
        (b"", Places()),
        (b"[1]", Places(end=3)),
        (b'"x" y', Places(end=3)),
        (b'{"a"', Places({"a": 1}, {"a": ()})),
        (b'{"a\\n": [\n{"b": [2]}, "]"\n]}', Places({"a\n": 1}, {"a\n": (2, 2)}, end=28)),
        (b'{"\\x": 1, "a": 2}', Places({"a": 1}, {"a": ()}, end=17)),
        (b'{"a": 1,\n"a": [\n2]}x', Places({"a": 2}, {"a": (3,)}, ("a",), end=19)),
    ],
)
def test_places(data: bytes, places: Places) -> None:
    assert places_in(data) == places


@given(st.binary(max_size=60))
def test_any_bytes_have_places(data: bytes) -> None:
    places = places_in(data)
    assert places.keys.keys() == places.items.keys()
    assert 0 <= places.end <= len(data)
