-- The number of the ticket that the back end was told, where the action went on with another one since: the same bytes
-- at every attempt.
ALTER TABLE actions ADD COLUMN asked_for BIGINT;
