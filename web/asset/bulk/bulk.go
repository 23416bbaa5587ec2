package bulk

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"kagami/internal/address"
	"kagami/internal/asset"
	"kagami/internal/asset/bulk"
	"kagami/internal/asset/find"
	"kagami/internal/fault"
	"kagami/web/component"
	"kagami/web/component/register"
	"kagami/web/layout"
	"kagami/web/screen"
)

// typed is what somebody has typed of a change, as the form sends it.
type typed struct{ url.Values }

// has tells whether a box of a list is ticked.
func (t typed) has(name, value string) bool { return slices.Contains(t.Values[name], value) }

// read is the change that the form asks for; an error says what contradicts itself.
func (t typed) read() (bulk.Change, error) {
	var form screen.Form
	c := bulk.Change{Texts: map[string]string{}, Levels: map[asset.Aspect]string{}, Zone: t.Get("zone"), Checked: t.Get("checked") != "", Why: t.Get("why")}
	for _, key := range bulk.Texts {
		text := strings.TrimSpace(strings.ReplaceAll(t.Get(key), "\r\n", "\n"))
		empties := t.has("empty", key)
		switch {
		case text != "" && empties:
			form.Wrong(key, bulk.Field(key).Title+"に、新しい内容と「空にする」の両方があります。どちらかにしてください。")
		case text != "" || empties:
			c.Texts[key] = text
		}
	}
	for _, aspect := range asset.Aspects {
		c.Levels[aspect] = t.Get(string(aspect))
	}
	for _, h := range t.Values["add"] {
		c.Add = append(c.Add, asset.Handling(h))
	}
	for _, h := range t.Values["remove"] {
		c.Remove = append(c.Remove, asset.Handling(h))
	}
	return c, form.Err()
}

// fields are the names of the form's fields, which the preview sends on.
func fields() []string {
	names := slices.Concat(bulk.Texts, []string{"empty", "zone", "add", "remove", "checked", "why"})
	for _, aspect := range asset.Aspects {
		names = append(names, string(aspect))
	}
	return names
}

func (s *Screens) showForm(w http.ResponseWriter, r *http.Request) error {
	if err := bulk.AskChange(screen.Actor(r.Context())); err != nil {
		return err
	}
	return s.drawForm(w, r, nil)
}

// change shows what a change would do, and does what was shown.
func (s *Screens) change(w http.ResponseWriter, r *http.Request) error {
	ctx, actor, asked := r.Context(), screen.Actor(r.Context()), find.AskedOf(r.URL.Query())
	change, err := typed{r.PostForm}.read()
	if err != nil {
		return s.drawForm(w, r, err)
	}
	switch r.PostForm.Get("do") {
	case "choose":
		return s.drawForm(w, r, nil)
	case "preview":
		return s.preview(w, r, change, nil)
	case "apply":
		switch token, err := s.changing.Apply(ctx, actor, asked.Search(""), change, r.PostForm.Get("digest")); fault.KindOf(err) {
		case fault.Conflict:
			return s.preview(w, r, change, err)
		case fault.Invalid:
			return s.drawForm(w, r, err)
		default:
			if err != nil {
				return err
			}
			return screen.GoOn(w, r, asked.At(address.BulkChange(token), "", ""), "assets-changed")
		}
	}
	return screen.ErrNoAct()
}

// preview shows what a change would do now.
func (s *Screens) preview(w http.ResponseWriter, r *http.Request, change bulk.Change, refusal error) error {
	ctx, actor, asked := r.Context(), screen.Actor(r.Context()), find.AskedOf(r.URL.Query())
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	plan, err := s.changing.Plan(ctx, actor, asked.Search(""), change)
	if err != nil {
		return s.drawForm(w, r, err)
	}
	scheme, err := s.register.Scheme(ctx, actor)
	if err != nil {
		return err
	}
	screen.Render(w, r, status, planPage(planView{
		Frame: screen.Frame(r, "変わる内容を確かめる", register.Link, layout.Link{Label: "まとめて変更", Address: asked.At(address.AssetsBulk, "", "")}),
		Plan:  plan, Asked: asked, Typed: typed{r.PostForm}, Scheme: scheme, Problems: problems,
	}))
	return nil
}

// drawForm asks what to change; it keeps what was typed.
func (s *Screens) drawForm(w http.ResponseWriter, r *http.Request, refusal error) error {
	ctx, actor, asked := r.Context(), screen.Actor(r.Context()), find.AskedOf(r.URL.Query())
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	scheme, err := s.register.Scheme(ctx, actor)
	if err != nil {
		return err
	}
	found, err := s.finding.List(ctx, actor, asked.Search(""))
	if err != nil && fault.KindOf(err) != fault.Invalid { // the refusal says what is wrong with the words
		return err
	}
	view := formView{
		Frame: screen.Frame(r, "まとめて変更", register.Link), Asked: asked, Typed: typed{r.PostForm}, Scheme: scheme, Found: found, Problems: problems, Mine: found.Count,
	}
	sections, err := s.finding.Sections(ctx, actor)
	if err != nil {
		return err
	}
	view.Conditions = asked.Conditions(scheme, sections)
	if refusal == nil {
		switch mine, err := s.changing.Changeable(ctx, actor, asked.Search("")); {
		case fault.KindOf(err) == fault.Invalid: // there are so many that the preview refuses them
		case err != nil:
			return err
		default:
			view.Mine, view.Counted = mine, mine < found.Count || found.More
		}
	}
	screen.Render(w, r, status, formPage(view))
	return nil
}

// input is the field of a column.
func (p formView) input(key, label, hint string) component.Input {
	return component.Input{Name: key, Label: label, Hint: hint, Value: p.Typed.Get(key), Problems: p.Problems}
}

// problem is what is wrong with a field; empty for nothing.
func (p formView) problem(field string) string {
	for _, problem := range p.Problems {
		if problem.Field == field {
			return problem.Message
		}
	}
	return ""
}

func (p formView) levels(aspect asset.Aspect) []component.Choice {
	var list []component.Choice
	for _, l := range p.Scheme.Of(aspect) {
		if aspect != asset.Confidentiality || l.Key != asset.Unsettled { // which is to be settled, and not to be chosen
			list = append(list, component.Choice{Value: l.Key, Label: l.Title})
		}
	}
	return list
}

func (p formView) zones() []component.Choice {
	var list []component.Choice
	for _, z := range p.Scheme.Zones {
		list = append(list, component.Choice{Value: z.Key, Label: z.Title})
	}
	return list
}

// mostShown is how many assets of a plan are shown one by one.
const mostShown = 100

func shown[T any](lines []T) []T { return lines[:min(len(lines), mostShown)] }

// difference is one column that is changed.
type difference struct{ Title, From, To string }

// differing are the columns in which an asset is changed.
func differing(scheme asset.Scheme, before, after map[string]string) []difference {
	var list []difference
	for _, f := range asset.Fields {
		if to, there := after[f.Key]; there && !f.Inner {
			list = append(list, difference{f.Title, component.OrNone(scheme.Shown(f.Key, before[f.Key])), component.OrNone(scheme.Shown(f.Key, to))})
		}
	}
	if to, there := after["state"]; there {
		list = append(list, difference{"状態", asset.State(before["state"]).Title(), asset.State(to).Title()})
	}
	return list
}

// changes are what an asset that becomes otherwise is changed in.
func changes(scheme asset.Scheme, was asset.Asset, is asset.Details, becomes asset.State) []difference {
	before, after := asset.Changed(was.Details, is)
	if becomes != was.State {
		before["state"], after["state"] = string(was.State), string(becomes)
	}
	return differing(scheme, before, after)
}
