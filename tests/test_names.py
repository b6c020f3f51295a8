"""How the engines read an image name: the recorded rows, and the rules that no row shows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from regtui.reference import (
    InvalidReference,
    MobyGrammar,
    check_remote_name,
    is_host_component,
    is_valid_hostname,
    parse_moby,
    parse_rhel,
    qualify,
    split_hostport,
)

ROWS = [json.loads(line) for line in (Path(__file__).parent / "data" / "names.jsonl").read_text().splitlines()]
HEX64 = "1a3f5e7d9c1b3a5f7e9d1c3b5a7f9e1d3c5b7a9f1e3d5d7c9b1a3f5e7d9c1b3a"
SHA256 = f"sha256:{HEX64}"


def rhel_row(text: str) -> dict[str, Any]:
    """The fork's reading, as a row records it: an absent tag or digest has no key."""
    try:
        reference = parse_rhel(text)
    except InvalidReference as error:
        return {"error": error.message, "hostname": "", "fullyQualified": False}
    row = {
        "name": reference.name,
        "fullName": reference.full_name,
        "hostname": reference.hostname,
        "remoteName": reference.remote_name,
        "string": str(reference),
        "fullyQualified": reference.fully_qualified,
        "tag": reference.tag,
        "digest": reference.digest,
    }
    return {key: value for key, value in row.items() if value is not None}


def moby_row(text: str) -> dict[str, Any]:
    try:
        reference = parse_moby(text)
    except InvalidReference as error:
        return {"error": error.message}
    row = {
        "domain": reference.domain,
        "path": reference.path,
        "string": str(reference),
        "familiar": reference.familiar,
        "tag": reference.tag,
        "digest": reference.digest,
    }
    return {key: value for key, value in row.items() if value is not None}


def test_the_recorded_rows_are_all_here() -> None:
    assert len(ROWS) == 182
    assert sum(row["moby"] is not None for row in ROWS) == 121


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["input"][:60])
def test_a_recorded_name_reads_as_the_engines_read_it(row: dict[str, Any]) -> None:
    assert rhel_row(row["input"]) == row["rhel_docker"]
    if row["moby"] is not None:
        assert moby_row(row["input"]) == row["moby"]


@pytest.mark.parametrize(
    ("typed", "string", "full_name", "fully_qualified"),
    [
        ("nginx", "nginx:latest", "nginx", False),
        ("docker.io/library/nginx", "docker.io/nginx:latest", "docker.io/library/nginx", True),
        ("index.docker.io/nginx:1", "docker.io/nginx:1", "docker.io/library/nginx", True),
        ("docker.io:443/nginx", "docker.io:443/nginx:latest", "docker.io:443/nginx", True),
        ("docker.io", "docker.io:latest", "docker.io", False),
        ("a.b:5000", "a.b:5000", "a.b", False),
        ("a:5000/c", "a:5000/c:latest", "a:5000/c", True),
        ("Foo.com/bar", "Foo.com/bar:latest", "Foo.com/bar", True),
        ("foo_bar.com/x", "foo_bar.com/x:latest", "foo_bar.com/x", False),
        (f"nginx:1.9@{SHA256}", f"nginx@{SHA256}", "nginx", False),
        (f"quay.io/{HEX64}", f"quay.io/{HEX64}:latest", f"quay.io/{HEX64}", True),
        ("x" * 255, "x" * 255 + ":latest", "x" * 255, False),
    ],
)
def test_rhel_docker_takes_a_name(typed: str, string: str, full_name: str, fully_qualified: bool) -> None:
    reference = parse_rhel(typed).with_default_tag()
    assert (str(reference), reference.full_name, reference.fully_qualified) == (string, full_name, fully_qualified)


