package intake

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"kagami/internal/fault"
)

// Heading is a heading of a file, and as which column it is read.
type Heading struct {
	At       int      // in the file, from 0
	Key      string   // the heading as it is compared; of two alike the second has a 2 after a blank
	Text     string   // the heading in one line
	Samples  []string // what stands below it
	Column   string   // the column's key; empty where it is not read
	Answered bool     // by somebody, and not by its words
	Unsure   bool     // somebody must settle it; the column is then what it may be, if anything
}

// Sure tells whether the heading stands for a column without a doubt.
func (h Heading) Sure() bool { return h.Column != "" && !h.Unsure }

// Answers are what somebody has settled: the columns' keys by the headings', empty
// for a heading that is not read.
type Answers map[string]string

// headings reads a row as headings; blank ones are none.
func (t Table) headings(cells []string, answers Answers) []Heading {
	var list []Heading
	times := map[string]int{}
	for i, cell := range cells {
		key := Fold(cell)
		if key == "" {
			continue
		}
		if times[key]++; times[key] > 1 {
			key = fmt.Sprintf("%s %d", key, times[key])
		}
		list = append(list, Heading{At: i, Key: key, Text: oneLine(cell, longestHeading)})
	}
	t.match(list, answers)
	return list
}

// match finds the column of each heading: by an answer, by a word for it, or
// unsurely by a part of one. Of two that stand for the same column neither is sure.
func (t Table) match(list []Heading, answers Answers) {
	claims := map[string]int{}
	for i := range list {
		h := &list[i]
		answer, answered := answers[h.Key]
		switch {
		case answered && (answer == "" || t.index(answer) >= 0):
			h.Column, h.Answered = answer, true
		default:
			h.Column = t.byWord(h.word())
		}
		claims[h.Column]++
	}
	var near []*Heading
	for i := range list {
		h := &list[i]
		switch {
		case h.Column == "" && !h.Answered:
			near = append(near, h)
		case h.Column != "" && claims[h.Column] > 1 && !t.isNote(h.Column):
			h.Unsure = true
		}
	}
	suggested := map[string]int{}
	for _, h := range near {
		h.Column, h.Unsure = t.nearWord(h.word(), func(c Column) bool { return claims[c.Key] == 0 })
		suggested[h.Column]++
	}
	for _, h := range near {
		if suggested[h.Column] > 1 { // which of them it is, nothing says
			h.Column = ""
		}
	}
}

// word is the heading without its number among those alike.
func (h Heading) word() string {
	word, _, _ := strings.Cut(h.Key, " ")
	return word
}

func (t Table) isNote(key string) bool {
	i := t.index(key)
	return i >= 0 && t.Columns[i].Note
}

// byWord is the column that has such a word; empty for none.
func (t Table) byWord(word string) string {
	for _, c := range t.Columns {
		if slices.ContainsFunc(c.Words, func(w string) bool { return Fold(w) == word }) {
			return c.Key
		}
	}
	return ""
}

// nearWord is the column that a heading may be meant for, by the longest part that
// it has in common with a word: one within the other, of two letters or more. It may
// be meant for one where there is no telling which. One for notes is not asked for.
func (t Table) nearWord(heading string, free func(Column) bool) (column string, unsure bool) {
	longest, found := 1, Column{}
	for _, c := range t.Columns {
		if !c.Note && !free(c) {
			continue
		}
		common := 0
		for _, w := range c.Words {
			switch w = Fold(w); {
			case strings.Contains(heading, w):
				common = max(common, utf8.RuneCountInString(w))
			case strings.Contains(w, heading):
				common = max(common, utf8.RuneCountInString(heading))
			}
		}
		switch {
		case common > longest:
			longest, found, unsure = common, c, !c.Note
		case common == longest && common > 1:
			found, unsure = Column{}, true
		}
	}
	if found.Note {
		return "", false
	}
	return found.Key, unsure
}

// Reading is how the headings of a file are read.
type Reading struct {
	Headings []Heading
	table    Table
}

// Reading is how a file with such headings is read.
func (t Table) Reading(headings []Heading) Reading { return Reading{Headings: headings, table: t} }

// Unsettled tells whether somebody must settle a heading.
func (r Reading) Unsettled() bool {
	return slices.ContainsFunc(r.Headings, func(h Heading) bool { return h.Unsure }) || len(r.table.missing(r.Headings)) > 0
}

// Guessed tells whether a row was taken for the headings though too few of its words are
// known.
func (r Reading) Guessed() bool { return !r.table.isHead(r.Headings) }

// Missing are the names of the columns without which the file is not taken in, and
// that none of its headings surely stands for.
func (r Reading) Missing() []string {
	var names []string
	for _, c := range r.table.missing(r.Headings) {
		names = append(names, c.Name())
	}
	return names
}

// Learned are the headings that are read otherwise than their own words say, because
// somebody has said so.
func (r Reading) Learned() []Heading {
	byWords := make([]Heading, len(r.Headings))
	for i, h := range r.Headings {
		byWords[i].Key = h.Key
	}
	r.table.match(byWords, nil)
	var list []Heading
	for i, h := range r.Headings {
		if h.Answered && (byWords[i].Unsure || byWords[i].Column != h.Column) {
			list = append(list, h)
		}
	}
	return list
}

