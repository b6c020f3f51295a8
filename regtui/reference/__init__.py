"""Image names as people type them, read the way each engine reads them."""

from __future__ import annotations

from regtui.reference.grammar import InvalidReference, is_host_component, is_identifier, split_hostport
from regtui.reference.moby import MobyGrammar, MobyReference, parse_moby
from regtui.reference.rhel import (
    RhelReference,
    check_remote_name,
    is_valid_hostname,
    parse_rhel,
    qualify,
)

__all__ = [
    "InvalidReference",
    "MobyGrammar",
    "MobyReference",
    "RhelReference",
    "check_remote_name",
    "is_host_component",
    "is_identifier",
    "is_valid_hostname",
    "parse_moby",
    "parse_rhel",
    "qualify",
    "split_hostport",
]
