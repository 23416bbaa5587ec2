-- +goose Up
CREATE TABLE account (
	person_id       bigint PRIMARY KEY REFERENCES person,
	-- argon2id in the PHC string form; never a password
	password_hash   text NOT NULL CHECK (password_hash LIKE '$argon2id$%'),
	password_set_at timestamptz NOT NULL
);

-- Sessions as scs keeps them; the token stands here only as its hash.
CREATE TABLE sessions (
	token     text PRIMARY KEY,
	person_id bigint NOT NULL REFERENCES person,
	data      bytea NOT NULL,
	expiry    timestamptz NOT NULL, -- moves on with use: the idle limit
	ends_at   timestamptz NOT NULL  -- never moves: the absolute limit
);
CREATE INDEX sessions_by_expiry ON sessions (expiry);

GRANT SELECT, INSERT, UPDATE ON account TO kagami_portal;
GRANT SELECT, INSERT, UPDATE, DELETE ON sessions TO kagami_portal;

-- +goose Down
DROP TABLE sessions, account;
