package responsible

import (
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
)

// Heads are in SQL those who hold one of the roles @heads on @today: Above is of nobody else.
const Heads = `ARRAY(SELECT h.person_id FROM holding h WHERE h.role = ANY(@heads) AND h.period @> @today::date AND h.rule_period @> @today::date)`

// Above says in SQL of a row e of a person_id in a section_id, such as a right to use a system,
// that the actor stands next above who leads the section: its person alone holds the role, and
// all between.
func Above(places []authz.Place) (condition string, args pgx.StrictNamedArgs) {
	args = pgx.StrictNamedArgs{"heads": []authz.Role{}}
	var either []string
	for i, place := range places {
		args["heads"] = append(args["heads"].([]authz.Role), place.Role)
		var all []string
		for j, role := range append([]authz.Role{place.Role}, place.Between...) {
			arg := fmt.Sprintf("role_%d_%d", i, j)
			args[arg] = role
			alone := `(SELECT bool_and(h.person_id = e.person_id) FROM holding h WHERE h.role = @` + arg + ` AND h.period @> @today::date AND h.rule_period @> @today::date`
			if role.OfSection() {
				alone += ` AND h.section_id = e.section_id`
			}
			all = append(all, alone+`)`)
		}
		either = append(either, `(`+strings.Join(all, ` AND `)+`)`)
	}
	if len(either) == 0 {
		return `false`, args
	}
	return `(` + strings.Join(either, ` OR `) + `)`, args
}
