"""The terminal screens: the only package that imports Textual. No network and no file is read in it."""
