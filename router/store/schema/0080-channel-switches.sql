-- Channels that are switched off: by an operator, or because the provider refuses their credentials.
CREATE TABLE channel_switches (
  kind TEXT NOT NULL,
  account TEXT NOT NULL,
  cause TEXT NOT NULL,
  detail TEXT NOT NULL,
  since_ms BIGINT NOT NULL,
  PRIMARY KEY (kind, account, cause)
);
ALTER TABLE channel_health ADD COLUMN last_event_at_ms BIGINT;
ALTER TABLE channel_health ADD COLUMN quota_left BIGINT;
