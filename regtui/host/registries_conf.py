"""What RHEL 7's registries.service makes of /etc/containers/registries.conf: the variable REGISTRIES of docker's unit.

dockerd itself never reads that file. The tool is projectatomic/registries (registries/registries.py at da9a9c8).
"""

from __future__ import annotations

import re
from typing import Any

SOURCE = "/etc/containers/registries.conf"
OUTPUT = "/run/containers/registries.conf"
SERVICE = "registries.service"

_FLAGS = (("search", "--add-registry"), ("insecure", "--insecure-registry"), ("block", "--block-registry"))
_YAML_KEYS = {"search": "registries", "insecure": "insecure_registries", "block": "block_registries"}
# Patterns as text: most files need none of them, and compiling them costs every start.
_YAML_KEY = r"(?P<quote>['\"]?)(?P<key>[A-Za-z0-9_.-]+)(?P=quote)\s*:(?:\s+(?P<value>.*))?"
_YAML_ITEM = r"-(?:\s+(?P<value>.*))?"
_YAML_COMMENT = r"(?:^|\s)#.*"


class RegistriesConfError(ValueError):
    """The tool fails and writes nothing; `str()` is the reason, which quotes nothing of the file."""


def registries_tool(data: bytes) -> str:
    """Return the line that the tool writes: `REGISTRIES="--add-registry quay.io "`.

    Tables of version 1 in TOML, quoted names too, else three lists in YAML. A trailing `/` is cut off. What it does not
    know, such as version 2, yields nothing. Raises `RegistriesConfError` where it fails.
    """
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise RegistriesConfError("it is not UTF-8") from error
    lists = _toml_lists(text)
    if lists is None:
        lists = _yaml_lists(text)
    words = [f"{flag} {name.rstrip('/')} " for table, flag in _FLAGS for name in _names(lists.get(table, []))]
    return 'REGISTRIES="' + "".join(words) + '"'


def is_version_2(data: bytes) -> bool:
    """Tell whether the file is written for podman: version 2 of the format, which the tool does not know."""
    try:
        parsed = _parse_toml(data.decode())
    except UnicodeDecodeError:
        return False
    if parsed is None:
        return False
    return "unqualified-search-registries" in parsed or isinstance(parsed.get("registry"), list)


def _parse_toml(text: str) -> dict[str, Any] | None:
    """Return what a text in TOML says, None where it is none. Most hosts have no such file, so its reader waits."""
    import tomllib

    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return None


def _toml_lists(text: str) -> dict[str, Any] | None:
    """Return the three lists, or None where the tool turns to YAML: no TOML, or a table without its list."""
    parsed = _parse_toml(text)
    if parsed is None:
        return None
    registries = parsed.get("registries")
    if not registries:
        tables = {table: parsed.get(f"registries.{table}", {"registries": []}) for table, _ in _FLAGS}
    elif isinstance(registries, dict):
        tables = {table: registries.get(table, {"registries": []}) for table, _ in _FLAGS}
    else:
        tables = {}
    if not all(isinstance(table, dict) for table in tables.values()):
        raise RegistriesConfError("a table of it is no table")
    if not all("registries" in table for table in tables.values()):
        return None
    return {name: table["registries"] for name, table in tables.items()}


def _names(value: object) -> list[str]:
    """Return what the tool's loop yields; a text in place of a list yields its characters."""
    if isinstance(value, (list, str)) and all(isinstance(name, str) for name in value):
        return [str(name) for name in value]
    raise RegistriesConfError("a list of registries is no list of texts")


def _yaml_lists(text: str) -> dict[str, Any]:
    """Read the YAML that people write here: keys with lists in block or in flow style. Anything else is refused."""
    found: dict[str, list[str] | str] = {}
    tables = {key: table for table, key in _YAML_KEYS.items()}
    items: list[str] | None = None  # of the key that is being read; None: it takes none, or is not ours
    blocks: list[list[str]] = []
    ours = True
    for line in _yaml_lines(text):
        match = re.fullmatch(_YAML_KEY, line)
        if match:
            ours = match["key"] in tables
            value = _yaml_value(match["value"]) if match["value"] and ours else []
            items = value if isinstance(value, list) and not match["value"] else None
            if ours:
                found[tables[match["key"]]] = value
                blocks += [] if items is None else [items]
        elif ours:
            item = re.fullmatch(_YAML_ITEM, line.strip())
            if item is None or items is None:
                raise RegistriesConfError("it is neither TOML nor a YAML map of lists")
            items.append(_yaml_scalar(item["value"] or ""))
    if not all(blocks):
        raise RegistriesConfError("a key of it has no list")
    return found


def _yaml_lines(text: str) -> list[str]:
    """Return the lines without comments and blank ones, a list in brackets joined into one."""
    found: list[str] = []
    is_open = False
    for raw in text.splitlines():
        line = re.sub(_YAML_COMMENT, "", raw).rstrip()
        if not line.strip() or line in ("---", "..."):
            continue
        if is_open:
            found[-1] += " " + line.strip()
        else:
            found.append(line)
        is_open = ": [" in found[-1] and not line.endswith("]")
    return found


def _yaml_value(value: str) -> list[str] | str:
    if not value.startswith("["):
        return _yaml_scalar(value)
    if not value.endswith("]"):
        raise RegistriesConfError("a list of it is not closed")
    return [_yaml_scalar(item.strip()) for item in value[1:-1].split(",") if item.strip()]


def _yaml_scalar(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
        return value[1:-1]
    if value[:1] in ("'", '"', "{", "[", "&", "*", "!", "|", ">", "%", "@", "`"):
        raise RegistriesConfError("it holds YAML that is no plain list of names")
    return value
