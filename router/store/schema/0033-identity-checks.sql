-- Identity checks at the wallet's back end, and until when a ticket's customer counts as verified.
ALTER TABLE tickets ADD COLUMN verified_until_ms BIGINT;
CREATE TABLE identity_checks (
  id TEXT PRIMARY KEY,
  ticket_id TEXT NOT NULL REFERENCES tickets (id),
  contact_id TEXT NOT NULL,
  message_id TEXT NOT NULL,
  state TEXT NOT NULL,
  attempts BIGINT NOT NULL,
  attempts_max BIGINT NOT NULL,
  answers TEXT NOT NULL,
  user_id TEXT,
  expires_at_ms BIGINT NOT NULL,
  decided_at_ms BIGINT,
  created_at_ms BIGINT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX identity_checks_ticket ON identity_checks (ticket_id, id);
CREATE UNIQUE INDEX identity_checks_message ON identity_checks (message_id);
