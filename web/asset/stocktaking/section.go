package stocktaking

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"kagami/internal/address"
	"kagami/internal/asset/life"
	"kagami/internal/asset/stocktaking"
	"kagami/internal/authz"
	"kagami/internal/fault"
	"kagami/web/layout"
	"kagami/web/screen"
)

// asked is which assets of a section a page shows.
type asked struct {
	stocktaking.Choice
	place stocktaking.Place
}

// readAsked reads it from an address, or from the form that goes on from there.
func readAsked(p stocktaking.Place, get func(string) string) asked {
	var read screen.Form
	a := asked{place: p}
	a.Open, a.From = get("show") == "left", read.ID(get("from"))
	if r := stocktaking.Result(get("show")); r.Title() != "" {
		a.Result = r
	}
	return a
}

// show names the choice in an address; empty for all.
func (a asked) show() string {
	if a.Open {
		return "left"
	}
	return string(a.Result)
}

// at is a page of the section that goes by the same choice.
func (a asked) at(page string) string {
	if a.show() != "" {
		page = address.With(page, "show", a.show())
	}
	if a.From > 0 {
		page = address.With(page, "from", fmt.Sprint(a.From))
	}
	return page
}

// url is the page of the section itself.
func (a asked) url() string {
	return a.at(address.StocktakingSection(a.place.Code, a.place.SectionCode))
}

// next is the page after it.
func (a asked) next(from int64) string {
	a.From = from
	return a.url()
}

// anchor is where an asset stands on the page.
func anchor(code string) string { return "a-" + code }

func (s *Screens) showSection(w http.ResponseWriter, r *http.Request) error {
	p, err := s.place(r)
	if err != nil {
		return err
	}
	if p.State == stocktaking.Closed { // what it came to was kept
		http.Redirect(w, r, address.With(address.StocktakingRecord(p.Code), "section", p.SectionCode), http.StatusSeeOther)
		return nil
	}
	return s.drawSection(w, r, p, readAsked(p, r.URL.Query().Get), nil)
}

// answer takes an answer: what needs more words leads to their form, and what is changed to
// that of the asset.
func (s *Screens) answer(w http.ResponseWriter, r *http.Request) error {
	p, err := s.place(r)
	if err != nil {
		return err
	}
	form, a := r.PostForm, readAsked(p, r.PostForm.Get)
	var read screen.Form
	f := stocktaking.Finding{Code: form.Get("asset"), Result: stocktaking.Result(form.Get("result")), Seen: read.Version(form.Get("seen"))}
	if f.Result == stocktaking.Disposed || f.Result == stocktaking.Missing {
		return screen.GoOn(w, r, a.at(address.StocktakingAnswer(p.Code, p.SectionCode, f.Code, string(f.Result))), "")
	}
	if err := s.stocktakings.Answer(r.Context(), screen.Actor(r.Context()), p.Code, p.SectionCode, f); err != nil {
		return s.drawSection(w, r, p, a, err)
	}
	if f.Result == stocktaking.Changed {
		return screen.GoOn(w, r, address.With(address.AssetEdit(f.Code), "back", a.url()), "")
	}
	to := a.url()
	if next := form.Get("next"); next != "" {
		to = address.At(to, anchor(next))
	}
	return screen.GoOn(w, r, to, "")
}

