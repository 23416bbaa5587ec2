package find_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kagami/internal/asset"
	"kagami/internal/asset/find"
	"kagami/internal/authz"
)

// row is an asset as the plain way looks at it.
type row struct {
	Code, Name, Section, Zone string
	Kind                      string
	Confidentiality           int
	Checked                   int
	Number                    int
}

// rows are assets of both sections, whose names begin with few characters.
func (o office) rows() (all []row) {
	o.t.Helper()
	_, err := o.db.Pool.Exec(o.t.Context(), `
		INSERT INTO asset (code, section_id, kind, name, place, confidentiality, integrity, availability, ranks, personal, zone, registered_on, checked_on, state)
		SELECT s.code || '-' || lpad(i::text, 4, '0'), s.id, CASE WHEN i % 4 = 0 THEN 'paper' ELSE 'information' END,
		       CASE WHEN i % 90 = 0 THEN '名簿' WHEN i % 3 = 0 THEN '会議の資料' WHEN i % 3 = 1 THEN 'Ａ申請の記録' ELSE '相談の記録' END || i % 200, CASE i % 50 WHEN 0 THEN '会議室' ELSE '' END,
		       '2', '1', '1', ARRAY[10 * (i % 3), 10, 10], 'none', CASE i % 3 WHEN 0 THEN 'internet' WHEN 1 THEN 'lgwan' ELSE 'x' END, '2026-04-01',
		       CASE WHEN i % 5 > 0 THEN date '2026-04-01' + i % 5 END, 'registered'
		FROM generate_series(1, 600) AS i JOIN section_shown s ON s.code = CASE WHEN i % 7 = 0 THEN 'fukushi' ELSE 'zeimu' END`)
	if err != nil {
		o.t.Fatal(err)
	}
	for i := 1; i <= 600; i++ {
		r := row{Code: fmt.Sprintf("zeimu-%04d", i), Section: "zeimu", Number: i, Confidentiality: 10 * (i % 3), Kind: "information", Zone: []string{"internet", "lgwan", "x"}[i%3]}
		if i%7 == 0 {
			r.Code, r.Section = fmt.Sprintf("fukushi-%04d", i), "fukushi"
		}
		if i%4 == 0 {
			r.Kind = "paper"
		}
		r.Name = []string{"会議の資料", "Ａ申請の記録", "相談の記録"}[i%3]
		if i%90 == 0 {
			r.Name = "名簿"
		}
		r.Name += fmt.Sprint(i % 200)
		if r.Checked = -1; i%5 > 0 {
			r.Checked = i % 5
		}
		all = append(all, r)
	}
	return all
}

// Whichever way a list is found, it is what reading all of it and sorting it gives: pages
// that follow each other, how many there are, and nothing of another section.
func TestAListIsWhatReadingAllGives(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	all := o.rows()
	rapid.Check(t, func(t *rapid.T) {
		finding := o.Sampling(rapid.SampledFrom([]int{10, 100, 1000}).Draw(t, "counted"), rapid.SampledFrom([]int{10, 300, 1000, 9000}).Draw(t, "steps"),
			rapid.SampledFrom([]int{0, 50}).Draw(t, "often"), rapid.SampledFrom([]int{1, 50, 100}).Draw(t, "percent"), rapid.SampledFrom([]int{1, 8, 105, 150}).Draw(t, "end"))
		q := find.Search{
			Words:    rapid.SampledFrom([]string{"", "会", "会", "会議", "会議室", "記録", "資料 1", "a申", "簿", "1", "記録 会", "ない", "zeimu 会議"}).Draw(t, "words"),
			Sort:     rapid.SampledFrom([]find.Sort{find.ByConfidentiality, find.ByCode, find.ByName, find.ByZone, find.ByCheck}).Draw(t, "sort"),
			Kind:     asset.Kind(rapid.SampledFrom([]string{"", "paper"}).Draw(t, "kind")),
			Zone:     rapid.SampledFrom([]string{"", "x"}).Draw(t, "zone"),
			Backward: rapid.Bool().Draw(t, "backward"),
		}
		actor := rapid.SampledFrom([]authz.Actor{o.officer, o.tax}).Draw(t, "actor")
		o.compare(t, finding, actor, q, plainly(all, q, actor.Person == o.tax.Person))
	})
}

// A few stand before the first character of names with which most of what is found begins,
// and a few after it: none is left out, from either end.
func TestWhatStandsBeforeFrequentNamesIsListedFirst(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	all := o.rows()
	for _, steps := range []int{250, 1000} {
		for _, percent := range []int{50, 100} {
			for _, q := range []find.Search{{Words: "会", Sort: find.ByName}, {Words: "会", Sort: find.ByName, Backward: true}, {Words: "会", Sort: find.ByZone}, {Words: "会", Sort: find.ByConfidentiality, Backward: true}} {
				o.compare(t, o.Sampling(10, steps, 0, percent, 8), o.officer, q, plainly(all, q, false))
			}
		}
	}
}

// compare goes through all pages of a list.
func (o office) compare(t interface{ Fatalf(string, ...any) }, finding *find.Service, actor authz.Actor, q find.Search, want []string) {
	var got []string
	for {
		page, err := finding.List(o.t.Context(), actor, q)
		if err != nil {
			t.Fatalf("%v", err)
		}
		if !page.More && page.Count != len(want) || page.More && page.Count >= len(want) {
			t.Fatalf("%d counted, more: %t, of %d", page.Count, page.More, len(want))
		}
		for _, l := range page.Assets {
			got = append(got, l.Code)
		}
		if q.After = page.Next; page.Next == "" {
			break
		}
	}
	if !slices.Equal(got, want) {
		t.Fatalf("%d: %v\nwant %d: %v", len(got), got, len(want), want)
	}
}

// plainly reads all and sorts it.
func plainly(all []row, q find.Search, tax bool) (codes []string) {
	var found []row
	for _, r := range all {
		place := ""
		if r.Number%50 == 0 {
			place = "会議室"
		}
		text := strings.ToLower(r.Code + "\n" + strings.ReplaceAll(r.Name, "Ａ", "A") + "\n" + place)
		if tax && r.Section != "zeimu" || q.Kind != "" && string(q.Kind) != r.Kind || q.Zone != "" && q.Zone != r.Zone ||
			slices.ContainsFunc(strings.Fields(q.Words), func(w string) bool { return !strings.Contains(text, w) }) {
			continue
		}
		found = append(found, r)
	}
	zones := map[string]int{"lgwan": 1, "internet": 2, "x": 3}
	slices.SortFunc(found, func(a, b row) int {
		var by int
		switch q.Sort {
		case find.ByConfidentiality:
			by = cmp.Compare(b.Confidentiality, a.Confidentiality)
		case find.ByName:
			by = cmp.Compare(strings.ToLower(strings.ReplaceAll(a.Name, "Ａ", "A")), strings.ToLower(strings.ReplaceAll(b.Name, "Ａ", "A")))
		case find.ByZone:
			by = cmp.Compare(zones[a.Zone], zones[b.Zone])
		case find.ByCheck:
			by = cmp.Compare(a.Checked, b.Checked)
		}
		// numbers of as many digits, written with as many
		if by = cmp.Or(by, cmp.Compare(a.Section, b.Section), cmp.Compare(a.Number, b.Number)); q.Backward {
			return -by
		}
		return by
	})
	for _, r := range found {
		codes = append(codes, r.Code)
	}
	return codes
}
