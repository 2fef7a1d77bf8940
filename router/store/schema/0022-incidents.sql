-- Many people, one cause: tickets that are linked, never merged.
CREATE TABLE incidents (
  id TEXT PRIMARY KEY,
  title TEXT NOT NULL,
  about TEXT NOT NULL,
  state TEXT NOT NULL,
  created_at_ms BIGINT NOT NULL,
  resolved_at_ms BIGINT,
  version BIGINT NOT NULL
);
CREATE TABLE incident_tickets (
  id TEXT PRIMARY KEY,
  incident_id TEXT NOT NULL REFERENCES incidents (id),
  ticket_id TEXT NOT NULL REFERENCES tickets (id),
  reason TEXT NOT NULL,
  linked_by TEXT NOT NULL,
  at_ms BIGINT NOT NULL,
  unlinked_at_ms BIGINT,
  version BIGINT NOT NULL
);
CREATE UNIQUE INDEX incident_tickets_pair ON incident_tickets (incident_id, ticket_id);
CREATE INDEX incident_tickets_ticket ON incident_tickets (ticket_id);
