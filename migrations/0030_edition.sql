-- +goose Up
-- What law, a guideline or a convention fixes, as it was read in: rows are a JSON
-- array of arrays of texts, of which the first is the key.
CREATE TABLE edition (
	id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	kind    text NOT NULL CHECK (kind <> ''),
	name    text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
	source  text NOT NULL CHECK (length(source) BETWEEN 1 AND 500),
	rows    jsonb NOT NULL CHECK (jsonb_typeof(rows) = 'array' AND jsonb_array_length(rows) > 0),
	read_by bigint REFERENCES person, -- NULL for the operator
	read_at timestamptz NOT NULL
);
CREATE INDEX edition_of ON edition (kind, id);

-- From when an edition holds. Of several for one edition the newest counts; one
-- without a day takes it back.
CREATE TABLE edition_start (
	id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	edition_id bigint NOT NULL REFERENCES edition,
	first_day  date,
	reason     text NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
	set_by     bigint REFERENCES person,
	set_at     timestamptz NOT NULL
);
CREATE INDEX edition_start_of ON edition_start (edition_id, id);

-- What the town says of one row from a day on, whatever the edition. Of several of
-- one key and day the newest counts.
CREATE TABLE edition_own (
	id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	kind      text NOT NULL CHECK (kind <> ''),
	key       text NOT NULL CHECK (length(key) BETWEEN 1 AND 100),
	first_day date NOT NULL,
	says      text NOT NULL CHECK (says IN ('own', 'struck', 'as_edition')),
	cells     text[],
	reason    text NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
	set_by    bigint REFERENCES person,
	set_at    timestamptz NOT NULL,
	CONSTRAINT edition_own_has_cells CHECK ((says = 'own') = (cells IS NOT NULL)),
	CONSTRAINT edition_own_of_its_key CHECK (cells[1] = key)
);
CREATE INDEX edition_own_of ON edition_own (kind, first_day, id);

CREATE TRIGGER edition_append_only BEFORE UPDATE OR DELETE ON edition FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER edition_not_emptied BEFORE TRUNCATE ON edition FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER edition_start_append_only BEFORE UPDATE OR DELETE ON edition_start FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER edition_start_not_emptied BEFORE TRUNCATE ON edition_start FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER edition_own_append_only BEFORE UPDATE OR DELETE ON edition_own FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER edition_own_not_emptied BEFORE TRUNCATE ON edition_own FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
GRANT SELECT, INSERT ON edition, edition_start, edition_own TO kagami_portal;

-- +goose Down
DROP TABLE edition_own;
DROP TABLE edition_start;
DROP TABLE edition;
