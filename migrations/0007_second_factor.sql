-- +goose Up
-- What people prove themselves with beside a password: one-time codes of an
-- authenticator app (TOTP), recovery codes, passkeys.

CREATE TABLE totp (
	person_id    bigint PRIMARY KEY REFERENCES person,
	secret       bytea,       -- in use
	confirmed_at timestamptz, -- since when
	pending      bytea,       -- shown, but no code of it has been given yet
	last_step    bigint NOT NULL DEFAULT 0, -- the 30 seconds of the last code taken: each is taken once
	CHECK (octet_length(secret) = 20),
	CHECK (octet_length(pending) = 20),
	CHECK (coalesce(secret, pending) IS NOT NULL),
	CHECK ((secret IS NULL) = (confirmed_at IS NULL))
);

-- SHA-256 is enough for what is random and 80 bits long.
CREATE TABLE recovery_code (
	person_id bigint NOT NULL REFERENCES person,
	hash      bytea NOT NULL CHECK (octet_length(hash) = 32),
	used_at   timestamptz,
	PRIMARY KEY (person_id, hash)
);

-- What authenticators know a person by: random, so that it tells nothing.
CREATE TABLE passkey_user (
	person_id bigint PRIMARY KEY REFERENCES person,
	handle    bytea NOT NULL UNIQUE CHECK (octet_length(handle) = 32)
);

CREATE TABLE passkey (
	id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	token         text NOT NULL UNIQUE, -- its address; unguessable
	person_id     bigint NOT NULL REFERENCES passkey_user,
	credential_id bytea NOT NULL CONSTRAINT passkey_credential_unique UNIQUE,
	name          text NOT NULL CONSTRAINT passkey_name_shape CHECK (name <> '' AND char_length(name) <= 40),
	credential    jsonb NOT NULL, -- the public key and what the authenticator said of itself
	sign_count    bigint NOT NULL, -- only ever grows, unless the authenticator counts nothing
	made_at       timestamptz NOT NULL,
	used_at       timestamptz
);
CREATE INDEX passkey_by_person ON passkey (person_id, id);

GRANT SELECT, INSERT, UPDATE, DELETE ON totp, recovery_code, passkey TO kagami_portal;
GRANT SELECT, INSERT ON passkey_user TO kagami_portal;

-- +goose Down
DROP TABLE passkey, passkey_user, recovery_code, totp;
