"""Pages: Link headers are read tolerantly and followed strictly, and no listing goes round for ever."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regtui.registry.jsonbody import MOST_VALUES, BodyError, load
from regtui.registry.links import Link, next_target, parse_links
from regtui.registry.pagination import (
    MOST_NAMES,
    MOST_PAGES,
    Listing,
    Names,
    Next,
    Stop,
    next_page,
    parse_catalog,
    parse_tags,
    refuses_page_size,
)

HERE = "https://reg.example.com/v2/team/app/tags/list?n=2"
NEXT = "https://reg.example.com/v2/team/app/tags/list?n=2&last=b"
PATH = "/v2/team/app/tags/list"


def link(target: str, relation: str = 'rel="next"') -> tuple[str, ...]:
    return (f"<{target}>; {relation}",)


READ = [
    pytest.param(['<a>; rel="next"'], "a", id="as specified"),
    pytest.param(["<a>; rel=next"], "a", id="unquoted"),
    pytest.param(["<a>;rel=NEXT"], "a", id="upper case, no blank"),
    pytest.param(["<a> ; rel = next"], "a", id="blanks around the signs"),
    pytest.param(['<a>; rel="prev next"'], "a", id="two relations"),
    pytest.param(['<p>; rel="prev", <a>; rel="next"'], "a", id="previous first"),
    pytest.param(['<p>; rel="prev"', '<a>; rel="next"'], "a", id="two headers"),
    pytest.param(['<a,b;c>; title="x, <y>; rel=next"; rel="next"'], "a,b;c", id="commas and semicolons inside"),
    pytest.param(["<a>; rel=prev; rel=next"], None, id="the first rel counts"),
    pytest.param(["<a>"], None, id="no relation"),
    pytest.param(["<a; rel=next"], None, id="target not closed"),
    pytest.param(["a; rel=next"], None, id="no brackets"),
    pytest.param(["<a; rel=next, <b>; rel=next"], "b", id="a broken one before"),
    pytest.param(['<a>; rel="next'], None, id="quote not closed"),
    pytest.param([""], None, id="empty"),
    pytest.param([], None, id="none"),
]


@pytest.mark.fault(39)
@pytest.mark.parametrize(("values", "target"), READ)
def test_the_next_link_is_found(values: list[str], target: str | None) -> None:
    assert next_target(values) == target


@pytest.mark.fault(39)
@pytest.mark.parametrize("piece", ["<", "<a>;", '<a>; rel="', ';x="', "<a>, ", "a" * 9])
def test_a_huge_link_header_is_read_once(piece: str) -> None:
    found = parse_links([piece * 200_000])
    assert all(one == Link("a", frozenset()) or one.target == "a" for one in found)


FOLLOWED = [
    pytest.param(f"{PATH}?n=2&last=b", NEXT, id="absolute path"),
    pytest.param(NEXT, NEXT, id="absolute"),
    pytest.param("https://REG.example.com:443" + PATH + "?n=2&last=b", NEXT, id="port and case written out"),
    pytest.param("//reg.example.com" + PATH + "?n=2&last=b", NEXT, id="without scheme"),
    pytest.param("http://reg.example.com" + PATH + "?n=2&last=b", NEXT, id="http from a proxy that ends TLS"),
    pytest.param("?n=2&last=b", NEXT, id="query alone"),
    pytest.param("list?n=2&last=b", NEXT, id="relative without slash"),
    pytest.param(f"{PATH}?n=2?last=b", NEXT, id="two question marks"),
    pytest.param("/prefix" + PATH + "?n=2&last=b", NEXT, id="a prefix that only the registry knows"),
    pytest.param("/v2/team%2Fapp/tags/list?n=2&last=b", NEXT, id="slash escaped"),
    pytest.param(f"{PATH}?next_page=gAAAA-_%3D", f"https://reg.example.com{PATH}?next_page=gAAAA-_%3D", id="opaque"),
]


@pytest.mark.parametrize(("target", "url"), FOLLOWED)
def test_a_link_to_the_same_listing_is_followed(target: str, url: str) -> None:
    assert next_page(HERE, link(target)) == Next(url)


STOPPED = [
    pytest.param("https://evil.example" + PATH + "?last=b", "another host", id="other host"),
    pytest.param("//evil.example" + PATH + "?last=b", "another host", id="other host without scheme"),
    pytest.param("https://reg.example.com:8443" + PATH + "?last=b", "another host", id="other port"),
    pytest.param("http://reg.example.com:8080" + PATH + "?last=b", "another host", id="other port and scheme"),
    pytest.param("https://169.254.169.254/latest/meta-data", "another host", id="metadata service"),
    pytest.param("https://u:p@reg.example.com" + PATH + "?last=b", "malformed", id="userinfo"),
    pytest.param("/v2/secret/tags/list?last=b", "another path", id="another repository"),
    pytest.param("/admin?last=b", "another path", id="another path"),
    pytest.param("/v2/../admin", "malformed", id="dot segments"),
    pytest.param("ftp://reg.example.com/x", "malformed", id="scheme"),
    pytest.param("javascript:alert(1)", "malformed", id="script"),
    pytest.param("/v2/\x1b[2J", "malformed", id="escape sequence"),
    pytest.param("", "malformed", id="empty"),
    pytest.param(f"{PATH}?last={'x' * 9000}", "malformed", id="grown beyond all limits"),
    pytest.param(HERE, "back to an earlier page", id="itself"),
    pytest.param(f"{PATH}?n=2&last=seen", "back to an earlier page", id="seen before"),
]


@pytest.mark.fault(39)
@pytest.mark.parametrize(("target", "reason"), STOPPED)
def test_any_other_link_ends_the_listing(target: str, reason: str) -> None:
    visited = {f"https://reg.example.com{PATH}?n=2&last=seen"}
    stop = next_page(HERE, link(target), visited)
    assert isinstance(stop, Stop)
    assert reason in stop.reason


def test_without_a_link_the_listing_is_complete() -> None:
    assert next_page(HERE, ()) == Stop()
    assert next_page(HERE, link(NEXT, "rel=prev")) == Stop()


@given(st.lists(st.text(), max_size=3), st.sampled_from([HERE, "http://h:5000/v2/_catalog", "x"]))
def test_any_link_stays_where_it_was(values: list[str], here: str) -> None:
    onward = next_page(here, tuple(values))
    if isinstance(onward, Next):
        assert onward.url.partition("?")[0] == here.partition("?")[0]


@given(st.text())
def test_any_target_stays_where_it_was(target: str) -> None:
    onward = next_page(HERE, link(target))
    assert isinstance(onward, Stop) or onward.url.partition("?")[0] == HERE.partition("?")[0]


PAGES = [
    pytest.param('{"name":"x","tags":["b","a"]}', ("b", "a"), 0, id="in the registry's order"),
    pytest.param('{"tags":null}', (), 0, id="null"),
    pytest.param("{}", (), 0, id="missing"),
    pytest.param('{"tags":[]}', (), 0, id="empty"),
    pytest.param('{"tags":["a","a","b"]}', ("a", "b"), 0, id="twice"),
    pytest.param('{"tags":[1,null,{},["a"],"a"]}', ("a",), 4, id="other types"),
    pytest.param(
        json.dumps({"tags": ["v1", "a/b", "a b", "a\n", "\x1b[2J", "😀", ".x", "", "x" * 129, f"sha256:{'0' * 64}"]}),
        ("v1",),
        9,
        id="outside the grammar",
    ),
    pytest.param(
        json.dumps({"tags": ["x" * 128, "_A-.z", "1"]}), ("x" * 128, "_A-.z", "1"), 0, id="all of the grammar"
    ),
]


@pytest.mark.parametrize(("body", "names", "invalid"), PAGES)
def test_a_page_of_tags(body: str, names: tuple[str, ...], invalid: int) -> None:
    assert parse_tags(body.encode()) == Names(names, invalid)


def test_a_page_of_repositories() -> None:
    listed = ["library/debian", "a/b/c", "x__y/z-1.2"]
    bad = ["..", "../../x", "a/../b", "%2e", "Upper", "a//b", "/a", "a/", "x" * 256, "a\n", "a b", 7]
    body = json.dumps({"repositories": [*bad, *listed]}).encode()
    assert parse_catalog(body) == Names(tuple(listed), len(bad))


def test_a_truncated_page_gives_the_names_that_came_whole() -> None:
    body = b'{"name":"x","tags":["a","b","c-and-then-it-was-c'
    assert parse_tags(body, truncated=True).names == ("a", "b")


def page_of(*entries: bytes) -> bytes:
    return b'{"name":"x","tags":[' + b",".join(entries) + b"]}"


def test_a_page_of_too_many_entries_is_cut_before_the_first_that_is_too_many() -> None:
    """The marks before the list, an opening brace, a comma and an opening bracket, count as well."""
    some = [b'"t%d"' % number for number in range(MOST_VALUES - 2)]
    assert parse_tags(page_of(*some)).cut is False
    page = parse_tags(page_of(*some, b'"late"'))
    assert (len(page.names), page.names[-1], page.cut) == (MOST_VALUES - 2, f"t{MOST_VALUES - 3}", True)


@pytest.mark.parametrize("entry", [b"{}", b"[]", b"[[],{}]", b'{"a":[1,2]}', b"1"])
def test_a_page_of_too_many_entries_that_are_no_names_is_a_list_all_the_same(entry: bytes) -> None:
    page = parse_tags(page_of(b'"first"', *[entry] * MOST_VALUES))
    assert (page.names, page.cut, page.invalid > 0) == (("first",), True, True)


def test_a_page_that_is_too_long_inside_an_entry_gives_the_names_before_it() -> None:
    page = parse_tags(page_of(b'"a"', b'"b"', b'"c' + b",x" * MOST_VALUES + b'"'))
    assert (page.names, page.cut) == (("a", "b"), True)


def test_of_a_large_page_the_names_come_and_what_is_not_ascii_is_no_name() -> None:
    page = parse_tags(page_of(b'"first"', *['"ä😀"'.encode()] * 150_000, b'"last"'))
    assert page == Names(("first", "last"), 150_000)


def test_a_document_of_too_many_values_is_refused_before_they_are_made() -> None:
    with pytest.raises(BodyError, match="more than 200,000 values"):
        load(b"[" + b"0," * MOST_VALUES + b"0]")


BAD_JSON = [
    (b"", "empty"),
    (b"<html>", "not JSON"),
    (b"[]", "not a JSON object"),
    (b'{"tags":{}}', "no list of tags"),
    (b'{"errors":[]}', "no list of tags"),
    (b"[" * 200_000, "nested too deeply"),
    (b'{"a":' + b"9" * 5000 + b"}", "more than 40 digits"),
    (b'{"a":NaN}', "NaN"),
    (b'{"a":1e999}', "out of range"),
    ("\ufeff{}".encode(), "not JSON"),
    ('{"a":"é"}'.encode("utf-16"), "not UTF-8"),
    (b"\xff", "not UTF-8"),
]


@pytest.mark.parametrize(("body", "reason"), BAD_JSON)
def test_a_body_that_is_no_page_has_a_short_reason(body: bytes, reason: str) -> None:
    with pytest.raises(BodyError, match=reason) as caught:
        parse_tags(body)
    assert len(str(caught.value)) < 80


@given(
    st.one_of(
        st.binary(max_size=100), st.text('{}[]":,tags0123456789.eE-+ntrufalse \\ud8', max_size=60).map(str.encode)
    )
)
def test_any_body_is_read_or_refused(body: bytes) -> None:
    for truncated in (False, True):
        try:
            parse_tags(body, truncated=truncated)
            load(body)
        except BodyError:
            pass


PAGE_SIZES = [
    (400, b'{"errors":[{"code":"PAGINATION_NUMBER_INVALID"}]}', True),
    (405, b'{"errors":[{"code":"UNSUPPORTED","message":"Invalid parameter at \'maxResults\'"}]}', False),
    (400, b'{"errors":[{"code":"UNSUPPORTED"}]}', False),
    (400, b"bad request", True),
    (422, b"", True),
    (405, b"", False),
    (405, b'{"errors":[{"code":"PAGINATION_NUMBER_INVALID"}]}', True),
    (401, b'{"errors":[{"code":"PAGINATION_NUMBER_INVALID"}]}', False),
    (404, b"", False),
]


@pytest.mark.parametrize(("status", "body", "refused"), PAGE_SIZES)
def test_a_refused_page_size(status: int, body: bytes, *, refused: bool) -> None:
    assert refuses_page_size(status, body) is refused


def walk(pages: dict[str, tuple[Names, str]], most: int = 100) -> tuple[list[str], Stop, int]:
    """Follow a registry given as query -> (names, link target); return names, the end, and the number of requests."""
    listing, names, url = Listing(), list[str](), HERE
    for count in range(1, most + 1):
        page, target = pages[url.partition("?")[2]]
        taken = listing.take(page, 10, url, link(target) if target else ())
        names += taken.names
        if isinstance(taken.onward, Stop):
            return names, taken.onward, count
        url = taken.onward.url
    raise AssertionError("the listing went round and round")


def test_pages_are_joined() -> None:
    names, end, _ = walk({"n=2": (Names(("a", "b")), NEXT), "n=2&last=b": (Names(("c",)), "")})
    assert names == ["a", "b", "c"]
    assert end == Stop()


def test_a_registry_that_takes_last_as_inclusive_repeats_nothing() -> None:
    names, _, _ = walk({"n=2": (Names(("a", "b")), NEXT), "n=2&last=b": (Names(("b", "c")), "")})
    assert names == ["a", "b", "c"]


def test_two_pages_that_name_each_other_are_asked_once() -> None:
    names, end, count = walk({"n=2": (Names(("a",)), NEXT), "n=2&last=b": (Names(("c",)), HERE)})
    assert (names, count) == (["a", "c"], 2)
    assert "earlier page" in end.reason


def test_a_registry_that_ignores_where_to_go_on_is_left_after_two_idle_pages() -> None:
    class Same(dict[str, tuple[Names, str]]):
        def __missing__(self, query: str) -> tuple[Names, str]:
            return Names(("a", "b")), f"{PATH}?{query}x"

    names, end, count = walk(Same())
    assert (names, count) == (["a", "b"], 3)
    assert "no new names" in end.reason


def test_empty_pages_with_a_link_are_left_too() -> None:
    class Empty(dict[str, tuple[Names, str]]):
        def __missing__(self, query: str) -> tuple[Names, str]:
            return Names(), f"{PATH}?{query}x"

    names, end, count = walk(Empty())
    assert (names, count) == ([], 2)
    assert "no new names" in end.reason


@pytest.mark.fault(38)
def test_a_listing_without_end_is_cut() -> None:
    listing, url = Listing(), HERE
    for number in range(MOST_PAGES):
        query = f"{PATH}?last={number}"
        taken = listing.take(Names((str(number),)), 1, url, link(query))
        if isinstance(taken.onward, Stop):
            break
        url = taken.onward.url
    assert listing.pages == MOST_PAGES
    assert isinstance(taken.onward, Stop)
    assert "the registry has more" in taken.onward.reason
    full = Listing()
    full.names = MOST_NAMES
    assert isinstance(full.take(Names(("z",)), 1, HERE, link(NEXT)).onward, Stop)
