"""Names are found by a part, a glob or a pattern, in slices; as a tree they stand below their namespaces."""

from __future__ import annotations

import pytest

from regtui.tui.browse.filter import ALIKE_LIMIT, SLICE, SLOW_SLICE, Form, Search, alike, read_filter
from regtui.tui.browse.names import FEW, Item, Names

NAMES = ("coreos/etcd", "coreos/flannel", "library/etcd", "library/Nginx", "team/app", "team/app-old")


@pytest.mark.parametrize(
    ("typed", "form", "found"),
    [
        ("", Form.ALL, NAMES),
        ("  ", Form.ALL, NAMES),
        ("etcd", Form.SUBSTRING, ("coreos/etcd", "library/etcd")),
        (" etcd ", Form.SUBSTRING, ("coreos/etcd", "library/etcd")),
        ("nginx", Form.SUBSTRING, ("library/Nginx",)),
        ("NGINX", Form.SUBSTRING, ()),
        ("Nginx", Form.SUBSTRING, ("library/Nginx",)),
        ("nosuch", Form.SUBSTRING, ()),
        ("team/*", Form.GLOB, ("team/app", "team/app-old")),
        ("*/etcd", Form.GLOB, ("coreos/etcd", "library/etcd")),
        ("team/ap?", Form.GLOB, ("team/app",)),
        ("etcd*", Form.GLOB, ()),
        ("[a-*", Form.GLOB, ()),
        ("/^core/", Form.REGEX, ("coreos/etcd", "coreos/flannel")),
        ("/app$/", Form.REGEX, ("team/app",)),
        ("/app", Form.REGEX, ("team/app", "team/app-old")),
        ("/(etcd|app)$/", Form.REGEX, ("coreos/etcd", "library/etcd", "team/app")),
        ("/(?:a|b)pp/", Form.REGEX, ("team/app", "team/app-old")),
        ("/", Form.ALL, NAMES),
        ("//", Form.ALL, NAMES),
    ],
)
def test_what_is_typed_finds(typed: str, form: Form, found: tuple[str, ...]) -> None:
    wanted = read_filter(typed)
    assert wanted.form is form
    assert tuple(NAMES[row] for row in wanted.matches(NAMES, range(len(NAMES)))) == found


@pytest.mark.parametrize(
    "typed",
    [
        "/(a+)+$/",
        "/(a|aa)*b/",
        "/((x)*y)*/",
        "/(?:a*){3,}/",
        "/a*b*c*d*/",
        "/.*.*.*.*x/",
        "/(/",
        "/[/",
        "/a{99999999999}/",
        "/*/",
    ],
)
def test_a_pattern_that_is_none_or_may_never_end_says_so_and_finds_nothing(typed: str) -> None:
    wanted = read_filter(typed)
    assert wanted.form is Form.BROKEN
    assert wanted.problem
    assert wanted.matches(NAMES, range(len(NAMES))) == []


@pytest.mark.parametrize(
    "typed", ["/^v[0-9]+[.][0-9]+$/", "/(?:rc|beta)[.]?[0-9]+/", "/a?b?c?d?e?/", r"/\(a+\)+/", "/[*+]+x/"]
)
def test_ordinary_patterns_are_taken(typed: str) -> None:
    assert read_filter(typed).form is Form.REGEX


@pytest.mark.parametrize(("typed", "size"), [("service", SLICE), ("team/*", SLOW_SLICE), ("/x$/", SLOW_SLICE)])
def test_a_slice_looks_at_a_bounded_number_of_rows(typed: str, size: int) -> None:
    names = ["group/service"] * (3 * SLICE + 1)
    search = Search(read_filter(typed))
    looked, more = [], True
    while more:
        before = search.looked_at
        more = search.advance(names)
        looked.append(search.looked_at - before)
    assert max(looked) == size
    assert sum(looked) == len(names)
    assert len(search.found) == (len(names) if typed == "service" else 0)


def test_names_that_come_later_are_looked_at_later() -> None:
    names = list(NAMES)
    search = Search(read_filter("etcd"))
    assert search.advance(names) is False
    names += ["z/etcd", "z/other"]
    assert search.advance(names) is False
    assert [names[row] for row in search.found] == ["coreos/etcd", "library/etcd", "z/etcd"]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("etd", ["coreos/etcd", "library/etcd"]),
        ("tmap", ["team/app", "team/app-old"]),
        ("zz9", []),
        ("ed", []),
        ("é!x", []),
    ],
)
def test_what_is_merely_alike(typed: str, found: list[str]) -> None:
    assert [NAMES[row] for row in alike(NAMES, typed)] == found


