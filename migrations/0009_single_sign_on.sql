-- +goose Up
-- Accounts of people who sign in elsewhere: they need no password here. And the
-- accounts that are to work when nothing else does.

ALTER TABLE account
	ALTER COLUMN password_hash DROP NOT NULL,
	ALTER COLUMN password_set_at DROP NOT NULL,
	ADD CONSTRAINT account_password_set_once_there CHECK ((password_hash IS NULL) = (password_set_at IS NULL)),
	ADD COLUMN break_glass boolean NOT NULL DEFAULT false,
	ADD CONSTRAINT account_break_glass_has_password CHECK (NOT break_glass OR password_hash IS NOT NULL);

-- +goose Down
-- Whoever has no password here can't sign in by one: their account goes.
DELETE FROM account WHERE password_hash IS NULL;
ALTER TABLE account
	DROP COLUMN break_glass,
	DROP CONSTRAINT account_password_set_once_there,
	ALTER COLUMN password_hash SET NOT NULL,
	ALTER COLUMN password_set_at SET NOT NULL;