def test_an_underscore_makes_a_host_that_does_not_qualify() -> None:
    reference = parse_rhel("foo_bar.com/x")
    assert (reference.hostname, reference.remote_name, reference.fully_qualified) == ("foo_bar.com", "x", False)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("Etcd", 'Error parsing reference: "Etcd" is not a valid repository/tag: repository name must be lowercase'),
        ("FOO/bar", "invalid reference format: repository name must be lowercase"),
        (
            f"docker.io/{HEX64}",
            f"Invalid repository name (docker.io/{HEX64}), cannot specify 64-byte hexadecimal strings",
        ),
        (
            "x@md5:" + "a" * 32,
            f'Error parsing reference: "x@md5:{"a" * 32}" is not a valid repository/tag: unsupported digest algorithm',
        ),
        (
            'a"b\n\x1b',
            r'Error parsing reference: "a\"b\n\x1b" is not a valid repository/tag: invalid reference format',
        ),
        # A name is written in ASCII, although Go lowers the Kelvin sign to a plain k.
        (
            "\u212aube",
            'Error parsing reference: "\u212aube" is not a valid repository/tag: repository name must be lowercase',
        ),
    ],
)
def test_rhel_docker_refuses_a_name_in_its_own_words(typed: str, message: str) -> None:
    with pytest.raises(InvalidReference) as caught:
        parse_rhel(typed)
    assert caught.value.message == message


@pytest.mark.parametrize(
    ("typed", "registry", "qualified"),
    [
        ("etcd:v3", "quay.io", "quay.io/etcd:v3"),
        ("library/nginx", "docker.io", "docker.io/nginx"),
        ("library/nginx", "quay.io", "quay.io/library/nginx"),
        ("nginx", "index.docker.io", "docker.io/nginx"),
        ("foo_bar.com/x", "a.example.com:5000", "a.example.com:5000/foo_bar.com/x"),
        ("nginx", "my_registry.example.com", "my_registry.example.com/nginx"),
        ("nginx", "localhost", "localhost/nginx"),
        (f"a/b@{SHA256}", "reg:5000", f"reg:5000/a/b@{SHA256}"),
        ("quay.io/a/b:1", "docker.io", "quay.io/a/b:1"),
    ],
)
def test_a_registry_of_the_list_is_put_before_an_unqualified_name(typed: str, registry: str, qualified: str) -> None:
    assert str(qualify(parse_rhel(typed), registry)) == qualified


@pytest.mark.parametrize(
    ("typed", "registry", "message"),
    [
        ("nginx", "registry", 'Invalid hostname "registry"'),
        ("nginx", "", 'Invalid hostname ""'),
        ("nginx", "http://reg:5000", 'Invalid hostname "http://reg:5000"'),
        ("nginx", "a.example.com/", 'Invalid hostname "a.example.com/"'),
        ("nginx", 'a"\t/b', r'Invalid hostname "a\"\t/b"'),
        ("nginx", "a.example.com,b.example.com", "invalid reference format"),
        ("nginx", "-a.example.com", "invalid reference format"),
        ("nginx", "[fd00::1]:5000", "invalid reference format"),
        ("nginx", "a.example.com\n", "invalid reference format"),
        ("x" * 255, "quay.io", "repository name must not be more than 255 characters"),
        (
            f"library/{HEX64}",
            "docker.io",
            f"Invalid repository name (docker.io/{HEX64}), cannot specify 64-byte hexadecimal strings",
        ),
    ],
)
def test_a_registry_that_cannot_be_put_before_a_name(typed: str, registry: str, message: str) -> None:
    with pytest.raises(InvalidReference) as caught:
        qualify(parse_rhel(typed), registry)
    assert caught.value.message == message


def test_hexadecimal_digits_behind_a_host_are_refused_late() -> None:
    check_remote_name(parse_rhel("quay.io/etcd"))
    check_remote_name(parse_rhel(f"a/{HEX64}"))
    with pytest.raises(InvalidReference, match=rf"^Invalid repository name \({HEX64}\), cannot"):
        check_remote_name(parse_rhel(f"quay.io/{HEX64}"))


