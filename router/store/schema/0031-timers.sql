-- What time alone brings about: worked off once, by whichever sweeper comes first.
CREATE TABLE timers (
  id TEXT PRIMARY KEY,
  ticket_id TEXT NOT NULL REFERENCES tickets (id),
  kind TEXT NOT NULL,
  since_ms BIGINT NOT NULL,
  about TEXT,
  due_at_ms BIGINT NOT NULL,
  done_at_ms BIGINT,
  outcome TEXT,
  created_at_ms BIGINT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX timers_due ON timers (due_at_ms, id) WHERE done_at_ms IS NULL;
CREATE INDEX timers_ticket ON timers (ticket_id);
INSERT INTO timers (id, ticket_id, kind, since_ms, due_at_ms, created_at_ms, version)
  SELECT 'wake-' || id, id, 'wake', snoozed_until_ms, snoozed_until_ms, last_message_at_ms, 1
  FROM tickets WHERE snoozed_until_ms IS NOT NULL;
