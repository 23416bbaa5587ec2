package intake

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"kagami/internal/calendar"
	"kagami/internal/rights"
	"kagami/internal/rights/apart"
	"kagami/internal/sheet/intake"
)

// Line is a right in a plan.
type Line struct {
	Line   int    // in the file; 0 for what is in the ledger alone
	Code   string `json:",omitzero"` // of a right that is in the ledger
	Number string // 職員番号
	Name   string
	System string // its name
	What   string // what it lets do
	Login  string
	From   calendar.Date
	Until  calendar.Date `json:",omitzero"` // zero for no last day
	Why    string        `json:",omitzero"` // it is not taken in, or should be looked at
}

// plan is what taking a ledger in would do. What is wrong with a line is among the problems,
// and what that line would do is nowhere.
type plan struct {
	fresh     []Line // taken in
	left      []Line // not taken in, each with why
	clashing  []Line // taken in though one person should not have it beside another
	unchanged int
	problems  []intake.Problem
	entries   []rights.Entry // of fresh
	sections  []int64        // whose systems they are of
	matched   []int64        // the rights of the ledger that the file says
}

// digest tells plans apart by what they do.
func (p plan) digest() ([]byte, error) {
	h := sha256.New()
	if err := json.NewEncoder(h).Encode([]any{p.fresh, p.problems}); err != nil {
		return nil, fmt.Errorf("writing a plan: %w", err)
	}
	if _, err := fmt.Fprintf(h, "%+v", p.entries); err != nil {
		return nil, fmt.Errorf("writing a plan: %w", err)
	}
	return h.Sum(nil), nil
}

// person is somebody as a file may name them.
type person struct {
	ID           int64
	Number, Name string
	Sections     []int64 // where they work today, the first first; 0 for a post of none; empty for who works nowhere
}

// system is a system as a file may name it.
type system struct {
	ID          int64
	Code, Name  string
	Section     int64
	SectionName string
	Counts      bool
	Everywhere  bool
}

// held is a right of the ledger that is asked for or permitted.
type held struct {
	ID             int64
	Code           string
	Person, System int64
	Kind           rights.Kind
	Grade, Login   string
	Outsider       string
	Purpose        string
	From, Until    calendar.Date
	Confirmed      calendar.Date
	Asked          bool
}

// ended is a right of the ledger that has ended, and when.
type ended struct {
	Code           string
	Person, System int64
	Kind           rights.Kind
	Grade, Login   string
	On             calendar.Date // the first day without it
}

// use is somebody's use of a system.
type use struct{ person, system int64 }

// state is the ledger as far as a file touches it.
type state struct {
	today    calendar.Date
	actor    int64
	people   []person
	sections map[string][]int64 // by folded names and codes
	systems  []system
	may      func(section int64) bool // the actor takes in what is of its systems
	held     []held                   // of the people and the systems that the file names, as far as the actor may see them
	ended    []ended                  // the same, of what has ended, the last last
	barred   map[use]bool             // what can be had again by a reinstatement alone
	barredBy map[int64]bool           // the same, of all systems
	rules    []apart.Rule
}

// once is by what a right is told from another one of the ledger.
type once struct {
	use
	kind         rights.Kind
	grade, login string
}

// names are the people and systems of a file, as far as they can be told.
type names struct {
	byNumber map[string]int
	byName   map[string][]int
	byCode   map[string]int
	byTitle  map[string][]int
}

func namesOf(people []person, systems []system) names {
	n := names{map[string]int{}, map[string][]int{}, map[string]int{}, map[string][]int{}}
	for i, p := range people {
		n.byNumber[strings.ToLower(p.Number)] = i
		n.byName[fold(p.Name)] = append(n.byName[fold(p.Name)], i)
	}
	for i, y := range systems {
		n.byCode[strings.ToLower(y.Code)] = i
		n.byTitle[fold(y.Name)] = append(n.byTitle[fold(y.Name)], i)
	}
	return n
}

// who finds the person of a line; a sentence where there is no telling.
func (n names) who(s state, r row) (at int, c column, problem string) {
	if r.number != "" {
		at, known := n.byNumber[strings.ToLower(r.number)]
		switch {
		case !known:
			return -1, numberColumn, "この職員番号の職員は、登録されていません。番号を確かめてください。退職した人の行は、消してください。"
		case r.name != "" && fold(r.name) != fold(s.people[at].Name):
			return -1, numberColumn, fmt.Sprintf("この職員番号の人は「%s」です。職員番号か利用者の、違うほうを直してください。", s.people[at].Name)
		}
		return at, 0, ""
	}
	if r.name == "" {
		return -1, 0, ""
	}
	list := n.byName[fold(r.name)]
	if len(list) > 1 {
		places := s.sections[fold(r.section)]
		working := slices.DeleteFunc(slices.Clone(list), func(i int) bool {
			if r.section == "" {
				return len(s.people[i].Sections) == 0
			}
			return !slices.ContainsFunc(places, func(id int64) bool { return slices.Contains(s.people[i].Sections, id) })
		})
		if len(working) != 1 {
			return -1, personColumn, "同じ氏名の職員が、ほかにもいます。「職員番号」の列に、職員番号を入力してください。"
		}
		list = working
	}
	if len(list) == 0 {
		return -1, personColumn, "この氏名の職員は、登録されていません。氏名を確かめるか、職員番号を入力してください。職員でない人の行は、利用者を責任を持つ職員にし、「" + outsiderColumn.title() + "」の列に会社名と氏名を書いてください。"
	}
	return list[0], 0, ""
}

