"""Frozen types and limits: the words of the house. Imports nothing of it."""
