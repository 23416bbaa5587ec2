-- +goose Up
-- Tries of passwords and codes, a row each, so that one that was no guess is taken
-- back alone. All of them go by the database's clock, which is one for all portals.

CREATE FUNCTION database_clock() RETURNS timestamptz LANGUAGE sql VOLATILE RETURN clock_timestamp();

-- What was counted before is forgotten, and so is this when the server breaks down:
-- everybody begins anew, and nobody waits for the disk at each sign-in.
DROP TABLE sign_in_failure;
CREATE UNLOGGED TABLE sign_in_try (
	id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	target  bytea, -- what was tried at: a login, a person, somebody's codes, or a person on a known device; NULL once a success there has forgotten it
	network bytea, -- where it came from; NULL on a known device
	failed  boolean NOT NULL DEFAULT false, -- else it is under way, or was cut off
	at      timestamptz NOT NULL, -- when it began, and of a failure when it ended
	ends_at timestamptz NOT NULL, -- counts until then
	CHECK (octet_length(target) = 32),
	CHECK (octet_length(network) = 32),
	CHECK (coalesce(target, network) IS NOT NULL)
);
CREATE INDEX sign_in_try_at_target ON sign_in_try (target, id);
CREATE INDEX sign_in_try_from_network ON sign_in_try (network, failed, id);
GRANT SELECT, INSERT, UPDATE, DELETE ON sign_in_try TO kagami_portal;

-- +goose Down
DROP TABLE sign_in_try;
DROP FUNCTION database_clock;
CREATE TABLE sign_in_failure (
	kind     text NOT NULL CHECK (kind IN ('account', 'address', 'device')),
	key_hash bytea NOT NULL,
	failures int NOT NULL CHECK (failures >= 0),
	last_at  timestamptz NOT NULL,
	PRIMARY KEY (kind, key_hash)
);
CREATE INDEX sign_in_failure_by_age ON sign_in_failure (last_at);
GRANT SELECT, INSERT, UPDATE, DELETE ON sign_in_failure TO kagami_portal;
