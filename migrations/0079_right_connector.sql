-- +goose Up
-- How rights of use reach the town's directories and systems (7(6)): by connectors, and where
-- there is none by work orders to who answers for the system. Nothing of it says why.

CREATE TABLE connector (
	id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	-- names it in addresses, and says whose its secret is
	code        text NOT NULL CONSTRAINT connector_code_unique UNIQUE CHECK (code ~ '^[a-z2-7]{16}$'),
	name        text NOT NULL CONSTRAINT connector_name_unique UNIQUE CHECK (length(name) BETWEEN 1 AND 100),
	kind        text NOT NULL CHECK (kind IN ('ldap', 'scim', 'webhook')),
	config      jsonb NOT NULL CHECK (jsonb_typeof(config) = 'object' AND octet_length(config::text) <= 100000),
	-- the password, the token or the key, sealed by the keys of package secret
	secret      bytea NOT NULL CHECK (octet_length(secret) BETWEEN 33 AND 10000),
	-- off: nothing is done; dry: it is compared, and nothing is changed; on
	mode        text NOT NULL CHECK (mode IN ('off', 'dry', 'on')),
	-- of its configuration, its secret and its systems
	version     int NOT NULL DEFAULT 1,
	-- the last version that was tried without changing anything
	dry_version int,
	-- when the 統括 were last told that something has failed
	told_at     timestamptz,
	CONSTRAINT connector_tried CHECK (mode <> 'on' OR dry_version = version)
);
CREATE TRIGGER connector_kept BEFORE DELETE ON connector FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER connector_not_emptied BEFORE TRUNCATE ON connector FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE connector_step (
	id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	connector_id bigint NOT NULL REFERENCES connector,
	version      int NOT NULL,
	at           timestamptz NOT NULL,
	by           bigint REFERENCES person, -- NULL for the portal
	event        text NOT NULL CHECK (event IN ('make', 'set', 'add_system', 'drop_system', 'try', 'tried', 'switch_on', 'switch_off')),
	fields       text[] NOT NULL
);
CREATE INDEX connector_step_of ON connector_step (connector_id, id);
CREATE TRIGGER connector_step_append_only BEFORE UPDATE OR DELETE ON connector_step FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER connector_step_not_emptied BEFORE TRUNCATE ON connector_step FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Which systems a connector is for: for one of them the whole account is disabled, for others
-- named groups are left.
CREATE TABLE connector_system (
	asset_id     bigint PRIMARY KEY REFERENCES asset,
	connector_id bigint NOT NULL REFERENCES connector,
	what         text NOT NULL CHECK (what IN ('account', 'groups')),
	groups       text[] NOT NULL CHECK (cardinality(groups) <= 50),
	CONSTRAINT connector_system_groups CHECK ((what = 'groups') = (cardinality(groups) > 0))
);
CREATE UNIQUE INDEX connector_system_account ON connector_system (connector_id) WHERE what = 'account';
CREATE INDEX connector_system_of ON connector_system (connector_id);

-- What somebody may use of a system, and what the system knows of that. It is what is wanted
-- that is written, never a step: whoever carries it out looks at it as it is then.
CREATE TABLE right_target (
	id        bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT right_target_id UNIQUE,
	person_id bigint NOT NULL REFERENCES person,
	asset_id  bigint NOT NULL REFERENCES asset,
	usable    bigint[] NOT NULL,   -- the rights by which they may use it, in the order of ids
	effected  bigint[] NOT NULL,   -- those of which the system knows
	wanted    boolean NOT NULL,    -- whether there is one
	since     timestamptz NOT NULL,
	state     text NOT NULL CHECK (state IN ('waiting', 'done', 'failed', 'order')),
	version   int NOT NULL DEFAULT 1,
	tries     int NOT NULL DEFAULT 0,
	next_at   timestamptz NOT NULL, -- when it is tried next, while it waits
	-- why it has failed, or waits to be tried again
	trouble   text NOT NULL DEFAULT '' CHECK (trouble IN ('', 'unavailable', 'conflict', 'forbidden', 'invalid', 'gone', 'renamed', 'no_account', 'settings', 'unknown')),
	partly    boolean NOT NULL DEFAULT false, -- some of it was done all the same
	done_at   timestamptz,
	PRIMARY KEY (person_id, asset_id),
	CONSTRAINT right_target_wanted CHECK (wanted = (cardinality(usable) > 0)),
	CONSTRAINT right_target_done CHECK (state <> 'done' OR trouble = '' AND NOT partly),
	CONSTRAINT right_target_failed CHECK (state <> 'failed' OR trouble <> '')
);
CREATE INDEX right_target_of_system ON right_target (asset_id, state);
CREATE INDEX right_target_due ON right_target (next_at, person_id) WHERE state = 'waiting';
CREATE INDEX right_target_failed ON right_target (asset_id, person_id) WHERE state = 'failed';
CREATE TRIGGER right_target_kept BEFORE DELETE ON right_target FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER right_target_not_emptied BEFORE TRUNCATE ON right_target FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Whoever carries something out for a person has locked their row.
CREATE TABLE right_person (
	person_id bigint PRIMARY KEY REFERENCES person
);

