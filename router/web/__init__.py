"""The HTTP side: API, feed, pages. Everything it does it asks of the flows and the store."""