// Columns are what a heading can be read as.
func (r Reading) Columns() []Column {
	return slices.DeleteFunc(slices.Clone(r.table.Columns), func(c Column) bool { return c.Note })
}

// Name is the name of the column as which a heading is read; empty for none.
func (r Reading) Name(h Heading) string { return r.table.Name(h.Column) }

// Suggested is what a heading would be chosen to be: a column's key, NotRead, or
// nothing where there is no telling: as long as a column is missing, it may be any of the
// headings that say nothing.
func (r Reading) Suggested(h Heading) string {
	switch {
	case h.Column == "" && !h.Unsure && !h.Answered && len(r.table.missing(r.Headings)) > 0:
		return ""
	case !h.Unsure && (h.Column == "" || r.table.isNote(h.Column)):
		return NotRead
	case h.Unsure && slices.ContainsFunc(r.Headings, func(other Heading) bool { return other.At != h.At && other.Column == h.Column }):
		return ""
	}
	return h.Column
}

// Ignored are the headings that are not read, but for those of notes.
func (r Reading) Ignored() []string {
	var list []string
	for _, h := range r.Headings {
		if h.Column == "" {
			list = append(list, h.Text)
		}
	}
	return list
}

// ByAnswers tells whether anybody's answers went into the reading.
func (r Reading) ByAnswers() bool {
	return slices.ContainsFunc(r.Headings, func(h Heading) bool { return h.Answered })
}

// canBeSettled tells whether there is anything to choose that would settle it: a
// column that is missing may be one of those that are not read.
func (r Reading) canBeSettled() bool {
	return slices.ContainsFunc(r.Headings, func(h Heading) bool { return h.Unsure || h.Column == "" })
}

// problems say what is wrong with the headings, to whoever can only change the file.
func (r Reading) problems() []fault.Problem {
	var list []fault.Problem
	wrong := func(format string, a ...any) {
		list = append(list, fault.Problem{Field: "file", Message: fmt.Sprintf(format, a...)})
	}
	claims := map[string]int{}
	for _, h := range r.Headings {
		if h.Unsure && h.Column != "" {
			claims[h.Column]++
		}
	}
	for _, c := range r.table.missing(r.Headings) {
		if claims[c.Key] == 0 {
			wrong("「%s」の列がありません。見出しの行に「%s」を加えて、選び直してください。", c.Name(), c.Name())
		}
	}
	for _, h := range r.Headings {
		name := r.table.Name(h.Column)
		switch {
		case !h.Unsure:
		case name == "":
			wrong("「%s」という見出しを、どの列として読むか分かりません。ひな形の見出しに直すか、その列を消して、選び直してください。", h.Text)
		case claims[h.Column] == 1:
			wrong("「%s」という見出しが、「%s」のことか分かりません。そうなら見出しを「%s」に直し、違うなら列を消して、選び直してください。", h.Text, name, name)
		case claims[h.Column] > 1:
			wrong("「%s」の列が二つあります（同じ意味の見出しも数えます）。使わない列を消して、選び直してください。", h.Text)
		}
	}
	return list
}

// Field is the name of a heading's field in a form.
func (h Heading) Field() string { return fmt.Sprintf("column-%d", h.At) }

// NotRead is what is chosen for a heading that is not to be read.
const NotRead = "-"

// Settle reads the headings as somebody has chosen: the columns' keys, or NotRead,
// by the headings' fields. Invalid, with the headings as they were chosen, where one
// is left out, two stand for one column, or one that is needed is missing.
func (t Table) Settle(headings []Heading, chosen func(field string) string) ([]Heading, error) {
	list := slices.Clone(headings)
	var problems []fault.Problem
	first := map[string]string{}
	for i := range list {
		h := &list[i]
		choice := chosen(h.Field())
		h.Column, h.Answered, h.Unsure = choice, true, false
		name := t.Name(choice)
		switch {
		case choice == NotRead:
			if h.Column = t.byWord(h.word()); !t.isNote(h.Column) {
				h.Column = ""
			}
		case name == "":
			h.Column, h.Unsure = "", true
			problems = append(problems, fault.Problem{Field: h.Field(), Message: fmt.Sprintf("「%s」をどの列として読むか、選んでください。使わない列は「読まない」にします。", h.Text)})
		case first[choice] != "" && !t.isNote(choice):
			problems = append(problems, fault.Problem{Field: h.Field(), Message: fmt.Sprintf("「%s」は、「%s」にも選んでいます。どちらかを「読まない」にしてください。", name, first[choice])})
		default:
			first[choice] = h.Text
		}
	}
	for _, c := range t.missing(list) {
		problems = append(problems, fault.Problem{Message: fmt.Sprintf("「%s」として読む見出しを選んでください。ないときは、ファイルに「%s」の列を加えて、選び直してください。", c.Name(), c.Name())})
	}
	return list, fault.InvalidFields(problems)
}

// AnswersOf are the answers that settled headings give.
func AnswersOf(headings []Heading) Answers {
	answers := make(Answers, len(headings))
	for _, h := range headings {
		answers[h.Key] = h.Column
	}
	return answers
}
