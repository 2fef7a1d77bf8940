-- Whoever updates a ticket has SQLite look for what refers to its id and contact. Without this that was every joining there
-- is, at every message: 0106 took it away, since no query of ours asks for it.
CREATE INDEX joinings_ticket ON joinings (ticket_id, contact_id);