-- An account that was once found to be somebody's is known by its stable id.
CREATE TABLE account_link (
	connector_id bigint NOT NULL REFERENCES connector,
	external_id  text NOT NULL CHECK (length(external_id) BETWEEN 1 AND 1024),
	person_id    bigint NOT NULL REFERENCES person,
	login        text NOT NULL,
	found_at     timestamptz NOT NULL,
	gone_at      timestamptz,
	PRIMARY KEY (connector_id, external_id)
);
CREATE INDEX account_link_of ON account_link (person_id, connector_id);

-- What somebody is to do by hand in a system without a connector.
CREATE TABLE work_order (
	id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	person_id bigint NOT NULL REFERENCES person,
	asset_id  bigint NOT NULL REFERENCES asset,
	version   int NOT NULL,       -- of the target
	start     bigint[] NOT NULL,  -- rights that are to let the person in
	stop      bigint[] NOT NULL,  -- rights that are not to any more
	from_at   timestamptz NOT NULL,
	done_by   bigint REFERENCES person,
	done_at   timestamptz,
	moot_at   timestamptz,        -- when it was overtaken by another one, or needless
	CONSTRAINT work_order_what CHECK (cardinality(start) + cardinality(stop) > 0),
	CONSTRAINT work_order_done CHECK ((done_by IS NULL) = (done_at IS NULL)),
	CONSTRAINT work_order_one_end CHECK (done_at IS NULL OR moot_at IS NULL)
);
CREATE UNIQUE INDEX work_order_once ON work_order (person_id, asset_id) WHERE done_at IS NULL AND moot_at IS NULL;
CREATE INDEX work_order_open ON work_order (asset_id, id) WHERE done_at IS NULL AND moot_at IS NULL;
CREATE INDEX work_order_of_system ON work_order (asset_id, id);
-- +goose StatementBegin
CREATE FUNCTION refuse_other_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF OLD.done_at IS NOT NULL OR OLD.moot_at IS NOT NULL
		OR (OLD.person_id, OLD.asset_id, OLD.version, OLD.start, OLD.stop, OLD.from_at) IS DISTINCT FROM (NEW.person_id, NEW.asset_id, NEW.version, NEW.start, NEW.stop, NEW.from_at) THEN
		RAISE EXCEPTION 'of a work order only its end is written' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'work_order_kept';
	END IF;
	RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER work_order_same BEFORE UPDATE ON work_order FOR EACH ROW EXECUTE FUNCTION refuse_other_order();
CREATE TRIGGER work_order_kept BEFORE DELETE ON work_order FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER work_order_not_emptied BEFORE TRUNCATE ON work_order FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Each time that a directory's accounts are compared with what is wanted.
CREATE TABLE connector_run (
	id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	connector_id bigint NOT NULL REFERENCES connector,
	version      int NOT NULL, -- of the connector
	begun_at     timestamptz NOT NULL,
	ended_at     timestamptz,
	entries      int NOT NULL DEFAULT 0,
	trouble      text NOT NULL DEFAULT '' CHECK (trouble IN ('', 'unavailable', 'conflict', 'forbidden', 'invalid', 'gone', 'renamed', 'no_account', 'settings', 'unknown'))
);
CREATE INDEX connector_run_of ON connector_run (connector_id, id);

