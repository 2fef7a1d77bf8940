-- The tables of router/model/tables.py and router/store/rows.py, and what only the store knows.
-- Statements end with a semicolon at the end of a line. Times are milliseconds UTC; lists and structs are JSON text.
-- {digest ...} stands for what fits an index however long it is (router/store/sql.py).

CREATE TABLE counters (
  name TEXT PRIMARY KEY,
  value BIGINT NOT NULL
);
INSERT INTO counters (name, value) VALUES ('ticket', 1000), ('contact', 0), ('event', 0), ('rules', 0);

CREATE TABLE contacts (
  id TEXT PRIMARY KEY,
  number BIGINT NOT NULL UNIQUE,
  key TEXT,
  name TEXT,
  language TEXT,
  vip BIGINT NOT NULL,
  auto_replies_since_ms BIGINT NOT NULL,
  auto_replies BIGINT NOT NULL,
  created_at_ms BIGINT NOT NULL,
  version BIGINT NOT NULL
);

CREATE UNIQUE INDEX contacts_key ON contacts ({digest key}) WHERE key IS NOT NULL;

CREATE TABLE identities (
  id TEXT PRIMARY KEY,
  contact_id TEXT NOT NULL REFERENCES contacts (id),
  kind TEXT NOT NULL,
  value TEXT NOT NULL,
  proof TEXT NOT NULL,
  created_at_ms BIGINT NOT NULL
);
CREATE UNIQUE INDEX identities_value ON identities ({digest value}, kind);
CREATE INDEX identities_contact ON identities (contact_id);

CREATE TABLE conversations (
  id TEXT PRIMARY KEY,
  channel TEXT NOT NULL,
  account TEXT NOT NULL,
  visibility TEXT NOT NULL,
  thread TEXT NOT NULL,
  peer TEXT NOT NULL,
  contact_id TEXT NOT NULL REFERENCES contacts (id),
  ticket_id TEXT,
  reply_to TEXT,
  created_at_ms BIGINT NOT NULL,
  version BIGINT NOT NULL
);
CREATE UNIQUE INDEX conversations_key
ON conversations ({digest thread}, {digest peer}, channel, account, visibility);

