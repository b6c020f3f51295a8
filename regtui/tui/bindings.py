"""Bindings of Textual, made from the actions."""

from __future__ import annotations

from textual.binding import Binding, BindingType

from regtui.tui.actions import ACTIONS, Owner, Place


def browsing_bindings(place: Place) -> list[BindingType]:
    """Return the bindings of a browsing screen: its own, and those that every screen has."""
    return bindings_of(Owner.BROWSING, place) + bindings_of(Owner.SCREEN, place)


def bindings_of(owner: Owner, place: Place | None = None) -> list[BindingType]:
    """Return the bindings of an owner, all of them or those of one place."""
    return [
        Binding(key, action.id, action.label, show=False, tooltip=action.help, priority=action.first)
        for action in ACTIONS
        if action.owner is owner and (place is None or place in action.places)
        for key in action.keys
    ]
