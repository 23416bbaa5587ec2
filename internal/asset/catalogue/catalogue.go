// Package catalogue is what towns usually have: the standard catalogue from which a section
// starts its register, so that its 情報セキュリティ管理者 ticks and corrects rather than
// invents. It is an edition, with the town's own rows over it.
package catalogue

import (
	"cmp"
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"kagami/internal/asset"
	"kagami/internal/asset/level"
	"kagami/internal/calendar"
	"kagami/internal/edition"
	"kagami/internal/sheet/intake"
)

// Entry is an asset that towns usually have, with what is usual for it.
type Entry struct {
	Name            string
	Kind            asset.Kind
	Work            string   // 業務分類
	Words           []string // in the names of sections that have it; empty where every section has
	Confidentiality string
	Integrity       string
	Availability    string
	Personal        asset.Personal
	NumberWork      asset.NumberWork
	Zone            string
	Handling        []asset.Handling
}

// Details are what a register says of the entry, once a section has it.
func (e Entry) Details(registered calendar.Date) asset.Details {
	return asset.Details{
		Kind: e.Kind, Name: e.Name, Work: e.Work,
		Confidentiality: e.Confidentiality, Integrity: e.Integrity, Availability: e.Availability,
		Personal: e.Personal, NumberWork: e.NumberWork, Zone: e.Zone, Handling: slices.Clone(e.Handling), RegisteredOn: registered,
	}
}

// Entries are the standard catalogue.
var Entries = edition.New(edition.Kind{
	Name: "asset_catalogue", Title: "情報資産の標準目録",
	Help: "町によくある情報資産です。課室が情報資産台帳を作るときに、この中から選びます。分類や領域は目安で、登録するときに直せます。" +
		"「課室の語」は、その語が名前に入る課室に見せるもので、2つ以上のときは読点で区切ります。どの課室にもあるものは「すべて」と書きます。",
	Columns: []intake.Column{
		{Key: "name", Words: []string{"情報資産名"}, Needed: true},
		{Key: "kind", Words: []string{"種別"}, Needed: true},
		{Key: "work", Words: []string{"業務分類"}, Needed: true},
		{Key: "words", Words: []string{"課室の語"}, Needed: true},
		{Key: "confidentiality", Words: []string{"機密性"}, Needed: true},
		{Key: "integrity", Words: []string{"完全性"}, Needed: true},
		{Key: "availability", Words: []string{"可用性"}, Needed: true},
		{Key: "personal", Words: []string{"個人情報の有無"}, Needed: true},
		{Key: "number_work", Words: []string{"個人番号の事務"}, Needed: true},
		{Key: "zone", Words: []string{"領域"}, Needed: true},
		{Key: "handling", Words: []string{"取扱制限"}, Needed: true},
	},
	Key: entryKey, Fold: foldEntry, Show: showEntry, Whole: anyRows, MostOwn: 200, Shipped: []edition.Edition{shipped},
}, readEntry)

// The columns whose cells are read otherwise than as one line.
const (
	kindColumn       = 1
	wordsColumn      = 3
	levelsColumn     = 4 // and the two after it, in the order of aspects
	personalColumn   = 7
	numberWorkColumn = 8
	zoneColumn       = 9
	handlingColumn   = 10
)

const (
	maxName = 50
	maxWord = 20
	// everySection stands in the place of words where every section has an asset.
	everySection = "すべて"
)

func entryKey(typed string) (key, problem string) {
	return edition.LineOf("情報資産名", strings.Join(strings.Fields(typed), " "), maxName)
}

func foldEntry(cells []string) (edition.Row, string) {
	row := make(edition.Row, len(cells))
	for i, fold := range folds {
		cell, problem := fold(cells[i])
		if problem != "" {
			return nil, problem
		}
		row[i] = cell
	}
	switch personal, work := asset.Personal(row[personalColumn]), asset.NumberWork(row[numberWorkColumn]); {
	case personal == asset.MyNumberBorne && work == asset.NoNumberWork:
		return nil, "特定個人情報のときは、個人番号の事務に、利用事務か関係事務かを書いてください。"
	case personal != asset.MyNumberBorne && work != asset.NoNumberWork:
		return nil, "個人番号を使うものは、個人情報の有無を、特定個人情報にしてください。"
	}
	return row, ""
}

// folds read the cells of a row, in the order of columns.
var folds = []func(typed string) (cell, problem string){
	entryKey,
	func(typed string) (string, string) { return one(asset.Kinds, "種別", typed) },
	func(typed string) (string, string) { return edition.LineOf("業務分類", typed, maxName) },
	foldWords,
	func(typed string) (string, string) { return level.Key(asset.Confidentiality, typed) },
	func(typed string) (string, string) { return level.Key(asset.Integrity, typed) },
	func(typed string) (string, string) { return level.Key(asset.Availability, typed) },
	func(typed string) (string, string) { return one(asset.PersonalData, "個人情報の有無", typed) },
	func(typed string) (string, string) { return one(asset.NumberWorks, "個人番号の事務", typed) },
	level.ZoneKey,
	foldHandling,
}