@pytest.mark.parametrize(
    ("typed", "current", "before"),
    [
        ("Etcd", "repository name (library/Etcd) must be lowercase", "repository name must be lowercase"),
        ("a/Etcd:V1", "repository name (a/Etcd) must be lowercase", "repository name must be lowercase"),
        ("FOO/bar", None, "repository name must be lowercase"),
        ("foo//bar", "", ""),
        ("foo__bar/baz-_qux", "", ""),
        ("[::1]:5000/x", None, ""),
    ],
)
def test_todays_docker_and_docker_20_differ(typed: str, current: str | None, before: str) -> None:
    for grammar, reason in ((MobyGrammar.CURRENT, current), (MobyGrammar.DISTRIBUTION_2, before)):
        if reason is None:
            assert str(parse_moby(typed, grammar)) == typed
            continue
        with pytest.raises(InvalidReference) as caught:
            parse_moby(typed, grammar)
        assert caught.value.message == "invalid reference format" + (f": {reason}" if reason else "")


def test_the_host_counts_towards_the_length_in_docker_20_only() -> None:
    typed = "quay.io/" + "x" * 255
    assert parse_moby(typed).path == "x" * 255
    with pytest.raises(InvalidReference, match="must not be more than 255 characters"):
        parse_moby(typed, MobyGrammar.DISTRIBUTION_2)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("x@sha256:" + "A" * 64, "invalid checksum digest format"),
        ("x@sha256:" + "a" * 63, "invalid checksum digest length"),
        ("x@md5:" + "a" * 32, "unsupported digest algorithm"),
        ("x:t@SHA512:" + "a" * 128, "invalid checksum digest format"),
        (
            "x@SHA512:" + "a" * 128,
            "invalid reference format: repository name (library/x@SHA512) must be lowercase",
        ),
    ],
)
def test_moby_refuses_a_digest(typed: str, message: str) -> None:
    with pytest.raises(InvalidReference) as caught:
        parse_moby(typed)
    assert caught.value.message == message


def test_moby_keeps_a_tag_beside_a_digest() -> None:
    reference = parse_moby(f"etcd:v3@{SHA256}")
    assert (reference.tag, reference.digest, reference.familiar) == ("v3", SHA256, f"etcd:v3@{SHA256}")
    assert reference.with_default_tag() is reference
    assert parse_moby("etcd").with_default_tag().familiar == "etcd:latest"


def test_moby_leaves_a_name_without_a_domain_where_the_grammar_does() -> None:
    reference = parse_moby("foo_bar.com/x")
    assert (reference.domain, reference.path, str(reference), reference.familiar) == (
        "",
        "foo_bar.com/x",
        "foo_bar.com/x",
        "foo_bar.com/x",
    )


def test_people_see_a_clean_text() -> None:
    with pytest.raises(InvalidReference) as caught:
        parse_moby("a/\x1b[31mX")
    assert str(caught.value) == r"invalid reference format: repository name (a/\x1b[31mX) must be lowercase"


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("reg:5000", "reg", "5000"),
        ("reg", "reg", None),
        ("reg:", "reg", ""),
        (":5000", "", "5000"),
        ("[::1]:5000", "::1", "5000"),
        ("[::1]", "[::1]", None),
        ("::1", "::1", None),
        ("a:b:1", "a:b:1", None),
        ("[a]b:1", "[a]b:1", None),
        ("[a:1", "[a:1", None),
        ("a]:1", "a]:1", None),
        ("a:1]", "a:1]", None),
        ("", "", None),
    ],
)
def test_host_and_port_part_as_in_go(text: str, host: str, port: str | None) -> None:
    assert split_hostport(text) == (host, port)


def test_what_means_a_host() -> None:
    assert [word for word in ("a.b", "a:1", "localhost", "LOCALHOST", "a", "") if is_host_component(word)] == [
        "a.b",
        "a:1",
        "localhost",
    ]
    assert [word for word in ("a.b", "a.b/c", "localhost", "reg", "") if is_valid_hostname(word)] == [
        "a.b",
        "localhost",
    ]
