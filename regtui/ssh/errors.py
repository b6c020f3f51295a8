"""What can go wrong with the other host: one error, whose text is a sentence."""

from __future__ import annotations


class SshError(Exception):
    """The host cannot be used, or not any more. `str()` is a clean sentence that names it.

    `words` are what ssh or the host said, cleaned, a line each; the last of them is in the sentence.
    """

    def __init__(self, sentence: str, words: tuple[str, ...] = ()) -> None:
        super().__init__(sentence)
        self.words = words
