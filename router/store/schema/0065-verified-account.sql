-- Which account an identity check has passed for, and when: unlocked is what belongs to that account, and nothing else.
ALTER TABLE tickets ADD COLUMN verified_account TEXT;
ALTER TABLE tickets ADD COLUMN verified_since_ms BIGINT;
