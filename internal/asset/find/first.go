package find

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"golang.org/x/text/unicode/norm"

	"kagami/internal/asset/life"
	"kagami/internal/authz"
	"kagami/internal/gram"
	"kagami/internal/task"
)

const (
	// MostHits is how many assets a search of the whole portal shows.
	MostHits = 20
	// mostRanked is among how many of those that hold the words the best are looked for.
	mostRanked = 500
)

// Hit is an asset as a search of the whole portal shows it.
type Hit struct {
	Code        string
	Name        string
	SectionName string
	Place       string
	Rank        task.Rank
}

// Hits are the best of what was found.
type Hits struct {
	List []Hit
	More bool
}

// QueueHits asks in a batch for the assets that hold words in their number, name, place or
// content, the best first, of those that count and that the actor may see. Where nothing is
// looked for, or they read no register, it asks for nothing, and take gets nothing.
func (s *Service) QueueHits(b *task.Batch, actor authz.Actor, typed string, take func(Hits)) {
	words := strings.FieldsFunc(norm.NFKC.String(typed), func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) })
	marks := gram.Marks(words)
	everywhere, sections := actor.Reach(authz.ReadAssets) == authz.All, actor.Sections(authz.ReadAssets)
	if len(marks) == 0 || utf8.RuneCountInString(typed) > maxWords || !everywhere && len(sections) == 0 {
		return
	}
	facets := ""
	if !everywhere {
		var of []string
		for _, id := range sections {
			of = append(of, facet("s"+strconv.FormatInt(id, 10)))
		}
		facets = " & (" + strings.Join(of, " | ") + ")"
	}
	// by marks, whatever the database thinks: it knows how frequent a word is only by
	// chance, and would read the whole register for a rare one
	plan := func(seq, index string) {
		b.Queue("setting how to plan", func(rows pgx.Rows) error { rows.Close(); return rows.Err() },
			`SELECT set_config('enable_seqscan', $1, true), set_config('enable_indexscan', $2, true)`, seq, index)
	}
	plan("off", "off")
	task.Rows(b, "looking for assets", pgx.RowToStructByName[Hit], func(list []Hit) {
		take(Hits{list[:min(len(list), MostHits)], len(list) > MostHits})
	}, `
		SELECT f.code, f.name, s.name AS section_name, f.place,
		       CASE WHEN lower(@whole) IN (lower(f.code), lower(normalize(f.own_number, NFKC))) THEN @number::int
		            WHEN starts_with(lower(normalize(f.name, NFKC)), lower(@whole)) THEN @begins::int
		            WHEN strpos(lower(normalize(f.name, NFKC)), lower(@whole)) > 0 THEN @in_title::int
		            ELSE @in_text::int END AS rank
		FROM (SELECT a.code, a.own_number, a.name, a.place, a.section_id, a.code_order FROM asset a
		      WHERE `+marksOf+` @@ (lower(@marks) || @facets)::tsquery AND (@everywhere OR a.section_id = ANY(@sections)) AND a.state `+life.Counts+`
		        AND NOT EXISTS (SELECT FROM unnest(@words::text[]) w WHERE strpos(a.search, lower(w)) = 0)
		      LIMIT @ranked) f JOIN section_shown s ON s.id = f.section_id
		ORDER BY rank, f.code_order LIMIT @most`,
		pgx.StrictNamedArgs{
			"whole": strings.Join(words, " "), "number": task.NumberEqual, "begins": task.BeginsWith, "in_title": task.InTitle, "in_text": task.InText,
			"marks": strings.Join(marks, " & "), "facets": facets, "everywhere": everywhere, "sections": sections, "words": words, "ranked": mostRanked, "most": MostHits + 1,
		})
	plan("on", "on")
}
