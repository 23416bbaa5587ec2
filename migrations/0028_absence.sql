-- +goose Up
-- When somebody is away from work for longer (休業), said once: it holds for every
-- duty. Which kinds there are is data; the kind and the reason are confidential, since
-- they may say that somebody is ill.
CREATE TABLE absence_kind (
	name     text PRIMARY KEY CHECK (name <> ''),
	title    text NOT NULL CHECK (title <> ''),
	position int  NOT NULL
);
INSERT INTO absence_kind VALUES
	('maternity', '産前産後休業', 1), ('childcare', '育児休業', 2), ('sick', '病気休暇・病気休職', 3), ('care', '介護休暇', 4),
	('self_development', '自己啓発等休業', 5), ('spouse_abroad', '配偶者同行休業', 6), ('other', 'その他', 7);

CREATE TABLE absence (
	id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	person_id bigint NOT NULL REFERENCES person,
	kind      text NOT NULL CONSTRAINT absence_kind_known REFERENCES absence_kind,
	period    daterange NOT NULL CONSTRAINT absence_period_not_empty CHECK (NOT isempty(period) AND NOT lower_inf(period)),
	reason    text NOT NULL CONSTRAINT absence_reason_length CHECK (length(reason) <= 500),
	version   int NOT NULL DEFAULT 1,
	-- nobody is away twice at once
	CONSTRAINT absence_once EXCLUDE USING gist (person_id WITH =, period WITH &&)
);
CREATE TRIGGER absence_first_day BEFORE UPDATE ON absence FOR EACH ROW EXECUTE FUNCTION refuse_another_first_day();
CREATE TRIGGER absence_not_emptied BEFORE TRUNCATE ON absence FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- When somebody is away, as others join it: without why.
CREATE VIEW absence_shown AS SELECT person_id, period FROM absence;

GRANT SELECT ON absence_kind, absence_shown TO kagami_portal;
-- what was prepared and has not begun can be withdrawn
GRANT SELECT, INSERT, UPDATE (period, version), DELETE ON absence TO kagami_portal;

-- +goose Down
DROP VIEW absence_shown;
DROP TABLE absence, absence_kind;
