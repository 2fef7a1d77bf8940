-- Full text over text that router/store/search.py has cut into words: the tokenizer only splits at spaces.
-- An external-content index, kept by triggers, so that scripts see one plain table in both databases.

CREATE TABLE search_text (
  seq INTEGER PRIMARY KEY,
  message_id TEXT NOT NULL UNIQUE,
  ticket_id TEXT NOT NULL,
  document TEXT NOT NULL
);
CREATE VIRTUAL TABLE search_index
USING fts5 (document, content = 'search_text', content_rowid = 'seq', tokenize = 'ascii', columnsize = 0, detail = none);
CREATE TRIGGER search_text_added AFTER INSERT ON search_text BEGIN INSERT INTO search_index (rowid, document) VALUES (new.seq, new.document); END;
CREATE TRIGGER search_text_gone AFTER DELETE ON search_text BEGIN INSERT INTO search_index (search_index, rowid, document) VALUES ('delete', old.seq, old.document); END;
