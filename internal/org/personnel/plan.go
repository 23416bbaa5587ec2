package personnel

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/org"
)

// Choices is what a person decides about a personnel file.
type Choices struct {
	// Whole says that the file lists everybody: whoever is not in it leaves on
	// the file's day.
	Whole bool
}

// Plan is what taking a personnel file in would do.
type Plan struct {
	From      calendar.Date // the first day on which somebody's posts change; zero for none
	Added     []Line        // appointments that begin
	Changed   []Line        // people whose name or the like changes, appointments whose days do
	Ended     []Line        // appointments that end, or are taken back before they begin
	NewPeople int
	NewPosts  int
	Unchanged int // rows that say what is so already
	Problems  []Problem
	Notes     []Problem // what somebody should look at and the file does not change
	Ignored   []string  // headings of columns that are not read

	changes org.Changes
}

// Line is one thing that a plan does.
type Line struct {
	Line        int `json:",omitzero"` // in the file; 0 for what is not in it
	StaffNumber string
	Name        string
	Post        string        `json:",omitzero"` // with its section; empty for a change of the person
	First       calendar.Date `json:",omitzero"`
	Last        calendar.Date `json:",omitzero"` // zero: until further notice
	Change      string        `json:",omitzero"` // what is different, of a Changed line
	NewPerson   bool          `json:",omitzero"`
	NewPost     bool          `json:",omitzero"`
	Withdrawn   bool          `json:",omitzero"` // taken back before it began
}

// Empty tells whether there is nothing to do.
func (p Plan) Empty() bool { return len(p.Added)+len(p.Changed)+len(p.Ended) == 0 }

// held is an appointment as it is and as it is to be, with what the file says of
// it.
type held struct {
	org.AppointmentChange
	line   int // the row that says so; 0 for none
	listed bool
}

// meet tells whether two appointments have a day in common.
func meet(a, b org.Appointment) bool {
	return (b.Last.IsZero() || !a.First.After(b.Last)) && (a.Last.IsZero() || !b.First.After(a.Last))
}

// planner makes a plan.
type planner struct {
	state
	plan Plan
	on   calendar.Date // the first day of the file from today on; zero for none

	byNumber      map[string]int
	sectionByCode map[string]int
	sectionByName map[string][]int
	sectionByID   map[int64]int
	postByTitle   map[postKey]int
	single        map[string]bool // by folded title: whether such posts have one holder
	isNewPost     map[int]bool
	held          []*held
	byPerson      map[int][]*held
	inFile        map[int]bool
	faulty        map[int]bool // who has a row that is wrong, so that their rows are not all planned
	firstLine     map[int]int  // of a person in the file
}

// postKey is a post by its section's id and its folded title.
type postKey struct {
	section int64
	title   string
}

// makePlan says what taking a file in would do to a state: a pure function,
// so that the same file on the same state always does the same.
//
// A person in the file holds the posts of their rows, each from its day on.
// Their other appointments that are in force on the first of those days end on
// the day before. 職務代理 is not in such files and stays as it is. With
// choices.Whole whoever is not in the file leaves on the file's day.
func makePlan(state state, file File, choices Choices) Plan {
	p := newPlanner(state, file)
	var order []int
	rows := map[int][]Row{}
	for _, row := range file.Rows {
		person := p.person(row)
		if rows[person] == nil {
			order = append(order, person)
			p.firstLine[person] = row.Line
		}
		p.inFile[person] = true
		rows[person] = append(rows[person], row)
	}
	for _, number := range file.Numbers {
		if i, known := p.byNumber[strings.ToLower(number)]; known {
			p.inFile[i], p.faulty[i] = true, true
		}
	}
	for _, person := range order {
		slices.SortStableFunc(rows[person], func(a, b Row) int { return a.First.Compare(b.First) })
		p.planPerson(person, rows[person])
	}
	if choices.Whole {
		p.planMissing()
	}
	p.checkEmails()
	p.checkOverlaps()
	p.checkOwn()
	p.checkAdministrators()
	p.noteGrants()
	return p.finish(file)
}

