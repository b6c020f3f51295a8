"""Browsing registries: catalogs, tags and manifests, for the commands and the screens alike.

What only shows imports `regtui.browse.models` and `regtui.browse.order`, which ask nobody and load nothing; the names
below are loaded when they are first used, for they bring the network with them.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regtui.browse.browser import forget, standing
    from regtui.browse.difference import Difference, diff
    from regtui.browse.elsewhere import everywhere
    from regtui.browse.facts import TagFactsReader
    from regtui.browse.look import details
    from regtui.browse.models import (
        BrowseError,
        CatalogPage,
        Details,
        Elsewhere,
        ListingEnded,
        Origin,
        Place,
        PlatformDetails,
        Standing,
        TagFacts,
        TagsPage,
    )
    from regtui.browse.order import FoldedTags, Order, fold_tags, order_tags, same_digests, semver_keys
    from regtui.browse.raw import raw_lines
    from regtui.browse.repositories import catalog, seek
    from regtui.browse.searching import can_search, search
    from regtui.browse.tag_lists import tags
    from regtui.browse.where import BrowseSession, place_of, places, repository_at

__all__ = [
    "BrowseError",
    "BrowseSession",
    "CatalogPage",
    "Details",
    "Difference",
    "Elsewhere",
    "FoldedTags",
    "ListingEnded",
    "Order",
    "Origin",
    "Place",
    "PlatformDetails",
    "Standing",
    "TagFacts",
    "TagFactsReader",
    "TagsPage",
    "can_search",
    "catalog",
    "details",
    "diff",
    "everywhere",
    "fold_tags",
    "forget",
    "order_tags",
    "place_of",
    "places",
    "raw_lines",
    "repository_at",
    "same_digests",
    "search",
    "seek",
    "semver_keys",
    "standing",
    "tags",
]

_HOMES = {
    "browser": ("forget", "standing"),
    "repositories": ("catalog", "seek"),
    "look": ("details",),
    "difference": ("Difference", "diff"),
    "elsewhere": ("everywhere",),
    "facts": ("TagFactsReader",),
    "models": (
        *("BrowseError", "CatalogPage", "Details", "Elsewhere", "ListingEnded", "Origin", "Place"),
        *("PlatformDetails", "Standing", "TagFacts", "TagsPage"),
    ),
    "order": ("FoldedTags", "Order", "fold_tags", "order_tags", "same_digests", "semver_keys"),
    "where": ("BrowseSession", "place_of", "places", "repository_at"),
    "raw": ("raw_lines",),
    "searching": ("can_search", "search"),
    "tag_lists": ("tags",),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> object:
    """Load the module that has the name."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
