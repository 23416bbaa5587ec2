package keeping

import (
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/calendar"
	"kagami/internal/fault"
	"kagami/internal/org/keeper"
	"kagami/web/component"
	"kagami/web/component/register"
	"kagami/web/layout"
	"kagami/web/screen"
)

func (s *Screens) showKeepers(w http.ResponseWriter, r *http.Request) error {
	return s.drawKeepers(w, r, nil)
}

func (s *Screens) changeKeepers(w http.ResponseWriter, r *http.Request) error {
	form := r.PostForm
	var read screen.Form
	first := read.Day("first", form.Get("first"))
	err := read.Err()
	if err == nil {
		err = s.keepers.Name(r.Context(), screen.Actor(r.Context()), form.Get("section"), form.Get("person"), first)
	}
	if err != nil {
		return s.drawKeepers(w, r, err)
	}
	return screen.GoOn(w, r, address.With(address.AssetKeepers, "person", form.Get("person")), "keeper-named")
}

func (s *Screens) showTakeBack(w http.ResponseWriter, r *http.Request) error {
	return s.drawTakeBack(w, r, nil)
}

func (s *Screens) takeBack(w http.ResponseWriter, r *http.Request) error {
	k, _, err := s.keeper(r)
	if err != nil {
		return err
	}
	if err := s.keepers.TakeBack(r.Context(), screen.Actor(r.Context()), k.ID); err != nil {
		return s.drawTakeBack(w, r, err)
	}
	return screen.GoOn(w, r, address.With(address.AssetKeepers, "person", k.StaffNumber), "keeper-taken-back")
}

// keeper is who the address names, by their naming, with their section.
func (s *Screens) keeper(r *http.Request) (keeper.Keeper, keeper.Section, error) {
	desk, err := s.keepers.Desk(r.Context(), screen.Actor(r.Context()))
	if err != nil {
		return keeper.Keeper{}, keeper.Section{}, err
	}
	for _, k := range desk.Keepers {
		if strconv.FormatInt(k.ID, 10) != chi.URLParam(r, "naming") {
			continue
		}
		for _, section := range desk.Sections {
			if section.ID == k.Section {
				return k, section, nil
			}
		}
	}
	return keeper.Keeper{}, keeper.Section{}, fault.New(fault.NotFound, "この台帳担当者は、見つかりません。一覧を開き直してください。")
}

// drawTakeBack asks before somebody keeps a register no more.
func (s *Screens) drawTakeBack(w http.ResponseWriter, r *http.Request, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	k, section, err := s.keeper(r)
	if err != nil {
		return err
	}
	screen.Render(w, r, status, takeBackPage(takeBackView{
		Frame:  screen.Frame(r, k.Name+"の台帳担当者の指定を解除する", register.Link, layout.Link{Label: "台帳担当者を決める", Address: address.AssetKeepers}),
		Keeper: k, Of: section, Today: screen.Today(r.Context()), Problems: problems,
	}))
	return nil
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
		Frame: screen.Frame(r, "台帳担当者を決める", register.Link), Desk: desk, Problems: problems, Today: screen.Today(r.Context()),
		Section: r.PostForm.Get("section"), Person: r.PostForm.Get("person"), First: screen.Today(r.Context()).String(),
	}
	if first := r.PostForm.Get("first"); first != "" {
		view.First = first
	}
	view.tell(r)
	screen.Render(w, r, status, keepersPage(view))
	return nil
}

// tell names in what is said of a naming, or of its end, whom it was about and from when.
func (p *keepersView) tell(r *http.Request) {
	about := r.URL.Query().Get("person")
	for _, k := range p.Keepers {
		if k.StaffNumber == about {
			screen.Tell(r, &p.Frame, "keeper-named", k.Name+"は、"+calendar.Wareki(k.First)+"から、この課室の情報資産の下書きを作れます。本人に、お知らせが届きました。")
		}
	}
	for _, m := range p.Members {
		if m.StaffNumber == about {
			screen.Tell(r, &p.Frame, "keeper-taken-back", m.Name+"は、これからは下書きを作れません。書きかけの下書きは、残っています。本人に、お知らせが届きました。")
		}
	}
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
