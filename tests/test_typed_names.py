"""What a typed name may become: asked before, on this host, listed by a registry, in this order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regtui.cache import Cache
from regtui.commands.typed_names import TypedNames
from regtui.completion.typed import MOST, completions
from regtui.history import History
from tests.tui_fakes import CONFIG, PRIVATE

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    """Lists of two registries, and of the tags of one repository."""
    cache = Cache(tmp_path / "cache")
    lists = {
        (f"http://{PRIVATE} ", "_catalog"): ("coreos/etcd", "team/app"),
        ("https://quay.io ", "_catalog"): ("coreos/etcd", "coreos/flannel"),
        ("https://quay.io ", "coreos/etcd/tags/list"): ("v3.5.8", "v3.5.9"),
    }
    for (scope, name), names in lists.items():
        keeper = cache.list_keeper(scope, name)
        keeper.add(names)
        keeper.complete()
    return cache


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("", ()),
        ("nothing-begins-so", ()),
        ("cor", ("coreos/etcd:v3", "coreos/local:1", "coreos/etcd", "coreos/flannel")),
        ("coreos/etcd", ("coreos/etcd:v3",)),
        ("q", ("quay.io/coreos/etcd", "quay.io/")),
        ("quay.io/coreos/f", ("quay.io/coreos/flannel",)),
        ("quay.io/coreos/etcd:", ("quay.io/coreos/etcd:v3.5.8", "quay.io/coreos/etcd:v3.5.9")),
        ("d", ("debian:11", "debian", "docker.io/")),
        ("team/app", ()),
    ],
)
def test_what_is_typed_is_completed(typed: str, expected: tuple[str, ...], cache: Cache) -> None:
    asked = ("debian", "coreos/etcd:v3", "quay.io/coreos/etcd", "debian:11")
    assert completions(typed, CONFIG, cache, asked=asked, local=("coreos/local:1",)) == expected


def test_without_a_cache_the_rest_is_offered() -> None:
    assert completions("co", CONFIG, None, asked=("coreos/etcd",), local=("coredns:1",)) == ("coreos/etcd", "coredns:1")


def test_there_is_an_end_to_it() -> None:
    assert len(completions("a", CONFIG, None, asked=[f"a{number}" for number in range(MOST * 2)])) == MOST


def test_names_are_kept_where_a_person_wants_it_and_nowhere_else(tmp_path: Path) -> None:
    history = History(tmp_path / "history")
    keeping, silent = TypedNames(CONFIG, history, lambda: None), TypedNames(CONFIG, None, lambda: None)
    silent.remember("debian")
    keeping.remember("etcd")
    assert (keeping.recall(), silent.recall()) == (("etcd",), ())


def test_the_cache_is_opened_once_and_late(cache: Cache) -> None:
    opened: list[Cache] = []

    def open_cache() -> Cache:
        opened.append(cache)
        return cache

    names = TypedNames(CONFIG, None, open_cache)
    assert opened == []
    assert names.complete("team", (), ()) == names.complete("team", (), ()) == ("team/app",)
    assert len(opened) == 1
