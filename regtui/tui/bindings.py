"""Bindings of Textual, made from the actions."""

from __future__ import annotations

from textual.binding import Binding, BindingType

from regtui.tui.actions import ACTIONS, Owner


def bindings_of(owner: Owner) -> list[BindingType]:
    """Return the bindings of the home screen or of the application."""
    return [
        Binding(",".join(action.keys), action.id, action.label, show=False, tooltip=action.help, id=action.id)
        for action in ACTIONS
        if action.owner is owner
    ]
