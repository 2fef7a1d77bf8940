-- Links into private conversations, which hold no token, and posts that a channel is to hide.
CREATE TABLE private_links (
  id TEXT PRIMARY KEY,
  message_id TEXT NOT NULL REFERENCES messages (id),
  contact_id TEXT NOT NULL,
  ticket_id TEXT NOT NULL REFERENCES tickets (id),
  proves BIGINT NOT NULL,
  expires_at_ms BIGINT NOT NULL,
  opened_at_ms BIGINT,
  opened_by TEXT,
  created_at_ms BIGINT NOT NULL,
  version BIGINT NOT NULL
);
CREATE UNIQUE INDEX private_links_message ON private_links (message_id);
ALTER TABLE outbox ADD COLUMN action TEXT NOT NULL DEFAULT 'send';
