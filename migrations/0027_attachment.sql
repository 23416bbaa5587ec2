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

-- What others may join of a file.
CREATE VIEW attachment_shown AS
SELECT a.id, a.name, f.media_type, f.size FROM attachment a JOIN attachment_finished f ON f.attachment_id = a.id;
GRANT SELECT ON attachment_shown TO kagami_portal;

-- Minutes were whole in the decision's row.
ALTER TABLE headquarters_decision ADD COLUMN attachment_id bigint UNIQUE REFERENCES attachment_tie;
ALTER TABLE headquarters_decision DISABLE TRIGGER headquarters_decision_append_only;
-- +goose StatementBegin
DO $$
DECLARE
	d headquarters_decision;
	new_id bigint;
BEGIN
	FOR d IN SELECT * FROM headquarters_decision WHERE octet_length(file) > 0 ORDER BY id LOOP
		-- a token that nobody knows, of the letters of a random number
		INSERT INTO attachment (token, name, begun_by, begun_at)
		VALUES (upper(substr(translate(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), '0189', 'wxyz'), 1, 26)),
			CASE WHEN octet_length(d.file_name) <= 200 THEN d.file_name ELSE '議事録' || CASE d.file_type WHEN 'application/pdf' THEN '.pdf' ELSE '.docx' END END,
			d.recorded_by, d.recorded_at)
		RETURNING id INTO new_id;
		INSERT INTO attachment_piece (attachment_id, number, body)
		SELECT new_id, n, substr(d.file, n * 122880 + 1, 122880) FROM generate_series(0, (octet_length(d.file) - 1) / 122880) n;
		INSERT INTO attachment_finished (attachment_id, media_type, size, sha256, scanned, finished_at)
		VALUES (new_id, d.file_type, octet_length(d.file), sha256(d.file), false, d.recorded_at);
		INSERT INTO attachment_tie (attachment_id, tied_at) VALUES (new_id, d.recorded_at);
		UPDATE headquarters_decision SET attachment_id = new_id WHERE id = d.id;
	END LOOP;
END $$;
-- +goose StatementEnd
ALTER TABLE headquarters_decision ENABLE TRIGGER headquarters_decision_append_only;
ALTER TABLE headquarters_decision
	DROP CONSTRAINT headquarters_decision_whole,
	DROP COLUMN file_name, DROP COLUMN file_type, DROP COLUMN file,
	ADD CONSTRAINT headquarters_decision_whole CHECK (carried_over OR chair_id IS NOT NULL AND (minutes <> '' OR attachment_id IS NOT NULL));
GRANT INSERT (attachment_id) ON headquarters_decision TO kagami_portal;

-- +goose Down
-- refused where minutes are larger than they could be before
ALTER TABLE headquarters_decision
	ADD COLUMN file_name text NOT NULL DEFAULT '',
	ADD COLUMN file_type text NOT NULL DEFAULT '',
	ADD COLUMN file      bytea CONSTRAINT headquarters_decision_file_size CHECK (octet_length(file) <= 10485760);
ALTER TABLE headquarters_decision DISABLE TRIGGER headquarters_decision_append_only;
UPDATE headquarters_decision h SET file_name = a.name, file_type = f.media_type,
	file = (SELECT string_agg(p.body, ''::bytea ORDER BY p.number) FROM attachment_piece p WHERE p.attachment_id = a.id)
FROM attachment a JOIN attachment_finished f ON f.attachment_id = a.id WHERE a.id = h.attachment_id;
ALTER TABLE headquarters_decision ENABLE TRIGGER headquarters_decision_append_only;
ALTER TABLE headquarters_decision
	DROP CONSTRAINT headquarters_decision_whole,
	DROP COLUMN attachment_id,
	ADD CONSTRAINT headquarters_decision_whole CHECK (carried_over OR chair_id IS NOT NULL AND (minutes <> '' OR file IS NOT NULL)),
	ADD CONSTRAINT headquarters_decision_file_named CHECK ((file IS NULL) = (file_name = ''));
GRANT INSERT (file_name, file_type, file) ON headquarters_decision TO kagami_portal;
DROP VIEW attachment_shown;
DROP TABLE attachment_tie, attachment_finished, attachment_piece, attachment;
DROP FUNCTION refuse_finishing_in_part, refuse_another_piece, refuse_part_of_file;
