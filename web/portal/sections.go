package portal

import (
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/org"
	"kagami/web/layout"
	"kagami/web/page"
	"kagami/web/screen"
)

var organizationLink = layout.Link{Label: "体制", Address: address.Organization}

func (p *Portal) showNewSection(w http.ResponseWriter, r *http.Request) error {
	return p.sectionForm(w, r, page.SectionForm{
		Frame: screen.Frame(r, "課室を加える", organizationLink), Address: address.Sections, Typed: page.SectionFields{Position: "0"},
	}, nil)
}

func (p *Portal) addSection(w http.ResponseWriter, r *http.Request) error {
	form := page.SectionForm{Frame: screen.Frame(r, "課室を加える", organizationLink), Address: address.Sections, Typed: typedSection(r)}
	section, err := readSection(form.Typed)
	if err == nil {
		_, err = p.Org.AddSection(r.Context(), screen.Actor(r.Context()), section)
	}
	if err != nil {
		return p.sectionForm(w, r, form, err)
	}
	return screen.GoOn(w, r, address.Section(section.Code), "section-added")
}

func (p *Portal) showSectionEdit(w http.ResponseWriter, r *http.Request) error {
	section, err := p.Org.Section(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "section"))
	if err != nil {
		return err
	}
	return p.sectionForm(w, r, p.sectionEdit(r, section, sectionFields(section)), nil)
}

func (p *Portal) changeSection(w http.ResponseWriter, r *http.Request) error {
	ctx, actor, code := r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "section")
	current, err := p.Org.Section(ctx, actor, code)
	if err != nil {
		return err
	}
	form := p.sectionEdit(r, current, typedSection(r))
	section, err := readSection(form.Typed)
	if err == nil {
		err = p.Org.ChangeSection(ctx, actor, code, section)
	}
	if err != nil {
		if now := sectionFields(current); now.Version != form.Typed.Version {
			form.Current, form.Typed.Version = &now, now.Version
		}
		return p.sectionForm(w, r, form, err)
	}
	return screen.GoOn(w, r, address.Section(section.Code), "changed")
}

func (p *Portal) sectionEdit(r *http.Request, section org.Section, typed page.SectionFields) page.SectionForm {
	return page.SectionForm{
		Frame:   screen.Frame(r, section.Name+"を変える", organizationLink, layout.Link{Label: section.Name, Address: address.Section(section.Code)}),
		Address: address.SectionEdit(section.Code), Existing: true, Typed: typed,
	}
}

// sectionForm shows the form, with what was wrong with it.
func (p *Portal) sectionForm(w http.ResponseWriter, r *http.Request, form page.SectionForm, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	form.Problems = problems
	if form.Parents, err = p.sections(r); err != nil {
		return err
	}
	screen.Render(w, r, status, page.SectionFormPage(form))
	return nil
}

// sections are the sections of today, for choosing one.
func (p *Portal) sections(r *http.Request) ([]org.Section, error) {
	return p.Org.Sections(r.Context(), screen.Actor(r.Context()), screen.Today(r.Context()))
}

func typedSection(r *http.Request) page.SectionFields {
	f := r.PostForm
	return page.SectionFields{
		Code: f.Get("code"), Name: f.Get("name"), Kind: f.Get("kind"), Parent: f.Get("parent"),
		Position: f.Get("position"), EstablishedOn: f.Get("established_on"), AbolishedOn: f.Get("abolished_on"), Version: f.Get("version"),
	}
}

func sectionFields(s org.Section) page.SectionFields {
	return page.SectionFields{
		Code: s.Code, Name: s.Name, Kind: string(s.Kind), Parent: s.Parent,
		Position: strconv.Itoa(s.Position), EstablishedOn: s.EstablishedOn.String(), AbolishedOn: s.AbolishedOn.String(), Version: strconv.Itoa(s.Version),
	}
}

func readSection(f page.SectionFields) (org.Section, error) {
	var read screen.Form
	section := org.Section{
		Code: f.Code, Name: f.Name, Kind: org.SectionKind(f.Kind), Parent: f.Parent,
		Position: read.Number("position", f.Position), EstablishedOn: read.Day("established_on", f.EstablishedOn), AbolishedOn: read.Day("abolished_on", f.AbolishedOn),
		Version: read.Version(f.Version),
	}
	return section, read.Err()
}
