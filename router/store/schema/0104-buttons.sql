-- Buttons of messages of ours.
ALTER TABLE messages ADD COLUMN buttons TEXT NOT NULL DEFAULT '[]';