func (s *Screens) drawSection(w http.ResponseWriter, r *http.Request, p stocktaking.Place, a asked, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	ctx, actor := r.Context(), screen.Actor(r.Context())
	page, err := s.stocktakings.Lines(ctx, actor, p, a.Choice)
	if err != nil {
		return err
	}
	counts, err := s.stocktakings.Count(ctx, actor, p)
	if err != nil {
		return err
	}
	history, err := s.stocktakings.History(ctx, actor, p.Stocktaking, p.Section)
	if err != nil {
		return err
	}
	view := sectionView{
		Frame: screen.Frame(r, p.SectionName+"の棚卸し", way(p.Stocktaking)...), Place: p, Page: page, Counts: counts, Asked: a, History: history, Problems: problems, Today: screen.Today(ctx),
	}
	for _, event := range p.Next(actor) {
		switch {
		case event == stocktaking.EventAnswer:
			view.MayAnswer = true
		case event == stocktaking.EventHandIn && slices.Contains(p.Next(actor), stocktaking.EventConfirm): // who confirms need not hand in
		default:
			view.Steps = append(view.Steps, stepOf(event))
		}
	}
	_, view.Confirms = actor.May(authz.ReviewAssets, authz.Matter{OwnersSection: p.Section})
	_, view.MayDispose = actor.May(authz.DisposeAssets, authz.Matter{OwnersSection: p.Section})
	screen.Render(w, r, status, sectionPage(view))
	return nil
}

// filters are the choices of assets, with how many each has.
func (p sectionView) filters() (list []layout.Link) {
	add := func(title string, c stocktaking.Choice, n int) {
		chosen := asked{c, p.Place}
		list = append(list, layout.Link{Label: fmt.Sprintf("%s（%d）", title, n), Address: chosen.url(), Current: c.Open == p.Asked.Open && c.Result == p.Asked.Result})
	}
	add("すべて", stocktaking.Choice{}, p.Counts.Asked)
	add("まだのものだけ", stocktaking.Choice{Open: true}, p.Counts.Left())
	for _, r := range stocktaking.Results {
		add(r.Title(), stocktaking.Choice{Result: r}, p.Counts.Of(r))
	}
	return list
}

// after is the 管理番号 of the asset after one on the page; empty for the last.
func (p sectionView) after(i int) string {
	if i+1 < len(p.Page.Lines) {
		return p.Page.Lines[i+1].Code
	}
	return ""
}

// rest tells whether an asset is one of the rest of a page, which is answered alike: not one
// that has an answer, nor one that is reported missing.
func rest(l stocktaking.Line) bool { return l.Result == "" && l.State != life.Missing }

// leftHere is how many are the rest of the page.
func (p sectionView) leftHere() (n int) {
	for _, l := range p.Page.Lines {
		if rest(l) {
			n++
		}
	}
	return n
}

// offers tells whether a step can be taken now: what is not whole is neither handed in nor
// confirmed.
func (p sectionView) offers(step step) bool {
	whole := p.Counts.Left() == 0
	return whole || step.Event != stocktaking.EventHandIn && step.Event != stocktaking.EventConfirm
}

// levels are the levels of an asset in short.
func levels(l stocktaking.Line) string {
	return "機密性" + l.Confidentiality + "・完全性" + l.Integrity + "・可用性" + l.Availability
}

// found says of an answer who gave it, and with what words.
func found(l stocktaking.Line) string {
	by := l.LookedBy
	if by == "" {
		by = l.AnsweredBy
	}
	text := by
	if l.Note != "" {
		text += "：" + l.Note
	}
	return text
}

// showAnswer shows the form of an answer that needs words.
func (s *Screens) showAnswer(w http.ResponseWriter, r *http.Request) error {
	p, err := s.place(r)
	if err != nil {
		return err
	}
	asks := r.URL.Query()
	if asks.Get("asset") == "" {
		return screen.GoOn(w, r, address.StocktakingSection(p.Code, p.SectionCode), "")
	}
	line, err := s.stocktakings.FindLine(r.Context(), screen.Actor(r.Context()), p, asks.Get("asset"))
	if err != nil {
		return err
	}
	t := typedAnswer{Seen: strconv.Itoa(line.Version), Note: line.Note, NoticedBy: line.NoticedBy, NoticedOn: screen.Today(r.Context()).String()}
	if !line.NoticedOn.IsZero() {
		t.NoticedOn = line.NoticedOn.String()
	}
	if !line.LastSeenOn.IsZero() {
		t.LastSeenOn = line.LastSeenOn.String()
	}
	if line.Result != stocktaking.Result(asks.Get("result")) {
		t.Note = ""
	}
	return s.drawAnswer(w, r, p, line, stocktaking.Result(asks.Get("result")), readAsked(p, asks.Get), t, nil)
}

