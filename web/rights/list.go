package rights

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"slices"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/rights"
	"kagami/web/component"
	"kagami/web/screen"
)

// asked is what the address of the ledger asks for, by the names of its fields.
type asked map[string]string

// questions are the fields of the ledger's form, in the order in which they stand in an
// address.
var questions = []string{"choice", "section", "system", "person"}

// url is the ledger that the same is asked of.
func (a asked) url() string {
	u := address.Rights
	for _, field := range questions {
		if a[field] != "" {
			u = address.With(u, field, a[field])
		}
	}
	return u
}

// narrowed tells whether something is asked for.
func (a asked) narrowed() bool { return a.url() != address.Rights }

// showList shows the ledger; to who sees no more than their own, these.
func (s *Screens) showList(w http.ResponseWriter, r *http.Request) error {
	ctx, actor, a := r.Context(), screen.Actor(r.Context()), asked{}
	if s.rights.AskList(actor) != nil {
		return s.showOwn(w, r)
	}
	for _, name := range questions {
		a[name] = r.URL.Query().Get(name)
	}
	after := r.URL.Query().Get("after")
	found, err := s.rights.List(ctx, actor, rights.Search{Choice: a["choice"], Section: a["section"], System: a["system"], Person: a["person"], After: after})
	if err != nil {
		return err
	}
	sections, err := s.rights.Sections(ctx, actor)
	if err != nil {
		return err
	}
	rows, err := s.table(ctx, found)
	if err != nil {
		return err
	}
	return screen.Show(w, r, listPage(listView{
		Frame: screen.Frame(r, "アカウント管理台帳"), Page: found, Table: rows, Asked: a, Sections: sections, Later: after != "", MayAsk: actor.Reach(authz.AskRights) != authz.None,
		MayRecord: actor.Reach(authz.RecordRights) >= authz.Own, MayExport: actor.Reach(authz.ReadSystemRights) >= authz.Own,
	}))
}

// orderOf is the order of a page's rights, in words, and that it is not all.
func orderOf(p rights.Page) string {
	if p.Next != "" {
		return "続きがあります。新しい順"
	}
	return "新しい順"
}

// cachedTables is how many tables are cached, those used last: of some 60 KB each.
const cachedTables = 100

// table draws the table of the ledger, or takes it as it was drawn before.
func (s *Screens) table(ctx context.Context, p rights.Page) (templ.Component, error) {
	rows := table(p.Rights, orderOf(p), true, true)
	if p.Stamp == (rights.Stamp{}) {
		return rows, nil
	}
	return s.tables.Get(p.Stamp, func() (templ.Component, error) {
		var drawn bytes.Buffer
		if err := rows.Render(ctx, &drawn); err != nil {
			return nil, fmt.Errorf("drawing the ledger: %w", err)
		}
		return templ.Raw(drawn.String()), nil
	})
}

func choices() []component.Choice {
	var list []component.Choice
	for _, c := range rights.Choices {
		list = append(list, component.Choice{Value: c.Key, Label: c.Title})
	}
	return list
}

func choicesOf(sections []rights.Section) []component.Choice {
	var list []component.Choice
	for _, s := range sections {
		list = append(list, component.Choice{Value: s.Code, Label: s.Name})
	}
	return list
}

// chip is how a standing is drawn.
func chip(s rights.Standing) string {
	if s.Barred() {
		return "chip late"
	}
	return "chip"
}

func (s *Screens) showOwn(w http.ResponseWriter, r *http.Request) error {
	p, err := s.rights.FindPerson(r.Context(), screen.Actor(r.Context()), "")
	if err != nil {
		return err
	}
	return s.drawPerson(w, r, p, true)
}

func (s *Screens) showPerson(w http.ResponseWriter, r *http.Request) error {
	p, err := s.rights.FindPerson(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "person"))
	if err != nil {
		return err
	}
	return s.drawPerson(w, r, p, false)
}

