-- Files that an agent has attached to a reply that is not written yet.
CREATE TABLE uploads (
  id TEXT PRIMARY KEY,
  agent_id TEXT NOT NULL,
  ticket_id TEXT NOT NULL,
  file TEXT NOT NULL,
  hash TEXT NOT NULL,
  created_at_ms BIGINT NOT NULL,
  expires_at_ms BIGINT NOT NULL
);
CREATE INDEX uploads_expiry ON uploads (expires_at_ms);
CREATE INDEX uploads_hash ON uploads (hash);
