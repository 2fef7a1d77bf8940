-- Two tickets that were merged are of one contact, until agents say that it is two people: then each goes with its own.
-- The database refused that, and on SQLite also that both go to another contact one after the other. Merging checks the
-- versions of both, taking it back whose words would move.
CREATE TABLE regroupings_apart (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  source_id TEXT NOT NULL REFERENCES tickets (id),
  target_id TEXT NOT NULL REFERENCES tickets (id),
  contact_id TEXT NOT NULL,
  message_ids TEXT NOT NULL,
  source_state TEXT NOT NULL,
  source_reason TEXT,
  stood TEXT,
  agent_id TEXT NOT NULL,
  at_ms BIGINT NOT NULL,
  undone_at_ms BIGINT,
  undone_by TEXT,
  version BIGINT NOT NULL
);
INSERT INTO regroupings_apart (id, kind, source_id, target_id, contact_id, message_ids, source_state, source_reason, stood,
  agent_id, at_ms, undone_at_ms, undone_by, version)
SELECT id, kind, source_id, target_id, contact_id, message_ids, source_state, source_reason, stood,
  agent_id, at_ms, undone_at_ms, undone_by, version FROM regroupings;
DROP TABLE regroupings;
ALTER TABLE regroupings_apart RENAME TO regroupings;
CREATE INDEX regroupings_source ON regroupings (source_id);
CREATE INDEX regroupings_target ON regroupings (target_id);
