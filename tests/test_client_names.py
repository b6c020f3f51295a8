"""Names that may stand in a registry's URL, and digests that prove a body."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regtui.registry.errors import NameRefused
from regtui.registry.names import checked_digest, checked_reference, checked_repository, is_digest, verify

BODY = b"{}"
SHA256 = "sha256:" + hashlib.sha256(BODY).hexdigest()
SHA512 = "sha512:" + hashlib.sha512(BODY).hexdigest()


@pytest.mark.parametrize("name", ["etcd", "library/debian", "a/b/c/d", "a__b", "a--b", "a.b/c_d", "0", "x" * 255])
def test_repository_names(name: str) -> None:
    assert checked_repository(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        "A",
        "a/",
        "/a",
        "a//b",
        "a..b",
        "..",
        "a/../b",
        "a_",
        "-a",
        "a:b",
        "a b",
        "a\n",
        "é",
        "a%2fb",
        "a?b",
        "x" * 256,
    ],
)
def test_what_is_no_repository_name(name: str) -> None:
    with pytest.raises(NameRefused, match="is no repository name"):
        checked_repository(name)


@pytest.mark.parametrize("reference", ["latest", "v1.0-rc_1", "_", "X" * 128, SHA256, SHA512, "sha256:" + "AB" * 32])
def test_references(reference: str) -> None:
    assert checked_reference(reference) == reference


@pytest.mark.parametrize(
    "reference",
    [
        *("", ".", "..", "-a", "a/b", "a b", "latest\n", "x" * 129, "é", "a?n=1", "a#b"),
        *(
            "sha256:../../x",
            SHA256[:-1],
            SHA256 + "0",
            SHA256.upper(),
            SHA256 + "\n",
            "md5:" + "0" * 32,
            "sha256:",
            ":",
            "0" * 64 + ":",
        ),
    ],
)
def test_what_is_no_reference(reference: str) -> None:
    with pytest.raises(NameRefused, match="is neither a tag nor a digest"):
        checked_reference(reference)


def test_a_tag_is_no_digest() -> None:
    with pytest.raises(NameRefused, match="is no digest"):
        checked_digest("latest")


def test_a_refusal_quotes_cleaned_text_alone() -> None:
    with pytest.raises(NameRefused) as caught:
        checked_repository("\x1b[2J" + "x" * 5000)
    assert "\x1b" not in str(caught.value)
    assert len(str(caught.value)) < 150


def test_a_body_is_verified_by_the_digest_that_names_it() -> None:
    assert verify(BODY, SHA256)
    assert verify(BODY, SHA512)
    assert not verify(b"{ }", SHA256)
    assert not verify(BODY, SHA256.upper())
    assert not verify(BODY, SHA256.removeprefix("sha256:"))


@given(st.text())
def test_any_text_is_a_name_or_refused(text: str) -> None:
    for check in (checked_repository, checked_reference, checked_digest):
        try:
            assert check(text) == text
        except NameRefused as error:
            message = str(error)
            assert message.isprintable()
    assert not verify(BODY, text) or is_digest(text)