func newPlanner(state state, file File) *planner {
	state.people, state.posts = slices.Clone(state.people), slices.Clone(state.posts)
	p := &planner{
		state:         state,
		byNumber:      make(map[string]int, len(state.people)),
		sectionByCode: make(map[string]int, len(state.sections)),
		sectionByName: make(map[string][]int, len(state.sections)),
		sectionByID:   make(map[int64]int, len(state.sections)),
		postByTitle:   make(map[postKey]int, 2*len(state.posts)),
		single:        map[string]bool{},
		isNewPost:     map[int]bool{},
		byPerson:      make(map[int][]*held, len(state.people)),
		inFile:        map[int]bool{},
		faulty:        map[int]bool{},
		firstLine:     map[int]int{},
	}
	byID := make(map[int64]int, len(state.people))
	for i, person := range p.people {
		p.byNumber[strings.ToLower(person.StaffNumber)] = i
		byID[person.ID] = i
	}
	for i, section := range p.sections {
		p.sectionByCode[section.Code] = i
		p.sectionByID[section.ID] = i
		key := foldKey(section.Name)
		p.sectionByName[key] = append(p.sectionByName[key], i)
	}
	postByID := make(map[int64]int, len(p.posts))
	for i, post := range p.posts {
		postByID[post.ID] = i
		p.nameShort(i)
		title := foldKey(post.Title)
		single, seen := p.single[title]
		p.single[title] = post.SingleHolder && (single || !seen)
	}
	for i, post := range p.posts { // a post's own title goes before another's whole name
		p.postByTitle[postKey{post.Section, foldKey(post.Title)}] = i
	}
	for _, a := range state.appointments {
		p.hold(&held{AppointmentChange: org.AppointmentChange{Appointment: a, Was: a, PersonAt: byID[a.Person], PostAt: postByID[a.Post]}})
	}
	for _, row := range file.Rows {
		if !row.First.Before(p.today) && (p.on.IsZero() || row.First.Before(p.on)) {
			p.on = row.First
		}
	}
	return p
}

func (p *planner) hold(h *held) {
	p.held = append(p.held, h)
	p.byPerson[h.PersonAt] = append(p.byPerson[h.PersonAt], h)
}

// nameShort lets a post be found by what it is called with its section, too:
// 税務町民課長 is 課長 of 税務町民課.
func (p *planner) nameShort(post int) {
	key := postKey{p.posts[post].Section, foldKey(p.postName(post))}
	if _, taken := p.postByTitle[key]; !taken {
		p.postByTitle[key] = post
	}
}

func (p *planner) postName(post int) string {
	section := ""
	if id := p.posts[post].Section; id != 0 {
		section = p.sections[p.sectionByID[id]].Name
	}
	return authz.PostName(section, p.posts[post].Title)
}

func (p *planner) wrong(line int, c column, reason string) {
	p.plan.Problems = append(p.plan.Problems, Problem{line, headings[c][0], reason})
}

// person finds a row's person, who is new if nobody has that number.
func (p *planner) person(row Row) int {
	key := strings.ToLower(row.StaffNumber)
	i, known := p.byNumber[key]
	if !known {
		i = len(p.people)
		p.people = append(p.people, org.Person{StaffNumber: row.StaffNumber})
		p.byNumber[key] = i
	}
	return i
}

// planPerson plans what the rows of one person say, which are in the order of
// their days.
func (p *planner) planPerson(person int, rows []Row) {
	p.planFields(person, rows)
	var mine []*held // what the rows say, for telling rows that say the same
	for _, row := range rows {
		post, ok := p.post(row)
		if !ok {
			continue
		}
		said := org.Appointment{First: row.First, Last: row.Last}
		again := slices.IndexFunc(mine, func(h *held) bool { return h.PostAt == post && meet(h.Appointment, said) })
		if again >= 0 {
			p.wrong(row.Line, titleColumn, fmt.Sprintf("%d行目と同じ人の同じ職で、期間が重なっています。どちらかの行を消すか、終了日を入力してください。", mine[again].line))
			continue
		}
		mine = append(mine, &held{AppointmentChange: org.AppointmentChange{Appointment: said, PostAt: post}, line: row.Line})
		p.planRow(person, post, row)
	}
	if len(mine) < len(rows) || p.faulty[person] {
		p.faulty[person] = true
		return
	}
	p.endUnlisted(person, rows)
}

