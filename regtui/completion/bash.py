"""Completion for bash."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regtui.completion.words import HOST_OPTIONS, Kind, Shell, filled, takes, value_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from regtui.usage import Option, Usage

_SCRIPT = """\
# Completion of regtui for bash 4.2 and newer, made by `regtui completion bash`.
# For this shell:  source <(regtui completion bash)
# For all shells:  regtui completion bash >~/.local/share/bash-completion/completions/regtui

_regtui_list() { # WORD ANSWER...: keep the answers that begin with the word
    local word=$1 answer
    shift
    COMPREPLY=()
    for answer; do
        [[ $answer == "$word"* ]] && COMPREPLY+=("$answer")
    done
}

_regtui_ask() { # names|registries WORD: the options on the line say of which host
    mapfile -t COMPREPLY < <("${COMP_WORDS[0]}" completion "$1" "$2" "${_regtui_host[@]}" 2>/dev/null)
    [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *[/:] ]] && compopt -o nospace
}

_regtui_value() { # KIND WORD CHOICE...
    local kind=$1 word=$2
    shift 2
    case $kind in
    names | registries) _regtui_ask "$kind" "$word" ;;
    file) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
    folder) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$word") ;;
    host) mapfile -t COMPREPLY < <(compgen -A hostname -- "$word") ;;
    choice) _regtui_list "$word" "$@" ;;
    esac
}

_regtui_option() { # OPTION WORD: complete the option's value, or fail where it takes none
    case $1 in
{values}
    *) return 1 ;;
    esac
}

_regtui() {
    local line=${COMP_LINE:0:COMP_POINT} words word previous='' command='' at cut
    local -a _regtui_host=()
    COMPREPLY=()
    read -ra words <<<"$line"
    [[ $line == *[[:space:]] ]] && words+=('')
    word=${words[-1]}
    for ((at = 1; at < ${#words[@]} - 1; at++)); do
        previous=${words[at]}
        case $previous in
        {host_options})
            _regtui_host+=("$previous" "${words[at + 1]}")
            ;;&
        --demo | {host_assigned}) _regtui_host+=("$previous") ;;
        {with_value}) ((++at)) ;;
        -*) ;;
        *)
            [[ -z $command ]] && command=$previous
            ;;
        esac
    done
    if ((at == ${#words[@]} - 1)); then # the word is no option's value
        previous=''
    fi
    if [[ $word == --*=* ]]; then
        cut=${word%%=*}
        _regtui_option "$cut" "${word#*=}" && COMPREPLY=("${COMPREPLY[@]/#/$cut=}")
    elif [[ -n $previous ]]; then
        _regtui_option "$previous" "$word"
    elif [[ $word == -* ]]; then
        case $command in
{command_options}
        *) _regtui_list "$word" {all_options} ;;
        esac
    else
        case $command in
        '')
            _regtui_ask names "$word"
            local -a names=("${COMPREPLY[@]}")
            _regtui_list "$word" {commands}
            COMPREPLY+=("${names[@]}")
            ;;
{command_words}
        *) _regtui_ask names "$word" ;;
        esac
    fi
    # What stands before the last colon or equals sign is no part of the word to bash.
    cut=${word%"${word##*[:=]}"}
    if [[ -n $cut && $COMP_WORDBREAKS == *:* ]]; then
        COMPREPLY=("${COMPREPLY[@]#"$cut"}")
    fi
}

complete -F _regtui regtui regtui.pyz
"""


def bash(usage: Usage) -> str:
    """Return the script for bash."""
    with_value = [option for option in usage.options if option.value]
    values = [f"    {_names(option)}) _regtui_value {_bash_value(option)} ;;" for option in with_value]
    commands = [name for name in usage.commands if takes(name) is not Kind.NAME]
    words = [f"        {name}) _regtui_value {_bash_words(takes(name))} ;;" for name in commands]
    special = dict.fromkeys(option.command for option in usage.options if option.command)
    options = [f'        {name}) _regtui_list "$word" {_long(usage.options_of(name))} ;;' for name in special]
    return filled(
        _SCRIPT,
        values="\n".join(values),
        host_options=" | ".join(HOST_OPTIONS),
        host_assigned=" | ".join(f"{name}=*" for name in HOST_OPTIONS),
        with_value=" | ".join(_names(option) for option in with_value),
        command_options="\n".join(options),
        all_options=_long(usage.options_of("")),
        commands=" ".join(usage.commands),
        command_words="\n".join(words),
    )


def _bash_value(option: Option) -> str:
    return " ".join([value_of(option), '"$2"', *option.choices])


def _bash_words(kind: Kind) -> str:
    return " ".join([Kind.CHOICE, '"$word"', *Shell]) if kind is Kind.SHELL else f'{kind} "$word"'


def _names(option: Option) -> str:
    return " | ".join(option.names)


def _long(options: Iterable[Option]) -> str:
    return " ".join(option.long for option in options)
