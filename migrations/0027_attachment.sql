-- +goose Up
-- Files that hang on what the town records: minutes, evidence, videos. A file is
-- begun, its pieces are added one by one, each in a transaction of its own, and it is
-- finished once they are all there and were looked at. It hangs on something from the
-- moment at which its owner's change ties it; until then it may be thrown away, and
-- from then on never. Who may read it is asked by what it hangs on.
CREATE TABLE attachment (
	id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	token    text   NOT NULL UNIQUE CHECK (token ~ '^[A-Z2-7]{26}$'), -- by which its sender names it
	name     text   NOT NULL CHECK (octet_length(name) BETWEEN 1 AND 200), -- as it was made harmless
	begun_by bigint REFERENCES person, -- NULL for the operator
	begun_at timestamptz NOT NULL
);
CREATE INDEX attachment_by_sender ON attachment (begun_by, id);
CREATE INDEX attachment_by_age ON attachment (begun_at);

CREATE TABLE attachment_piece (
	attachment_id bigint NOT NULL REFERENCES attachment ON DELETE CASCADE,
	number        int    NOT NULL CHECK (number >= 0),
	body          bytea  NOT NULL CHECK (octet_length(body) BETWEEN 1 AND 122880),
	PRIMARY KEY (attachment_id, number)
);
-- files are compressed as they come
ALTER TABLE attachment_piece ALTER COLUMN body SET STORAGE EXTERNAL;

CREATE TABLE attachment_finished (
	attachment_id bigint PRIMARY KEY REFERENCES attachment ON DELETE CASCADE,
	media_type    text   NOT NULL CHECK (media_type ~ '^[a-z]+/[a-z0-9.+-]+$'), -- of what it holds, never of its name
	size          bigint NOT NULL CHECK (size > 0), -- bytes
	sha256        bytea  NOT NULL CHECK (octet_length(sha256) = 32),
	scanned       boolean NOT NULL, -- by the town's scanner for viruses
	finished_at   timestamptz NOT NULL
);

CREATE TABLE attachment_tie (
	attachment_id bigint PRIMARY KEY REFERENCES attachment_finished,
	tied_at       timestamptz NOT NULL
);

-- A file is finished only with all of its pieces, and has no more from then on.
-- +goose StatementBegin
CREATE FUNCTION refuse_finishing_in_part() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NOT EXISTS (
		SELECT FROM attachment_piece WHERE attachment_id = NEW.attachment_id
		HAVING sum(octet_length(body)) = NEW.size AND count(*) = (NEW.size - 1) / 122880 + 1
			AND bool_and(octet_length(body) = 122880 OR number = (NEW.size - 1) / 122880)
	) THEN
		RAISE EXCEPTION 'the pieces are not all there' USING ERRCODE = 'check_violation', CONSTRAINT = 'attachment_whole';
	END IF;
	RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER attachment_whole BEFORE INSERT ON attachment_finished FOR EACH ROW EXECUTE FUNCTION refuse_finishing_in_part();
-- +goose StatementBegin
CREATE FUNCTION refuse_another_piece() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF EXISTS (SELECT FROM attachment_finished WHERE attachment_id = NEW.attachment_id) THEN
		RAISE EXCEPTION 'the file is finished' USING ERRCODE = 'check_violation', CONSTRAINT = 'attachment_is_finished';
	END IF;
	RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER attachment_is_finished BEFORE INSERT ON attachment_piece FOR EACH ROW EXECUTE FUNCTION refuse_another_piece();

-- What there is never changes; pieces go with their file and never alone, and a file
-- that is tied does not go: its tie refers to it.
-- +goose StatementBegin
CREATE FUNCTION refuse_part_of_file() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF EXISTS (SELECT FROM attachment WHERE id = OLD.attachment_id) THEN
		RAISE EXCEPTION '% goes with its file only', TG_TABLE_NAME USING ERRCODE = 'raise_exception';
	END IF;
	RETURN OLD;
END $$;
-- +goose StatementEnd
CREATE TRIGGER attachment_unchanged BEFORE UPDATE ON attachment FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER attachment_not_emptied BEFORE TRUNCATE ON attachment FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER attachment_piece_unchanged BEFORE UPDATE ON attachment_piece FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER attachment_piece_not_alone BEFORE DELETE ON attachment_piece FOR EACH ROW EXECUTE FUNCTION refuse_part_of_file();
CREATE TRIGGER attachment_piece_not_emptied BEFORE TRUNCATE ON attachment_piece FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER attachment_finished_unchanged BEFORE UPDATE ON attachment_finished FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER attachment_finished_not_alone BEFORE DELETE ON attachment_finished FOR EACH ROW EXECUTE FUNCTION refuse_part_of_file();
CREATE TRIGGER attachment_finished_not_emptied BEFORE TRUNCATE ON attachment_finished FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER attachment_tie_append_only BEFORE UPDATE OR DELETE ON attachment_tie FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER attachment_tie_not_emptied BEFORE TRUNCATE ON attachment_tie FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
-- pieces are removed by the database itself, with their file
GRANT SELECT, INSERT, DELETE ON attachment TO kagami_portal;
GRANT SELECT, INSERT ON attachment_piece, attachment_finished, attachment_tie TO kagami_portal;

-- +goose Down
DROP TABLE attachment_tie, attachment_finished, attachment_piece, attachment;
DROP FUNCTION refuse_finishing_in_part, refuse_another_piece, refuse_part_of_file;
