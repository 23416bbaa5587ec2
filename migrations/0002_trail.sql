-- +goose Up
-- The 監査証跡. Only ever added to: grants give no more, and a trigger refuses
-- the rest to whoever has been given more by mistake.

-- +goose StatementBegin
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION '% on % is refused: its rows are never changed or removed', TG_OP, TG_TABLE_NAME
		USING ERRCODE = 'restrict_violation';
END $$;
-- +goose StatementEnd

CREATE TABLE trail_entry (
	id                bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	at                timestamptz NOT NULL,
	person_id         bigint REFERENCES person, -- NULL: the operator at the server
	role              text NOT NULL,
	action            text NOT NULL,
	subject_kind      text NOT NULL,
	subject_id        bigint NOT NULL,
	fields            text[] NOT NULL,
	refs              jsonb NOT NULL,
	confidential_hash bytea,
	hash              bytea NOT NULL
);

-- Apart from the entry, so that a later rule can remove it without touching
-- the entry; part is the JSON as it was hashed, byte for byte.
CREATE TABLE trail_confidential (
	entry_id bigint PRIMARY KEY REFERENCES trail_entry,
	salt     bytea NOT NULL,
	part     text  NOT NULL
);

CREATE TRIGGER trail_entry_append_only BEFORE UPDATE OR DELETE ON trail_entry
	FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER trail_entry_not_emptied BEFORE TRUNCATE ON trail_entry
	FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER trail_confidential_append_only BEFORE UPDATE OR DELETE ON trail_confidential
	FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER trail_confidential_not_emptied BEFORE TRUNCATE ON trail_confidential
	FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT ON trail_entry, trail_confidential TO kagami_portal;

-- +goose Down
DROP TABLE trail_confidential, trail_entry;
DROP FUNCTION refuse_change;
