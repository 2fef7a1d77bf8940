-- A text that is to take the place of an answer of ours, and what that said before.
ALTER TABLE messages ADD COLUMN correction TEXT;
ALTER TABLE messages ADD COLUMN earlier TEXT NOT NULL DEFAULT '[]';
-- Our reaction to a message of a customer's.
ALTER TABLE messages ADD COLUMN reaction TEXT NOT NULL DEFAULT '';