// planFields plans a person's name and the like.
func (p *planner) planFields(person int, rows []Row) {
	now := &p.people[person]
	said := org.Person{}
	for _, row := range rows {
		for _, f := range []struct {
			c         column
			said, row *string
		}{
			{nameColumn, &said.Name, &row.Name}, {furiganaColumn, &said.Furigana, &row.Furigana},
			{emailColumn, &said.Email, &row.Email}, {kindColumn, (*string)(&said.Kind), (*string)(&row.Kind)},
		} {
			switch {
			case *f.said == "":
				*f.said = *f.row
			case *f.row != "" && foldKey(*f.row) != foldKey(*f.said):
				p.wrong(row.Line, f.c, fmt.Sprintf("同じ職員番号の%d行目と違います。職員番号が正しいか確かめ、同じ人なら同じ内容にしてください。", rows[0].Line))
			}
		}
	}
	if now.ID == 0 {
		if said.Furigana == "" {
			p.wrong(rows[0].Line, furiganaColumn, "新しい職員です。フリガナを入力してください。")
		}
		number := now.StaffNumber
		*now = said
		now.StaffNumber = number
		*now = now.Folded()
		p.plan.changes.NewPeople = append(p.plan.changes.NewPeople, person)
		return
	}
	var changes []string
	change := func(c column, was *string, is, shownWas, shownIs string) {
		if is == "" || foldKey(is) == foldKey(*was) {
			return
		}
		if shownWas == "" {
			shownWas = "なし"
		}
		changes = append(changes, fmt.Sprintf("%s：%s → %s", headings[c][0], shownWas, shownIs))
		*was = is
		if c == emailColumn {
			p.plan.changes.Emails = append(p.plan.changes.Emails, person)
		}
	}
	name := now.Name
	change(nameColumn, &now.Name, said.Name, now.Name, said.Name)
	change(furiganaColumn, &now.Furigana, said.Furigana, now.Furigana, said.Furigana)
	change(emailColumn, &now.Email, said.Email, now.Email, said.Email)
	change(kindColumn, (*string)(&now.Kind), string(said.Kind), now.Kind.Title(), said.Kind.Title())
	if changes != nil {
		p.plan.changes.ChangedPeople = append(p.plan.changes.ChangedPeople, person)
		p.plan.Changed = append(p.plan.Changed, Line{Line: rows[0].Line, StaffNumber: now.StaffNumber, Name: name, Change: strings.Join(changes, "、")})
	}
}

// post finds a row's post, which is new if its section has none of that title;
// false, and a problem, where there is no such section.
func (p *planner) post(row Row) (int, bool) {
	section, ok := p.section(row)
	if !ok {
		return 0, false
	}
	id := int64(0)
	if section >= 0 {
		id = p.sections[section].ID
	}
	key := postKey{id, foldKey(row.Title)}
	if i, known := p.postByTitle[key]; known {
		return i, true
	}
	if section < 0 {
		p.wrong(row.Line, sectionColumn, fmt.Sprintf("課室が空です。課室に属さない職に「%s」はありません。課室を入力してください。", row.Title))
		return 0, false
	}
	i := len(p.posts)
	p.posts = append(p.posts, org.Post{Section: id, Title: org.OneLine(row.Title), SingleHolder: p.single[key.title]})
	p.postByTitle[key] = i
	p.isNewPost[i] = true
	p.plan.changes.NewPosts = append(p.plan.changes.NewPosts, i)
	return i, true
}

