"""Answers of token services: what the engine takes for a token, what only a person would, and for how long."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regtui.registry.tokens import LONGEST, NO_TOKEN, SHORTEST, TokenAnswerError, read_token

NOW = datetime(2026, 7, 1, 12, 0, 0, tzinfo=UTC)
UNDECODABLE = "unable to decode token response: "


def body(**fields: object) -> bytes:
    return json.dumps(fields).encode()


TOKENS = [
    pytest.param(body(token="a"), "a", id="token"),
    pytest.param(body(access_token="b"), "b", id="access_token"),
    pytest.param(body(token="a", access_token="b"), "b", id="both: access_token"),
    pytest.param(body(token="a", access_token=""), "a", id="an empty one does not count"),
    pytest.param(body(Token="a"), "a", id="any case, as encoding/json"),
    pytest.param(b'{"token":"a"} trailing', "a", id="what follows the first value is not read"),
    pytest.param(body(token="!~" + "x" * 32766), "!~" + "x" * 32766, id="all of its characters and its length"),
    pytest.param(body(token="a", expires_in=None, issued_at=None, refresh_token=None), "a", id="null"),
    pytest.param(body(token="a", scope=7, extra=[]), "a", id="fields that nobody asked for"),
]


@pytest.mark.parametrize(("data", "value"), TOKENS)
def test_a_token_is_taken(data: bytes, value: str) -> None:
    for tolerant in (False, True):
        token = read_token(data, NOW, tolerant=tolerant)
        assert token.value.reveal() == value
        assert value not in repr(token) or len(value) == 1


REFUSED = [
    pytest.param(b"", UNDECODABLE + "EOF", id="empty"),
    pytest.param(b"{", UNDECODABLE + "unexpected EOF", id="cut"),
    pytest.param(b"<html>", UNDECODABLE + "invalid character '<' looking for beginning of value", id="HTML"),
    pytest.param(
        b"[]", UNDECODABLE + "json: cannot unmarshal array into Go value of type auth.getTokenResponse", id="a list"
    ),
    pytest.param(b"null", NO_TOKEN, id="null"),
    pytest.param(body(), NO_TOKEN, id="no token"),
    pytest.param(body(token=""), NO_TOKEN, id="an empty token"),
    pytest.param(
        b"[" * 100_000,
        UNDECODABLE + "invalid character '[' exceeded max depth",
        id="nested",
    ),
]


@pytest.mark.parametrize(("data", "go"), REFUSED)
def test_an_answer_without_a_token_is_refused_in_the_engines_words(data: bytes, go: str) -> None:
    for tolerant in (False, True):
        with pytest.raises(TokenAnswerError) as caught:
            read_token(data, NOW, tolerant=tolerant)
        assert caught.value.go == go


@pytest.mark.fault(55)
@pytest.mark.parametrize("value", ["a b", "a\r\nX: y", "a\x00", "\x1b[2J", "é", "a\t", "x" * 32769])
def test_a_token_that_no_header_could_hold_is_never_used_or_shown(value: str) -> None:
    with pytest.raises(TokenAnswerError) as caught:
        read_token(body(token=value), NOW, tolerant=True)
    assert value not in str(caught.value)
    assert value not in caught.value.go


STRICT = [
    (
        {"expires_in": "60"},
        "json: cannot unmarshal string into Go struct field getTokenResponse.expires_in of type int",
    ),
    (
        {"expires_in": 60.5},
        "json: cannot unmarshal number 60.5 into Go struct field getTokenResponse.expires_in of type int",
    ),
    (
        {"expires_in": 1e99},
        "json: cannot unmarshal number 1e+99 into Go struct field getTokenResponse.expires_in of type int",
    ),
    ({"expires_in": True}, "json: cannot unmarshal bool into Go struct field getTokenResponse.expires_in of type int"),
    (
        {"refresh_token": 7},
        "json: cannot unmarshal number into Go struct field getTokenResponse.refresh_token of type string",
    ),
    (
        {"issued_at": "garbage"},
        'parsing time "\\"garbage\\"" as "\\"2006-01-02T15:04:05Z07:00\\"": cannot parse "garbage\\"" as "2006"',
    ),
    (
        {"issued_at": "2026-07-01 12:00"},
        'parsing time "\\"2026-07-01 12:00\\"" as "\\"2006-01-02T15:04:05Z07:00\\"": cannot parse " 12:00\\"" as "T"',
    ),
    ({"issued_at": 7}, 'parsing time "7" as "\\"2006-01-02T15:04:05Z07:00\\"": cannot parse "7" as "\\""'),
    ({"issued_at": "2026-02-30T12:00:00Z"}, 'parsing time "\\"2026-02-30T12:00:00Z\\"": day out of range'),
]


@pytest.mark.parametrize(("fields", "cause"), STRICT)
def test_a_field_of_another_type_costs_the_engine_the_token_and_a_person_nothing(
    fields: dict[str, object], cause: str
) -> None:
    data = body(token="secret-token", **fields)
    with pytest.raises(TokenAnswerError) as caught:
        read_token(data, NOW)
    assert caught.value.go == UNDECODABLE + cause
    assert read_token(data, NOW, tolerant=True).value.reveal() == "secret-token"


def test_the_answer_to_a_post_has_its_token_in_access_token_alone() -> None:
    assert read_token(body(access_token="b", token=7), NOW, posted=True).value.reveal() == "b"
    with pytest.raises(TokenAnswerError, match="holds no token"):
        read_token(body(token="a"), NOW, posted=True)


LIFETIMES = [
    ({}, 60.0),
    ({"expires_in": 300}, 300.0),
    ({"expires_in": 0}, SHORTEST),
    ({"expires_in": -1}, SHORTEST),
    ({"expires_in": 10**30}, LONGEST),
    ({"expires_in": 1e99}, LONGEST),
    ({"expires_in": "300"}, 300.0),
    ({"expires_in": "1_000"}, SHORTEST),
    ({"expires_in": []}, SHORTEST),
    ({"expires_in": 300, "issued_at": "2026-07-01T11:58:20Z"}, 200.0),
    ({"expires_in": 300, "issued_at": "2026-07-01T11:58:20.123456789Z"}, 200.123456),
    ({"expires_in": 300, "issued_at": "2026-07-01T13:58:20+02:00"}, 200.0),
    ({"expires_in": 300, "issued_at": "2026-07-01T13:00:00Z"}, 300.0),
    ({"expires_in": 300, "issued_at": "2020-01-01T00:00:00Z"}, 300.0),
    ({"expires_in": 300, "issued_at": "0001-01-01T00:00:00Z"}, 300.0),
    ({"expires_in": 300, "issued_at": "0001-01-01T00:00:00+14:00"}, 300.0),
    ({"expires_in": 300, "issued_at": "garbage"}, 300.0),
    ({"expires_in": 300, "issued_at": 7}, 300.0),
]


@pytest.mark.fault(55)
@pytest.mark.parametrize(("fields", "seconds"), LIFETIMES)
def test_lifetimes_survive_clocks_and_nonsense(fields: dict[str, object], seconds: float) -> None:
    assert read_token(body(token="a", **fields), NOW, tolerant=True).lifetime == pytest.approx(seconds)


def test_gos_zero_time_is_no_fault() -> None:
    assert read_token(body(token="a", expires_in=300, issued_at="0001-01-01T00:00:00Z"), NOW).lifetime == 300


_VALUES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30) | st.lists(st.none(), max_size=2)
)
_KEYS = st.sampled_from(["token", "access_token", "expires_in", "issued_at", "refresh_token", "TOKEN"])


@given(
    st.dictionaries(_KEYS, _VALUES).map(lambda fields: json.dumps(fields).encode()) | st.binary(max_size=80),
    st.booleans(),
)
def test_any_answer_is_a_token_or_an_error_of_ours(data: bytes, tolerant: bool) -> None:
    try:
        token = read_token(data, NOW, tolerant=tolerant)
    except TokenAnswerError as error:
        texts = str(error) + error.go
        assert texts.isprintable()
    else:
        assert 0 < token.lifetime <= LONGEST
        assert token.value.reveal().isascii()
