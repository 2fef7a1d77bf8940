-- What is known about a matter, and what its customer was asked for.
ALTER TABLE tickets ADD COLUMN facts TEXT NOT NULL DEFAULT '[]';
ALTER TABLE tickets ADD COLUMN asked TEXT NOT NULL DEFAULT '[]';
