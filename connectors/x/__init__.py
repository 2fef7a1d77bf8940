"""X (Twitter): direct messages, mentions and replies to them, quote posts."""
