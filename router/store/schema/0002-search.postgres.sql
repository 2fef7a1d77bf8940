-- Full text over text that router/store/search.py has cut into words, which no parser needs to look at again.
-- An index over the expression, for a stored tsvector would double the text.

CREATE TABLE search_text (
  message_id TEXT PRIMARY KEY,
  ticket_id TEXT NOT NULL,
  document TEXT NOT NULL
);
CREATE INDEX search_words ON search_text USING gin (array_to_tsvector(string_to_array(document, ' ')));
