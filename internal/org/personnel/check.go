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

// checkFaulty says what else is wrong with the rows that could not be read, so that all of
// it is mended at once.
func (p *planner) checkFaulty(rows []Row) {
	if len(rows) == 0 {
		return
	}
	owners := make(map[string]int, len(p.people))
	for i, person := range p.people {
		if person.ID != 0 && person.Email != "" {
			owners[strings.ToLower(person.Email)] = i
		}
	}
	for _, row := range rows {
		i, known := p.byNumber[strings.ToLower(row.StaffNumber)]
		switch named := p.sectionByName[foldKey(row.SectionName)]; {
		case row.First.IsZero() && row.SectionCode == "" && len(named) > 1: // which one, the day may say
		case row.Title == "" && row.SectionCode == "" && row.SectionName == "": // whether it needs one, the post says
		default:
			p.place(row)
		}
		if !known && isStaffNumber(row.StaffNumber) && row.Furigana == "" {
			p.wrong(row.Line, furiganaColumn, newNeedsFurigana)
		}
		if other, taken := owners[strings.ToLower(row.Email)]; taken && (!known || other != i) && !p.inFile[other] {
			p.wrong(row.Line, emailColumn, p.emailTaken(other))
		}
	}
}

func (p *planner) emailTaken(owner int) string {
	return fmt.Sprintf("このメールアドレスは、職員番号 %s の人のものです。ほかの人のものでないか確かめてください。", p.people[owner].StaffNumber)
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
			p.wrong(p.firstLine[i], emailColumn, p.emailTaken(other))
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
		p.plan.Problems = append(p.plan.Problems, intake.Problem{Reason: fmt.Sprintf(
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
			p.plan.Notes = append(p.plan.Notes, intake.Problem{Line: p.firstLine[i], Column: staffNumberColumn.title(), Reason: fmt.Sprintf(
				"%s（職員番号 %s）は、%sで職がなくなりますが、直接与えられた役割（%s）が残り、サインインできます。「職員」の画面で、役割の最後の日を入力してください。",
				p.people[i].Name, p.people[i].StaffNumber, calendar.Wareki(last), g.Role.Title())})
		}
	}
}
