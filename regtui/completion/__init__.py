"""Completion for bash, zsh and fish, made from the command line's own description.

The scripts know commands and options by themselves. For names they ask `regtui completion names WORD`, which reads the
host's files and the cache and sends no packet.
"""
