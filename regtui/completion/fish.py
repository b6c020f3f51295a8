"""Completion for fish."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regtui.completion.words import HOST_OPTIONS, Kind, Shell, filled, quoted, takes, value_of

if TYPE_CHECKING:
    from regtui.usage import Option, Usage

_SCRIPT = """\
# Completion of regtui for fish, made by `regtui completion fish`.
# For this shell:  regtui completion fish | source
# For all shells:  regtui completion fish >~/.config/fish/completions/regtui.fish

function __regtui_ask
    set -l words (commandline -opc)
    set -l host
    for at in (seq 2 (count $words))
        switch $words[$at]
            case {host_options}
                set -a host $words[$at] $words[(math $at + 1)]
            case --demo {host_assigned}
                set -a host $words[$at]
        end
    end
    $words[1] completion $argv[1] (commandline -ct) $host 2>/dev/null
end

function __regtui_after # COMMAND: whether the line has this command; without one, whether it has none yet
    set -l is_value no
    for word in (commandline -opc)[2..-1]
        if test $is_value = yes
            set is_value no
            continue
        end
        switch $word
            case {with_value}
                set is_value yes
            case '-*'
            case '*'
                test "$word" = "$argv[1]"
                return
        end
    end
    test (count $argv) = 0
end

complete -c regtui -f
complete -c regtui -n __regtui_after -a '(__regtui_ask names)'
{lines}
"""


def fish(usage: Usage) -> str:
    """Return the script for fish."""
    lines = [
        f"complete -c regtui -n __regtui_after -a {name} -d {quoted(words)}" for name, words in usage.commands.items()
    ]
    for name in usage.commands:
        lines += _fish_words(name)
    lines += [_fish_option(option) for option in usage.options]
    return filled(
        _SCRIPT,
        host_options=" ".join(HOST_OPTIONS),
        host_assigned=" ".join(quoted(f"{name}=*") for name in HOST_OPTIONS),
        with_value=" ".join(name for option in usage.options if option.value for name in option.names),
        lines="\n".join(lines),
    )


def _fish_words(command: str) -> list[str]:
    start = f"complete -c regtui -n {quoted(f'__regtui_after {command}')}"
    match takes(command):
        case Kind.NAME | Kind.REGISTRY as kind:
            return [f"{start} -a '(__regtui_ask {kind})'"]
        case Kind.FILE:
            return [f"{start} -F"]
        case Kind.HOST:
            return [f"{start} -a '(__fish_print_hostnames)'"]
        case Kind.SHELL:
            return [f"{start} -a {quoted(' '.join(Shell))}"]
        case _:
            return []


def _fish_option(option: Option) -> str:
    parts = ["complete -c regtui"]
    if option.command:
        parts.append(f"-n {quoted(f'__regtui_after {option.command}')}")
    parts += [f"-s {name[1:]}" if not name.startswith("--") else f"-l {name[2:]}" for name in option.names]
    match value_of(option):
        case Kind.NOTHING:
            pass
        case Kind.CHOICE:
            parts.append(f"-x -a {quoted(' '.join(option.choices))}")
        case Kind.FILE:
            parts.append("-r -F")
        case Kind.FOLDER:
            parts.append("-x -a '(__fish_complete_directories)'")
        case Kind.HOST:
            parts.append("-x -a '(__fish_print_hostnames)'")
        case Kind.NAME | Kind.REGISTRY as kind:
            parts.append(f"-x -a '(__regtui_ask {kind})'")
        case _:
            parts.append("-x")
    return " ".join([*parts, f"-d {quoted(option.words)}"])
