"""Where everything durable lives: one schema, one set of scripts, two drivers (SQLite and PostgreSQL).

All store logic is written once, as scripts (router.store.script), grouped by noun; `Store.read` and `Store.write` run
one script as one transaction. Errors are those of router.model.errors: Conflict, Fenced, StoreUnavailable.
"""
