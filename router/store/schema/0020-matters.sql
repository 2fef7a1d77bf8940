-- What tickets are about, what tickets of different people share, and why messages were given to tickets.
-- A row that names a ticket names the ticket's contact as well: a join across contacts is refused here, too.
CREATE UNIQUE INDEX tickets_own ON tickets (id, contact_id);
CREATE TABLE matters (
  ticket_id TEXT PRIMARY KEY,
  contact_id TEXT NOT NULL,
  sketch TEXT NOT NULL,
  settled BIGINT NOT NULL,
  version BIGINT NOT NULL,
  FOREIGN KEY (ticket_id, contact_id) REFERENCES tickets (id, contact_id) ON UPDATE CASCADE
);
CREATE TABLE marks (
  id TEXT PRIMARY KEY,
  value TEXT NOT NULL,
  ticket_id TEXT NOT NULL,
  contact_id TEXT NOT NULL,
  at_ms BIGINT NOT NULL,
  FOREIGN KEY (ticket_id, contact_id) REFERENCES tickets (id, contact_id) ON UPDATE CASCADE
);
CREATE UNIQUE INDEX marks_value ON marks (value, ticket_id);
CREATE INDEX marks_newest ON marks (value, id);
CREATE INDEX marks_ticket ON marks (ticket_id);
CREATE TABLE joinings (
  message_id TEXT PRIMARY KEY REFERENCES messages (id),
  ticket_id TEXT NOT NULL,
  contact_id TEXT NOT NULL,
  opened BIGINT NOT NULL,
  reason TEXT NOT NULL,
  points BIGINT NOT NULL,
  at_ms BIGINT NOT NULL,
  undone_at_ms BIGINT,
  undone_by TEXT,
  version BIGINT NOT NULL,
  FOREIGN KEY (ticket_id, contact_id) REFERENCES tickets (id, contact_id) ON UPDATE CASCADE
);
CREATE INDEX joinings_ticket ON joinings (ticket_id);
CREATE INDEX joinings_reason ON joinings (reason, at_ms);
