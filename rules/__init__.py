"""The rules engine: facts in, verdict with reasons out. Pure, and it knows nothing of the house around it."""
