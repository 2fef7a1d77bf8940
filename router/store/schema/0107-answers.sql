-- When something last came in (last_event_at_ms) is one thing, when the provider last answered another.
ALTER TABLE channel_health ADD COLUMN answered_at_ms BIGINT;
UPDATE channel_health SET answered_at_ms = last_event_at_ms, last_event_at_ms = NULL;
-- Further messages of a reply that needed several, by the provider's ids.
ALTER TABLE messages ADD COLUMN pieces TEXT NOT NULL DEFAULT '[]';
