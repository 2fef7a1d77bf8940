-- Tickets that are put aside for a while, and words of decisions that wait to leave for webhooks.
ALTER TABLE tickets ADD COLUMN snoozed_until_ms BIGINT;
CREATE INDEX tickets_snoozed ON tickets (snoozed_until_ms) WHERE snoozed_until_ms IS NOT NULL;
CREATE TABLE hooks (
  id TEXT PRIMARY KEY,
  webhook TEXT NOT NULL,
  ticket_id TEXT NOT NULL REFERENCES tickets (id),
  message_id TEXT,
  body TEXT NOT NULL,
  state TEXT NOT NULL,
  attempts BIGINT NOT NULL,
  due_at_ms BIGINT NOT NULL,
  lease_until_ms BIGINT,
  error TEXT,
  created_at_ms BIGINT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX hooks_waiting ON hooks (ticket_id, webhook, id) WHERE state IN ('queued', 'sending');
CREATE INDEX hooks_queued ON hooks (id) WHERE state = 'queued';
CREATE INDEX hooks_sending ON hooks (id) WHERE state = 'sending';
