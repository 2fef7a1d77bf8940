-- Files that rest outside the database: which there are. Bytes are in router/blobs, under the hash of their content.
CREATE TABLE media (
  hash TEXT PRIMARY KEY,
  key_id TEXT NOT NULL,
  size BIGINT NOT NULL,
  created_at_ms BIGINT NOT NULL,
  idle_at_ms BIGINT,
  going_at_ms BIGINT
);
CREATE INDEX media_idle ON media (idle_at_ms) WHERE idle_at_ms IS NOT NULL;
CREATE INDEX messages_with_files ON messages (id) WHERE attachments <> '[]';
CREATE INDEX messages_with_remote_files ON messages (id)
  WHERE {sqlite instr(attachments, '"state":"remote"')}{pg position('"state":"remote"' IN attachments)} > 0;
-- The one place where the files of this database are: it holds a mark with this name.
CREATE TABLE media_place (
  number BIGINT PRIMARY KEY,
  id TEXT NOT NULL
);
