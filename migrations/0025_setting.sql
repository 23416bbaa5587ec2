-- +goose Up
-- What a town decides for itself, each value with the day from which it holds. A
-- row is never changed: of several of one first day the newest counts, and one
-- without a value takes the day's value back.
CREATE TABLE setting_value (
	id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	name      text NOT NULL CHECK (name <> ''),
	first_day date NOT NULL,
	value     text CHECK (length(value) <= 500),
	reason    text NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
	set_by    bigint REFERENCES person, -- NULL for the operator
	set_at    timestamptz NOT NULL
);
CREATE INDEX setting_value_of ON setting_value (name, first_day, id);
CREATE TRIGGER setting_value_append_only BEFORE UPDATE OR DELETE ON setting_value FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER setting_value_not_emptied BEFORE TRUNCATE ON setting_value FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
GRANT SELECT, INSERT ON setting_value TO kagami_portal;

-- +goose Down
DROP TABLE setting_value;
