package loan

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"kagami/internal/address"
	"kagami/internal/asset/loan"
	"kagami/internal/fault"
	"kagami/web/component"
	"kagami/web/screen"
)

// typed is what somebody has typed of what they ask for.
type typed struct {
	loan.Asking
	From, Until, EveryUntil string // days
}

func readTyped(r *http.Request) (typed, error) {
	form := r.PostForm
	t := typed{
		Asking: loan.Asking{Asset: code(form.Get("asset")), Section: form.Get("section"), Taker: form.Get("taker")},
		From:   form.Get("from_on"), Until: form.Get("until_on"), EveryUntil: form.Get("every_until"),
	}
	for _, f := range loan.Fields {
		f.Set(&t.Details, strings.ReplaceAll(form.Get(f.Key), "\r\n", "\n"))
	}
	t.Safeguards = form["safeguard"]
	var read screen.Form
	t.Details.From, t.Details.Until = read.Day("from_on", t.From), read.Day("until_on", t.Until)
	t.Every = read.Day("every_until", t.EveryUntil)
	return t, read.Err()
}

// code is a 管理番号 as it was typed, whatever its widths.
func code(typed string) string { return strings.TrimSpace(norm.NFKC.String(typed)) }

// showNew shows the form of the asset that the address names, or of what was asked for
// before; without either, what there is to choose from.
func (s *Screens) showNew(w http.ResponseWriter, r *http.Request) error {
	ctx, actor, asked := r.Context(), screen.Actor(r.Context()), r.URL.Query()
	t := typed{Asking: loan.Asking{Asset: code(asked.Get("asset"))}}
	if again := asked.Get("again"); again != "" {
		before, err := s.loans.Find(ctx, actor, again)
		if err != nil {
			return err
		}
		t.Details, t.Asset = before.Again(screen.Today(ctx)), before.AssetCode
		t.From, t.Until = t.Details.From.String(), t.Details.Until.String()
		colleagues, err := s.loans.Colleagues(ctx, actor)
		if err != nil {
			return err
		}
		if i := slices.IndexFunc(colleagues, func(c loan.Colleague) bool { return c.Person == before.TakerID }); i >= 0 {
			t.Taker = colleagues[i].StaffNumber
		}
	}
	if t.Asset == "" {
		return s.drawChoices(w, r, "", nil)
	}
	return s.drawNew(w, r, t, nil, loan.Reply{})
}

func (s *Screens) ask(w http.ResponseWriter, r *http.Request) error {
	t, err := readTyped(r)
	var reply loan.Reply
	if err == nil {
		reply, err = s.loans.Ask(r.Context(), screen.Actor(r.Context()), t.Asking)
	}
	if err != nil || len(reply.Bars) > 0 {
		return s.drawNew(w, r, t, err, reply)
	}
	return screen.GoOn(w, r, address.Loan(reply.Code), "loan-ask")
}

// drawNew shows the form. Where a rule has barred what was asked for, it says so with the
// clause, and keeps what was typed.
func (s *Screens) drawNew(w http.ResponseWriter, r *http.Request, t typed, refusal error, reply loan.Reply) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	if len(reply.Bars) > 0 {
		status = http.StatusUnprocessableEntity
	}
	ctx, actor := r.Context(), screen.Actor(r.Context())
	thing, err := s.loans.Thing(ctx, actor, t.Asset)
	if fault.KindOf(err) == fault.NotFound {
		return s.drawChoices(w, r, t.Asset, []fault.Problem{{Field: "asset", Message: screen.Message(err)}})
	}
	if err != nil {
		return err
	}
	sections, err := s.loans.Sections(ctx, actor)
	if err != nil {
		return err
	}
	colleagues, err := s.loans.Colleagues(ctx, actor)
	if err != nil {
		return err
	}
	scheme, err := s.loans.SchemeForPortal(ctx)
	if err != nil {
		return err
	}
	if t.Section == "" {
		t.Section = sectionFor(sections, thing)
	}
	if i := slices.IndexFunc(colleagues, func(c loan.Colleague) bool { return c.Person == actor.Person }); i >= 0 && t.Taker == "" {
		t.Taker = colleagues[i].StaffNumber
	}
	screen.Render(w, r, status, formPage(formView{
		Frame: screen.Frame(r, thing.Name+"の持出し・貸出しを申請する", listWay...), Thing: thing, Typed: t, Sections: sections, Colleagues: colleagues, Scheme: scheme,
		Reply: reply, Problems: problems,
	}))
	return nil
}

// sectionFor is for which of some sections a thing is asked for, where nobody says: that
// which holds it.
func sectionFor(sections []loan.Section, t loan.Thing) string {
	for _, s := range sections {
		if s.ID == t.Section {
			return s.Code
		}
	}
	if len(sections) > 0 {
		return sections[0].Code
	}
	return ""
}

// drawChoices shows what there is to choose from.
func (s *Screens) drawChoices(w http.ResponseWriter, r *http.Request, asset string, problems []fault.Problem) error {
	own, lent, err := s.loans.Choices(r.Context(), screen.Actor(r.Context()))
	if err != nil {
		return err
	}
	status := http.StatusOK
	if len(problems) > 0 {
		status = http.StatusUnprocessableEntity
	}
	screen.Render(w, r, status, choicesPage(choicesView{
		Frame: screen.Frame(r, "持出し・貸出しを申請する", listWay...), Own: own, Lent: lent, Asset: asset, Problems: problems,
	}))
	return nil
}

// text is the field of a text.
func (p formView) text(key, hint string) component.Input {
	f := loan.Fields[slices.IndexFunc(loan.Fields, func(f loan.Field) bool { return f.Key == key })]
	return component.Input{Name: key, Label: f.Title, Hint: hint + strconv.Itoa(f.Most) + "字まで。", Value: f.Text(p.Typed.Details), Required: true, Problems: p.Problems}
}

// day is the field of a day.
func (p formView) day(key, label, hint, value string, needed bool) component.Input {
	return component.Input{Name: key, Label: label, Hint: hint, Type: "date", Value: value, Required: needed, Problems: p.Problems}
}

func (p formView) takers() []component.Choice {
	var list []component.Choice
	for _, c := range p.Colleagues {
		list = append(list, component.Choice{Value: c.StaffNumber, Label: c.Name + "（" + c.Title + "）"})
	}
	return list
}

// offered are the safeguards that are offered for the thing.
func (p formView) offered() []loan.Safeguard {
	return slices.DeleteFunc(slices.Clone(p.Scheme.Safeguards), func(s loan.Safeguard) bool { return !s.Offered(p.Thing) })
}

// ticked tells whether somebody has chosen a safeguard.
func (p formView) ticked(s loan.Safeguard) bool { return slices.Contains(p.Typed.Safeguards, s.Key) }

// lacks tells whether what was asked for was barred for want of a safeguard.
func (p formView) lacks() bool {
	return slices.ContainsFunc(p.Reply.Bars, func(b loan.Bar) bool { return strings.HasPrefix(b.Rule, "safeguard-") })
}

// foreseen are the rules that will bar whatever is asked for of the thing; none where it was
// just barred, which says it already.
func (p formView) foreseen() []loan.Bar {
	if len(p.Reply.Bars) > 0 {
		return nil
	}
	return p.Scheme.Bars(p.Thing)
}
