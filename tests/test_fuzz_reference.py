"""Whatever is typed, a name is read or refused; and no name that is read can change a URL."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regtui.reference import (
    InvalidReference,
    MobyGrammar,
    MobyReference,
    RhelReference,
    is_host_component,
    parse_moby,
    parse_rhel,
    qualify,
    split_hostport,
)

# Pieces that names are made of, and pieces that they must never be made of.
WRITABLE = "a 0 Z . _ - __ -- / : @ library/ docker.io/ index.docker.io/ localhost reg.example.com :5000 :latest [::1]"
FORBIDDEN = "// .. %2e ? # \\ \n \x00 \x1b \u202e \u212a \u0130 \udc9b \ud800 é ٣"
LONG = ("f" * 64, "@sha256:" + "a1" * 32, "@sha512:" + "0" * 128)
PIECES = st.sampled_from((*WRITABLE.split(" "), *FORBIDDEN.split(" "), *LONG, " "))
NAMES = st.one_of(st.lists(PIECES, max_size=8).map("".join), st.text(max_size=40), st.from_regex(r"[a-z./:@_-]{1,30}"))
REGISTRIES = st.one_of(st.sampled_from(["docker.io", "quay.io", "localhost", "a:5000", "Foo.com"]), NAMES)

if TYPE_CHECKING:
    from collections.abc import Callable

Reference = TypeVar("Reference", MobyReference, RhelReference)

SAFE_PATH = re.compile(r"[a-z0-9]+(?:[._/-]+[a-z0-9]+)*")


def assert_safe_in_a_url(host: str, path: str, tag_or_digest: str) -> None:
    assert SAFE_PATH.fullmatch(path)
    assert ".." not in path
    assert "//" not in path
    url = urlsplit(f"https://{host}/v2/{path}/manifests/{tag_or_digest}")
    assert url.netloc == host
    assert url.path == f"/v2/{path}/manifests/{tag_or_digest}"
    assert (url.query, url.fragment, url.username) == ("", "", None)


def read(parse: Callable[[], Reference]) -> Reference | None:
    """What the parser returns; None where it refuses, in a text that is safe to show."""
    try:
        return parse()
    except InvalidReference as error:
        refused = error
    assert refused.message
    assert str(refused).isprintable()
    return None


@given(NAMES, REGISTRIES)
def test_rhel_docker_reads_or_refuses_any_text(text: str, registry: str) -> None:
    reference = read(lambda: parse_rhel(text))
    if reference is None:
        return
    assert not (reference.tag and reference.digest)
    assert reference.full_name.endswith(reference.remote_name)
    assert_safe_in_a_url("h", reference.remote_name, reference.tag or reference.digest or "latest")
    assert reference.with_default_tag().with_default_tag() == reference.with_default_tag()
    qualified = read(lambda: qualify(reference, registry))
    if qualified is not None:
        assert (qualified.tag, qualified.digest) == (reference.tag, reference.digest)
        assert_safe_in_a_url(qualified.hostname, qualified.remote_name, qualified.tag or qualified.digest or "latest")


@given(NAMES, st.sampled_from(MobyGrammar))
def test_moby_reads_or_refuses_any_text(text: str, grammar: MobyGrammar) -> None:
    reference = read(lambda: parse_moby(text, grammar))
    if reference is None:
        return
    assert_safe_in_a_url(reference.domain or "h", reference.path, reference.tag or reference.digest or "latest")
    if reference.domain:
        assert parse_moby(str(reference), grammar) == reference
        first = reference.path.partition("/")[0]
        if not is_host_component(first):  # `docker.io/docker.io/a` is shown as `docker.io/a`, as in Go
            assert parse_moby(reference.familiar, grammar) == reference


@given(NAMES)
def test_host_and_port_lose_nothing(text: str) -> None:
    host, port = split_hostport(text)
    assert text in {host, f"{host}:{port}", f"[{host}]:{port}"}


@pytest.mark.parametrize(
    "text",
    [
        "a" * 100_000,
        "a-" * 50_000,
        "a" * 100_000 + "!",
        "a." * 50_000 + "!",
        "a__" * 33_000 + "_",
        "a/" * 50_000,
        "a-/" * 33_000,
        "A" * 100_000,
        "a.b:1/" + "a-a" * 33_000 + "-",
        "x:" + "t" * 100_000,
        "x@" + "a+" * 50_000,
        "x@sha256:" + "a" * 100_000,
        "[" + ":" * 100_000 + "/x",
        "-" * 100_000,
        "\u212a" * 100_000,
        "@" * 100_000,
        ":" * 100_000,
    ],
    ids=lambda text: f"{text[:6]}...",
)
def test_a_huge_text_is_refused_without_backtracking(text: str) -> None:
    # An exponential or quadratic matcher would not come back from these.
    for grammar in MobyGrammar:
        with pytest.raises(InvalidReference):
            parse_moby(text, grammar)
    with pytest.raises(InvalidReference):
        parse_rhel(text)
    with pytest.raises(InvalidReference):
        qualify(parse_rhel("etcd"), f"{text}.io")
