-- Fields of the wire that the house does not know stay with their message.
ALTER TABLE messages ADD COLUMN ext TEXT;
