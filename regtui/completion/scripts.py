"""A shell's script by its name; of the three makers only one is loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regtui.completion.words import Shell

if TYPE_CHECKING:
    from regtui.usage import Usage


def script(shell: Shell, usage: Usage) -> str:
    """Return what the shell has to source."""
    match shell:
        case Shell.BASH:
            from regtui.completion.bash import bash as maker
        case Shell.ZSH:
            from regtui.completion.zsh import zsh as maker
        case Shell.FISH:
            from regtui.completion.fish import fish as maker
    return maker(usage)
