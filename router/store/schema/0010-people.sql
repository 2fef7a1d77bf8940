-- Who is who: whether the channel vouched for an identity, what people say of themselves, what agents do about it.
ALTER TABLE contacts ADD COLUMN merged_into TEXT;
CREATE INDEX contacts_merged ON contacts (merged_into) WHERE merged_into IS NOT NULL;
ALTER TABLE identities ADD COLUMN vouched BIGINT NOT NULL DEFAULT 0;
ALTER TABLE identities ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
CREATE INDEX conversations_contact ON conversations (contact_id, id);
CREATE TABLE claims (
  id TEXT PRIMARY KEY,
  contact_id TEXT NOT NULL REFERENCES contacts (id),
  kind TEXT NOT NULL,
  value TEXT NOT NULL,
  proven BIGINT NOT NULL,
  created_at_ms BIGINT NOT NULL
);
CREATE UNIQUE INDEX claims_contact ON claims (contact_id, kind, proven, {digest value});
CREATE INDEX claims_value ON claims ({digest value}, kind, contact_id);
CREATE TABLE people_acts (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  contact_id TEXT NOT NULL REFERENCES contacts (id),
  other_id TEXT,
  reason TEXT NOT NULL,
  actor TEXT NOT NULL,
  moved TEXT NOT NULL,
  seq BIGINT NOT NULL,
  undone_at_ms BIGINT,
  undone_by TEXT,
  undone_reason TEXT,
  created_at_ms BIGINT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX people_acts_contact ON people_acts (contact_id, seq);
CREATE INDEX people_acts_other ON people_acts (other_id, seq) WHERE other_id IS NOT NULL;
CREATE TABLE never_merge (
  id TEXT PRIMARY KEY,
  first_id TEXT NOT NULL REFERENCES contacts (id),
  second_id TEXT NOT NULL REFERENCES contacts (id),
  act_id TEXT NOT NULL,
  created_at_ms BIGINT NOT NULL,
  UNIQUE (first_id, second_id)
);
CREATE INDEX never_merge_second ON never_merge (second_id);
