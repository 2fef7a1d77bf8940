-- People who were erased: what stays of them says that, when and by whom, and nothing else.
ALTER TABLE contacts ADD COLUMN erased_at_ms BIGINT;
ALTER TABLE tickets ADD COLUMN erased_at_ms BIGINT;
ALTER TABLE tickets ADD COLUMN erased_by TEXT;
CREATE TABLE erasures (
  id TEXT PRIMARY KEY,
  contact_id TEXT NOT NULL UNIQUE REFERENCES contacts (id),
  actor TEXT NOT NULL,
  state TEXT NOT NULL,
  work TEXT,
  started_at_ms BIGINT NOT NULL,
  done_at_ms BIGINT,
  version BIGINT NOT NULL
);
CREATE INDEX erasures_underway ON erasures (id) WHERE state <> 'done';