// drawPerson shows what somebody may use, and what bars it.
func (s *Screens) drawPerson(w http.ResponseWriter, r *http.Request, p rights.Person, own bool) error {
	ctx, actor := r.Context(), screen.Actor(r.Context())
	list, err := s.rights.OfPerson(ctx, actor, p)
	if err != nil {
		return err
	}
	bars, err := s.bars.Of(ctx, actor, p.ID)
	if err != nil {
		return err
	}
	title, crumbs := p.Name+"さんの利用権限", listWay
	if own {
		title, crumbs = "自分の利用権限", nil
	}
	view := personView{Frame: screen.Frame(r, title, crumbs...), Person: p, Own: own, Rights: list, Bars: bars}
	if own {
		view.MayAsk = actor.Reach(authz.AskRights) != authz.None
	} else {
		view.MayAsk = slices.ContainsFunc(p.Sections, func(section int64) bool {
			_, may := actor.May(authz.AskRights, authz.Matter{Person: p.ID, PersonsSection: section})
			return may
		})
		for _, b := range beginnings {
			if s.asksToBarNow(r, p, b) == nil {
				view.Beginnings = append(view.Beginnings, b)
			}
		}
	}
	return screen.Show(w, r, personPage(view))
}

func (s *Screens) showSystems(w http.ResponseWriter, r *http.Request) error {
	words, after := r.URL.Query().Get("q"), r.URL.Query().Get("after")
	found, err := s.rights.Systems(r.Context(), screen.Actor(r.Context()), words, after)
	if err != nil {
		return err
	}
	return screen.Show(w, r, systemsPage(systemsView{Frame: screen.Frame(r, "システムごとの利用権限", listWay...), SystemPage: found, Words: words, Later: after != ""}))
}

func (s *Screens) showSystem(w http.ResponseWriter, r *http.Request) error {
	ctx, actor := r.Context(), screen.Actor(r.Context())
	y, err := s.rights.FindSystem(ctx, actor, chi.URLParam(r, "asset"))
	if err != nil {
		return err
	}
	after := r.URL.Query().Get("after")
	found, err := s.rights.List(ctx, actor, rights.Search{System: y.Code, After: after})
	if err != nil {
		return err
	}
	view := systemView{Frame: screen.Frame(r, y.Name+"の利用権限", systemsWay...), System: y, Page: found, Later: after != ""}
	_, view.MaySet = actor.May(authz.PermitRights, authz.Matter{SystemsSection: y.Section})
	return screen.Show(w, r, systemPage(view))
}

func (s *Screens) showMoved(w http.ResponseWriter, r *http.Request) error {
	list, err := s.rights.Moved(r.Context(), screen.Actor(r.Context()))
	if err != nil {
		return err
	}
	view := movedView{Frame: screen.Frame(r, "異動した人の利用権限", listWay...), Rights: list}
	if len(list) > rights.MovedOnPage {
		view.Rights, view.More = list[:rights.MovedOnPage], true
	}
	return screen.Show(w, r, movedPage(view))
}

func (s *Screens) showMovedOf(w http.ResponseWriter, r *http.Request) error {
	return s.drawMovedOf(w, r, nil)
}

// answerMoved says of all rights of somebody that the form showed whether they are still needed.
func (s *Screens) answerMoved(w http.ResponseWriter, r *http.Request) error {
	event := rights.EventKeep
	if r.PostForm.Get("act") == string(rights.EventEnd) {
		event = rights.EventEnd
	}
	if err := s.rights.AnswerMoved(r.Context(), screen.Actor(r.Context()), r.PostForm["right"], event, r.PostForm.Get("note")); err != nil {
		return s.drawMovedOf(w, r, err)
	}
	return screen.GoOn(w, r, address.MovedRights, "right-moved")
}

func (s *Screens) drawMovedOf(w http.ResponseWriter, r *http.Request, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	number := chi.URLParam(r, "person")
	list, err := s.rights.MovedOf(r.Context(), screen.Actor(r.Context()), number)
	if err != nil {
		return err
	}
	view := movedOfView{
		Frame: screen.Frame(r, "異動した人の利用権限にまとめて答える", movedWay...), Number: number, Problems: problems,
		Note: component.Input{Name: "note", Label: "要らない理由", Hint: "「全部、要らない」を選ぶときに書きます。2000字まで。", Value: r.PostForm.Get("note"), Problems: problems},
	}
	for _, m := range list {
		view.Rights = append(view.Rights, m.Right)
	}
	screen.Render(w, r, status, movedOfPage(view))
	return nil
}
