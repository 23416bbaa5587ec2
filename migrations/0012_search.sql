-- +goose Up
-- The clauses of published revisions, one by one, and which of them hold which
-- characters: what search looks in. Both are drawn from revision.outline, in the
-- transaction that publishes it.

CREATE TABLE clause (
	revision_id bigint NOT NULL REFERENCES revision,
	position    int    NOT NULL CHECK (position >= 0), -- in the order of the text, from 0
	anchor      text   NOT NULL,                       -- its address in the document
	citation    text   NOT NULL,                       -- how people cite it
	heading     text   NOT NULL,
	text        text   NOT NULL,
	PRIMARY KEY (revision_id, position),
	CONSTRAINT clause_anchor_unique UNIQUE (revision_id, anchor)
);

-- Every character, and every two in a row, that a revision's clauses hold, folded
-- as package policy folds them; positions are those clauses, each as the distance
-- from the one before, as varints. A row a revision and not a row a clause: so a
-- word that stands in every third clause is found as fast as one that stands in
-- one, in the order of the documents, and search can stop once a page is full.
CREATE TABLE clause_gram (
	gram        text COLLATE "C" NOT NULL CHECK (char_length(gram) IN (1, 2)),
	revision_id bigint NOT NULL REFERENCES revision,
	positions   bytea  NOT NULL,
	PRIMARY KEY (gram, revision_id)
);

GRANT SELECT, INSERT ON clause, clause_gram TO kagami_portal;

-- +goose Down
DROP TABLE clause_gram, clause;
