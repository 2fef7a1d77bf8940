-- Who is blocked, what is held of whom, and how much each sender and channel brought lately (router/model/abuse.py).
CREATE TABLE blocks (
  id TEXT PRIMARY KEY,
  contact_id TEXT REFERENCES contacts (id),
  kind TEXT,
  value TEXT,
  reason TEXT NOT NULL,
  actor TEXT NOT NULL,
  until_ms BIGINT,
  lifted_at_ms BIGINT,
  lifted_by TEXT,
  lifted_reason TEXT,
  created_at_ms BIGINT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX blocks_contact ON blocks (contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX blocks_value ON blocks ({digest value}, kind) WHERE lifted_at_ms IS NULL;
CREATE INDEX blocks_in_force ON blocks (id) WHERE lifted_at_ms IS NULL;
CREATE TABLE held (
  id TEXT PRIMARY KEY,
  journal_id TEXT NOT NULL UNIQUE REFERENCES journal (id),
  reason TEXT NOT NULL,
  block_id TEXT,
  contact_id TEXT,
  ticket_id TEXT,
  channel TEXT NOT NULL,
  account TEXT NOT NULL,
  urgency TEXT NOT NULL,
  received_at_ms BIGINT NOT NULL,
  released_at_ms BIGINT,
  released_by TEXT,
  version BIGINT NOT NULL
);
CREATE INDEX held_waiting ON held (id) WHERE released_at_ms IS NULL;
CREATE INDEX held_of_contact ON held (contact_id, id) WHERE released_at_ms IS NULL AND contact_id IS NOT NULL;
CREATE INDEX held_of_ticket ON held (ticket_id, id) WHERE released_at_ms IS NULL AND ticket_id IS NOT NULL;
CREATE INDEX held_of_block ON held (block_id, id) WHERE released_at_ms IS NULL AND block_id IS NOT NULL;
CREATE TABLE traffic (
  id TEXT PRIMARY KEY,
  since_ms BIGINT NOT NULL,
  messages BIGINT NOT NULL,
  held BIGINT NOT NULL,
  spoken TEXT NOT NULL,
  version BIGINT NOT NULL
);
CREATE TABLE channel_load (
  channel TEXT NOT NULL,
  account TEXT NOT NULL,
  start_ms BIGINT NOT NULL,
  messages BIGINT NOT NULL,
  withheld BIGINT NOT NULL,
  over_until_ms BIGINT NOT NULL,
  PRIMARY KEY (channel, account)
);
