package organization

import (
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/handover"
	"kagami/internal/org"
	"kagami/internal/org/reach"
	"kagami/web/layout"
	"kagami/web/screen"
)

func (s *Screens) showSection(w http.ResponseWriter, r *http.Request) error {
	d := dayAsked(r)
	section, err := s.org.SectionOn(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "section"), d.Day)
	if err != nil {
		return err
	}
	var deciders []reach.Outer
	if section.Vacant {
		if deciders, err = s.reaches.DecidersOn(r.Context(), screen.Actor(r.Context()), section.ID, d.Day); err != nil {
			return err
		}
	}
	unattended, err := s.absences.UnattendedOf(r.Context(), screen.Actor(r.Context()), section.Code, d.Day)
	if err != nil {
		return err
	}
	away, err := s.absences.AwayOn(r.Context(), screen.Actor(r.Context()), d.Day)
	if err != nil {
		return err
	}
	for _, post := range section.Posts {
		markAway(post.Holders, away)
	}
	var left []handover.Belonging
	if !section.AbolishedOn.IsZero() {
		if left, err = s.belonging(r, section.Code); err != nil {
			return err
		}
	}
	frame := screen.Frame(r, section.Name, organizationLink)
	if frame.Done != nil {
		frame.Done.Heading = section.Name + "：" + frame.Done.Heading
	}
	screen.Render(w, r, statusOf(d), sectionPage(sectionView{Frame: frame, onDay: d, SectionOn: section, Deciders: deciders, Unattended: unattended, MayChange: mayChangeOrganization(screen.Actor(r.Context())),
		Left: left, Today: screen.Today(r.Context()),
		MayReach: screen.Actor(r.Context()).Reach(authz.ChangeSettings) == authz.All}))
	return nil
}

// belonging is what belongs to a section, as far as the actor may see it.
func (s *Screens) belonging(r *http.Request, code string) ([]handover.Belonging, error) {
	var list []handover.Belonging
	for _, look := range s.belongs {
		found, err := look(r.Context(), screen.Actor(r.Context()), code)
		if err != nil {
			return nil, err
		}
		if found.What != "" {
			list = append(list, found)
		}
	}
	return list, nil
}

func (s *Screens) showNewSection(w http.ResponseWriter, r *http.Request) error {
	return s.drawSectionForm(w, r, sectionForm{
		Frame: screen.Frame(r, "課室を加える", organizationLink), Address: address.Sections, Typed: sectionFields{Position: "0"},
	}, nil)
}

func (s *Screens) addSection(w http.ResponseWriter, r *http.Request) error {
	form := sectionForm{Frame: screen.Frame(r, "課室を加える", organizationLink), Address: address.Sections, Typed: typedSection(r)}
	section, err := readSection(form.Typed)
	if err == nil {
		_, err = s.org.AddSection(r.Context(), screen.Actor(r.Context()), section)
	}
	if err != nil {
		return s.drawSectionForm(w, r, form, err)
	}
	return screen.GoOn(w, r, address.Section(section.Code), "section-added")
}

func (s *Screens) showSectionEdit(w http.ResponseWriter, r *http.Request) error {
	section, err := s.org.Section(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "section"))
	if err != nil {
		return err
	}
	return s.drawSectionForm(w, r, s.sectionEdit(r, section, fieldsOfSection(section)), nil)
}

func (s *Screens) changeSection(w http.ResponseWriter, r *http.Request) error {
	ctx, actor, code := r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "section")
	current, err := s.org.Section(ctx, actor, code)
	if err != nil {
		return err
	}
	form := s.sectionEdit(r, current, typedSection(r))
	section, err := readSection(form.Typed)
	if err == nil {
		err = s.org.ChangeSection(ctx, actor, code, section)
	}
	if err != nil {
		if now := fieldsOfSection(current); now.Version != form.Typed.Version {
			form.Current, form.Typed.Version = &now, now.Version
		}
		return s.drawSectionForm(w, r, form, err)
	}
	return screen.GoOn(w, r, address.Section(section.Code), "changed")
}

func (s *Screens) sectionEdit(r *http.Request, section org.Section, typed sectionFields) sectionForm {
	return sectionForm{
		Frame:   screen.Frame(r, section.Name+"を変える", organizationLink, layout.Link{Label: section.Name, Address: address.Section(section.Code)}),
		Address: address.SectionEdit(section.Code), Existing: true, Of: section.Code, Typed: typed,
	}
}

// drawSectionForm shows the form, with what was wrong with it.
func (s *Screens) drawSectionForm(w http.ResponseWriter, r *http.Request, form sectionForm, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	form.Problems = problems
	if form.Parents, err = s.sections(r); err != nil {
		return err
	}
	if form.Existing {
		if form.Left, err = s.belonging(r, form.Of); err != nil {
			return err
		}
	}
	screen.Render(w, r, status, sectionFormPage(form))
	return nil
}

// sections are the sections of today, for choosing one.
func (s *Screens) sections(r *http.Request) ([]org.Section, error) {
	return s.org.Sections(r.Context(), screen.Actor(r.Context()), screen.Today(r.Context()))
}

func typedSection(r *http.Request) sectionFields {
	f := r.PostForm
	return sectionFields{
		Code: f.Get("code"), Name: f.Get("name"), Kind: f.Get("kind"), Parent: f.Get("parent"),
		Position: f.Get("position"), EstablishedOn: f.Get("established_on"), AbolishedOn: f.Get("abolished_on"), Version: f.Get("version"),
	}
}

func fieldsOfSection(s org.Section) sectionFields {
	return sectionFields{
		Code: s.Code, Name: s.Name, Kind: string(s.Kind), Parent: s.Parent,
		Position: strconv.Itoa(s.Position), EstablishedOn: s.EstablishedOn.String(), AbolishedOn: s.AbolishedOn.String(), Version: strconv.Itoa(s.Version),
	}
}

func readSection(f sectionFields) (org.Section, error) {
	var read screen.Form
	section := org.Section{
		Code: f.Code, Name: f.Name, Kind: org.SectionKind(f.Kind), Parent: f.Parent,
		Position: read.Number("position", f.Position), EstablishedOn: read.Day("established_on", f.EstablishedOn), AbolishedOn: read.Day("abolished_on", f.AbolishedOn),
		Version: read.Version(f.Version),
	}
	return section, read.Err()
}
