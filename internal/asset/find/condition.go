package find

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"golang.org/x/text/unicode/norm"

	"kagami/internal/asset"
	"kagami/internal/asset/again"
	"kagami/internal/asset/life"
	"kagami/internal/authz"
	"kagami/internal/gram"
	"kagami/internal/postgres"
)

// facet is the tsquery of one that asset_marks gives.
func facet(of string) string { return gram.Mark("\x02" + of) }

// ask reads what is asked for; false where nothing can be found.
func (l *lookup) ask(ctx context.Context, actor authz.Actor, q Search) (bool, error) {
	l.args = pgx.StrictNamedArgs{}
	var said, conditions []string // said are those that a mark says
	must := func(condition, name string, value any) {
		conditions = append(conditions, condition)
		l.args[name] = value
	}
	say := func(condition, name string, value any, mark string) {
		said = append(said, condition)
		l.args[name] = value
		l.facets = append(l.facets, mark)
	}
	equal := func(column, letter, value string) {
		if value != "" {
			say("a."+column+" = @"+column, column, value, facet(letter+value))
		}
	}
	if actor.Reach(authz.ReadAssets) != authz.All {
		sections := actor.Sections(authz.ReadAssets)
		if len(sections) == 0 {
			return false, nil
		}
		var of []string
		for _, id := range sections {
			of = append(of, facet("s"+strconv.FormatInt(id, 10)))
		}
		l.sections = true
		say("a.section_id = ANY(@sections)", "sections", sections, "("+strings.Join(of, " | ")+")")
	}
	if q.Section != "" {
		type section struct{ ID int64 }
		one, err := postgres.One[section](ctx, l.tx, "finding a section", `SELECT id FROM section_shown WHERE code = @code`, pgx.StrictNamedArgs{"code": q.Section})
		if errors.Is(err, pgx.ErrNoRows) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		l.sections = true
		say("a.section_id = @section", "section", one.ID, facet("s"+strconv.FormatInt(one.ID, 10)))
	}
	equal("kind", "k", string(q.Kind))
	equal("zone", "z", q.Zone)
	equal("personal", "p", string(q.Personal))
	equal("confidentiality", "c", q.Levels[asset.Confidentiality])
	equal("integrity", "i", q.Levels[asset.Integrity])
	equal("availability", "a", q.Levels[asset.Availability])
	if q.Unowned {
		say("a.owner = @owner", "owner", "", facet("o"))
	}
	if q.Broken != "" {
		conditions = append(conditions, "a.broken_since IS NOT NULL")
	}
	if q.Broken != "" {
		var err error
		if l.exempt, err = exceptedOn(ctx, l.tx, l.today); err != nil || q.Broken == ExceptedBroken && len(l.exempt) == 0 {
			return false, err
		}
		condition := "a.id <> ALL(@excepted)"
		if q.Broken == ExceptedBroken {
			condition = "a.id = ANY(@excepted)"
		}
		must(condition, "excepted", idsOfExcepted(l.exempt))
	}
	if slices.ContainsFunc(asset.Ages[:], func(a asset.Choice[asset.Age]) bool { return a.Value == asset.Age(q.Broken) }) {
		from, to := asset.Age(q.Broken).Days()
		must("a.broken_since <= @younger::date", "younger", l.today.AddDays(-from))
		must("a.broken_since >= @older::date", "older", l.today.AddDays(-to))
	}
	if q.ByHand {
		conditions = append(conditions, "a.by_hand")
	}
	if q.Overdue {
		must("coalesce(a.checked_on, a.registered_on) < @looked::date", "looked", asset.LookedAt(l.today))
	}
	if q.Again {
		turned, err := again.TurnedIn(ctx, l.tx, l.today)
		if err != nil || len(turned) == 0 {
			return false, err
		}
		conditions = append(conditions, l.turned(turned))
	}
	if at, is := asset.ParseHanded(q.Handed); is {
		must("a.id IN (SELECT h.asset_id FROM asset_change h WHERE h.came_from IS NOT NULL AND h.changed_at = @handed)", "handed", at)
	} else if q.Handed != "" {
		must("a.id IN (SELECT h.asset_id FROM asset_change h WHERE h.came_from = (SELECT s.id FROM section_shown s WHERE s.code = @handed))", "handed", q.Handed)
	}
	if q.Of != nil {
		must("a.id = ANY(@of)", "of", q.Of)
	}
	words := strings.FieldsFunc(norm.NFKC.String(q.Words), func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) })
	for i, word := range words { // their case is the database's to fold, which has folded what they are looked for in
		name := "word" + strconv.Itoa(i)
		must("strpos(a.search, lower(@"+name+")) > 0", name, word)
	}
	if l.sections {
		// what is of a section is read sooner than all that begins with a character is gathered
		words = slices.DeleteFunc(words, func(w string) bool { return utf8.RuneCountInString(w) == 1 })
	}
	l.grams = gram.Marks(words)
	if q.States != Current && q.States != Any {
		equal("state", "t", string(q.States))
	}
	l.all = len(said)+len(conditions) == 0
	if q.States == Current {
		conditions = append(conditions, "a.state "+life.Counts)
	}
	conditions = append(conditions, "true")
	l.rest = strings.Join(conditions, " AND ")
	l.where = strings.Join(append(said, conditions...), " AND ")
	return true, nil
}

// turned is the condition of what has to be looked at again.
func (l *lookup) turned(turned []again.Turned) string {
	letters := map[string]string{"confidentiality": "c", "integrity": "i", "availability": "a", "zone": "z"}
	var either, marks []string
	for i, t := range turned {
		key, day := "turned"+strconv.Itoa(i), "turned_on"+strconv.Itoa(i)
		l.args[key], l.args[day] = t.Key, t.Day
		either = append(either, fmt.Sprintf("a.%s = @%s AND coalesce(a.checked_on, a.registered_on) < @%s::date", t.Field, key, day))
		marks = append(marks, facet(letters[t.Field]+t.Key))
	}
	l.facets = append(l.facets, "("+strings.Join(marks, " | ")+")")
	return "(" + strings.Join(either, " OR ") + ") AND a.state " + life.Counts
}