// which finds the system of a line; a sentence where there is no telling. Where it is not the
// actor's to take in, there is both.
func (n names) which(s state, r row) (at int, c column, problem string) {
	switch {
	case r.code != "":
		known := false
		if at, known = n.byCode[strings.ToLower(r.code)]; !known {
			return -1, codeColumn, "この管理番号のシステムは、情報資産台帳にありません。番号を確かめるか、先に、情報資産台帳に登録してください。"
		}
		if r.system != "" && fold(r.system) != fold(s.systems[at].Name) {
			return -1, codeColumn, fmt.Sprintf("この管理番号のシステムは「%s」です。管理番号かシステムの、違うほうを直してください。", s.systems[at].Name)
		}
		c = codeColumn
	case r.system != "":
		list := n.byTitle[fold(r.system)]
		if len(list) > 1 {
			list = slices.DeleteFunc(slices.Clone(list), func(i int) bool { return !s.systems[i].Counts || !s.may(s.systems[i].Section) })
		}
		switch {
		case len(n.byTitle[fold(r.system)]) == 0:
			return -1, systemColumn, "この名前のシステムは、情報資産台帳にありません。名前を台帳のとおりにするか、「管理番号」の列に管理番号を入力してください。"
		case len(list) != 1:
			return -1, systemColumn, "同じ名前のシステムが、ほかにもあります。「管理番号」の列に、管理番号を入力してください。"
		}
		at, c = list[0], systemColumn
	default:
		return -1, 0, ""
	}
	if y := s.systems[at]; !s.may(y.Section) {
		return at, c, fmt.Sprintf("「%s」は%sのシステムです。あなたは、自分の課のシステムの行だけを取り込めます。この行を除いて、%sに渡してください。", y.Name, y.SectionName, y.SectionName)
	}
	return at, c, ""
}