// section finds a row's section, -1 for none said; false, and a problem, where
// there is no such section.
func (p *planner) section(row Row) (int, bool) {
	named := p.sectionByName[foldKey(row.SectionName)]
	named = slices.DeleteFunc(slices.Clone(named), func(i int) bool { return len(named) > 1 && !p.sections[i].On(row.First) })
	if row.SectionCode != "" {
		i, known := p.sectionByCode[row.SectionCode]
		switch {
		case !known:
			p.wrong(row.Line, sectionCodeColumn, fmt.Sprintf("課室コード「%s」の課室は登録されていません。コードを直すか、先に「体制」で課室を加えてください。", row.SectionCode))
			return 0, false
		case row.SectionName != "" && foldKey(p.sections[i].Name) != foldKey(row.SectionName):
			p.wrong(row.Line, sectionColumn, fmt.Sprintf("課室コード「%s」は、%sのコードです。課室の名前かコードを直してください。", row.SectionCode, p.sections[i].Name))
			return 0, false
		}
		return i, true
	}
	switch {
	case row.SectionName == "":
		return -1, true
	case len(named) == 0:
		p.wrong(row.Line, sectionColumn, fmt.Sprintf("「%s」という課室は登録されていません。名前を直すか、先に「体制」で課室を加えてください。", row.SectionName))
		return 0, false
	case len(named) > 1:
		p.wrong(row.Line, sectionColumn, fmt.Sprintf("「%s」という課室が%d課室あります。「課室コード」の列を加えて、コードを入力してください。", row.SectionName, len(named)))
		return 0, false
	}
	return named[0], true
}

// yesterday is the earliest last day that can still be given: what has been is
// not undone.
func (p *planner) yesterday() calendar.Date { return p.today.AddDays(-1) }

// planRow plans one row: that the person holds the post from its day on.
func (p *planner) planRow(person, post int, row Row) {
	said := org.Appointment{First: row.First, Last: row.Last}
	var h *held
	for _, other := range p.byPerson[person] {
		if other.PostAt == post && !other.Acting && !other.IsNew() && meet(other.Appointment, said) && (h == nil || other.First.Before(h.First)) {
			h = other
		}
	}
	if h == nil {
		h = &held{AppointmentChange: org.AppointmentChange{Appointment: said, PersonAt: person, PostAt: post}, line: row.Line, listed: true}
		p.hold(h)
		p.checkSection(h)
		return
	}
	h.listed, h.line = true, row.Line
	if h.First.After(row.First) && h.First.After(p.today) {
		h.First = row.First
	}
	if !row.Last.IsZero() && row.Last != h.Last {
		if row.Last.Before(p.yesterday()) || !h.Last.IsZero() && h.Last.Before(p.yesterday()) {
			p.wrong(row.Line, lastColumn, "すでに過ぎた期間は変えられません。終了日は、昨日か、それより後の日にしてください。")
			return
		}
		h.Last = row.Last
	}
	if h.Differs() {
		p.checkSection(h)
	} else {
		p.plan.Unchanged++
	}
}

// checkSection refuses an appointment to a section that will be gone by then.
func (p *planner) checkSection(h *held) {
	id := p.posts[h.PostAt].Section
	if id == 0 {
		return
	}
	section := p.sections[p.sectionByID[id]]
	if h.First.Before(section.EstablishedOn) {
		p.wrong(h.line, firstColumn, fmt.Sprintf("%sは、%sに設置されます。その日か、それより後の発令日を入力してください。", section.Name, calendar.Wareki(section.EstablishedOn)))
	}
	if !section.AbolishedOn.IsZero() && (h.Last.IsZero() || !h.Last.Before(section.AbolishedOn)) {
		p.wrong(h.line, sectionColumn, fmt.Sprintf("%sは、%sに廃止されます。別の課室にするか、その前日までの終了日を入力してください。", section.Name, calendar.Wareki(section.AbolishedOn)))
	}
}

// endUnlisted ends what a person in the file holds and the file does not list:
// on the first of their days from today on, or else of the file's.
func (p *planner) endUnlisted(person int, rows []Row) {
	on := p.on
	if i := slices.IndexFunc(rows, func(row Row) bool { return !row.First.Before(p.today) }); i >= 0 {
		on = rows[i].First
	}
	for _, h := range p.byPerson[person] {
		switch {
		case h.listed || h.Acting:
		case on.IsZero() && h.On(p.today):
			p.wrong(rows[0].Line, titleColumn, fmt.Sprintf("この人は、いま%sにも就いていますが、名簿にありません。続けて就くなら行を加え、終わるなら発令日を今日以降にしてください。", p.postName(h.PostAt)))
		case !on.IsZero() && h.On(on):
			p.end(h, on, rows[0].Line)
		}
	}
}

