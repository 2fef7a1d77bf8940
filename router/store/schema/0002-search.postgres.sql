-- Full text over text that router/store/search.py has cut into words: `simple` keeps them as they are.

CREATE TABLE search_text (
  message_id TEXT PRIMARY KEY,
  ticket_id TEXT NOT NULL,
  document TEXT NOT NULL,
  words tsvector NOT NULL GENERATED ALWAYS AS (to_tsvector('simple', document)) STORED
);
CREATE INDEX search_words ON search_text USING gin (words);
