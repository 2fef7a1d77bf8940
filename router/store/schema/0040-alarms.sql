-- Critical tickets that ring until a person accepts them, the ladder climbed meanwhile, and who was paged.
ALTER TABLE tickets ADD COLUMN alarm_since_ms BIGINT;
ALTER TABLE tickets ADD COLUMN accepted_by TEXT;
ALTER TABLE tickets ADD COLUMN accepted_at_ms BIGINT;
CREATE INDEX tickets_ringing ON tickets (alarm_since_ms) WHERE alarm_since_ms IS NOT NULL;
CREATE TABLE ladders (
  id TEXT PRIMARY KEY,
  ticket_id TEXT NOT NULL REFERENCES tickets (id),
  since_ms BIGINT NOT NULL,
  rota TEXT NOT NULL,
  state TEXT NOT NULL,
  round BIGINT NOT NULL,
  step BIGINT NOT NULL,
  due_at_ms BIGINT NOT NULL,
  created_at_ms BIGINT NOT NULL,
  version BIGINT NOT NULL
);
-- One ladder for each alarm, however many sweepers see it.
CREATE UNIQUE INDEX ladders_alarm ON ladders (ticket_id, since_ms);
CREATE INDEX ladders_climbed ON ladders (due_at_ms) WHERE state IN ('ringing', 'unanswered');
CREATE TABLE pages (
  id TEXT PRIMARY KEY,
  ladder_id TEXT NOT NULL REFERENCES ladders (id),
  ticket_id TEXT NOT NULL REFERENCES tickets (id),
  round BIGINT NOT NULL,
  step BIGINT NOT NULL,
  kind TEXT NOT NULL,
  target TEXT NOT NULL,
  state TEXT NOT NULL,
  attempts BIGINT NOT NULL,
  due_at_ms BIGINT NOT NULL,
  lease_until_ms BIGINT,
  error TEXT,
  created_at_ms BIGINT NOT NULL,
  version BIGINT NOT NULL
);
-- Nobody is paged twice for one step.
CREATE UNIQUE INDEX pages_place ON pages (ladder_id, round, step, kind, target);
CREATE INDEX pages_ticket ON pages (ticket_id, id);
CREATE INDEX pages_waiting ON pages (id) WHERE state IN ('queued', 'sending');
