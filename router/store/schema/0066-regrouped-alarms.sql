-- How both tickets stood when they were merged, so that what rang rings again when it is taken back.
ALTER TABLE regroupings ADD COLUMN stood TEXT;
