-- +goose Up
-- An edition that was read in and is not to be used: it is listed no more, and holds
-- never. The row of the edition itself stays, as what has been read.
CREATE TABLE edition_withdrawal (
	edition_id   bigint PRIMARY KEY REFERENCES edition,
	withdrawn_by bigint REFERENCES person, -- NULL for the operator
	withdrawn_at timestamptz NOT NULL
);
CREATE TRIGGER edition_withdrawal_append_only BEFORE UPDATE OR DELETE ON edition_withdrawal FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER edition_withdrawal_not_emptied BEFORE TRUNCATE ON edition_withdrawal FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
GRANT SELECT, INSERT ON edition_withdrawal TO kagami_portal;

-- +goose Down
DROP TABLE edition_withdrawal;
