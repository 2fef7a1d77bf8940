-- Words of what is held (router/store/held_search.py): apart from those of tickets, so that a flood that waits crowds
-- nothing out of a search. They go with the row that says why it is held.

CREATE TABLE held_text (
  held_id TEXT PRIMARY KEY REFERENCES held (id) ON DELETE CASCADE,
  document TEXT NOT NULL
);
CREATE INDEX held_words ON held_text USING gin (array_to_tsvector(string_to_array(document, ' ')));

-- Whether a person of ours wrote in a conversation was asked of all messages. What waits to be sent has one index in the
-- order in which it is taken; the others were used by nothing.
CREATE INDEX messages_answered ON messages (conversation_id) WHERE kind = 'reply' AND author_id IS NOT NULL;
CREATE INDEX journal_held ON journal ({digest conversation_key}) WHERE state = 'held';
CREATE INDEX hooks_due ON hooks (webhook, id) WHERE state IN ('queued', 'sending');
DROP INDEX hooks_queued;
DROP INDEX hooks_sending;
DROP INDEX joinings_ticket;
