"""Bindings of Textual, made from the actions."""

from __future__ import annotations

from textual.binding import Binding, BindingType

from regtui.tui.actions import ACTIONS, Owner


def bindings_of(owner: Owner) -> list[BindingType]:
    """Return the bindings of the home screen or of the application.

    What the application does on a control key it does wherever the keys are, before any widget is asked.
    """
    return [
        Binding(
            key, action.id, action.label, show=False, tooltip=action.help, priority=owner is Owner.APP and "+" in key
        )
        for action in ACTIONS
        if action.owner is owner
        for key in action.keys
    ]