// one reads a value of a closed list by its title, with or without what stands there in
// brackets, or as it is stored.
func one[T ~string](list []asset.Choice[T], what, typed string) (value, problem string) {
	folded := norm.NFKC.String(strings.TrimSpace(typed))
	titles := make([]string, len(list))
	for i, c := range list {
		whole := norm.NFKC.String(c.Title)
		title, _, _ := strings.Cut(whole, "(")
		if folded == whole || folded == title || folded == string(c.Value) {
			return string(c.Value), ""
		}
		titles[i] = c.Title
	}
	return "", fmt.Sprintf("%sの「%s」を読み取れません。%sのどれかを書いてください。", what, edition.Short(folded), strings.Join(titles, "、"))
}

func foldWords(typed string) (cell, problem string) {
	list := edition.Words(typed)
	for _, word := range list {
		switch {
		case word == everySection && len(list) > 1:
			return "", "課室の語は、「すべて」か、ほかの語だけかのどちらかにしてください。"
		case utf8.RuneCountInString(word) > maxWord:
			return "", fmt.Sprintf("課室の語「%s」が長すぎます。1つの語は、%d字までで書いてください。", edition.Short(word), maxWord)
		}
	}
	if len(list) == 0 {
		return "", "課室の語を書いてください。どの課室にもあるものは、「すべて」と書きます。"
	}
	return edition.LineOf("課室の語", strings.Join(list, " "), 200)
}

func foldHandling(typed string) (cell, problem string) {
	var list []string
	for _, word := range edition.Words(typed) {
		value, problem := one(asset.Handlings, "取扱制限", word)
		if problem != "" {
			return "", problem
		}
		if !slices.Contains(list, value) {
			list = append(list, value)
		}
	}
	return strings.Join(list, " "), ""
}

func showEntry(column int, cell string) string {
	switch column {
	case kindColumn:
		return asset.Kind(cell).Title()
	case wordsColumn:
		return strings.Join(strings.Fields(cell), "、")
	case personalColumn:
		return asset.Personal(cell).Title()
	case numberWorkColumn:
		return asset.NumberWork(cell).Title()
	case zoneColumn:
		return level.ZoneTitle(cell)
	case handlingColumn:
		titles := strings.Fields(cell)
		for i, h := range titles {
			titles[i] = asset.Handling(h).Title()
		}
		return strings.Join(titles, "、")
	}
	return cell
}

// anyRows takes any edition: a catalogue that lacks an asset offers it to nobody, and no
// more.
func anyRows([]edition.Row) string { return "" }

func readEntry(row edition.Row) Entry {
	e := Entry{
		Name: row[0], Kind: asset.Kind(row[kindColumn]), Work: row[2],
		Confidentiality: row[levelsColumn], Integrity: row[levelsColumn+1], Availability: row[levelsColumn+2],
		Personal: asset.Personal(row[personalColumn]), NumberWork: asset.NumberWork(row[numberWorkColumn]), Zone: row[zoneColumn],
	}
	if row[wordsColumn] != everySection {
		e.Words = strings.Fields(row[wordsColumn])
	}
	for _, h := range strings.Fields(row[handlingColumn]) {
		e.Handling = append(e.Handling, asset.Handling(h))
	}
	return e
}

// EntriesOn is what holds on a day.
func EntriesOn(values edition.Values, day calendar.Date) []Entry { return Entries.On(values, day) }

// For are the entries that a section of that name usually has, the likeliest first: those
// of the longest word that its name holds, and last those that every section has.
func For(entries []Entry, section string) []Entry {
	name := norm.NFKC.String(section)
	held := func(e Entry) (longest int) {
		for _, word := range e.Words {
			if strings.Contains(name, word) {
				longest = max(longest, utf8.RuneCountInString(word))
			}
		}
		return longest
	}
	list := slices.DeleteFunc(slices.Clone(entries), func(e Entry) bool { return len(e.Words) > 0 && held(e) == 0 })
	slices.SortStableFunc(list, func(x, y Entry) int {
		return cmp.Or(held(y)-held(x), cmp.Compare(x.Work, y.Work), cmp.Compare(x.Name, y.Name))
	})
	return list
}

//go:embed catalogue.csv
var usual string

// shipped is what comes with the portal.
var shipped = func() edition.Edition {
	e := edition.Edition{
		Name: "標準目録", Source: "このポータルの標準目録（分類は、総務省のガイドライン（令和6年10月2日）による目安）", First: calendar.NewDate(2024, time.October, 2),
	}
	for line := range strings.Lines(usual) {
		row, problem := foldEntry(strings.Split(strings.TrimRight(line, "\r\n"), ","))
		if problem != "" {
			panic(line + problem) // every start of a test finds it
		}
		e.Rows = append(e.Rows, row)
	}
	return e
}()
