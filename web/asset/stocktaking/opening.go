package stocktaking

import (
	"net/http"
	"net/url"
	"strings"

	"kagami/internal/address"
	"kagami/internal/asset"
	"kagami/internal/asset/stocktaking"
	"kagami/internal/calendar"
	"kagami/web/component"
	"kagami/web/screen"
)

// planned is what somebody has typed of a 棚卸し that is to be opened.
type planned struct {
	stocktaking.Plan
	Due string
}

// readPlan reads it from the address of the page to check, or from its form.
func readPlan(form url.Values) (planned, error) {
	var read screen.Form
	p := planned{Plan: stocktaking.Plan{
		Title: form.Get("title"), Whole: form.Get("which") != "some", Sections: form["section"], Kinds: form["kind"], Levels: form["level"],
	}, Due: form.Get("due_on")}
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
	today := screen.Today(r.Context())
	return s.drawNew(w, r, planned{Plan: stocktaking.Plan{Title: fiscalYear(today) + "の情報資産の棚卸し", Whole: true}}, nil)
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
	ctx, actor := r.Context(), screen.Actor(r.Context())
	sections, err := s.stocktakings.SectionsToOpen(ctx, actor)
	if err != nil {
		return err
	}
	scheme, err := s.register.Scheme(ctx, actor)
	if err != nil {
		return err
	}
	screen.Render(w, r, status, newPage(newView{
		Frame: screen.Frame(r, "棚卸しを始める", listWay...), Planned: p, Sections: sections, Levels: scheme.Of(asset.Confidentiality), Problems: problems,
	}))
	return nil
}

// showCheck shows what a plan comes to, before anybody is told.
func (s *Screens) showCheck(w http.ResponseWriter, r *http.Request) error {
	p, err := readPlan(r.URL.Query())
	if err != nil {
		return s.drawNew(w, r, p, err)
	}
	return s.drawCheck(w, r, p)
}

func (s *Screens) drawCheck(w http.ResponseWriter, r *http.Request, p planned) error {
	ctx, actor := r.Context(), screen.Actor(r.Context())
	f, err := s.stocktakings.Foresee(ctx, actor, p.Plan)
	if err != nil {
		return s.drawNew(w, r, p, err)
	}
	scheme, err := s.register.Scheme(ctx, actor)
	if err != nil {
		return err
	}
	return screen.Show(w, r, checkPage(checkView{Frame: screen.Frame(r, "棚卸しを始める前の確認", listWay...), Planned: p, Foreseen: f, Scheme: scheme}))
}

func (s *Screens) open(w http.ResponseWriter, r *http.Request) error {
	p, err := readPlan(r.PostForm)
	if err != nil {
		return s.drawNew(w, r, p, err)
	}
	code, err := s.stocktakings.Open(r.Context(), screen.Actor(r.Context()), p.Plan)
	if err != nil {
		return s.drawNew(w, r, p, err)
	}
	return screen.GoOn(w, r, address.Stocktaking(code), "stocktaking-opened")
}

// query is the address of a page for the same plan.
func (p planned) query(page string) string {
	which := "all"
	if !p.Whole {
		which = "some"
	}
	page = address.With(address.With(address.With(page, "title", p.Title), "which", which), "due_on", p.Due)
	for _, l := range p.lists() {
		for _, value := range l.values {
			page = address.With(page, l.name, value)
		}
	}
	return page
}

// chosen are the values of a field of which several may be chosen.
type chosen struct {
	name   string
	values []string
}

// lists are what is chosen of the plan.
func (p planned) lists() []chosen {
	return []chosen{{"section", p.Sections}, {"kind", p.Kinds}, {"level", p.Levels}}
}

func (p newView) input(name, label, hint, kind, value string) component.Input {
	return component.Input{Name: name, Label: label, Hint: hint, Type: kind, Value: value, Required: true, Problems: p.Problems}
}

// fewSections is how many sections are named.
const fewSections = 5

// sectionsOf are the sections that a plan is about, in words.
func sectionsOf(list []stocktaking.Held) string {
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

// kindsOf are the kinds that a plan is about, in words.
func kindsOf(keys []string) string {
	var titles []string
	for _, key := range keys {
		titles = append(titles, asset.Kind(key).Title())
	}
	return allOr(titles)
}

// levelsOf are the levels that a plan is about, in words.
func levelsOf(scheme asset.Scheme, keys []string) string {
	var titles []string
	for _, key := range keys {
		level, _ := scheme.Level(asset.Confidentiality, key)
		titles = append(titles, level.Title)
	}
	return allOr(titles)
}

func allOr(titles []string) string {
	if len(titles) == 0 {
		return "すべて"
	}
	return strings.Join(titles, "、")
}
