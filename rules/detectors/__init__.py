"""Detectors of secrets and personal data: pattern, validator and context over folded text.

`rules.redact` calls `registry.find`; each module here knows one family of values and nothing of the others.
"""
