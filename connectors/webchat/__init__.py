"""The web chat: our own page and WebSocket for customers, and for users of an app that embeds it."""
