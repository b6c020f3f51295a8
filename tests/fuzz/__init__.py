"""What is tried for long, by hand: `python -m tests.fuzz` for texts, `python -m tests.fuzz.terminal` for screens.

Both run what the test command runs, with many more examples. A case that fails belongs into the tests, as a row.
"""
