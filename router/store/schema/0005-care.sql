-- What redaction policies ask of whoever handles a message: sealed values, what is not indexed. A JSON object as text.
ALTER TABLE messages ADD COLUMN care TEXT;
