// Package hand is the screen on which the assets of a section that is no more go to another
// one.
package hand

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/asset"
	"kagami/internal/asset/hand"
	"kagami/internal/authz"
	"kagami/internal/handover"
	"kagami/internal/notice"
	"kagami/internal/task"
	"kagami/web/component"
	"kagami/web/component/register"
	"kagami/web/layout"
	"kagami/web/screen"
)

// Screens are that screen.
type Screens struct{ handing *hand.Service }

// New makes the screen.
func New(handing *hand.Service) *Screens { return &Screens{handing} }

// Part is what the portal takes in.
func (s *Screens) Part() screen.Part {
	return screen.Part{
		Routes: []screen.Route{
			screen.Get("/assets/hand/{section}", authz.HandAssets, s.show),
			screen.Post("/assets/hand/{section}", authz.HandAssets, s.over),
		},
		Flashes: map[string]layout.Done{
			"assets-handed": {Heading: "情報資産を引き継ぎました", Text: "管理番号は、そのままです。引き継いだ課室の情報セキュリティ管理者に、お知らせが届きました。"},
		},
		Tasks:   s.tasks,
		Topics:  []notice.Topic{hand.Topic()},
		Belongs: s.belongs,
	}
}

// tasks are what abolished sections have left.
func (s *Screens) tasks(actor authz.Actor, b *task.Batch) {
	s.handing.QueueLeft(b, actor, func(list []hand.Left) {
		for _, l := range list {
			b.Add(task.Task{
				What: fmt.Sprintf("廃止した%sの%sを引き継ぐ", l.Name, l.What(component.Thousands)), Why: "所管する課室がありません。引き継ぐ課室を決めてください。",
				Act: "引き継ぐ", About: l.Name, URL: address.AssetHanding(l.Code),
			})
		}
	})
}

// belongs is what the organization says of a section.
func (s *Screens) belongs(ctx context.Context, actor authz.Actor, section string) (handover.Belonging, error) {
	left, err := s.handing.Belongs(ctx, actor, section)
	what := left.What(component.Thousands)
	if err != nil || what == "" {
		return handover.Belonging{}, err
	}
	found := handover.Belonging{What: what}
	if _, may := actor.May(authz.HandAssets, authz.Matter{}); may {
		found.URL = address.AssetHanding(section)
	}
	return found, nil
}

func (s *Screens) show(w http.ResponseWriter, r *http.Request) error {
	return s.draw(w, r, r.URL.Query().Get("at"), r.URL.Query().Get("to"), nil)
}

func (s *Screens) over(w http.ResponseWriter, r *http.Request) error {
	var read screen.Form
	form := r.PostForm
	h := hand.Handing{
		From: chi.URLParam(r, "section"), To: form.Get("to"), All: form.Get("which") != "ticked", Count: read.Number("count", form.Get("count")), Codes: form["asset"], Why: form.Get("why"),
		At: form.Get("at"), Communications: read.Number("communications", form.Get("communications")), Sure: form.Get("sure") != "",
	}
	if h.All && len(h.Codes) > 0 { // whoever has ticked some does not mean all
		read.Wrong("which", "表に印を付けたものがありますが、「すべて」が選ばれています。印を付けたものだけにするか、印を外してください。")
	}
	err := read.Err()
	var at time.Time
	if err == nil {
		at, err = s.handing.Over(r.Context(), screen.Actor(r.Context()), h)
	}
	if err != nil {
		return s.draw(w, r, h.At, h.To, err)
	}
	return screen.GoOn(w, r, address.With(address.AssetHanding(h.From), "handed", asset.HandedAt(at)), "assets-handed")
}

// draw shows what a section has left, or handed over, and what becomes of it in another one.
func (s *Screens) draw(w http.ResponseWriter, r *http.Request, at, to string, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	ctx, actor, section := r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "section")
	plan, err := s.handing.Look(ctx, actor, section, at, to)
	if wrong, as, failure := screen.Refused(err); err != nil && failure == nil && len(wrong) > 0 && plan.From.ID != 0 { // the other one is none
		if refusal == nil {
			problems, status = wrong, as
		}
		plan, err = s.handing.Look(ctx, actor, section, at, "")
	}
	if err != nil {
		return err
	}
	p := handView{
		Frame: screen.Frame(r, plan.From.Name+"の情報資産を引き継ぐ", register.Link, layout.Link{Label: "台帳の概要", Address: address.AssetOverview}),
		Plan:  plan, Why: r.PostForm.Get("why"), Ticked: r.PostForm["asset"], Sure: r.PostForm.Get("sure"), Which: r.PostForm.Get("which"), Problems: problems,
	}
	if name := r.URL.Query().Get("handed"); name != "" {
		if err := s.tell(r, &p, name); err != nil {
			return err
		}
	}
	screen.Render(w, r, status, handPage(p))
	return nil
}

// tell says what the hand-over of that name has handed over, and leads to these assets.
func (s *Screens) tell(r *http.Request, p *handView, name string) error {
	at, is := asset.ParseHanded(name)
	if !is {
		return nil
	}
	done, err := s.handing.Done(r.Context(), screen.Actor(r.Context()), at)
	if err != nil || done.To == "" {
		return err
	}
	number := "管理番号" // the section's own may have been taken away
	if done.Assets == 0 {
		number = "番号"
	}
	screen.Tell(r, &p.Frame, "assets-handed", done.What(component.Thousands)+"を、"+done.To+"に引き継ぎました。"+number+"は、そのままです。"+done.To+"の情報セキュリティ管理者に、お知らせが届きました。")
	if done.Assets > 0 {
		p.Handed = layout.Link{Label: "引き継いだ情報資産" + component.Thousands(done.Assets) + "件を見る", Address: address.With(address.Assets, "handed", name)}
	}
	return nil
}

// offered are the sections to choose from.
func (p handView) offered() []component.Choice {
	var list []component.Choice
	for _, s := range p.Offered {
		list = append(list, component.Choice{Value: s.Code, Label: s.Name})
	}
	return list
}

// here is the page of what From has handed over to a section, by its code; of an empty code
// that of what it has left.
func (p handView) here(at string) string {
	u := address.AssetHanding(p.From.Code)
	if at != "" {
		u = address.With(u, "at", at)
	}
	return u
}

// counted begins what is said of how much there is.
func (p handView) counted() string {
	if p.At.ID != 0 {
		return p.At.Name + "に引き継いだ"
	}
	return "残っている"
}

// holder is the name of the section that has it at present.
func (p handView) holder() string {
	if p.At.ID != 0 {
		return p.At.Name
	}
	return p.From.Name
}

// which are what can be handed over at once.
func (p handView) which() []component.Choice {
	all := component.Choice{Value: "all", Label: "すべて（" + component.Thousands(p.Count) + "件）"}
	switch {
	case p.Count == 0:
		return []component.Choice{{Value: "all", Label: "領域間の通信" + component.Thousands(p.Communications) + "件"}}
	case p.Communications > 0:
		all.Label = "すべて（" + component.Thousands(p.Count) + "件と、領域間の通信" + component.Thousands(p.Communications) + "件）"
	}
	return []component.Choice{all, {Value: "ticked", Label: "下の表で、印を付けたものだけ"}}
}

// chosen is which of these is chosen.
func (p handView) chosen() string {
	if p.Which == "" {
		return "all"
	}
	return p.Which
}

func (p handView) ticked(code string) bool { return slices.Contains(p.Ticked, code) }
