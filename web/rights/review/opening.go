package review

import (
	"net/http"
	"net/url"
	"strings"

	"kagami/internal/address"
	"kagami/internal/calendar"
	"kagami/internal/rights/review"
	"kagami/web/component"
	"kagami/web/screen"
)

// planned is what somebody has typed of a confirmation that is to be opened.
type planned struct {
	review.Plan
	Due string
}

// readPlan reads it from the address of the page to check, or from its form.
func readPlan(form url.Values) (planned, error) {
	var read screen.Form
	p := planned{Plan: review.Plan{Title: form.Get("title"), Whole: form.Get("which") != "some", Sections: form["section"]}, Due: form.Get("due_on")}
	p.DueOn = read.Day("due_on", p.Due)
	if p.Whole && len(p.Sections) > 0 { // whoever has ticked some does not mean all
		read.Wrong("section", "課室に印を付けましたが、「すべての課室」になっています。「選んだ課室だけ」にするか、印を外してください。")
	}
	return p, read.Err()
}

func (s *Screens) showNew(w http.ResponseWriter, r *http.Request) error {
	if asked := r.URL.Query(); asked.Has("title") { // back from the page to check
		p, err := readPlan(asked)
		return s.drawNew(w, r, p, err)
	}
	return s.drawNew(w, r, planned{Plan: review.Plan{Title: fiscalYear(screen.Today(r.Context())) + "の利用権限の確認", Whole: true}}, nil)
}

// fiscalYear is 令和8年度.
func fiscalYear(day calendar.Date) string {
	year, _, _ := strings.Cut(calendar.Wareki(calendar.NewDate(calendar.FiscalYear(day), 5, 1)), "年")
	return year + "年度"
}

func (s *Screens) drawNew(w http.ResponseWriter, r *http.Request, p planned, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	sections, err := s.reviews.SectionsToOpen(r.Context(), screen.Actor(r.Context()))
	if err != nil {
		return err
	}
	screen.Render(w, r, status, newPage(newView{Frame: screen.Frame(r, "利用権限の確認を始める", listWay...), Planned: p, Sections: sections, Problems: problems}))
	return nil
}

// showCheck shows what a plan comes to, before anybody is told.
func (s *Screens) showCheck(w http.ResponseWriter, r *http.Request) error {
	p, err := readPlan(r.URL.Query())
	if err != nil {
		return s.drawNew(w, r, p, err)
	}
	f, err := s.reviews.Foresee(r.Context(), screen.Actor(r.Context()), p.Plan)
	if err != nil {
		return s.drawNew(w, r, p, err)
	}
	return screen.Show(w, r, checkPage(checkView{Frame: screen.Frame(r, "利用権限の確認を始める前に", listWay...), Planned: p, Foreseen: f}))
}

func (s *Screens) open(w http.ResponseWriter, r *http.Request) error {
	p, err := readPlan(r.PostForm)
	if err != nil {
		return s.drawNew(w, r, p, err)
	}
	code, err := s.reviews.Open(r.Context(), screen.Actor(r.Context()), p.Plan)
	if err != nil {
		return s.drawNew(w, r, p, err)
	}
	return screen.GoOn(w, r, address.RightReview(code), "right-review-opened")
}

// query is the address of a page for the same plan.
func (p planned) query(page string) string {
	which := "all"
	if !p.Whole {
		which = "some"
	}
	page = address.With(address.With(address.With(page, "title", p.Title), "which", which), "due_on", p.Due)
	for _, section := range p.Sections {
		page = address.With(page, "section", section)
	}
	return page
}

func (p newView) input(name, label, hint, kind, value string) component.Input {
	return component.Input{Name: name, Label: label, Hint: hint, Type: kind, Value: value, Required: true, Problems: p.Problems}
}

// fewSections is how many sections are named.
const fewSections = 5

// sectionsOf are the sections that a plan is about, in words.
func sectionsOf(list []review.Held) string {
	text := component.Thousands(len(list)) + "課室"
	if len(list) > fewSections {
		return text
	}
	names := make([]string, len(list))
	for i, h := range list {
		names[i] = h.Name
	}
	return text + "（" + strings.Join(names, "、") + "）"
}

// mostNamed is how many sections without a 管理者 are named.
const mostNamed = 20

// someOf are the first of some names, in words.
func someOf(names []string) string {
	text := strings.Join(names[:min(len(names), mostNamed)], "、")
	if more := len(names) - mostNamed; more > 0 {
		text += "ほか" + component.Thousands(more) + "課室"
	}
	return text
}
