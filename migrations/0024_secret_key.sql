-- +goose Up
-- By which of a town's keys something in this database may be sealed: fingerprints,
-- never keys (package secret).
CREATE TABLE secret_key (
	fingerprint   text PRIMARY KEY CHECK (fingerprint ~ '^[0-9a-f]{32}$'),
	first_used_at timestamptz NOT NULL
);
GRANT SELECT, INSERT, DELETE ON secret_key TO kagami_portal;

-- The secrets of authenticator apps stood open: 20 bytes. Sealed they have 52; the
-- portal seals those from before when it starts.
ALTER TABLE totp
	DROP CONSTRAINT totp_secret_check,
	DROP CONSTRAINT totp_pending_check,
	ADD CONSTRAINT totp_secret_size CHECK (octet_length(secret) IN (20, 52)),
	ADD CONSTRAINT totp_pending_size CHECK (octet_length(pending) IN (20, 52));

-- +goose Down
-- refused where something is sealed: only the portal can unseal it
ALTER TABLE totp
	DROP CONSTRAINT totp_secret_size,
	DROP CONSTRAINT totp_pending_size,
	ADD CONSTRAINT totp_secret_check CHECK (octet_length(secret) = 20),
	ADD CONSTRAINT totp_pending_check CHECK (octet_length(pending) = 20);
DROP TABLE secret_key;
