-- What the web chat says of an incident while it is confirmed, by language.
ALTER TABLE incidents ADD COLUMN banner TEXT NOT NULL DEFAULT '{}';
