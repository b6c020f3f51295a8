"""Pages of names: the quick look says what the long one says, and what is no name is counted and shown."""

from __future__ import annotations

import json
from functools import partial

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from regtui.browse.pages import REPOSITORIES, TAGS, lines_are_names, odd_entries, read_names
from regtui.registry.jsonbody import BodyError
from regtui.registry.names import is_repository, is_tag
from regtui.registry.pagination import parse_catalog, parse_tags

PARSERS = {REPOSITORIES: parse_catalog, TAGS: parse_tags}
KEYS = pytest.mark.parametrize("key", [REPOSITORIES, TAGS])
NAME = st.text("ab0A._-/\n é", max_size=8)
ENTRY = NAME | st.none() | st.integers() | st.lists(st.text(max_size=2), max_size=2)


def body(key: str, names: object) -> bytes:
    return json.dumps({key: names}).encode()


@KEYS
@given(entries=st.lists(ENTRY, max_size=8))
@example(entries=["a--b", "a__b", "a___b", "a/b", "a//b", "/a", "a/", "-a", "a-"])
@example(entries=["a" * 255, "a" * 256, "a" * 128, "a" * 129])
@example(entries=["", "a\nb", "a", "a"])
def test_the_quick_look_agrees_with_the_long_one(key: str, entries: list[object]) -> None:
    assert read_names(body(key, entries), key) == PARSERS[key](body(key, entries))


@KEYS
@given(name=NAME)
def test_a_single_name_is_judged_by_the_grammar(key: str, name: str) -> None:
    valid = is_repository if key == REPOSITORIES else is_tag
    if lines_are_names(f"{name}\n", [name], key):
        assert valid(name)
    elif valid(name):
        assert "--" in name or "__" in name  # takes the long way


@KEYS
@pytest.mark.parametrize("text", [b"", b"[]", b"{", b'{"x": 1}', b'{"%s": 5}', b'{"errors": []}', b"\xff", b"[" * 9000])
def test_what_is_no_list_is_said_to_be_none(key: str, text: bytes) -> None:
    data = text.replace(b"%s", key.encode())
    try:
        expected: object = PARSERS[key](data)
    except BodyError as error:
        with pytest.raises(BodyError, match=str(error)[:20].replace("[", r"\[")):
            read_names(data, key)
    else:
        assert read_names(data, key) == expected


@KEYS
def test_a_page_that_was_cut_keeps_what_came_whole(key: str) -> None:
    whole = body(key, ["aa", "bb", "cc"])
    assert read_names(whole[:-5], key, truncated=True).names == ("aa", "bb")


ODD = ["ok", None, 5, ["x"], {"a": 1}, "a b", "x\x1b[31m", "\u202eevil", "ok"]


def test_odd_entries_are_shown_without_what_a_terminal_acts_on() -> None:
    shown = odd_entries(body(TAGS, ODD), TAGS)
    assert shown == ("null", "5", "[...]")
    assert odd_entries(body(TAGS, [{"a": 1}, True, ""]), TAGS) == ("{...}", "true", '""')
    late = odd_entries(body(TAGS, ["ok", "x\x1b[31m", "\u202eevil", "a/b"]), TAGS)
    assert late == (r"x\x1b[31m", r"\u202eevil", "a/b")


def test_odd_entries_of_what_is_no_list_are_none() -> None:
    read = partial(odd_entries, key=TAGS)
    assert [read(data) for data in (b"", b"[]", b'{"tags": null}', b'{"tags": "x"}')] == [()] * 4