// end lets an appointment end on the day before on.
func (p *planner) end(h *held, on calendar.Date, line int) {
	switch {
	case h.First.Before(on):
		h.Last, h.line = on.AddDays(-1), line
	case h.First.After(p.today):
		h.Withdrawn, h.line = true, line
	default:
		p.wrong(line, firstColumn, fmt.Sprintf("%sの発令は今日始まったため、取り消せません。発令日を明日以降にしてください。", p.postName(h.PostAt)))
	}
}

// planMissing lets whoever is not in the file leave on the file's day.
func (p *planner) planMissing() {
	if p.on.IsZero() {
		p.plan.Problems = append(p.plan.Problems, Problem{0, headings[firstColumn][0],
			"発令日が今日以降の行がないため、載っていない人の発令をいつ終わらせるか決められません。発令日を確かめるか、「この名簿は全職員です」を外してください。"})
		return
	}
	for _, h := range p.held {
		if !p.inFile[h.PersonAt] && (h.Last.IsZero() || !h.Last.Before(p.on)) {
			p.end(h, p.on, 0)
		}
	}
}

// checkEmails refuses an e-mail of two people.
func (p *planner) checkEmails() {
	changed := map[int]bool{}
	for _, list := range [][]int{p.plan.changes.NewPeople, p.plan.changes.Emails} {
		for _, i := range list {
			changed[i] = p.people[i].Email != ""
		}
	}
	owner := make(map[string]int, len(p.people))
	for i, person := range p.people {
		if person.Email != "" && !changed[i] {
			owner[strings.ToLower(person.Email)] = i
		}
	}
	for i, person := range p.people {
		if !changed[i] {
			continue
		}
		if other, taken := owner[strings.ToLower(person.Email)]; taken {
			p.wrong(p.firstLine[i], emailColumn, fmt.Sprintf("このメールアドレスは、職員番号 %s の人のものです。ほかの人のものでないか確かめてください。", p.people[other].StaffNumber))
			continue
		}
		owner[strings.ToLower(person.Email)] = i
	}
}

// holders are those whose appointments to a post must not overlap: one person,
// or where the post is for one, all holders or all who stand in.
type holders struct {
	person          int
	anybody, acting bool
}

// checkOverlaps refuses two holders of a post for one, and a person who would
// hold the same post twice.
func (p *planner) checkOverlaps() {
	byPost := map[int][]*held{}
	touched := map[int]bool{}
	for _, h := range p.held {
		if h.Withdrawn {
			continue
		}
		byPost[h.PostAt] = append(byPost[h.PostAt], h)
		touched[h.PostAt] = touched[h.PostAt] || h.Differs()
	}
	for post, list := range byPost {
		if !touched[post] {
			continue
		}
		slices.SortFunc(list, func(a, b *held) int { return cmp.Or(a.First.Compare(b.First), cmp.Compare(a.line, b.line)) })
		longest := map[holders]*held{} // the one that lasts longest so far
		for _, h := range list {
			keys := []holders{{person: h.PersonAt}}
			if p.posts[post].SingleHolder {
				keys = append(keys, holders{anybody: true, acting: h.Acting})
			}
			for _, key := range keys {
				if before := longest[key]; before != nil && meet(before.Appointment, h.Appointment) {
					p.overlap(before, h)
					break
				}
			}
			for _, key := range keys {
				if before := longest[key]; before == nil || h.Last.IsZero() || !before.Last.IsZero() && h.Last.After(before.Last) {
					longest[key] = h
				}
			}
		}
	}
}

