package keeping

import (
	"net/http"
	"strconv"

	"kagami/internal/address"
	"kagami/internal/fault"
	"kagami/internal/org/keeper"
	"kagami/web/component"
	"kagami/web/screen"
)

func (s *Screens) showKeepers(w http.ResponseWriter, r *http.Request) error {
	return s.drawKeepers(w, r, nil)
}

func (s *Screens) changeKeepers(w http.ResponseWriter, r *http.Request) error {
	form := r.PostForm
	if form.Get("do") == "take-back" {
		id, err := strconv.ParseInt(form.Get("keeper"), 10, 64)
		if err != nil {
			return fault.New(fault.NotFound, "この台帳担当者は、見つかりません。一覧を開き直してください。")
		}
		if err := s.keepers.TakeBack(r.Context(), screen.Actor(r.Context()), id); err != nil {
			return s.drawKeepers(w, r, err)
		}
		return screen.GoOn(w, r, address.AssetKeepers, "keeper-taken-back")
	}
	var read screen.Form
	first := read.Day("first", form.Get("first"))
	err := read.Err()
	if err == nil {
		err = s.keepers.Name(r.Context(), screen.Actor(r.Context()), form.Get("section"), form.Get("person"), first)
	}
	if err != nil {
		return s.drawKeepers(w, r, err)
	}
	return screen.GoOn(w, r, address.AssetKeepers, "keeper-named")
}

// drawKeepers shows who keeps the registers, with what was typed of whom to name.
func (s *Screens) drawKeepers(w http.ResponseWriter, r *http.Request, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	desk, err := s.keepers.Desk(r.Context(), screen.Actor(r.Context()))
	if err != nil {
		return err
	}
	view := keepersView{
		Frame: screen.Frame(r, "台帳担当者を決める", registerLink), Desk: desk, Problems: problems, Today: screen.Today(r.Context()),
		Section: r.PostForm.Get("section"), Person: r.PostForm.Get("person"), First: screen.Today(r.Context()).String(),
	}
	if first := r.PostForm.Get("first"); first != "" {
		view.First = first
	}
	screen.Render(w, r, status, keepersPage(view))
	return nil
}

// keepers are those of a section.
func (p keepersView) keepers(section int64) []keeper.Keeper {
	var list []keeper.Keeper
	for _, k := range p.Keepers {
		if k.Section == section {
			list = append(list, k)
		}
	}
	return list
}

// members are who can be named in a section.
func (p keepersView) members(section int64) []component.Choice {
	var list []component.Choice
	for _, m := range p.Members {
		if m.Section == section {
			list = append(list, component.Choice{Value: m.StaffNumber, Label: m.Name + "（" + m.Title + "）"})
		}
	}
	return list
}

// input is a field of the form of a section: what was typed stays with its section.
func (p keepersView) input(section keeper.Section, name, label, value string) component.Input {
	i := component.Input{Name: name, Label: label, Value: value, Required: true}
	if p.Section == section.Code {
		i.Problems = p.Problems
	}
	return i
}

// person is who was chosen in the form of a section.
func (p keepersView) person(section keeper.Section) string {
	if p.Section == section.Code {
		return p.Person
	}
	return ""
}