-- The accounts that the last of these has found.
CREATE TABLE connector_account (
	run_id      bigint NOT NULL REFERENCES connector_run,
	external_id text NOT NULL,
	number      text NOT NULL,
	login       text NOT NULL,
	name        text NOT NULL,
	enabled     boolean NOT NULL,
	groups      text[] NOT NULL
);
CREATE INDEX connector_account_of ON connector_account (run_id, external_id);

-- Where a directory differs from what is wanted (食い違い).
CREATE TABLE right_drift (
	id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	connector_id bigint NOT NULL REFERENCES connector,
	asset_id     bigint NOT NULL REFERENCES asset,
	kind         text NOT NULL CHECK (kind IN ('enabled', 'disabled', 'joined', 'parted', 'unknown', 'missing', 'renamed')),
	person_id    bigint REFERENCES person, -- NULL where the account is nobody's
	external_id  text NOT NULL,            -- empty where there is no account
	login        text NOT NULL,
	first_seen   timestamptz NOT NULL,
	last_seen    timestamptz NOT NULL,
	settled_at   timestamptz
);
CREATE UNIQUE INDEX right_drift_once ON right_drift (connector_id, asset_id, kind, (coalesce(person_id, 0)), external_id) WHERE settled_at IS NULL;
CREATE INDEX right_drift_open ON right_drift (asset_id, id) WHERE settled_at IS NULL;
CREATE INDEX right_drift_of_person ON right_drift (person_id) WHERE settled_at IS NULL;
CREATE TRIGGER right_drift_kept BEFORE DELETE ON right_drift FOR EACH ROW EXECUTE FUNCTION refuse_change();

INSERT INTO change_counter (name, number) VALUES ('right_target', 0);
CREATE TRIGGER right_target_counted AFTER INSERT OR UPDATE ON right_target FOR EACH STATEMENT EXECUTE FUNCTION note_change('right_target');
CREATE TRIGGER work_order_counted AFTER INSERT OR UPDATE ON work_order FOR EACH STATEMENT EXECUTE FUNCTION note_change('right_target');
CREATE TRIGGER connector_system_counted AFTER INSERT OR UPDATE OR DELETE ON connector_system FOR EACH STATEMENT EXECUTE FUNCTION note_change('right_target');

-- a key that a connector's secret is sealed by is in use too
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION keep_key_in_use() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF EXISTS (
		SELECT FROM totp t, unnest(ARRAY[t.secret, t.pending]) sealed
		WHERE octet_length(sealed) = 52 AND substr(sealed, 1, 4) = decode(left(OLD.fingerprint, 8), 'hex')
	) OR EXISTS (SELECT FROM connector c WHERE substr(c.secret, 1, 4) = decode(left(OLD.fingerprint, 8), 'hex')) THEN
		RAISE EXCEPTION 'something is sealed by this key' USING ERRCODE = '23001', CONSTRAINT = 'secret_key_in_use';
	END IF;
	RETURN OLD;
END $$;
-- +goose StatementEnd

GRANT SELECT, INSERT, UPDATE ON connector, right_target, right_person, work_order, connector_run, right_drift TO kagami_portal;
GRANT SELECT, INSERT ON connector_step TO kagami_portal;
GRANT SELECT, INSERT, UPDATE, DELETE ON connector_system, account_link TO kagami_portal;
GRANT SELECT, INSERT, DELETE ON connector_account TO kagami_portal;

-- +goose Down
DELETE FROM change_counter WHERE name = 'right_target';
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION keep_key_in_use() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF EXISTS (
		SELECT FROM totp t, unnest(ARRAY[t.secret, t.pending]) sealed
		WHERE octet_length(sealed) = 52 AND substr(sealed, 1, 4) = decode(left(OLD.fingerprint, 8), 'hex')
	) THEN
		RAISE EXCEPTION 'something is sealed by this key' USING ERRCODE = '23001', CONSTRAINT = 'secret_key_in_use';
	END IF;
	RETURN OLD;
END $$;
-- +goose StatementEnd
DROP TABLE right_drift, connector_account, connector_run, work_order, account_link, right_person, right_target, connector_system, connector_step, connector;
DROP FUNCTION refuse_other_order;
