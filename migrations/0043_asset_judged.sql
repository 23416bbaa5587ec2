-- +goose Up
-- How an asset's levels were found, what does not fit a rule since when, and the sums that
-- the overview is drawn from.
ALTER TABLE asset
	-- what the questions were answered, as question=answer with blanks between; empty where the levels were chosen
	ADD COLUMN answers text NOT NULL DEFAULT '' CONSTRAINT asset_answers_length CHECK (length(answers) <= 2000),
	-- why a level was chosen that the answers don't come to
	ADD COLUMN level_reason text NOT NULL DEFAULT '' CONSTRAINT asset_level_reason_length CHECK (length(level_reason) <= 500),
	-- somebody's own choice: that of the standard catalogue is none
	ADD COLUMN by_hand boolean NOT NULL GENERATED ALWAYS AS (level_reason <> '' AND level_reason NOT LIKE '標準目録%') STORED,
	-- 7(3)①: of a system, whether its terminals have them; empty where nobody has looked
	ADD COLUMN multi_factor text NOT NULL DEFAULT '' CONSTRAINT asset_multi_factor_known CHECK (multi_factor IN ('', 'yes', 'no')),
	ADD COLUMN takeout_barred text NOT NULL DEFAULT '' CONSTRAINT asset_takeout_barred_known CHECK (takeout_barred IN ('', 'yes', 'no')),
	-- the highest ranks of what rests on it, by however many steps; zeros where nothing does
	ADD COLUMN floor smallint[] NOT NULL DEFAULT '{0,0,0}' CONSTRAINT asset_floor_three CHECK (cardinality(floor) = 3),
	-- the rules that it does not fit, each with the day since when, and the first of these days
	ADD COLUMN breaks jsonb NOT NULL DEFAULT '{}',
	ADD COLUMN broken_since date,
	ADD CONSTRAINT asset_broken CHECK ((breaks = '{}') = (broken_since IS NULL)),
	-- what has ended is nothing to put right
	ADD CONSTRAINT asset_ended_breaks_none CHECK (breaks = '{}' OR state IN ('draft', 'registered'));
CREATE INDEX asset_broken_of_section ON asset (section_id, broken_since) WHERE broken_since IS NOT NULL AND state IN ('draft', 'registered');
CREATE INDEX asset_broken_of_town ON asset (broken_since, section_id) WHERE broken_since IS NOT NULL AND state IN ('draft', 'registered');

-- How many assets that count a section has in a zone at a level of 機密性, and how many of
-- them are drafts, have no 管理責任者, don't fit a rule, or have a level chosen by hand. It
-- is kept by triggers, so that it can't go astray from the register.
CREATE TABLE asset_sum (
	section_id      bigint NOT NULL REFERENCES section,
	zone            text NOT NULL,
	confidentiality text NOT NULL,
	assets          int NOT NULL,
	drafts          int NOT NULL,
	unowned         int NOT NULL,
	broken          int NOT NULL,
	by_hand         int NOT NULL,
	PRIMARY KEY (section_id, zone, confidentiality)
);

-- +goose StatementBegin
CREATE FUNCTION sum_assets() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
	IF TG_OP = 'INSERT' THEN
		INSERT INTO asset_sum AS s
		SELECT section_id, zone, confidentiality, count(*), count(*) FILTER (WHERE state = 'draft'), count(*) FILTER (WHERE owner = ''),
		       count(broken_since), count(*) FILTER (WHERE by_hand)
		FROM fresh WHERE state IN ('draft', 'registered')
		GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
		ON CONFLICT (section_id, zone, confidentiality) DO UPDATE
		SET (assets, drafts, unowned, broken, by_hand) = ROW(s.assets + excluded.assets, s.drafts + excluded.drafts,
			s.unowned + excluded.unowned, s.broken + excluded.broken, s.by_hand + excluded.by_hand);
	ELSE
		INSERT INTO asset_sum AS s
		SELECT section_id, zone, confidentiality, sum(n), sum(n * (state = 'draft')::int), sum(n * (owner = '')::int),
		       sum(n * (broken_since IS NOT NULL)::int), sum(n * by_hand::int)
		FROM (SELECT 1 AS n, section_id, zone, confidentiality, state, owner, broken_since, by_hand FROM fresh
		      UNION ALL SELECT -1, section_id, zone, confidentiality, state, owner, broken_since, by_hand FROM gone) moved
		WHERE state IN ('draft', 'registered')
		GROUP BY 1, 2, 3
		HAVING sum(n) <> 0 OR sum(n * (state = 'draft')::int) <> 0 OR sum(n * (owner = '')::int) <> 0
			OR sum(n * (broken_since IS NOT NULL)::int) <> 0 OR sum(n * by_hand::int) <> 0
		ORDER BY 1, 2, 3
		ON CONFLICT (section_id, zone, confidentiality) DO UPDATE
		SET (assets, drafts, unowned, broken, by_hand) = ROW(s.assets + excluded.assets, s.drafts + excluded.drafts,
			s.unowned + excluded.unowned, s.broken + excluded.broken, s.by_hand + excluded.by_hand);
	END IF;
	RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER asset_added_up AFTER INSERT ON asset REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION sum_assets();
CREATE TRIGGER asset_moved_over AFTER UPDATE ON asset REFERENCING OLD TABLE AS gone NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION sum_assets();

INSERT INTO asset_sum
SELECT section_id, zone, confidentiality, count(*), count(*) FILTER (WHERE state = 'draft'), count(*) FILTER (WHERE owner = ''), 0, 0
FROM asset WHERE state IN ('draft', 'registered') GROUP BY 1, 2, 3;

-- The numbers of a day, by section and what they count: for trends, and for earlier days.
CREATE TABLE asset_day (
	day        date NOT NULL,
	section_id bigint NOT NULL REFERENCES section,
	duty       text NOT NULL,
	number     int NOT NULL CHECK (number >= 0),
	PRIMARY KEY (day, duty, section_id)
);

-- By which levels, zones and rules the register was last weighed.
CREATE TABLE asset_weighed (
	one    boolean PRIMARY KEY DEFAULT true CHECK (one),
	scheme text NOT NULL
);

GRANT SELECT ON asset_sum TO kagami_portal;
GRANT SELECT, INSERT, UPDATE ON asset_day, asset_weighed TO kagami_portal;

-- +goose Down
DROP TABLE asset_weighed, asset_day;
DROP TRIGGER asset_moved_over ON asset;
DROP TRIGGER asset_added_up ON asset;
DROP FUNCTION sum_assets;
DROP TABLE asset_sum;
ALTER TABLE asset DROP COLUMN broken_since, DROP COLUMN breaks, DROP COLUMN floor, DROP COLUMN takeout_barred, DROP COLUMN multi_factor,
	DROP COLUMN by_hand, DROP COLUMN level_reason, DROP COLUMN answers;
