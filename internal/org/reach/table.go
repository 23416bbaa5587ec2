package reach

import (
	"kagami/internal/authz"
	"kagami/internal/setting"
)

// kept are the reaches as a setting keeps them.
var kept = map[authz.Reach]string{authz.None: "none", authz.Own: "own", authz.All: "all"}

// names are the reaches as the setting says them.
var names = map[authz.Reach]string{authz.None: "行えない", authz.Own: "自課", authz.All: "全体"}

// Settings are what a town may set of the table. A change of one is counted by the
// database as one of the organization: the table is cached with the actors.
func Settings() []setting.Setting {
	var list []setting.Setting
	for _, c := range authz.Choices() {
		var options []setting.Option
		for _, reach := range c.Allowed {
			options = append(options, setting.Option{Kept: kept[reach], Title: names[reach]})
		}
		list = append(list, setting.NewChoice(c.Name, "権限　"+c.Title(),
			"権限表の、町で決める欄です。変えた日から、画面に出るボタンも、行えることも、この値に従います。自分についての事案は、どの値でも自分では決められません。",
			options...).Setting)
	}
	return list
}

// table is the permission table in effect, with the values that are set: names and
// what is kept in turn.
func table(set []string) *authz.Table {
	var t *authz.Table
	for _, c := range authz.Choices() {
		for _, reach := range c.Allowed {
			for n := 0; n+1 < len(set); n += 2 {
				if set[n] == c.Name && set[n+1] == kept[reach] {
					t = t.Choose(c, reach)
				}
			}
		}
	}
	return t
}

// Row is what a town has decided on a day, as columns beside those of whoever is
// looked up.
type Row struct {
	Permissions []string // the names and values of settings, in turn
	Inside      []int64  // the sections inside those of theirs, as inside reads them
}

// Columns are the SQL of a Row on the day @day, beside whoever has what is in mine and
// stands above what is in vacant, of which only @leads, the role of who leads a section,
// reaches inside.
const Columns = `
	ARRAY(SELECT unnest(ARRAY[c.name, c.value]) FROM (
		SELECT DISTINCT ON (h.name) h.name, h.value FROM setting_held h
		WHERE h.name LIKE 'permission.%' AND h.first_day <= @day::date ORDER BY h.name, h.first_day DESC) c) AS permissions,
	ARRAY(SELECT unnest(ARRAY[i.outer_id, i.inner_id, i.decides::int]) FROM section_inside i
	      WHERE i.reads AND i.outer_id IN (SELECT section_id FROM mine WHERE role = @leads UNION ALL SELECT section_id FROM vacant WHERE role = @leads)) AS inside`

// Complete gives an actor what the town has decided.
func (r Row) Complete(actor *authz.Actor) {
	actor.Table, actor.Inside = table(r.Permissions), inside(r.Inside)
}
