-- Fields of an imported contact that the house does not know stay with it, a JSON object as text.
ALTER TABLE contacts ADD COLUMN ext TEXT;
