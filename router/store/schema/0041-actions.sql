-- What the wallet's back end is asked to do about an account: proposed, agreed to, called, and what became of it.
CREATE TABLE actions (
  id TEXT PRIMARY KEY,
  ticket_id TEXT NOT NULL REFERENCES tickets (id),
  contact_id TEXT NOT NULL,
  action TEXT NOT NULL,
  account TEXT,
  undoes TEXT,
  state TEXT NOT NULL,
  proposed_by TEXT NOT NULL,
  decided_by TEXT,
  attempts BIGINT NOT NULL,
  due_at_ms BIGINT NOT NULL,
  lease_until_ms BIGINT,
  outcome TEXT,
  error TEXT,
  created_at_ms BIGINT NOT NULL,
  version BIGINT NOT NULL
);
-- The same is proposed once at a time.
CREATE UNIQUE INDEX actions_live ON actions (ticket_id, action) WHERE state IN ('proposed', 'queued', 'sending');
CREATE INDEX actions_ticket ON actions (ticket_id, id);
CREATE INDEX actions_waiting ON actions (id) WHERE state IN ('queued', 'sending');
