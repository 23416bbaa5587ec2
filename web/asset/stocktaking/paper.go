package stocktaking

import (
	"net/http"
	"slices"

	"kagami/internal/address"
	"kagami/internal/asset/stocktaking"
	"kagami/internal/fault"
	"kagami/web/screen"
)

// onSheets is how many assets are printed at once.
const onSheets = 500

// showSheet shows the sheets of a section, to be printed and filled in.
func (s *Screens) showSheet(w http.ResponseWriter, r *http.Request) error {
	p, err := s.place(r)
	if err != nil {
		return err
	}
	a := readAsked(p, r.URL.Query().Get)
	a.Most = onSheets
	page, err := s.stocktakings.Lines(r.Context(), screen.Actor(r.Context()), p, a.Choice)
	if err != nil {
		return err
	}
	return screen.Show(w, r, sheetPage(sheetView{Frame: screen.Frame(r, "棚卸しの用紙", wayIn(p)...), Place: p, Page: page, Asked: a, Today: screen.Today(r.Context())}))
}

// filled is what somebody types from a sheet.
type filled struct {
	LookedBy, On string
	Results      map[string]string // by 管理番号
	Notes        map[string]string
}

// showTyping shows the next assets without an answer, to be typed in from a sheet.
func (s *Screens) showTyping(w http.ResponseWriter, r *http.Request) error {
	p, err := s.place(r)
	if err != nil {
		return err
	}
	a := readAsked(p, r.URL.Query().Get)
	return s.drawTyping(w, r, p, a, filled{On: screen.Today(r.Context()).String(), LookedBy: r.URL.Query().Get("by")}, nil)
}

func (s *Screens) typeIn(w http.ResponseWriter, r *http.Request) error {
	p, err := s.place(r)
	if err != nil {
		return err
	}
	form, a := r.PostForm, readAsked(p, r.PostForm.Get)
	f := filled{LookedBy: form.Get("looked_by"), On: form.Get("on"), Results: map[string]string{}, Notes: map[string]string{}}
	var read screen.Form
	on := read.Day("on", f.On)
	var list []stocktaking.Finding
	for _, code := range form["asset"] {
		f.Results[code], f.Notes[code] = form.Get("result-"+code), form.Get("note-"+code)
		if f.Results[code] != "" {
			list = append(list, stocktaking.Finding{
				Code: code, Result: stocktaking.Result(f.Results[code]), On: on, LookedBy: f.LookedBy, Note: f.Notes[code], NoticedOn: on, NoticedBy: f.LookedBy,
			})
		}
	}
	if len(list) == 0 {
		read.Wrong("looked_by", "答えが1つも選ばれていません。用紙に印のあるものを選んでください。")
	}
	if err = read.Err(); err == nil {
		err = s.stocktakings.Answer(r.Context(), screen.Actor(r.Context()), p.Code, p.SectionCode, list...)
	}
	if err != nil {
		return s.drawTyping(w, r, p, a, f, err)
	}
	to := address.With(a.at(address.StocktakingOf(p.Code, p.SectionCode, "typing")), "by", f.LookedBy)
	return screen.GoOn(w, r, to, "stocktaking-typed")
}

func (s *Screens) drawTyping(w http.ResponseWriter, r *http.Request, p stocktaking.Place, a asked, f filled, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	a.Open, a.Result = true, ""
	page, err := s.stocktakings.Lines(r.Context(), screen.Actor(r.Context()), p, a.Choice)
	if err != nil {
		return err
	}
	screen.Render(w, r, status, typingPage(typingView{
		Frame: screen.Frame(r, "用紙から入力する", wayIn(p)...), Place: p, Page: page, Asked: a, Filled: f, Problems: asTyped(problems),
	}))
	return nil
}

// asTyped are the problems of a sheet by its own fields: who has filled it in has noticed what
// is missing, on its day. What is wrong in all rows is said once.
func asTyped(problems []fault.Problem) (list []fault.Problem) {
	for _, p := range problems {
		switch p.Field {
		case "noticed_by":
			p = fault.Problem{Field: "looked_by", Message: "「所在不明」があるときは、記入した人を入力してください。"}
		case "noticed_on":
			p.Field = "on"
		}
		if !slices.Contains(list, p) {
			list = append(list, p)
		}
	}
	return list
}

// problemOf is what is wrong in the row of an asset; empty for nothing.
func (p typingView) problemOf(code string) string {
	for _, wrong := range p.Problems {
		if wrong.Field == "note-"+code || wrong.Field == "result-"+code {
			return wrong.Message
		}
	}
	return ""
}

func (s *Screens) showRecord(w http.ResponseWriter, r *http.Request) error {
	t, err := s.whole(r)
	if err != nil {
		return err
	}
	ctx, actor, section := r.Context(), screen.Actor(r.Context()), r.URL.Query().Get("section")
	record, err := s.stocktakings.Record(ctx, actor, t, section)
	if err != nil {
		return err
	}
	scheme, err := s.register.Scheme(ctx, actor)
	if err != nil {
		return err
	}
	return screen.Show(w, r, recordPage(recordView{
		Frame: screen.Frame(r, t.Number()+"の記録", way(t)...), Stocktaking: t, Record: record, Section: section, Scheme: scheme, Today: screen.Today(ctx),
	}))
}