// makePlan plans what a file says.
func makePlan(s state, f file) plan {
	p := plan{problems: slices.Clone(f.problems)}
	n := namesOf(s.people, s.systems)
	there, beside, lines := map[once]held{}, map[use]*apart.Company{}, map[once]int{}
	codes := map[int64]string{}
	for _, y := range s.systems {
		codes[y.ID] = y.Code
	}
	company := func(at use) *apart.Company {
		if beside[at] == nil {
			beside[at] = apart.NewCompany(s.rules)
		}
		return beside[at]
	}
	for _, h := range s.held {
		at := use{h.Person, h.System}
		there[once{at, h.Kind, oneLine(h.Grade), oneLine(h.Login)}] = h
		company(at).Add(apart.Right{Number: rights.Number(h.Code), System: codes[h.System], User: h.Outsider, Kind: h.Kind.Title(), Grade: h.Grade})
	}
	gone := map[once]ended{}
	for _, e := range s.ended {
		gone[once{use{e.Person, e.System}, e.Kind, oneLine(e.Grade), oneLine(e.Login)}] = e
	}
	for _, r := range f.rows {
		faulty := f.faulty[r.line]
		wrong := func(c column, reason string) {
			p.problems, faulty = append(p.problems, intake.Problem{Line: r.line, Column: c.title(), Reason: reason}), true
		}
		who, c, problem := n.who(s, r)
		if problem != "" {
			wrong(c, problem)
		}
		which, at, notTheirs := n.which(s, r)
		if notTheirs != "" && which < 0 {
			wrong(at, notTheirs)
		}
		if who < 0 || which < 0 || r.details.Kind == "" {
			if which >= 0 && notTheirs != "" {
				wrong(at, notTheirs)
			}
			continue
		}
		someone, y := s.people[who], s.systems[which]
		key := once{use{someone.ID, y.ID}, r.details.Kind, r.details.Grade, r.details.Login}
		if first := lines[key]; first > 0 {
			wrong(personColumn, fmt.Sprintf("%d行目と、利用者・システム・区分・権限・利用者IDが同じです。どちらかの行を消してください。", first))
			continue
		}
		lines[key] = r.line
		line := Line{
			Line: r.line, Number: someone.Number, Name: someone.Name, System: y.Name, What: r.details.Words(), Login: r.details.Login, From: r.details.From, Until: r.details.Until,
		}
		if h, is := there[key]; is {
			if p.matched = append(p.matched, h.ID); faulty {
				continue
			}
			line.Code, line.Why = h.Code, h.differs(r)
			if line.Why == "" {
				p.unchanged++
			} else {
				p.left = append(p.left, line)
			}
			continue
		}
		if notTheirs != "" {
			wrong(at, notTheirs)
			continue
		}
		switch e, is := gone[key]; {
		case r.over:
			line.Why = "終了日を過ぎています。"
		case is && r.details.From.Before(e.On):
			// an older file than that end: whoever ended it has the last word
			line.Code, line.Why = e.Code, calendar.Wareki(e.On)+"に終わっています。また要るときは、申請して許可を受けてください。"
		case r.details.From.After(s.today):
			line.Why = "開始日が、今日より後です。これから使うものは、申請して許可を受けてください。"
		}
		if line.Why != "" {
			if !faulty {
				p.left = append(p.left, line)
			}
			continue
		}
		section, problem := placeOf(s, r, someone, y)
		switch {
		case !y.Counts:
			wrong(at, fmt.Sprintf("「%s」は、もう使われていません。この行を消すか、システムを直してください。", y.Name))
		case len(someone.Sections) == 0:
			wrong(personsColumn(r), fmt.Sprintf("%sさんは、いま職に就いていません。この行を消すか、先に、体制で職に就けてください。", someone.Name))
		case problem != "":
			wrong(sectionColumn, problem)
		case s.barred[key.use] || s.barredBy[someone.ID]:
			wrong(personsColumn(r), "この人の、このシステムの利用権限は、いま取り込めません。この行を除いて、総務課（統括情報セキュリティ責任者）に相談してください。")
		}
		if faulty {
			continue
		}
		if someone.ID == s.actor {
			line.Why = "あなた自身の利用権限です。ほかの人に取り込んでもらうか、申請してください。"
			p.left = append(p.left, line)
			continue
		}
		right := apart.Right{Number: fmt.Sprintf("%d行目", r.line), System: y.Code, User: r.details.Outsider, Kind: r.details.Kind.Title(), Grade: r.details.Grade}
		if rule, other, clash := company(key.use).Clash(right); clash {
			meets := line
			meets.Why = rule.Title() + "は、同じ人が持てない決まりです（" + rule.Clause + "）。" + other.Number + "と、両方あります。" + rule.Sentence
			p.clashing = append(p.clashing, meets)
		}
		company(key.use).Add(right)
		p.fresh = append(p.fresh, line)
		p.entries = append(p.entries, rights.Entry{Details: r.details, Person: someone.ID, System: y.ID, Section: section, Confirmed: r.confirmed})
		if !slices.Contains(p.sections, y.Section) {
			p.sections = append(p.sections, y.Section)
		}
	}
	slices.SortStableFunc(p.problems, func(a, b intake.Problem) int { return a.Line - b.Line })
	return p
}

// personsColumn is the column by which a line names its person.
func personsColumn(r row) column {
	if r.number != "" {
		return numberColumn
	}
	return personColumn
}

// placeOf is the section in whose work a right is used; 0 for one that goes along.
func placeOf(s state, r row, p person, y system) (section int64, problem string) {
	switch {
	case len(p.Sections) == 0:
		return 0, ""
	case r.section == "":
		section = p.Sections[0]
	default:
		named := s.sections[fold(r.section)]
		if len(named) == 0 {
			return 0, "この課室は、「体制」にありません。課室の名前かコードを直すか、空けておいてください。"
		}
		i := slices.IndexFunc(p.Sections, func(id int64) bool { return slices.Contains(named, id) })
		if i < 0 {
			return 0, fmt.Sprintf("%sさんは、いまこの課室で働いていません。いまの課室に直すか、空けておいてください。", p.Name)
		}
		section = p.Sections[i]
	}
	if y.Everywhere {
		return 0, ""
	}
	return section, ""
}

// differs says in what a line says something else than the ledger, which it does not change;
// empty where it is the same.
func (h held) differs(r row) string {
	var fields []string
	for _, f := range []struct {
		c    column
		same bool
	}{
		{purposeColumn, oneLine(h.Purpose) == r.details.Purpose}, {outsiderColumn, oneLine(h.Outsider) == r.details.Outsider}, {fromColumn, h.From == r.details.From},
		{untilColumn, h.Until == r.details.Until}, {confirmedColumn, r.confirmed.IsZero() || h.Confirmed == r.confirmed},
	} {
		if !f.same {
			fields = append(fields, "「"+f.c.title()+"」")
		}
	}
	switch {
	case len(fields) == 0:
		return ""
	case h.Asked:
		return "申請中です。" + strings.Join(fields, "") + "が違います。先に、許可するかどうかを決めてください。"
	}
	return strings.Join(fields, "") + "が台帳と違います。台帳は変えません。変えるときは、終了させて、改めて申請します。"
}