def test_nothing_alike_is_looked_for_in_a_long_list() -> None:
    assert len(alike(["team/app"] * ALIKE_LIMIT, "tmp")) > 0
    assert len(alike(["team/app"] * (ALIKE_LIMIT + 1), "tmp")) == 0


def shown(names: Names) -> list[str]:
    """Return the rows, two blanks for each level."""
    items = [names.item(row) for row in range(len(names))]
    return [f"{'  ' * item.depth}{item.name}{f' {len(item.folder.members)}' if item.folder else ''}" for item in items]


def names_of(*names: str) -> Names:
    """Return a list of names that was looked at."""
    listed = Names()
    listed.extend(names)
    while listed.advance():
        pass
    return listed


def test_a_tree_opens_where_it_is_opened_and_grows_where_it_is_open() -> None:
    names = names_of("a/b/one", "a/b/two", "a/three", "alone", "z/last")
    names.show_tree(True)
    names.advance()
    assert shown(names) == ["a/ 3", "alone", "z/ 1"]
    assert names.toggle(0)
    names.advance()
    assert shown(names) == ["a/ 3", "  a/b/ 2", "  a/three", "alone", "z/ 1"]
    assert names.toggle(1)
    names.advance()
    assert names.toggle(4) is False
    assert shown(names)[:4] == ["a/ 3", "  a/b/ 2", "    a/b/one", "    a/b/two"]
    names.extend(["a/b/zzz", "y/new"])
    names.advance()
    assert shown(names) == [
        *("a/ 4", "  a/b/ 3", "    a/b/one", "    a/b/two", "    a/b/zzz", "  a/three"),
        *("alone", "z/ 1", "y/ 1"),
    ]
    assert names.toggle(1)
    assert shown(names)[:3] == ["a/ 4", "  a/b/ 3", "  a/three"]
    assert names.toggle(0)
    assert shown(names) == ["a/ 4", "alone", "z/ 1", "y/ 1"]


def test_open_namespaces_stay_open_when_something_else_is_looked_for() -> None:
    names = names_of(*NAMES)
    names.show_tree(True)
    names.advance()
    assert names.toggle(2)
    names.look_for(read_filter("app"))
    names.advance()
    names.advance()
    assert shown(names) == ["team/ 2", "  team/app", "  team/app-old"]
    names.look_for(read_filter(""))
    names.advance()
    assert shown(names) == ["coreos/ 2", "library/ 2", "team/ 2", "  team/app", "  team/app-old"]


def test_the_namespaces_around_a_few_matches_are_open() -> None:
    names = names_of(*NAMES, *(f"many/x-{number}" for number in range(FEW)))
    names.show_tree(True)
    names.advance()
    names.look_for(read_filter("etcd"))
    names.advance()
    assert shown(names) == ["coreos/ 1", "  coreos/etcd", "library/ 1", "  library/etcd"]
    assert names.toggle(0)
    assert shown(names) == ["coreos/ 1", "library/ 1", "  library/etcd"]
    names.look_for(read_filter("a"))
    names.advance()
    assert "many/ 200" in shown(names)
    assert not any(row.startswith(" ") for row in shown(names))


def test_a_deep_name_is_no_trouble() -> None:
    deep = "/".join("x" * 127)
    names = names_of(deep)
    names.show_tree(True)
    names.advance()
    for row in range(126):
        assert names.toggle(row)
        names.advance()
    assert names.item(126) == Item(deep, 126)


def test_what_a_seek_finds_stands_first_and_once() -> None:
    names = names_of("a/x", "team/one")
    names.look_for(read_filter("team"))
    names.advance()
    names.take_ahead(["team/one", "team/two", "other/no"])
    assert [(item.name, item.ahead) for item in map(names.item, range(len(names)))] == [
        ("team/two", True),
        ("team/one", False),
    ]
    names.extend(["team/three", "team/two"])
    names.advance()
    assert shown(names) == ["team/two", "team/one", "team/three"]
    assert names.matching == 3
    assert not names.item(0).ahead
    names.look_for(read_filter(""))
    names.advance()
    assert shown(names) == ["a/x", "team/one", "team/three", "team/two"]
