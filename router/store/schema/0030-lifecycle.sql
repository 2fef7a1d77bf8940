-- Since when a ticket is in its state, and what its customer is to supplement.
ALTER TABLE tickets ADD COLUMN state_since_ms BIGINT NOT NULL DEFAULT 0;
ALTER TABLE tickets ADD COLUMN checklist TEXT NOT NULL DEFAULT '[]';
UPDATE tickets SET state_since_ms = last_message_at_ms;
