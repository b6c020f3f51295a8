"""How encoding/json decodes a document into Go's types: the errors for values of the wrong type, and `%v` of a value.

Source: encoding/json/decode.go. A value of the wrong type does not stop the decoder: the first error counts, in the
order of the text. `null` fits everything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from regtui.frozen import dataclass
from regtui.gojson import kind
from regtui.host.flags_known import Kind
from regtui.host.gonet import parse_ip

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True, slots=True)
class GoType:
    """A Go type: a scalar, or with `element` a list (`[]T`) or a map (`map[string]T`), or a struct with `fields`."""

    name: str
    element: GoType | None = None
    fields: Mapping[str, GoType] | None = None
    struct: str = ""


STRING, BOOL, INT, INT64, IP = (GoType(name) for name in ("string", "bool", "int", "int64", "net.IP"))
LIST = GoType("[]string", STRING)
_MAP = GoType("map[string]string", STRING)
_RUNTIME = GoType("types.Runtime", fields={"path": STRING, "runtimeArgs": LIST}, struct="Runtime")
_ULIMIT = GoType("units.Ulimit", fields={"Name": STRING, "Hard": INT64, "Soft": INT64}, struct="Ulimit")

TYPES: Mapping[Kind, GoType] = {
    Kind.BOOL: BOOL,
    Kind.INT: INT,
    Kind.STRING: STRING,
    Kind.QUOTED: STRING,
    Kind.LIST: LIST,
    Kind.MAP: _MAP,
    Kind.IP: IP,
    Kind.RUNTIME: GoType("map[string]types.Runtime", _RUNTIME),
    Kind.ULIMIT: GoType("map[string]*units.Ulimit", _ULIMIT),
}
"""The field of daemon.json for each kind of flag; kinds with a decoder of their own are not among them."""

PROXIES = GoType(
    "config.Proxies", fields=dict.fromkeys(("http-proxy", "https-proxy", "no-proxy"), STRING), struct="Proxies"
)
"""moby's `proxies`, the one object whose inner keys are both compared with the flags and read."""


def type_error(value: object, wanted: GoType, key: str) -> str | None:
    """Return the decoder's error for the value of the configuration's field `key`, None where it fits."""
    return next(_errors(value, wanted, "Config", key), None)


def _errors(value: object, wanted: GoType, struct: str, path: str) -> Iterator[str]:
    if value is None:
        return
    found = _mismatch(value, wanted)
    if found:
        yield f"json: cannot unmarshal {found} into Go struct field {struct}.{path} of type {wanted.name}"
    elif wanted.name == IP.name and isinstance(value, str):
        if value and parse_ip(value) is None:
            yield f"invalid IP address: {value}"
    elif wanted.fields is not None and isinstance(value, dict):
        for name, inner in value.items():
            if (field := _field(wanted.fields, name)) is not None:
                yield from _errors(inner, wanted.fields[field], wanted.struct, f"{path}.{field}")
    elif wanted.element is not None:
        for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            yield from _errors(inner, wanted.element, struct, path)


def _field(fields: Mapping[str, GoType], name: str) -> str | None:
    """Return the struct's field for a key: the exact name, else the same in other letter case."""
    if name in fields:
        return name
    return next((field for field in fields if field.lower() == name.lower()), None)


def _mismatch(value: object, wanted: GoType) -> str:
    """Return what the decoder found in place of the type, empty where the kinds agree."""
    if wanted.fields is not None or wanted.name.startswith("map["):
        return "" if isinstance(value, dict) else kind(value)
    if wanted.element is not None:
        return "" if isinstance(value, list) else kind(value)
    if wanted.name in (INT.name, INT64.name) and isinstance(value, int | float) and not isinstance(value, bool):
        fits = isinstance(value, int) and -(2**63) <= value < 2**63
        return "" if fits else f"number {go_number(value)}"
    expected = {BOOL.name: "bool", INT.name: "number", INT64.name: "number"}.get(wanted.name, "string")
    return "" if kind(value) == expected else kind(value)


def go_text(value: object, depth: int = 20) -> str:
    """Return what fmt's `%v` prints for a value that encoding/json decoded into an empty interface.

    A value nested deeper than `depth` shows as an ellipsis.
    """
    match value:
        case None:
            return "<nil>"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return go_number(value)
        case dict() | list() if depth == 0:
            return "…"
        case dict():
            return f"map[{' '.join(f'{key}:{go_text(value[key], depth - 1)}' for key in sorted(value))}]"
        case list():
            return f"[{' '.join(go_text(item, depth - 1) for item in value)}]"
        case _:
            return str(value)


def go_number(value: float) -> str:
    """Return a number as `%v` prints a float64: the shortest digits, an exponent from 1e+06 on and below 1e-04."""
    shortest = repr(float(value))
    sign = "-" if shortest.startswith("-") else ""
    mantissa, _, exponent = shortest.lstrip("-").partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    leading_zeros = len(whole + fraction) - len(digits)
    digits = digits.rstrip("0")
    if not digits:
        return sign + "0"
    power = len(whole) - leading_zeros - 1 + int(exponent or 0)
    if power < -4 or power >= 6:
        tail = "." + digits[1:] if len(digits) > 1 else ""
        return f"{sign}{digits[0]}{tail}e{'-' if power < 0 else '+'}{abs(power):02d}"
    if power < 0:
        return f"{sign}0.{'0' * (-power - 1)}{digits}"
    whole, fraction = digits[: power + 1].ljust(power + 1, "0"), digits[power + 1 :]
    return f"{sign}{whole}{'.' + fraction if fraction else ''}"
