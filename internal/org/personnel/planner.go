package personnel

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/org"
	"kagami/internal/sheet/intake"
)

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
	wrongLines    map[int]bool // the rows that are wrong
	unchanged     []int        // the rows that say what is so already
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
	for _, row := range file.Faulty {
		if i, known := p.byNumber[strings.ToLower(row.StaffNumber)]; known {
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
	p.checkFaulty(file.Faulty)
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
		wrongLines:    map[int]bool{},
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
		single, known := p.single[title]
		p.single[title] = post.SingleHolder && (single || !known)
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

// nameShort lets a post be found by what it is said with its section, too:
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
	p.wrongLines[line] = true
	p.plan.Problems = append(p.plan.Problems, intake.Problem{Line: line, Column: c.title(), Reason: reason})
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

// place is where a row's post is, whether it is there yet or not; false, and a problem,
// where there can be none.
func (p *planner) place(row Row) (postKey, bool) {
	section, ok := p.section(row)
	if !ok {
		return postKey{}, false
	}
	key := postKey{0, foldKey(row.Title)}
	if section >= 0 {
		key.section = p.sections[section].ID
	}
	if _, known := p.postByTitle[key]; section < 0 && !known {
		p.wrong(row.Line, sectionColumn, fmt.Sprintf("課室が空です。課室に属さない職に「%s」はありません。課室を入力してください。", row.Title))
		return postKey{}, false
	}
	return key, true
}

// post finds a row's post, which is new if its section has none of that title;
// false, and a problem, where there is no such section.
func (p *planner) post(row Row) (int, bool) {
	key, ok := p.place(row)
	if !ok {
		return 0, false
	}
	if i, known := p.postByTitle[key]; known {
		return i, true
	}
	i := len(p.posts)
	p.posts = append(p.posts, org.Post{Section: key.section, Title: org.OneLine(row.Title), SingleHolder: p.single[key.title]})
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
		p.unchanged = append(p.unchanged, row.Line)
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
		p.plan.Problems = append(p.plan.Problems, intake.Problem{Column: firstColumn.title(), Reason: "発令日が今日以降の行がないため、載っていない人の発令をいつ終わらせるか決められません。発令日を確かめるか、「この名簿は全職員です」を外してください。"})
		return
	}
	for _, h := range p.held {
		if !p.inFile[h.PersonAt] && (h.Last.IsZero() || !h.Last.Before(p.on)) {
			p.end(h, p.on, 0)
		}
	}
}

// finish lists what the plan does, but for the rows that are wrong.
func (p *planner) finish(file File) Plan {
	isNew := map[int]bool{}
	for _, i := range p.plan.changes.NewPeople {
		isNew[i] = true
	}
	p.plan.Changed = slices.DeleteFunc(p.plan.Changed, func(l Line) bool { return p.wrongLines[l.Line] })
	p.unchanged = slices.DeleteFunc(p.unchanged, func(line int) bool { return p.wrongLines[line] })
	p.plan.Unchanged = len(p.unchanged)
	var listed []org.AppointmentChange
	newPeople := map[int]bool{}
	for _, h := range p.held {
		if !h.Differs() {
			continue
		}
		p.plan.changes.Appointments = append(p.plan.changes.Appointments, h.AppointmentChange)
		if h.line != 0 && p.wrongLines[h.line] {
			continue
		}
		listed = append(listed, h.AppointmentChange)
		line := Line{
			Line: h.line, StaffNumber: p.people[h.PersonAt].StaffNumber, Name: p.people[h.PersonAt].Name, Post: p.postName(h.PostAt),
			First: h.First, Last: h.Last, NewPerson: isNew[h.PersonAt], NewPost: p.isNewPost[h.PostAt], Withdrawn: h.Withdrawn,
		}
		if line.NewPerson {
			newPeople[h.PersonAt] = true
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
	made := p.made(listed)
	p.plan.NewPosts, p.plan.Titles = len(made), p.newTitles(made)
	p.plan.NewPeople = len(newPeople)
	p.plan.Problems = append(p.plan.Problems, file.Problems...)
	slices.SortStableFunc(p.plan.Problems, func(a, b intake.Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Reason, b.Reason))
	})
	p.plan.Ignored = file.Ignored
	return p.plan
}
