-- +goose Up
-- How people come to an account, keep it, and lose it: suspension, sessions that
-- can be told apart and ended, sign-ins halfway, one-time links, known devices,
-- and the counting of failures.

ALTER TABLE account
	ADD COLUMN signed_in_at      timestamptz, -- last
	ADD COLUMN suspended_at      timestamptz,
	ADD COLUMN suspension_reason text CONSTRAINT account_suspension_reason_given CHECK (suspension_reason <> ''),
	ADD CONSTRAINT account_suspended_with_reason CHECK ((suspended_at IS NULL) = (suspension_reason IS NULL));

-- A session's row is all that is kept of it. Those of before lack what is new:
-- whoever had one signs in again.
DELETE FROM sessions;
ALTER TABLE sessions
	DROP COLUMN data,
	ADD COLUMN id        text NOT NULL UNIQUE,   -- names the session on pages; unguessable, and not its token
	ADD COLUMN begun_at  timestamptz NOT NULL,
	ADD COLUMN seen_at   timestamptz NOT NULL,   -- moves on together with expiry
	ADD COLUMN device    text NOT NULL,          -- in words, made from what the browser says it is
	ADD COLUMN method    text NOT NULL CHECK (method <> ''),
	ADD COLUMN strong    boolean NOT NULL,       -- proved by more than a password
	ADD COLUMN proved_at timestamptz NOT NULL;   -- when the person last proved who they are
CREATE INDEX sessions_by_person ON sessions (person_id);

-- A sign-in, or a proof by somebody signed in, that is not finished: what the
-- next step must know. Its token stands here only as its hash.
CREATE TABLE sign_in_attempt (
	token_hash bytea PRIMARY KEY,
	person_id  bigint REFERENCES person, -- NULL while nobody knows who it is
	kind       text NOT NULL CHECK (kind <> ''),
	data       jsonb NOT NULL,
	expires_at timestamptz NOT NULL
);
CREATE INDEX sign_in_attempt_by_expiry ON sign_in_attempt (expires_at);

-- Links that are handed over on paper or on the console, and work once.
CREATE TABLE one_time_link (
	token_hash bytea PRIMARY KEY,
	purpose    text NOT NULL CHECK (purpose IN ('first_administrator', 'invitation', 'reset')),
	person_id  bigint REFERENCES person, -- whose password it sets
	made_by    bigint REFERENCES person, -- NULL: the operator at the server
	made_at    timestamptz NOT NULL,
	ends_at    timestamptz NOT NULL,
	used_at    timestamptz,
	CONSTRAINT one_time_link_whose CHECK ((purpose = 'first_administrator') = (person_id IS NULL))
);
-- a new link takes the place of the one before
CREATE UNIQUE INDEX one_time_link_one_open ON one_time_link (coalesce(person_id, 0)) WHERE used_at IS NULL;

-- A browser from which somebody has signed in before (on a shared machine,
-- several people). Failures elsewhere don't make it wait.
CREATE TABLE known_device (
	token_hash bytea NOT NULL,
	person_id  bigint NOT NULL REFERENCES person,
	ends_at    timestamptz NOT NULL,
	PRIMARY KEY (token_hash, person_id)
);
CREATE INDEX known_device_by_person ON known_device (person_id);

-- Failed sign-ins, counted by what they were tried at (an account, whether it
-- exists or not) or from (an address, a known device).
CREATE TABLE sign_in_failure (
	kind     text NOT NULL CHECK (kind IN ('account', 'address', 'device')),
	key_hash bytea NOT NULL,
	failures int NOT NULL CHECK (failures >= 0),
	last_at  timestamptz NOT NULL,
	PRIMARY KEY (kind, key_hash)
);
CREATE INDEX sign_in_failure_by_age ON sign_in_failure (last_at);

GRANT SELECT, INSERT, UPDATE, DELETE ON sign_in_attempt, one_time_link, known_device, sign_in_failure TO kagami_portal;

-- +goose Down
DROP TABLE sign_in_failure, known_device, one_time_link, sign_in_attempt;
DELETE FROM sessions;
ALTER TABLE sessions
	DROP COLUMN id, DROP COLUMN begun_at, DROP COLUMN seen_at, DROP COLUMN device, DROP COLUMN method, DROP COLUMN strong, DROP COLUMN proved_at,
	ADD COLUMN data bytea NOT NULL;
DROP INDEX sessions_by_person;
ALTER TABLE account DROP COLUMN signed_in_at, DROP COLUMN suspended_at, DROP COLUMN suspension_reason;
