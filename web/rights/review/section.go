package review

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/fault"
	"kagami/internal/rights"
	"kagami/internal/rights/review"
	"kagami/web/layout"
	"kagami/web/screen"
)

// asked is which rights of a section a page shows.
type asked struct {
	review.Choice
	place review.Place
}

// readAsked reads it from an address, or from the form that goes on from there.
func readAsked(p review.Place, get func(string) string) asked {
	a := asked{place: p}
	a.Left, a.After = get("show") == "left", get("after")
	if answer := review.Answer(get("show")); answer.Title() != "" {
		a.Stands = answer
	}
	return a
}

// show names the choice in an address; empty for all.
func (a asked) show() string {
	if a.Left {
		return "left"
	}
	return string(a.Stands)
}

// at is a page of the section that goes by the same choice.
func (a asked) at(page string) string {
	if a.show() != "" {
		page = address.With(page, "show", a.show())
	}
	if a.After != "" {
		page = address.With(page, "after", a.After)
	}
	return page
}

// url is the page of the section itself.
func (a asked) url() string {
	return a.at(address.RightReviewSection(a.place.Code, a.place.SectionCode))
}

// next is the page after it.
func (a asked) next(after string) string {
	a.After = after
	return a.url()
}

// words is where an answer to a right that needs more is given: change or end.
func (a asked) words(what, right string) string {
	return address.With(a.at(address.RightReviewOf(a.place.Code, a.place.SectionCode, what)), "right", right)
}

// anchor is where a right stands on the page.
func anchor(code string) string { return "r-" + code }

func (s *Screens) showSection(w http.ResponseWriter, r *http.Request) error {
	p, err := s.place(r)
	if err != nil {
		return err
	}
	if p.State == review.Closed { // what it came to was kept
		http.Redirect(w, r, address.With(address.RightReviewRecord(p.Code), "section", p.SectionCode), http.StatusSeeOther)
		return nil
	}
	return s.drawSection(w, r, p, readAsked(p, r.URL.Query().Get), nil)
}

// answer takes an answer: what needs more leads to its page.
func (s *Screens) answer(w http.ResponseWriter, r *http.Request) error {
	p, err := s.place(r)
	if err != nil {
		return err
	}
	form, a := r.PostForm, readAsked(p, r.PostForm.Get)
	var read screen.Form
	reply := review.Reply{Right: form.Get("right"), Answer: review.Answer(form.Get("answer")), Seen: read.Version(form.Get("seen"))}
	switch reply.Answer {
	case review.Change:
		return screen.GoOn(w, r, a.words("change", reply.Right), "")
	case review.Unneeded:
		return screen.GoOn(w, r, a.words("end", reply.Right), "")
	}
	if err := s.reviews.Answer(r.Context(), screen.Actor(r.Context()), p.Code, p.SectionCode, reply); err != nil {
		return s.drawSection(w, r, p, a, err)
	}
	to := a.url()
	if next := form.Get("next"); next != "" {
		to = address.At(to, anchor(next))
	}
	return screen.GoOn(w, r, to, "")
}

func (s *Screens) drawSection(w http.ResponseWriter, r *http.Request, p review.Place, a asked, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	ctx, actor := r.Context(), screen.Actor(r.Context())
	page, err := s.reviews.Lines(ctx, actor, p, a.Choice)
	if err != nil {
		return err
	}
	counts, err := s.reviews.Count(ctx, actor, p)
	if err != nil {
		return err
	}
	history, err := s.reviews.History(ctx, actor, p.Review, p.Section)
	if err != nil {
		return err
	}
	view := sectionView{
		Frame: screen.Frame(r, p.SectionName+"の利用権限の確認", way(p.Review)...), Place: p, People: byPerson(page.Lines), Next: page.Next, Counts: counts, Asked: a,
		History: history, Problems: problems, Actor: actor.Person, Today: screen.Today(ctx),
	}
	for _, event := range p.Next(actor) {
		view.Steps = append(view.Steps, stepOf(event))
	}
	_, view.Leads = actor.May(authz.ReviewRights, authz.Matter{PersonsSection: p.Section})
	screen.Render(w, r, status, sectionPage(view))
	return nil
}

// person is somebody with their rights on a page.
type person struct {
	ID            int64
	Number        string
	Name, Post    string
	CameFrom      string
	Works, Worked bool
	Drifts        []string
	Lines         []review.Line
	next          string // the code of the first right of the person after
}

// byPerson groups lines, which stand by people, and lets each know the right after it.
func byPerson(lines []review.Line) (list []person) {
	for _, l := range lines {
		if n := len(list); n == 0 || list[n-1].ID != l.Person {
			list = append(list, person{ID: l.Person, Number: l.StaffNumber, Name: l.PersonName, Post: l.Post, CameFrom: l.CameFrom, Works: l.Works, Worked: l.Worked, Drifts: l.Drifts})
			if n > 0 {
				list[n-1].next = l.Code
			}
		}
		at := &list[len(list)-1]
		at.Lines = append(at.Lines, l)
	}
	return list
}

// after is the code of the right after one of a person on the page; empty for the last.
func (p person) after(i int) string {
	if i+1 < len(p.Lines) {
		return p.Lines[i+1].Code
	}
	return p.next
}

// flags are those of a right that are not said of its person already.
func flags(l review.Line) []review.Flag {
	return slices.DeleteFunc(slices.Clone(l.Flags), func(f review.Flag) bool {
		return f == review.FlagLeft || f == review.FlagNoPost || f == review.FlagDrift
	})
}

// plain are the rights of the page that are answered with the rest.
func (p sectionView) plain() (list []review.Line) {
	for _, one := range p.People {
		for _, l := range one.Lines {
			if l.Plain() {
				list = append(list, l)
			}
		}
	}
	return list
}