// typedAnswer is what somebody has typed with an answer.
type typedAnswer struct{ Seen, Note, NoticedOn, NoticedBy, LastSeenOn string }

func (s *Screens) answerWith(w http.ResponseWriter, r *http.Request) error {
	p, err := s.place(r)
	if err != nil {
		return err
	}
	ctx, actor, form := r.Context(), screen.Actor(r.Context()), r.PostForm
	if form.Get("asset") == "" {
		return screen.ErrNoAct()
	}
	line, err := s.stocktakings.FindLine(ctx, actor, p, form.Get("asset"))
	if err != nil {
		return err
	}
	a, result := readAsked(p, form.Get), stocktaking.Result(form.Get("result"))
	t := typedAnswer{form.Get("seen"), form.Get("note"), form.Get("noticed_on"), form.Get("noticed_by"), form.Get("last_seen_on")}
	var read screen.Form
	f := stocktaking.Finding{Code: line.Code, Result: result, Seen: read.Version(t.Seen), Note: t.Note, NoticedBy: t.NoticedBy}
	f.NoticedOn, f.LastSeenOn = read.Day("noticed_on", t.NoticedOn), read.Day("last_seen_on", t.LastSeenOn)
	if err = read.Err(); err == nil {
		err = s.stocktakings.Answer(ctx, actor, p.Code, p.SectionCode, f)
	}
	if err != nil {
		if fault.KindOf(err) == fault.Conflict { // who tries again has seen what stands there now
			if line, failure := s.stocktakings.FindLine(ctx, actor, p, line.Code); failure == nil {
				t.Seen = strconv.Itoa(line.Version)
			}
		}
		return s.drawAnswer(w, r, p, line, result, a, t, err)
	}
	done := "stocktaking-disposed"
	if result == stocktaking.Missing {
		done = "stocktaking-missing"
	}
	return screen.GoOn(w, r, a.url(), done)
}

func (s *Screens) drawAnswer(w http.ResponseWriter, r *http.Request, p stocktaking.Place, line stocktaking.Line, result stocktaking.Result, a asked, t typedAnswer, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	if result != stocktaking.Missing {
		result = stocktaking.Disposed
	}
	screen.Render(w, r, status, answerPage(answerView{
		Frame: screen.Frame(r, "「"+result.Title()+"」の内容", wayIn(p)...), Place: p, Line: line, Result: result, Asked: a, Typed: t, Problems: problems,
	}))
	return nil
}

// showRest asks before all the rest of a page is answered alike.
func (s *Screens) showRest(w http.ResponseWriter, r *http.Request) error {
	p, err := s.place(r)
	if err != nil {
		return err
	}
	a := readAsked(p, r.URL.Query().Get)
	page, err := s.stocktakings.Lines(r.Context(), screen.Actor(r.Context()), p, a.Choice)
	if err != nil {
		return err
	}
	page.Lines = slices.DeleteFunc(page.Lines, func(l stocktaking.Line) bool { return !rest(l) })
	return screen.Show(w, r, restPage(restView{Frame: screen.Frame(r, "残りをすべて「変更なし」にする", wayIn(p)...), Place: p, Lines: page.Lines, Asked: a}))
}

func (s *Screens) answerRest(w http.ResponseWriter, r *http.Request) error {
	p, err := s.place(r)
	if err != nil {
		return err
	}
	var list []stocktaking.Finding
	for _, code := range r.PostForm["asset"] {
		list = append(list, stocktaking.Finding{Code: code, Result: stocktaking.Same, Rest: true})
	}
	a := readAsked(p, r.PostForm.Get)
	if err := s.stocktakings.Answer(r.Context(), screen.Actor(r.Context()), p.Code, p.SectionCode, list...); err != nil {
		return s.drawSection(w, r, p, a, err)
	}
	return screen.GoOn(w, r, a.url(), "stocktaking-rest")
}
