-- Tickets that agents merged and split. Both are of one contact: any other pair is refused here, too.
CREATE TABLE regroupings (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  source_id TEXT NOT NULL,
  target_id TEXT NOT NULL,
  contact_id TEXT NOT NULL,
  message_ids TEXT NOT NULL,
  source_state TEXT NOT NULL,
  source_reason TEXT,
  agent_id TEXT NOT NULL,
  at_ms BIGINT NOT NULL,
  undone_at_ms BIGINT,
  undone_by TEXT,
  version BIGINT NOT NULL,
  FOREIGN KEY (source_id, contact_id) REFERENCES tickets (id, contact_id) ON UPDATE CASCADE,
  FOREIGN KEY (target_id, contact_id) REFERENCES tickets (id, contact_id) ON UPDATE CASCADE
);
CREATE INDEX regroupings_source ON regroupings (source_id);
CREATE INDEX regroupings_target ON regroupings (target_id);