// overlap says of which two appointments that begin one after the other the days
// overlap, at a row that says so.
func (p *planner) overlap(before, h *held) {
	if !before.Differs() && !h.Differs() || p.faulty[before.PersonAt] || p.faulty[h.PersonAt] {
		return // as it was, or what is wrong with a row of theirs is said there
	}
	at, other := h, before
	if h.line == 0 {
		at, other = before, h
	}
	name := p.postName(h.PostAt)
	switch {
	case at.PersonAt == other.PersonAt:
		p.wrong(at.line, firstColumn, fmt.Sprintf("この人は、重なる期間に、すでに%sに就いています（職務代理を含みます）。期間を確かめてください。", name))
	case other.line != 0:
		p.wrong(at.line, titleColumn, fmt.Sprintf("%sは一人の職ですが、%d行目の人と期間が重なっています。どちらかの職を直すか、終了日を入力してください。", name, other.line))
	default:
		p.wrong(at.line, titleColumn, fmt.Sprintf("%sは一人の職ですが、%s（職員番号 %s）が就いています。その人の行を加えるか、先にその人の発令の最後の日を入力してください。",
			name, p.people[other.PersonAt].Name, p.people[other.PersonAt].StaffNumber))
	}
}

// checkOwn refuses to let somebody change what they are or hold.
func (p *planner) checkOwn() {
	if p.actor == 0 {
		return
	}
	own := slices.IndexFunc(p.people, func(person org.Person) bool { return person.ID == p.actor })
	if own < 0 {
		return
	}
	differs := slices.Contains(p.plan.changes.ChangedPeople, own) || slices.ContainsFunc(p.byPerson[own], (*held).Differs)
	switch {
	case !differs:
	case p.firstLine[own] == 0:
		p.wrong(0, staffNumberColumn, "この名簿には、あなたが載っていません。自分の発令を終わらせることはできないので、あなたの行を加えるか、ほかの管理者に取り込んでもらってください。")
	default:
		p.wrong(p.firstLine[own], staffNumberColumn, "あなた自身の登録や発令は変えられません。この行を除くか、ほかの管理者に取り込んでもらってください。")
	}
}

// checkAdministrators refuses what would leave nobody as ポータル管理者 from an
// earlier day on than without it.
func (p *planner) checkAdministrators() {
	var before, after []org.Appointment
	for _, g := range p.grants {
		if g.Role != authz.Administrator {
			continue
		}
		a := org.Appointment{First: g.First, Last: g.Last}
		before, after = append(before, a), append(after, a)
	}
	for _, h := range p.held {
		for _, r := range p.adminRules {
			post := p.posts[h.PostAt]
			if post.Title != r.Title || r.Section != "" && (post.Section == 0 || p.sections[p.sectionByID[post.Section]].Code != r.Section) {
				continue
			}
			if both, ok := within(h.Was, r); ok && !h.IsNew() {
				before = append(before, both)
			}
			if both, ok := within(h.Appointment, r); ok && !h.Withdrawn {
				after = append(after, both)
			}
		}
	}
	was, had := firstDayWithout(before, p.today)
	empty, is := firstDayWithout(after, p.today)
	if is && (!had || empty.Before(was)) {
		p.plan.Problems = append(p.plan.Problems, Problem{0, "", fmt.Sprintf(
			"この名簿のとおりにすると、%sから%sがいなくなります。先に、ほかの人をその役割にするか、名簿に次の担当の行を加えてください。", calendar.Wareki(empty), authz.Administrator.Title())})
	}
}

// noteGrants says who would keep a role that was given to them directly after
// their last post has ended: it would still let them in.
func (p *planner) noteGrants() {
	byID := make(map[int64]int, len(p.grants))
	for _, g := range p.grants {
		byID[g.Person] = -1
	}
	for i, person := range p.people {
		if _, has := byID[person.ID]; has {
			byID[person.ID] = i
		}
	}
	for _, g := range p.grants {
		i := byID[g.Person]
		mine := slices.DeleteFunc(slices.Clone(p.byPerson[i]), func(h *held) bool { return h.Withdrawn })
		if !slices.ContainsFunc(p.byPerson[i], (*held).Differs) || slices.ContainsFunc(mine, func(h *held) bool { return h.Last.IsZero() }) {
			continue
		}
		last := p.yesterday()
		for _, h := range mine {
			if h.Last.After(last) {
				last = h.Last
			}
		}
		if g.Last.IsZero() || g.Last.After(last) {
			p.plan.Notes = append(p.plan.Notes, Problem{p.firstLine[i], headings[staffNumberColumn][0], fmt.Sprintf(
				"%s（職員番号 %s）は、%sで職がなくなりますが、直接与えられた役割（%s）が残り、サインインできます。「職員」の画面で、役割の最後の日を入力してください。",
				p.people[i].Name, p.people[i].StaffNumber, calendar.Wareki(last), g.Role.Title())})
		}
	}
}

