// Package relation is the page of what an asset rests on and what stops where it stops, as a
// picture and as lists.
package relation

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"
	"golang.org/x/text/unicode/norm"

	"kagami/internal/address"
	"kagami/internal/asset"
	"kagami/internal/asset/relation"
	"kagami/internal/authz"
	"kagami/internal/fault"
	"kagami/internal/state"
	"kagami/internal/task"
	"kagami/web/component"
	"kagami/web/component/layers"
	"kagami/web/component/register"
	"kagami/web/layout"
	"kagami/web/screen"
)

// Screens are that screen.
type Screens struct {
	register  *asset.Service
	relations *relation.Service
}

// New makes the screens.
func New(register *asset.Service, relations *relation.Service) *Screens {
	return &Screens{register, relations}
}

// Part is what the portal takes in.
func (s *Screens) Part() screen.Part {
	return screen.Part{
		Routes: []screen.Route{
			screen.Get("/assets/{asset}/relations", authz.ReadAssets, s.showRelations),
			screen.Post("/assets/{asset}/relations", authz.ChangeAssets, s.changeRelation),
		},
		Flashes: map[string]layout.Done{
			"asset-rests":    {Heading: "土台を加えました", Text: "加えたことは、下の履歴に残ります。"},
			"asset-asks":     {Heading: "土台にしたいと申し出ました", Text: "他課の資産です。その課室の情報セキュリティ管理者が認めると、土台になります。"},
			"asset-released": {Heading: "土台から外しました", Text: "外したことは、下の履歴に残ります。"},
			"asset-taken":    {Heading: "この資産から外しました", Text: "その資産は、この資産を土台にしていないことになりました。外したことは、両方の履歴に残ります。"},
			"asset-agreed":   {Heading: "申し出を認めました", Text: "この資産が止まると、その資産も止まるものとして扱います。認めたことは、両方の履歴に残ります。"},
			"asset-refused":  {Heading: "申し出を断りました", Text: "この資産の分類には、影響しません。断ったことは、両方の履歴に残ります。"},
		},
		Tasks:    s.tasks,
		Counters: []state.Counter{relation.ChangeCounter},
	}
}

// tasks are what other sections ask of who answers for an asset.
func (s *Screens) tasks(actor authz.Actor, b *task.Batch) {
	s.relations.QueueAsked(b, actor, func(n relation.Waiting) {
		if n.Asks > 0 {
			b.Add(task.Task{
				What: fmt.Sprintf("他課からの、資産を土台にしたいという申し出%d件に答える", n.Asks), Why: "認めると、その情報の分類が、土台の資産にもかかります。",
				Act: "申し出を見る", URL: address.AssetRelations(n.Code) + "#asks",
			})
		}
	})
}

// asset is the one that the address names.
func (s *Screens) asset(r *http.Request) (asset.Asset, error) {
	return s.register.Find(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "asset"))
}

func (s *Screens) showRelations(w http.ResponseWriter, r *http.Request) error {
	a, err := s.asset(r)
	if err != nil {
		return err
	}
	return s.drawRelations(w, r, a, nil)
}

// changeRelation says that the asset rests on another, or no longer does.
func (s *Screens) changeRelation(w http.ResponseWriter, r *http.Request) error {
	a, err := s.asset(r)
	if err != nil {
		return err
	}
	ctx, actor, on, done := r.Context(), screen.Actor(r.Context()), strings.ToLower(strings.TrimSpace(norm.NFKC.String(r.PostForm.Get("on")))), "asset-rests"
	switch act := r.PostForm.Get("act"); {
	case act == "release":
		err, done = s.relations.Release(ctx, actor, a.Code, on), "asset-released"
	case act == "take":
		err, done = s.relations.Release(ctx, actor, on, a.Code), "asset-taken"
	case act == "agree":
		err, done = s.relations.Answer(ctx, actor, a.Code, on, true), "asset-agreed"
	case act == "refuse":
		err, done = s.relations.Answer(ctx, actor, a.Code, on, false), "asset-refused"
	case on == "":
		err = fault.InvalidFields([]fault.Problem{{Field: "on", Message: "管理番号を入力してください。"}})
	default:
		err = s.relations.Rest(ctx, actor, a.Code, on)
		if err == nil {
			var asking []string
			asking, err = s.relations.Asking(ctx, actor, a.Code)
			if slices.Contains(asking, on) {
				done = "asset-asks"
			}
		}
	}
	if err != nil {
		return s.drawRelations(w, r, a, err)
	}
	return screen.GoOn(w, r, address.AssetRelations(a.Code), done)
}

// drawRelations shows the page as it is now, with what was refused.
func (s *Screens) drawRelations(w http.ResponseWriter, r *http.Request, a asset.Asset, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	ctx, actor := r.Context(), screen.Actor(r.Context())
	view := relationsView{
		Frame: screen.Frame(r, "土台と影響："+a.Name, register.Way(a.Code)...), Asset: a, MayChange: a.MayChange(actor), On: r.PostForm.Get("on"), Problems: problems,
	}
	if r.PostForm.Get("act") != "" {
		view.On = ""
	}
	if view.Scheme, err = s.register.Scheme(ctx, actor); err != nil {
		return err
	}
	if view.Around, err = s.relations.Around(ctx, actor, a.Code); err != nil {
		return err
	}
	if view.MayChange {
		if view.Offers, err = s.relations.Offers(ctx, actor, a); err != nil {
			return err
		}
	}
	if view.Floors, err = s.relations.Floors(ctx, actor, a); err != nil {
		return err
	}
	if view.History, err = s.relations.History(ctx, actor, a.Code); err != nil {
		return err
	}
	if view.Asks, err = s.relations.Asks(ctx, actor, a); err != nil {
		return err
	}
	if view.Asking, err = s.relations.Asking(ctx, actor, a.Code); err != nil {
		return err
	}
	screen.Render(w, r, status, relationsPage(view))
	return nil
}

