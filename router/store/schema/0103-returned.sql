-- Addresses whose mail came back for good (router/model/returned.py), and where Outlook threads a conversation.
CREATE TABLE returned (
  id TEXT PRIMARY KEY,
  status TEXT NOT NULL,
  message_id TEXT NOT NULL,
  at_ms BIGINT NOT NULL,
  lifted_at_ms BIGINT,
  lifted_by TEXT,
  version BIGINT NOT NULL
);
ALTER TABLE conversations ADD COLUMN thread_index TEXT;
CREATE INDEX conversations_thread_index ON conversations (substr(thread_index, 1, 44), channel, account)
  WHERE thread_index IS NOT NULL;