// within is the part of an appointment during which a rule lasts.
func within(a org.Appointment, r org.Rule) (org.Appointment, bool) {
	if a.First.Before(r.First) {
		a.First = r.First
	}
	if !r.Last.IsZero() && (a.Last.IsZero() || r.Last.Before(a.Last)) {
		a.Last = r.Last
	}
	return a, a.Last.IsZero() || !a.Last.Before(a.First)
}

// firstDayWithout is the first day from today on that none of the periods
// holds; false where there is none.
func firstDayWithout(periods []org.Appointment, today calendar.Date) (calendar.Date, bool) {
	slices.SortFunc(periods, func(a, b org.Appointment) int { return a.First.Compare(b.First) })
	day := today
	for _, a := range periods {
		switch {
		case a.First.After(day):
			return day, true
		case a.Last.IsZero():
			return calendar.Date{}, false
		case !a.Last.Before(day):
			day = a.Last.AddDays(1)
		}
	}
	return day, true
}

// finish lists what the plan does.
func (p *planner) finish(file File) Plan {
	isNew := map[int]bool{}
	for _, i := range p.plan.changes.NewPeople {
		isNew[i] = true
	}
	for _, h := range p.held {
		if !h.Differs() {
			continue
		}
		p.plan.changes.Appointments = append(p.plan.changes.Appointments, h.AppointmentChange)
		line := Line{
			Line: h.line, StaffNumber: p.people[h.PersonAt].StaffNumber, Name: p.people[h.PersonAt].Name, Post: p.postName(h.PostAt),
			First: h.First, Last: h.Last, NewPerson: isNew[h.PersonAt], NewPost: p.isNewPost[h.PostAt], Withdrawn: h.Withdrawn,
		}
		from := h.First
		switch {
		case h.IsNew():
			p.plan.Added = append(p.plan.Added, line)
		case h.Withdrawn:
			p.plan.Ended = append(p.plan.Ended, line)
		case h.Ends():
			p.plan.Ended = append(p.plan.Ended, line)
			from = h.Last.AddDays(1)
		default:
			line.Change = dayChange(h)
			p.plan.Changed = append(p.plan.Changed, line)
			if h.First == h.Was.First {
				from = h.Was.Last.AddDays(1)
			}
		}
		if p.plan.From.IsZero() || from.Before(p.plan.From) {
			p.plan.From = from
		}
	}
	c := &p.plan.changes
	c.People, c.Posts = p.people, p.posts
	p.plan.NewPosts = len(c.NewPosts)
	for _, i := range c.NewPeople {
		if !p.faulty[i] {
			p.plan.NewPeople++
		}
	}
	p.plan.Problems = append(p.plan.Problems, file.Problems...)
	slices.SortStableFunc(p.plan.Problems, func(a, b Problem) int { return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Reason, b.Reason)) })
	p.plan.Ignored = file.Ignored
	return p.plan
}

// dayChange says which days of an appointment change.
func dayChange(h *held) string {
	var changes []string
	if h.First != h.Was.First {
		changes = append(changes, fmt.Sprintf("最初の日：%s → %s", calendar.Wareki(h.Was.First), calendar.Wareki(h.First)))
	}
	if h.Last != h.Was.Last {
		was := "なし"
		if !h.Was.Last.IsZero() {
			was = calendar.Wareki(h.Was.Last)
		}
		changes = append(changes, fmt.Sprintf("最後の日：%s → %s", was, calendar.Wareki(h.Last)))
	}
	return strings.Join(changes, "、")
}
