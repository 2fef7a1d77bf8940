"""Telegram: a bot in private chats, groups and forum topics, by long polling or webhook."""
