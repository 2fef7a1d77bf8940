"""The API channel: messages in through POST /api/v1/messages, replies out as signed webhooks."""
