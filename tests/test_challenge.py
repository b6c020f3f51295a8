"""WWW-Authenticate: everything that servers send is read, and as docker's engines would read it beside."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regtui.challenge import LIMIT, Challenge, parse_as_distribution, parse_challenges

HUB = 'Bearer realm="https://auth.docker.io/token",service="registry.docker.io"'


def challenge(scheme: str, **parameters: str) -> Challenge:
    return Challenge(scheme, tuple(parameters.items()))


HUB_READ = challenge("bearer", realm="https://auth.docker.io/token", service="registry.docker.io")

SAME_FOR_BOTH = [
    pytest.param([HUB], [HUB_READ], id="docker hub"),
    pytest.param(['Basic realm="Registry Realm"'], [challenge("basic", realm="Registry Realm")], id="basic"),
    pytest.param(["Basic"], [challenge("basic")], id="scheme alone"),
    pytest.param(["NEGOTIATE", HUB], [challenge("negotiate"), HUB_READ], id="unknown scheme in a line before"),
    pytest.param(
        ['BEARER REALM="https://h/t", Service=plain'],
        [challenge("bearer", realm="https://h/t", service="plain")],
        id="any case, blank after comma, bare token",
    ),
    pytest.param(
        ['Bearer realm="https://h/t",scope="repository:a:pull,push"'],
        [challenge("bearer", realm="https://h/t", scope="repository:a:pull,push")],
        id="comma in quotes",
    ),
    pytest.param(
        [r'Bearer realm="a\"b\\c\d",x="y"'], [challenge("bearer", realm='a"b\\cd', x="y")], id="escapes in quotes"
    ),
    pytest.param(["Bearer realm=a,realm=b"], [challenge("bearer", realm="b")], id="the last of a name counts"),
    pytest.param([], [], id="no header"),
    pytest.param(["", ",", '"x"', "\x00"], [], id="nothing to read"),
    pytest.param(['Bearer realm="é中"'], [challenge("bearer", realm="é中")], id="not ASCII"),
]


@pytest.mark.parametrize(("values", "expected"), SAME_FOR_BOTH)
def test_both_readings_agree(values: list[str], expected: list[Challenge]) -> None:
    assert parse_challenges(values) == tuple(expected)
    assert parse_as_distribution(values) == tuple(expected)


DIFFERENT = [
    pytest.param(
        f'{HUB}, Basic realm="b"', [HUB_READ, challenge("basic", realm="b")], [HUB_READ], id="two in one value"
    ),
    pytest.param(
        f"Negotiate dG9rZW4=, {HUB}",
        [challenge("negotiate"), HUB_READ],
        [Challenge("negotiate")],
        id="credentials of 68 characters",
    ),
    pytest.param(
        "Bearer realm=https://h/t,service=s",
        [challenge("bearer", realm="https://h/t", service="s")],
        [challenge("bearer", realm="https")],
        id="unquoted URL",
    ),
    pytest.param(
        'Bearer realm="https://h/t',
        [challenge("bearer", realm="https://h/t")],
        [challenge("bearer")],
        id="unclosed quote",
    ),
    pytest.param(
        'Bearer realm="",service="s"', [challenge("bearer", service="s")], [challenge("bearer")], id="empty value"
    ),
    pytest.param(
        'Bearer realm = "r"', [challenge("bearer", realm="r")], [challenge("bearer")], id="blanks around the sign"
    ),
    pytest.param('  Bearer realm="r"', [challenge("bearer", realm="r")], [], id="blank before the scheme"),
    pytest.param(
        'Bearer realm="r";service="s"',
        [challenge("bearer", realm="r")],
        [challenge("bearer", realm="r")],
        id="semicolon ends it",
    ),
]


@pytest.mark.fault(52)
@pytest.mark.parametrize(("value", "expected", "engine"), DIFFERENT)
def test_the_tolerant_reading_sees_more(value: str, expected: list[Challenge], engine: list[Challenge]) -> None:
    assert parse_challenges([value]) == tuple(expected)
    assert parse_as_distribution([value]) == tuple(engine)


def test_get_is_none_for_a_missing_parameter() -> None:
    assert HUB_READ.get("service") == "registry.docker.io"
    assert HUB_READ.get("scope") is None


@pytest.mark.fault(52)
@pytest.mark.parametrize(
    "value",
    [
        pytest.param('Bearer realm="' + "\\" * (3 * LIMIT), id="backslashes"),
        pytest.param("Bearer " + "a=b," * LIMIT, id="parameters"),
        pytest.param('x "' * LIMIT, id="quotes"),
        pytest.param("Basic," * LIMIT, id="schemes"),
        pytest.param(" , " * LIMIT, id="blanks"),
    ],
)
def test_a_huge_value_is_read_to_the_limit_alone(value: str) -> None:
    for parse in (parse_challenges, parse_as_distribution):
        whole, cut = parse([value]), parse([value[:LIMIT]])
        assert whole == cut


_PIECES = st.sampled_from(
    ["Bearer", "basic ", "realm", "=", '"', "\\", ",", " ", "\t", "https://h/t", "é", "\x00", "a=b", '="v",', ";", "=="]
)


@pytest.mark.fault(52)
@given(st.lists(st.one_of(st.text(max_size=40), st.lists(_PIECES, max_size=30).map("".join)), max_size=4))
def test_anything_is_read_without_an_error(values: list[str]) -> None:
    for parse in (parse_challenges, parse_as_distribution):
        for found in parse(values):
            assert found.scheme == found.scheme.lower()
            assert all(found.get(name) is not None for name, _ in found.parameters)
    assert len(parse_as_distribution(values)) <= len(values)


_TOKEN = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=10)
_VALUE = st.text(
    st.characters(min_codepoint=32, max_codepoint=0x2FF, exclude_characters="\x7f"), min_size=1, max_size=30
)


@given(_TOKEN, st.dictionaries(_TOKEN, _VALUE, max_size=5))
def test_what_is_written_by_the_rules_is_read_back(scheme: str, parameters: dict[str, str]) -> None:
    quoted = [
        '{}="{}"'.format(name, value.replace("\\", "\\\\").replace('"', '\\"')) for name, value in parameters.items()
    ]
    expected = (Challenge(scheme, tuple(parameters.items())),)
    assert parse_challenges([f"{scheme} {','.join(quoted)}"]) == expected
    assert parse_as_distribution([f"{scheme} {','.join(quoted)}"]) == expected