// mayAnswer tells whether the viewer may answer a right as the section stands.
func (p sectionView) mayAnswer(l review.Line) bool {
	return l.May && p.Stage != review.HandedIn && l.Stands != review.Unneeded && l.Stands != review.Ended
}

// offers tells whether a step can be taken now: what is not whole is not handed in.
func (p sectionView) offers(step step) bool {
	return step.Event != review.EventHandIn || p.Counts.Left() == 0
}

// filters are the choices of rights, with how many each has.
func (p sectionView) filters() (list []layout.Link) {
	add := func(title string, c review.Choice, n int) {
		chosen := asked{c, p.Place}
		list = append(list, layout.Link{Label: fmt.Sprintf("%s（%d）", title, n), Address: chosen.url(), Current: c.Left == p.Asked.Left && c.Stands == p.Asked.Stands})
	}
	add("すべて", review.Choice{}, p.Counts.Asked+p.Counts.Ended)
	add("まだのものだけ", review.Choice{Left: true}, p.Counts.Left())
	for _, a := range review.Answers {
		add(a.Title(), review.Choice{Stands: a}, p.Counts.Of(a))
	}
	return list
}

// standing says of a right that is not simply in force how it stands.
func standing(l review.Line) string {
	if l.Standing == rights.InForce || l.Standing == rights.Ended {
		return ""
	}
	return l.Standing.Title()
}

// lasts is from when to when a right is, in words.
func lasts(l review.Line) string {
	text := calendar.Wareki(l.From) + "から"
	if !l.Until.IsZero() {
		text += calendar.Wareki(l.Until) + "まで"
	}
	return text
}

// confirmed is who has last said that a right is needed, in words.
func confirmed(l review.Line) string {
	if l.ConfirmedOn.IsZero() {
		return "まだ確かめたことがない"
	}
	return calendar.Wareki(l.ConfirmedOn) + "に" + l.ConfirmedBy + "が確かめた"
}

// pages are the answers that have a page of their own, with its path.
var pages = map[review.Answer]string{review.Change: "change", review.Unneeded: "end"}

// showWords shows the page of an answer that needs more: words, or that one is sure.
func (s *Screens) showWords(answer review.Answer) screen.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		p, err := s.place(r)
		if err != nil {
			return err
		}
		code := r.URL.Query().Get("right")
		if code == "" {
			return screen.GoOn(w, r, address.RightReviewSection(p.Code, p.SectionCode), "")
		}
		l, err := s.reviews.FindLine(r.Context(), screen.Actor(r.Context()), p, code)
		if err != nil {
			return err
		}
		return s.drawWords(w, r, p, l, answer, readAsked(p, r.URL.Query().Get), l.Words, l.Version, nil)
	}
}

func (s *Screens) answerWith(answer review.Answer) screen.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		p, err := s.place(r)
		if err != nil {
			return err
		}
		ctx, actor, form := r.Context(), screen.Actor(r.Context()), r.PostForm
		if form.Get("right") == "" {
			return screen.ErrNoAct()
		}
		l, err := s.reviews.FindLine(ctx, actor, p, form.Get("right"))
		if err != nil {
			return err
		}
		var read screen.Form
		reply := review.Reply{Right: l.Code, Answer: answer, Words: form.Get("words"), Seen: read.Version(form.Get("seen"))}
		a, done := readAsked(p, form.Get), map[review.Answer]string{review.Change: "right-review-change", review.Unneeded: "right-review-ended"}[answer]
		err = s.reviews.Answer(ctx, actor, p.Code, p.SectionCode, reply)
		if err == nil {
			return screen.GoOn(w, r, a.url(), done)
		}
		seen := reply.Seen
		if fault.KindOf(err) == fault.Conflict { // who tries again has seen what stands there now
			seen = l.Version
		}
		return s.drawWords(w, r, p, l, answer, a, reply.Words, seen, err)
	}
}

func (s *Screens) drawWords(w http.ResponseWriter, r *http.Request, p review.Place, l review.Line, answer review.Answer, a asked, words string, seen int, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	title := "利用権限を変える"
	if answer == review.Unneeded {
		title = "利用権限を終える"
	}
	screen.Render(w, r, status, wordsPage(wordsView{
		Frame: screen.Frame(r, title, wayIn(p)...), Place: p, Line: l, Answer: answer, Asked: a, Heading: title, Words: words, Seen: strconv.Itoa(seen), Problems: problems,
	}))
	return nil
}

// showRest asks before all of a page of which nothing is to be noticed is answered alike.
func (s *Screens) showRest(w http.ResponseWriter, r *http.Request) error {
	p, err := s.place(r)
	if err != nil {
		return err
	}
	a := readAsked(p, r.URL.Query().Get)
	page, err := s.reviews.Lines(r.Context(), screen.Actor(r.Context()), p, a.Choice)
	if err != nil {
		return err
	}
	lines := slices.DeleteFunc(page.Lines, func(l review.Line) bool { return !l.Plain() })
	return screen.Show(w, r, restPage(restView{Frame: screen.Frame(r, "残りをすべて「要る」にする", wayIn(p)...), Place: p, Lines: lines, Asked: a}))
}

func (s *Screens) answerRest(w http.ResponseWriter, r *http.Request) error {
	p, err := s.place(r)
	if err != nil {
		return err
	}
	a := readAsked(p, r.PostForm.Get)
	n, err := s.reviews.AnswerRest(r.Context(), screen.Actor(r.Context()), p, r.PostForm["right"])
	if err != nil {
		return s.drawSection(w, r, p, a, err)
	}
	done := "right-review-rest"
	if n == 0 {
		done = "right-review-none"
	}
	return screen.GoOn(w, r, a.url(), done)
}
