"""What ~/.docker/config.json gives for a registry, and what of it is damaged."""

from __future__ import annotations

import base64
import copy
import json
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regtui.host.credentials import Credential, CredentialFile, HelperCall, Secret, parse_credentials, server_of
from regtui.host.model import Source

PATH = "/root/.docker/config.json"
HUB = "https://index.docker.io/v1/"


def auth(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def parsed(document: object) -> CredentialFile:
    return parse_credentials(json.dumps(document).encode(), PATH)


def user_of(found: Credential | HelperCall | None) -> str | None:
    assert not isinstance(found, HelperCall)
    return None if found is None else f"{found.username}:{found.secret.reveal()}"


STORED = {
    "reg.example.com": {"auth": auth("exact:1")},
    "https://reg.example.com/v1/": {"auth": auth("url:2")},
    "https://only.example.com/v1/": {"auth": auth("only:3")},
    "http://plain.example.com:5000": {"auth": auth("plain:4")},
    "port.example.com:443": {"auth": auth("port:5")},
    HUB: {"auth": auth("hub:6:with:colons\0\0")},
    "index.docker.io": {"auth": auth("short:7")},
    "marker.example.com": {},
    "fields.example.com": {"username": "fields", "password": "8"},
}

LOOKED_UP = [
    ("reg.example.com", "exact:1"),
    ("only.example.com", "only:3"),
    ("plain.example.com:5000", "plain:4"),
    ("plain.example.com", None),
    ("port.example.com:443", "port:5"),
    ("port.example.com", None),
    ("Reg.example.com", None),
    ("docker.io", "hub:6:with:colons"),
    ("index.docker.io", "hub:6:with:colons"),
    (HUB, "hub:6:with:colons"),
    ("marker.example.com", None),
    ("fields.example.com", "fields:8"),
    ("nobody.example.com", None),
]


@pytest.mark.fault(60)
@pytest.mark.parametrize(("name", "expected"), LOOKED_UP)
def test_lookup(name: str, expected: str | None) -> None:
    file = parsed({"auths": STORED})
    assert user_of(file.lookup(name)) == expected
    assert file.findings == ()


@pytest.mark.fault(60)
def test_docker_hub_has_one_key_to_the_letter() -> None:
    for key in ("docker.io", "index.docker.io", "https://index.docker.io/v1", "registry-1.docker.io"):
        assert parsed({"auths": {key: {"auth": auth("a:b")}}}).lookup("docker.io") is None
    assert server_of("docker.io") == HUB


def test_an_identity_token_stands_beside_the_user() -> None:
    found = parsed({"auths": {"a": {"auth": auth("u:"), "identitytoken": "token"}}}).lookup("a")
    assert isinstance(found, Credential)
    assert found.identity_token is not None
    assert (found.username, found.identity_token.reveal()) == ("u", "token")
    assert found.source == Source(PATH, 1, "auths")


def test_helpers_come_before_what_is_stored() -> None:
    document = {
        "auths": {"a": {"auth": auth("a:b")}, "file.example.com": {"auth": auth("c:d")}},
        "credsStore": "secretservice",
        "credHelpers": {"a": "pass", "file.example.com": "", HUB: "hub"},
    }
    file = parse_credentials(json.dumps(document, indent=1).encode(), PATH)
    assert file.lookup("a") == HelperCall("pass", "a", Source(PATH, 11, "credHelpers"))
    assert file.lookup("b:5000") == HelperCall("secretservice", "b:5000", Source(PATH, 10, "credsStore"))
    assert file.lookup("docker.io") == HelperCall("hub", HUB, Source(PATH, 11, "credHelpers"))
    # An empty name is docker's way to say: the file.
    assert user_of(file.lookup("file.example.com")) == "c:d"


@pytest.mark.fault(61)
@pytest.mark.parametrize("name", ["../x", "a b", "a/b", "a\nb", "", 3, ["pass"], "a\0"])
def test_a_name_that_no_helper_has_is_never_replaced_by_another_store(name: object) -> None:
    file = parsed({"auths": {"a": {"auth": auth("a:b")}}, "credsStore": "pass", "credHelpers": {"a": name}})
    found = file.lookup("a")
    assert user_of(found) == ("a:b" if name == "" else None)
    assert [finding.code for finding in file.findings] == ([] if name == "" else ["credentials-damaged"])
    assert file.lookup("b") == HelperCall("pass", "b", Source(PATH, 1, "credsStore"))


SECRET = "c2VjcmV0"
DAMAGED: list[tuple[object, str]] = [
    ({"auth": SECRET}, "the entry of a holds no base64 of `user:password`"),
    ({"auth": SECRET + "!"}, "the entry of a holds no base64 of `user:password`"),
    ({"auth": SECRET + "\u00e9"}, "the entry of a holds no base64 of `user:password`"),
    ({"auth": auth("u:" + SECRET)[:-1]}, "the entry of a holds no base64 of `user:password`"),
    ({"auth": [SECRET]}, "the entry of a holds something that is no text"),
    ({"identitytoken": {"x": SECRET}}, "the entry of a holds something that is no text"),
    (SECRET, "the entry of a is no object"),
]


@pytest.mark.fault(64)
@pytest.mark.parametrize(("entry", "reason"), DAMAGED)
def test_a_damaged_entry_is_named_and_its_content_is_not(entry: object, reason: str) -> None:
    file = parsed({"auths": {"a": entry, "b": {"auth": auth("b:c")}}})
    assert file.lookup("a") is None
    assert user_of(file.lookup("b")) == "b:c"
    assert [finding.message for finding in file.findings] == [f"the stored credentials cannot be used: {reason}"]
    assert file.findings[0].source == Source(PATH, 1, "auths")
    assert SECRET not in repr(file)


@pytest.mark.parametrize(
    ("data", "reason", "line"),
    [
        (b"", "it is no JSON", 1),
        (b"{\n'", "it is no JSON", 2),
        (b"\xef\xbb\xbf{}", "it is no JSON", 1),
        (b"[]", "it holds no object", 1),
        (b'{\n"auths": []}', "`auths` is no object", 2),
        (b'{"auths": {},\n\n"credHelpers": "x"}', "`credHelpers` is no object", 3),
        (b"[" * 200_000, "it is no JSON", 1),
    ],
)
def test_a_damaged_file_gives_nobody(data: bytes, reason: str, line: int) -> None:
    file = parse_credentials(data, PATH)
    assert file.lookup("a") is None
    assert [(f.message.partition(": ")[2], f.source and f.source.line) for f in file.findings] == [(reason, line)]


def test_a_key_with_a_password_in_it_is_hidden() -> None:
    file = parsed({"auths": {"https://u:secret@a": {"auth": "!"}}})
    assert "secret" not in file.findings[0].message


def test_null_and_letter_case_are_as_go_has_them() -> None:
    assert parse_credentials(b"null", PATH) == CredentialFile(PATH)
    file = parsed({"AUTHS": {"a": {"Auth": auth("a:b")}, "b": None}, "credsStore": None})
    assert user_of(file.lookup("a")) == "a:b"
    assert file.findings == ()


def test_line_ends_in_base64_are_skipped_as_go_skips_them() -> None:
    text = auth("user:password")
    assert user_of(parsed({"auths": {"a": {"auth": text[:4] + "\r\n" + text[4:]}}}).lookup("a")) == "user:password"


def test_a_secret_is_shown_nowhere() -> None:
    secret = Secret("hunter2")
    credential = Credential("me", secret, Secret("token"), Source(PATH))
    for text in (str(secret), repr(secret), f"{secret}", f"{secret!r:>5}", repr(credential), repr([secret])):
        assert "hunter2" not in text
        assert "token" not in text.replace("identity_token", "")
    assert secret.reveal() == "hunter2"
    assert (bool(secret), bool(Secret(""))) == (True, False)
    for write in (pickle.dumps, copy.copy, copy.deepcopy, json.dumps):
        with pytest.raises(TypeError) as caught:
            write(secret)
        assert "hunter2" not in str(caught.value)


@given(st.binary(max_size=80))
def test_any_bytes_give_a_file(data: bytes) -> None:
    file = parse_credentials(data, PATH)
    assert all(finding.message.isprintable() for finding in file.findings)


@given(
    st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=6)),
        lambda inner: st.one_of(
            st.lists(inner, max_size=2),
            st.dictionaries(st.sampled_from(["auths", "auth", "credHelpers", "credsStore", "a", "username"]), inner),
        ),
    )
)
def test_any_document_gives_a_file(document: object) -> None:
    file = parsed(document)
    assert not isinstance(file.lookup("a"), str)
    assert all(finding.message.isprintable() for finding in file.findings)
