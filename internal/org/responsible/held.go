package responsible

// Held are in SQL the ids of those who hold a role on @today and are not away: the role is said as a
// condition of a row h of holding.
func Held(role string) string {
	return `ARRAY(SELECT DISTINCT h.person_id FROM holding h WHERE ` + role + ` AND h.period @> @today::date AND h.rule_period @> @today::date
		AND NOT EXISTS (SELECT FROM absence_shown a WHERE a.person_id = h.person_id AND a.period @> @today::date) ORDER BY 1)`
}
