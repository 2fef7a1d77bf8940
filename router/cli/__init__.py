"""The command line: one module per command, found through `command.py`."""
