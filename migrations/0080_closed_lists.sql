-- What a system said when it refused to show a part of a feed to this person; none where it was read since.
ALTER TABLE slice ADD COLUMN closed TEXT;
