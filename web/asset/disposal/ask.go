package disposal

import (
	"net/http"
	"slices"
	"strings"

	"github.com/go-chi/chi/v5"
	"golang.org/x/text/unicode/norm"

	"kagami/internal/address"
	"kagami/internal/asset"
	"kagami/internal/asset/disposal"
	"kagami/internal/asset/life"
	"kagami/internal/fault"
	"kagami/web/component/register"
	"kagami/web/screen"
)

// dueDays is how many days from today it is offered to dispose of something by.
const dueDays = 30

// typed is what somebody has typed of what they ask for.
type typed struct {
	disposal.Asking
	Others string // 管理番号 of what is disposed of together with the asset
	Due    string
}

// askable is the asset that the address names, where it can be asked to dispose of it.
func (s *Screens) askable(r *http.Request) (asset.Asset, error) {
	a, err := s.register.Find(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "asset"))
	if err != nil {
		return a, err
	}
	if a.State == asset.Draft {
		return a, fault.New(fault.Conflict, "「"+a.Code+"」は下書きです。登録してから廃棄を申請するか、要らないものは「登録の誤りとして終える」で終えてください。")
	}
	return a, a.Ask(screen.Actor(r.Context()), life.Dispose)
}

// showAsk asks first for the medium, and then for the way: which there are hangs on it. What
// can't be found has neither.
func (s *Screens) showAsk(w http.ResponseWriter, r *http.Request) error {
	a, err := s.askable(r)
	if err != nil {
		return err
	}
	t := typed{Asking: disposal.Asking{Medium: disposal.Medium(r.URL.Query().Get("medium"))}, Due: screen.Today(r.Context()).AddDays(dueDays).String()}
	return s.drawAsk(w, r, a, t, nil)
}

func (s *Screens) ask(w http.ResponseWriter, r *http.Request) error {
	a, err := s.askable(r)
	if err != nil {
		return err
	}
	form := r.PostForm
	var read screen.Form
	t := typed{
		Asking: disposal.Asking{Ways: form["ways"], Witness: form.Get("witness"), Reason: strings.ReplaceAll(form.Get("reason"), "\r\n", "\n")},
		Others: form.Get("assets"), Due: form.Get("due"),
	}
	if a.State != life.Missing {
		t.Medium = disposal.Medium(form.Get("medium"))
		if t.Medium == "" {
			read.Wrong("medium", "媒体を選んでください。")
		}
	}
	t.Asking.Due = read.Day("due", t.Due)
	if a.State == life.Missing {
		t.Asking.Due = screen.Today(r.Context()) // nobody does anything by a day
	}
	t.Codes = append(strings.FieldsFunc(norm.NFKC.String(t.Others), func(c rune) bool { return strings.ContainsRune(" ,、\r\n\t", c) }), a.Code)
	var code string
	if err = read.Err(); err == nil {
		code, err = s.disposals.Ask(r.Context(), screen.Actor(r.Context()), t.Asking)
	}
	if err != nil {
		return s.drawAsk(w, r, a, t, err)
	}
	if a.State == life.Missing {
		return screen.GoOn(w, r, address.Disposal(code), "disposal-writeoff")
	}
	return screen.GoOn(w, r, address.Disposal(code), "disposal-ask")
}

// drawAsk shows the form, with what rests on the asset and what holds of it.
func (s *Screens) drawAsk(w http.ResponseWriter, r *http.Request, a asset.Asset, t typed, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	ctx, actor := r.Context(), screen.Actor(r.Context())
	view := askView{Frame: screen.Frame(r, "廃棄の申請："+a.Name, register.Way(a.Code)...), Asset: a, Typed: t, Problems: problems}
	if view.Above, view.Below, err = s.relations.Beside(ctx, actor, a); err != nil {
		return err
	}
	if view.Excepted, err = s.finding.Excepted(ctx, actor, a); err != nil {
		return err
	}
	if view.Out, err = s.disposals.Out(ctx, actor, a); err != nil {
		return err
	}
	if view.Of, err = s.disposals.Of(ctx, actor, a); err != nil {
		return err
	}
	if view.Rules, err = s.disposals.RulesForPortal(ctx); err != nil {
		return err
	}
	if view.Scheme, err = s.register.Scheme(ctx, actor); err != nil {
		return err
	}
	screen.Render(w, r, status, askPage(view))
	return nil
}

// class is what the asset is, as far as the way hangs on it.
func (p askView) class() string {
	level, _ := p.Scheme.Level(asset.Confidentiality, p.Confidentiality)
	zone, _ := p.Scheme.Zone(p.Zone)
	return level.Title + "、" + zone.Title
}

// demand is what the asset's class demands.
func (p askView) demand() disposal.Demand { return p.Rules.Demand(p.Confidentiality, p.Zone) }

// medium tells whether a medium is chosen that there is.
func (p askView) medium() bool {
	return slices.ContainsFunc(disposal.Media, func(c asset.Choice[disposal.Medium]) bool { return c.Value == p.Typed.Medium })
}