// bearers names the kinds on which the asset may rest.
func (p relationsView) bearers() string {
	var titles []string
	for _, kind := range relation.Bearers(p.Kind) {
		titles = append(titles, kind.Title())
	}
	return strings.Join(titles, "、")
}

// offers are what can be chosen.
func (p relationsView) offers() []component.Choice {
	var list []component.Choice
	for _, o := range p.Offers {
		list = append(list, component.Choice{Value: o.Code, Label: o.Name})
	}
	return list
}

// broken are the levels that are lower than those of what rests on the asset.
func (p relationsView) broken() []relation.Floor { return relation.Broken(p.Floors) }

// anyLow tells whether something in the picture is marked.
func (p relationsView) anyLow() bool {
	isLow := func(n relation.Neighbor) bool { return n.Low }
	return len(p.broken()) > 0 || slices.ContainsFunc(p.Above.Neighbors, isLow) || slices.ContainsFunc(p.Below.Neighbors, isLow)
}

// whence says of which asset the level comes that the asset's is lower than, and what to do.
func (p relationsView) whence(f relation.Floor) string {
	return whose(f) + f.Demand(p.Scheme)
}

// whose names the asset that a floor comes from.
func whose(f relation.Floor) string {
	if f.Name == "" {
		return "他課の資産"
	}
	return "「" + f.Name + "」（" + f.Code + "）"
}

// picture is what stands around the asset, to be drawn: what stops with it upwards, and what
// it rests on downwards.
func (p relationsView) picture() layers.Picture {
	picture := layers.Picture{Title: "「" + p.Name + "」が止まると止まるものと、その土台", Text: "上に、止まるものが" + many(p.Above.Count()) +
		"。下に、土台が" + many(p.Below.Count()) + "。同じ内容を、下の表で読めます。"}
	own := layers.Layer{Label: "この資産", Boxes: []layers.Box{{Key: p.ID, Name: p.Name, Note: p.note(p.Kind, p.Confidentiality), Middle: true, Mark: mark(len(p.broken()) > 0)}}}
	isBelow := false
	for _, l := range p.Layers(p.ID) {
		if l.Steps < 0 && !isBelow {
			picture.Layers, isBelow = append(picture.Layers, own), true
		}
		picture.Layers = append(picture.Layers, p.layer(l))
	}
	if !isBelow {
		picture.Layers = append(picture.Layers, own)
	}
	for _, r := range p.Rests {
		picture.Lines = append(picture.Lines, layers.Line{From: r.Asset, To: r.RestsOn})
	}
	return picture
}

// layer is one layer of the picture.
func (p relationsView) layer(l relation.Layer) layers.Layer {
	drawn := layers.Layer{Label: "直接載っているもの（止まるもの）"}
	table := "above"
	switch {
	case l.Steps > 1:
		drawn.Label = "間に" + strconv.Itoa(l.Steps-1) + "件をはさんで載っているもの（止まるもの）"
	case l.Steps == -1:
		drawn.Label, table = "直接の土台", "below"
	case l.Steps < -1:
		drawn.Label, table = "間に"+strconv.Itoa(-l.Steps-1)+"件をはさんだ土台", "below"
	}
	for _, n := range l.Drawn {
		b := layers.Box{Key: n.ID, Name: "他課の資産"}
		if n.Seen() {
			b = layers.Box{Key: n.ID, Name: n.Name, Note: p.note(n.Kind, n.Confidentiality), URL: address.Asset(n.Code), Mark: mark(n.Low)}
		}
		drawn.Boxes = append(drawn.Boxes, b)
	}
	if l.Left > 0 || l.More {
		drawn.Boxes = append(drawn.Boxes, layers.Box{Name: "ほか" + many(l.Left, l.More), Note: "下の表で見る", URL: "#" + table, Rest: true})
	}
	return drawn
}

// note is the kind and the 機密性 of an asset in its box.
func (p relationsView) note(kind asset.Kind, confidentiality string) string {
	if confidentiality == "" {
		confidentiality = "未定"
	}
	return kind.Title() + "　機密性" + confidentiality
}

func mark(isLow bool) string {
	if isLow {
		return "要是正：分類が低い"
	}
	return ""
}

// many is how many there are, or at least are.
func many(n int, more bool) string {
	if more {
		return strconv.Itoa(n) + "件以上"
	}
	return strconv.Itoa(n) + "件"
}

// levels are the three levels of a neighbor, or of what asks to be one.
func levels(n interface {
	Level(aspect asset.Aspect) string
}) string {
	var titles []string
	for _, aspect := range asset.Aspects {
		titles = append(titles, aspect.Title()+n.Level(aspect))
	}
	return strings.Join(titles, "、")
}
