"""Completion for zsh."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regtui.completion.words import HOST_OPTIONS, Kind, Shell, filled, quoted, takes, value_of

if TYPE_CHECKING:
    from regtui.usage import Option, Usage

_SCRIPT = """\
#compdef regtui regtui.pyz
# Completion of regtui for zsh, made by `regtui completion zsh`.
# For this shell:  source <(regtui completion zsh)
# For all shells:  regtui completion zsh >"${fpath[1]}/_regtui"

_regtui_ask() { # names|registries
    local -a answers host
    local at
    for ((at = 2; at < CURRENT; at++)); do
        case ${words[at]} in
        {host_options}) host+=("${words[at]}" "${(Q)words[at + 1]}") ;;
        --demo | {host_assigned}) host+=("${(Q)words[at]}") ;;
        esac
    done
    answers=("${(@f)$("${(Q)words[1]}" completion $1 "${(Q)PREFIX}" "${host[@]}" 2>/dev/null)}")
    compadd -S '' -- ${(M)answers:#*[/:]}
    compadd -- ${${answers:#*[/:]}:#}
}

_regtui_first() {
    local -a commands
    commands=(
{commands}
    )
    _describe -t commands command commands
    _regtui_ask names
}

_regtui_rest() {
    case ${words[(r)({command_names})]} in
{command_words}
    *) _regtui_ask names ;;
    esac
}

_regtui() {
    local -a options
    options=(
{options}
    )
    case ${words[(r)({command_names})]} in
{command_options}
    esac
    _arguments -S $options '1: :_regtui_first' '*: :_regtui_rest'
}

if [[ $funcstack[1] == _regtui ]]; then
    _regtui "$@"
else
    compdef _regtui regtui regtui.pyz
fi
"""

_ACTIONS = {
    Kind.NAME: "_regtui_ask names",
    Kind.REGISTRY: "_regtui_ask registries",
    Kind.FILE: "_files",
    Kind.FOLDER: "_files -/",
    Kind.HOST: "_hosts",
    Kind.SHELL: f"compadd {' '.join(Shell)}",
    Kind.NOTHING: "_message 'nothing follows'",
}


def zsh(usage: Usage) -> str:
    """Return the script for zsh."""
    special = dict.fromkeys(option.command for option in usage.options if option.command)
    own = {name: [option for option in usage.options if option.command == name] for name in special}
    added = [f"    {name}) options+=(\n{_zsh_options(options)}\n    ) ;;" for name, options in own.items()]
    commands = [f"        {quoted(f'{name}:{words}')}" for name, words in usage.commands.items()]
    unlike = [name for name in usage.commands if takes(name) is not Kind.NAME]
    return filled(
        _SCRIPT,
        host_options=" | ".join(HOST_OPTIONS),
        host_assigned=" | ".join(f"{name}=*" for name in HOST_OPTIONS),
        commands="\n".join(commands),
        command_names="|".join(usage.commands),
        command_words="\n".join(f"    {name}) {_ACTIONS[takes(name)]} ;;" for name in unlike),
        options=_zsh_options([option for option in usage.options if not option.command]),
        command_options="\n".join(added),
    )


def _zsh_options(options: list[Option]) -> str:
    return "\n".join(f"        {quoted(spec)}" for option in options for spec in _zsh_specs(option))


def _zsh_specs(option: Option) -> list[str]:
    words = "".join(f"\\{char}" if char in "[]:\\" else char for char in option.words)
    value = ""
    if option.value:
        choices = f"({' '.join(option.choices)})"
        action = choices if option.choices else _ACTIONS.get(value_of(option), "")
        value = f":{option.value.replace(':', '-')}:{action}"
    equals = "=" if option.value else ""
    others = f"({' '.join(option.names)})" if not option.repeats else "*"
    return [f"{others}{name}{equals if name.startswith('--') else ''}[{words}]{value}" for name in option.names]
