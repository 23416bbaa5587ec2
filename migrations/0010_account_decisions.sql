-- +goose Up
-- What others have done to somebody's ways to sign in: what both together would
-- let one person sign in as another, and what its owner is told of.

CREATE TABLE account_decision (
	id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	person_id bigint NOT NULL REFERENCES person,
	what      text NOT NULL CHECK (what IN ('reset_link', 'factors_taken_away')),
	-- whether the person's role demanded a second factor when it was taken away
	demanded  boolean NOT NULL,
	made_by   bigint REFERENCES person, -- NULL: the operator at the server
	made_at   timestamptz NOT NULL
);
CREATE INDEX account_decision_by_person ON account_decision (person_id, made_at DESC);

CREATE TRIGGER account_decision_append_only BEFORE UPDATE OR DELETE ON account_decision
	FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER account_decision_not_emptied BEFORE TRUNCATE ON account_decision
	FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Up to which of them their owner says that they have seen them.
CREATE TABLE account_decision_seen (
	person_id   bigint PRIMARY KEY REFERENCES person,
	decision_id bigint NOT NULL REFERENCES account_decision
);

GRANT SELECT, INSERT ON account_decision TO kagami_portal;
GRANT SELECT, INSERT, UPDATE ON account_decision_seen TO kagami_portal;

-- +goose Down
DROP TABLE account_decision_seen, account_decision;
