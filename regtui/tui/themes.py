"""The themes: dark, light, and one that uses the terminal's own 16 colors."""

from __future__ import annotations

from textual.theme import Theme

DARK = Theme(
    name="dark",
    primary="#4d9de0",
    secondary="#7a8fb5",
    accent="#56c7d9",
    success="#7cc47f",
    warning="#e8b34b",
    error="#f2706f",
    foreground="#d5dbe6",
    background="#10141b",
    surface="#151a23",
    panel="#1b222d",
    dark=True,
    variables={"border-blurred": "#34404f", "footer-background": "#1b222d"},
)
LIGHT = Theme(
    name="light",
    primary="#1f6fb2",
    secondary="#5a6b85",
    accent="#0b7285",
    success="#2b7a35",
    warning="#8f5f00",
    error="#c0312f",
    foreground="#1c2530",
    background="#f8f9fb",
    surface="#ffffff",
    panel="#e8ecf1",
    dark=False,
    variables={"border-blurred": "#b9c3cf", "footer-background": "#e8ecf1"},
)
ANSI = Theme(
    name="ansi",
    primary="ansi_blue",
    secondary="ansi_cyan",
    accent="ansi_cyan",
    success="ansi_green",
    warning="ansi_yellow",
    error="ansi_red",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    boost="ansi_default",
    dark=True,
    ansi=True,
    variables={
        "ansi-background": "ansi_black",
        "ansi-foreground": "ansi_white",
        "border": "ansi_cyan",
        "border-blurred": "ansi_default",
    },
)

THEMES = (DARK, LIGHT, ANSI)
