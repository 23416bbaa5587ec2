-- +goose Up
-- Two more states of an asset that counts: somebody has asked to dispose of it, and nobody
-- knows where it is. The schema's lists of what counts are made anew with them.
ALTER TABLE asset
	DROP CONSTRAINT asset_state_known,
	DROP CONSTRAINT asset_ended_breaks_none,
	ADD CONSTRAINT asset_state_known CHECK (state IN ('draft', 'registered', 'disposing', 'missing', 'retired', 'mistaken', 'merged')),
	ADD CONSTRAINT asset_ended_breaks_none CHECK (breaks = '{}' OR state IN ('draft', 'registered', 'disposing', 'missing'));
DROP INDEX asset_own_number_unique, asset_unnumbered, asset_of_section, asset_broken_of_section, asset_broken_of_town;
CREATE UNIQUE INDEX asset_own_number_unique ON asset (lower(own_number), section_id) WHERE own_number <> '' AND state IN ('draft', 'registered', 'disposing', 'missing');
CREATE INDEX asset_unnumbered ON asset (name, section_id) WHERE own_number = '' AND state IN ('draft', 'registered', 'disposing', 'missing');
CREATE INDEX asset_of_section ON asset (section_id, id) WHERE state IN ('draft', 'registered', 'disposing', 'missing');
CREATE INDEX asset_broken_of_section ON asset (section_id, broken_since) WHERE broken_since IS NOT NULL AND state IN ('draft', 'registered', 'disposing', 'missing');
CREATE INDEX asset_broken_of_town ON asset (broken_since, section_id) WHERE broken_since IS NOT NULL AND state IN ('draft', 'registered', 'disposing', 'missing');

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION sum_assets() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
	IF TG_OP = 'INSERT' THEN
		INSERT INTO asset_sum AS s
		SELECT section_id, zone, confidentiality, count(*), count(*) FILTER (WHERE state = 'draft'), count(*) FILTER (WHERE owner = ''),
		       count(broken_since), count(*) FILTER (WHERE by_hand)
		FROM fresh WHERE state IN ('draft', 'registered', 'disposing', 'missing')
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
		WHERE state IN ('draft', 'registered', 'disposing', 'missing')
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

-- +goose Down
UPDATE asset SET state = 'registered' WHERE state IN ('disposing', 'missing');
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION sum_assets() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
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
DROP INDEX asset_own_number_unique, asset_unnumbered, asset_of_section, asset_broken_of_section, asset_broken_of_town;
CREATE UNIQUE INDEX asset_own_number_unique ON asset (lower(own_number), section_id) WHERE own_number <> '' AND state IN ('draft', 'registered');
CREATE INDEX asset_unnumbered ON asset (name, section_id) WHERE own_number = '' AND state IN ('draft', 'registered');
CREATE INDEX asset_of_section ON asset (section_id, id) WHERE state IN ('draft', 'registered');
CREATE INDEX asset_broken_of_section ON asset (section_id, broken_since) WHERE broken_since IS NOT NULL AND state IN ('draft', 'registered');
CREATE INDEX asset_broken_of_town ON asset (broken_since, section_id) WHERE broken_since IS NOT NULL AND state IN ('draft', 'registered');
ALTER TABLE asset
	DROP CONSTRAINT asset_state_known,
	DROP CONSTRAINT asset_ended_breaks_none,
	ADD CONSTRAINT asset_state_known CHECK (state IN ('draft', 'registered', 'retired', 'mistaken', 'merged')),
	ADD CONSTRAINT asset_ended_breaks_none CHECK (breaks = '{}' OR state IN ('draft', 'registered'));
