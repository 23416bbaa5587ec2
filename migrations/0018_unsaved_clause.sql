-- +goose Up
-- What somebody has typed on one clause of a draft and not saved, kept for that
-- person alone, as unsaved_text keeps a whole text. It is no record.

CREATE TABLE unsaved_clause (
	revision_id     bigint  NOT NULL REFERENCES revision,
	person_id       bigint  NOT NULL REFERENCES person,
	token           text    NOT NULL CHECK (token ~ '^[A-Z2-7]{26}$'), -- of the form that it was typed in: two open forms keep apart
	act             text    NOT NULL CHECK (act IN ('rewrite', 'insert')),
	anchor          text    NOT NULL CHECK (anchor <> ''), -- of the clause that it is about, as the text was then
	shown           text    NOT NULL CHECK (char_length(shown) <= 64), -- tells that clause again once the text has changed
	place           text    NOT NULL CHECK (place IN ('', 'before', 'after', 'under')),
	kind            text    NOT NULL CHECK (char_length(kind) <= 40),
	heading         text    NOT NULL CHECK (octet_length(heading) <= 10485760),
	text            text    NOT NULL CHECK (octet_length(text) <= 10485760),
	renumber        boolean NOT NULL,
	based_on_sha256 bytea   NOT NULL CHECK (octet_length(based_on_sha256) = 32), -- of the draft's text that they had before them
	kept_at         timestamptz NOT NULL,
	PRIMARY KEY (revision_id, person_id, token),
	CONSTRAINT unsaved_clause_placed CHECK ((act = 'insert') = (place <> ''))
);

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION drop_unsaved_texts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	DELETE FROM unsaved_text WHERE revision_id = NEW.id;
	DELETE FROM unsaved_clause WHERE revision_id = NEW.id;
	RETURN NULL;
END $$;
-- +goose StatementEnd

GRANT SELECT, INSERT, UPDATE, DELETE ON unsaved_clause TO kagami_portal;

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION drop_unsaved_texts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	DELETE FROM unsaved_text WHERE revision_id = NEW.id;
	RETURN NULL;
END $$;
-- +goose StatementEnd
DROP TABLE unsaved_clause;
