-- Secrets that providers gave in the place of configured ones (rotated refresh tokens), sealed.
CREATE TABLE channel_credentials (
  kind TEXT NOT NULL,
  account TEXT NOT NULL,
  name TEXT NOT NULL,
  key_id TEXT NOT NULL,
  data {sqlite BLOB}{pg BYTEA} NOT NULL,
  saved_at_ms BIGINT NOT NULL,
  PRIMARY KEY (kind, account, name)
);