CREATE TABLE tickets (
  id TEXT PRIMARY KEY,
  number BIGINT NOT NULL UNIQUE,
  contact_id TEXT NOT NULL REFERENCES contacts (id),
  conversation_id TEXT NOT NULL REFERENCES conversations (id),
  channel TEXT NOT NULL,
  account TEXT NOT NULL,
  visibility TEXT NOT NULL,
  subject TEXT NOT NULL,
  state TEXT NOT NULL,
  state_reason TEXT,
  urgency TEXT NOT NULL,
  urgency_rank BIGINT NOT NULL,
  queue TEXT NOT NULL,
  assignee_id TEXT,
  assigned_at_ms BIGINT,
  tags TEXT NOT NULL,
  language TEXT NOT NULL,
  findings TEXT NOT NULL,
  related TEXT NOT NULL,
  snippet TEXT NOT NULL,
  last_inbound_at_ms BIGINT NOT NULL,
  last_message_at_ms BIGINT NOT NULL,
  waiting_since_ms BIGINT,
  first_replied_at_ms BIGINT,
  solved_at_ms BIGINT,
  created_at_ms BIGINT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX tickets_contact ON tickets (contact_id, id);
CREATE INDEX tickets_open ON tickets (queue, state, assignee_id) WHERE state NOT IN ('solved', 'closed');

CREATE TABLE messages (
  id TEXT PRIMARY KEY,
  ticket_id TEXT NOT NULL REFERENCES tickets (id),
  conversation_id TEXT NOT NULL REFERENCES conversations (id),
  contact_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  author_id TEXT,
  automatic TEXT NOT NULL,
  channel TEXT NOT NULL,
  account TEXT NOT NULL,
  visibility TEXT NOT NULL,
  external_id TEXT,
  in_reply_to TEXT,
  "references" TEXT NOT NULL,
  client_key TEXT,
  sender TEXT,
  subject TEXT,
  text TEXT NOT NULL,
  html TEXT,
  language TEXT NOT NULL,
  findings TEXT NOT NULL,
  redactions TEXT NOT NULL,
  attachments TEXT NOT NULL,
  verdict TEXT NOT NULL,
  state TEXT NOT NULL,
  revision BIGINT NOT NULL,
  sent_at_ms BIGINT NOT NULL,
  received_at_ms BIGINT NOT NULL,
  version BIGINT NOT NULL
);
CREATE UNIQUE INDEX messages_external ON messages ({digest external_id}, channel, account) WHERE external_id IS NOT NULL;
CREATE UNIQUE INDEX messages_client_key ON messages ({digest client_key}) WHERE client_key IS NOT NULL;
CREATE INDEX messages_ticket ON messages (ticket_id, id);

CREATE TABLE outbox (
  id TEXT PRIMARY KEY,
  message_id TEXT NOT NULL REFERENCES messages (id),
  conversation_id TEXT NOT NULL,
  ticket_id TEXT NOT NULL,
  channel TEXT NOT NULL,
  account TEXT NOT NULL,
  state TEXT NOT NULL,
  attempts BIGINT NOT NULL,
  due_at_ms BIGINT NOT NULL,
  lease_until_ms BIGINT,
  provider_id TEXT,
  error TEXT,
  uncertain BIGINT NOT NULL,
  created_at_ms BIGINT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX outbox_message ON outbox (message_id);
CREATE INDEX outbox_waiting ON outbox (conversation_id, id) WHERE state IN ('queued', 'sending', 'held');
CREATE INDEX outbox_queued ON outbox (id) WHERE state = 'queued';
CREATE INDEX outbox_sending ON outbox (id) WHERE state = 'sending';
CREATE INDEX outbox_dead ON outbox (id) WHERE state IN ('held', 'dead');

CREATE TABLE participants (
  id TEXT PRIMARY KEY,
  ticket_id TEXT NOT NULL REFERENCES tickets (id),
  kind TEXT NOT NULL,
  value TEXT NOT NULL,
  created_at_ms BIGINT NOT NULL
);
CREATE UNIQUE INDEX participants_value ON participants (ticket_id, kind, {digest value});

CREATE TABLE events (
  id {sqlite INTEGER}{pg BIGINT} PRIMARY KEY,
  at_ms BIGINT NOT NULL,
  kind TEXT NOT NULL,
  ticket_id TEXT,
  message_id TEXT,
  conversation_id TEXT,
  queue TEXT,
  actor TEXT NOT NULL,
  data TEXT NOT NULL
);
CREATE INDEX events_ticket ON events (ticket_id, id) WHERE ticket_id IS NOT NULL;
CREATE INDEX events_conversation ON events (conversation_id, id) WHERE conversation_id IS NOT NULL;

CREATE TABLE agents (
  id TEXT PRIMARY KEY,
  login TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  password_hash TEXT,
  language TEXT NOT NULL,
  status TEXT NOT NULL,
  capacity BIGINT NOT NULL,
  queues TEXT NOT NULL,
  idle_since_ms BIGINT NOT NULL,
  created_at_ms BIGINT NOT NULL,
  version BIGINT NOT NULL
);

CREATE TABLE journal (
  id TEXT PRIMARY KEY,
  partition BIGINT NOT NULL,
  conversation_key TEXT NOT NULL,
  channel TEXT NOT NULL,
  account TEXT NOT NULL,
  dedupe_key TEXT NOT NULL,
  message_id TEXT NOT NULL,
  entry {sqlite BLOB}{pg BYTEA},
  state TEXT NOT NULL,
  attempts BIGINT NOT NULL,
  not_before_ms BIGINT,
  error TEXT,
  sealed_id TEXT,
  received_at_ms BIGINT NOT NULL,
  routed_at_ms BIGINT,
  redeliveries BIGINT NOT NULL,
  last_redelivered_at_ms BIGINT,
  UNIQUE (dedupe_key, channel, account)
);
CREATE INDEX journal_pending ON journal (id, partition) WHERE state = 'pending';
CREATE INDEX journal_parked ON journal ({digest conversation_key}) WHERE state = 'pending' AND not_before_ms IS NOT NULL;
CREATE INDEX journal_dead ON journal (id) WHERE state = 'dead';

CREATE TABLE quarantine (
  id TEXT PRIMARY KEY,
  channel TEXT NOT NULL,
  account TEXT NOT NULL,
  received_at_ms BIGINT NOT NULL,
  cause TEXT NOT NULL,
  detail TEXT NOT NULL,
  sealed_id TEXT,
  state TEXT NOT NULL,
  resolved_at_ms BIGINT
);
CREATE INDEX quarantine_waiting ON quarantine (id) WHERE state = 'waiting';

CREATE TABLE sealed (
  id TEXT PRIMARY KEY,
  key_id TEXT NOT NULL,
  data {sqlite BLOB}{pg BYTEA} NOT NULL,
  created_at_ms BIGINT NOT NULL,
  expires_at_ms BIGINT
);
CREATE INDEX sealed_expiry ON sealed (expires_at_ms) WHERE expires_at_ms IS NOT NULL;

CREATE TABLE blobs (
  hash TEXT PRIMARY KEY,
  key_id TEXT NOT NULL,
  data {sqlite BLOB}{pg BYTEA} NOT NULL,
  size BIGINT NOT NULL,
  created_at_ms BIGINT NOT NULL
);

CREATE TABLE cursors (
  channel TEXT NOT NULL,
  account TEXT NOT NULL,
  scope TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (channel, account, scope)
);

CREATE TABLE workers (
  owner TEXT PRIMARY KEY,
  seen_until_ms BIGINT NOT NULL
);
CREATE TABLE partitions (
  id BIGINT PRIMARY KEY,
  owner TEXT,
  token BIGINT NOT NULL,
  lease_until_ms BIGINT NOT NULL
);
INSERT INTO partitions (id, owner, token, lease_until_ms)
WITH RECURSIVE n (id) AS (SELECT 0 UNION ALL SELECT id + 1 FROM n WHERE id < 63) SELECT id, NULL, 0, 0 FROM n;

CREATE TABLE sessions (
  token_hash TEXT PRIMARY KEY,
  agent_id TEXT NOT NULL REFERENCES agents (id),
  expires_at_ms BIGINT NOT NULL
);
CREATE TABLE login_tokens (
  token_hash TEXT PRIMARY KEY,
  agent_id TEXT NOT NULL REFERENCES agents (id),
  expires_at_ms BIGINT NOT NULL,
  used_at_ms BIGINT
);
CREATE TABLE api_tokens (
  token_hash TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  kinds TEXT NOT NULL,
  account TEXT NOT NULL,
  created_at_ms BIGINT NOT NULL
);

CREATE TABLE rule_sets (
  version {sqlite INTEGER}{pg BIGINT} PRIMARY KEY,
  hash TEXT NOT NULL,
  content {sqlite BLOB}{pg BYTEA} NOT NULL,
  author TEXT NOT NULL,
  at_ms BIGINT NOT NULL
);
CREATE TABLE rule_errors (
  id BIGINT PRIMARY KEY CHECK (id = 1),
  problems TEXT NOT NULL,
  at_ms BIGINT NOT NULL
);
CREATE TABLE channel_health (
  kind TEXT NOT NULL,
  account TEXT NOT NULL,
  state TEXT NOT NULL,
  detail TEXT NOT NULL,
  at_ms BIGINT NOT NULL,
  PRIMARY KEY (kind, account)
);
