-- +goose Up
-- The personnel office's file while somebody looks at what it would do: its
-- rows, and the plan made of them, kept so that the page need not plan again.
-- It is for a day; what was done of it stands in the trail.

CREATE TABLE person_import (
	id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	token      text NOT NULL CONSTRAINT person_import_token_unique UNIQUE,
	person_id  bigint REFERENCES person, -- NULL: the operator at the server
	made_at    timestamptz NOT NULL,
	file_name  text NOT NULL,
	sha256     bytea NOT NULL,
	file       bytea NOT NULL, -- what was read of the file, as packed JSON; empty once applied
	choices    jsonb NOT NULL,
	summary    jsonb NOT NULL,
	digest     bytea NOT NULL, -- of the plan that was shown
	applied_at timestamptz
);

-- The lists of the plan, a page of the preview in each row.
CREATE TABLE person_import_page (
	import_id bigint NOT NULL REFERENCES person_import ON DELETE CASCADE,
	list      text NOT NULL CHECK (list IN ('added', 'changed', 'ended', 'problems')),
	page      int  NOT NULL,
	lines     jsonb NOT NULL,
	PRIMARY KEY (import_id, list, page)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON person_import, person_import_page TO kagami_portal;

-- +goose Down
DROP TABLE person_import_page, person_import;
