-- Words of what is held (router/store/held_search.py): apart from those of tickets, so that a flood that waits crowds
-- nothing out of a search. They go with the row that says why it is held.

CREATE TABLE held_text (
  held_id TEXT PRIMARY KEY REFERENCES held (id) ON DELETE CASCADE,
  document TEXT NOT NULL
);
CREATE INDEX held_words ON held_text USING gin (array_to_tsvector(string_to_array(document, ' ')));
