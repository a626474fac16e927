-- What a refused sign-in was told: it is not tried again by itself, since each try may count towards a lock-out.
ALTER TABLE connection ADD COLUMN refusal TEXT;
