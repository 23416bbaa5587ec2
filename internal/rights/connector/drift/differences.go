package drift

// Differences is, as a WITH, how the accounts of a run of a connector differ from what is
// wanted: of whom, in which system, and how far their target is.
const Differences = `
	WITH account AS MATERIALIZED (SELECT DISTINCT ON (a.external_id) a.* FROM connector_account a WHERE a.run_id = @run ORDER BY a.external_id),
	owned AS MATERIALIZED (
		SELECT a.*, coalesce(l.person_id, p.id) AS person_id, l.person_id IS NOT NULL AND lower(a.number) <> lower(q.staff_number) AS renamed
		FROM account a LEFT JOIN account_link l ON l.connector_id = @connector AND l.external_id = a.external_id
		LEFT JOIN person_shown q ON q.id = l.person_id LEFT JOIN person_shown p ON a.number <> '' AND lower(p.staff_number) = lower(a.number)),
	target AS MATERIALIZED (
		SELECT t.person_id, t.asset_id, t.usable, t.state, t.done_at, x.what, x.groups AS named FROM connector_system x JOIN right_target t ON t.asset_id = x.asset_id WHERE x.connector_id = @connector),
	held AS MATERIALIZED (
		SELECT r.person_id, r.asset_id, lower(r.login) AS login, r.outsider = '' AS own, r.id = ANY(t.usable) AS usable
		FROM target t JOIN access_right r ON r.person_id = t.person_id AND r.asset_id = t.asset_id AND r.state IN ('permitted', 'ended')),
	by_login AS MATERIALIZED (SELECT person_id, asset_id, login, bool_or(usable) AS usable FROM held WHERE login <> '' GROUP BY 1, 2, 3),
	by_person AS MATERIALIZED (SELECT person_id, asset_id, bool_or(usable) AS usable FROM held WHERE own GROUP BY 1, 2),
	judged AS MATERIALIZED (
		SELECT o.external_id, o.login, o.enabled, o.groups, o.person_id, t.asset_id, t.state, t.done_at, t.what, t.named, coalesce(n.usable, a.usable, false) AS allowed
		FROM owned o JOIN target t ON t.person_id = o.person_id
		LEFT JOIN by_login n ON n.person_id = t.person_id AND n.asset_id = t.asset_id AND n.login = lower(o.login)
		LEFT JOIN by_person a ON a.person_id = t.person_id AND a.asset_id = t.asset_id
		WHERE NOT o.renamed),
	main AS (SELECT asset_id FROM connector_system WHERE connector_id = @connector ORDER BY what, asset_id LIMIT 1),
	difference AS (
		SELECT CASE WHEN what = 'account' THEN CASE WHEN allowed THEN 'disabled' ELSE 'enabled' END WHEN allowed THEN 'parted' ELSE 'joined' END AS kind,
		       asset_id, person_id, external_id, login, state, done_at FROM judged
		WHERE CASE WHEN what = 'account' THEN enabled <> allowed WHEN allowed THEN NOT groups @> named ELSE groups && named END
		UNION ALL
		SELECT 'missing', t.asset_id, t.person_id, '', '', t.state, t.done_at FROM target t JOIN by_person a ON a.person_id = t.person_id AND a.asset_id = t.asset_id AND a.usable
		WHERE NOT EXISTS (SELECT FROM owned o WHERE o.person_id = t.person_id)
		UNION ALL
		SELECT 'renamed', m.asset_id, o.person_id, o.external_id, o.login, NULL, NULL FROM owned o CROSS JOIN main m WHERE o.renamed
		UNION ALL
		SELECT 'unknown', m.asset_id, o.person_id, o.external_id, o.login, NULL, NULL FROM owned o CROSS JOIN main m
		WHERE o.enabled AND NOT o.renamed AND NOT EXISTS (SELECT FROM target t WHERE t.person_id = o.person_id))
`
