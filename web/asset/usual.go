package asset

import (
	"net/http"
	"slices"

	"kagami/internal/asset"
	"kagami/internal/asset/find"
	"kagami/internal/asset/level"
	"kagami/internal/fault"
	"kagami/web/component/register"
	"kagami/web/screen"
)

// showUsual shows what a section usually has, to register from: the one that the address
// names, or the only one that the actor registers for.
func (s *Screens) showUsual(w http.ResponseWriter, r *http.Request) error {
	ctx, actor := r.Context(), screen.Actor(r.Context())
	view := usualView{Frame: screen.Frame(r, "標準目録から選ぶ", register.Link), Section: r.URL.Query().Get("section")}
	var err error
	if view.Sections, err = s.register.Sections(ctx, actor); err != nil {
		return err
	}
	if len(view.Sections) == 1 && view.Section == "" {
		view.Section = view.Sections[0].Code
	}
	if view.Section != "" {
		if view.List, err = s.finding.UsualOf(ctx, actor, view.Section, screen.Today(ctx)); err != nil {
			return err
		}
	}
	if view.Scheme, err = s.register.Scheme(ctx, actor); err != nil {
		return err
	}
	return screen.Show(w, r, usualPage(view))
}

// showNewUsual shows the form of a new asset with what is usual for it.
func (s *Screens) showNewUsual(w http.ResponseWriter, r *http.Request, section, name string) error {
	ctx := r.Context()
	list, err := s.finding.UsualOf(ctx, screen.Actor(ctx), section, screen.Today(ctx))
	if err != nil {
		return err
	}
	i := slices.IndexFunc(list, func(u find.Usual) bool { return u.Name == name })
	if i < 0 {
		return fault.New(fault.NotFound, "標準目録に、この情報資産はありません。標準目録から選び直してください。")
	}
	t := typedOf(list[i].Details(screen.Today(ctx)))
	t.Section, t.LevelReason = section, level.UsualReason(name)
	return s.drawNew(w, r, t, name, nil)
}

// sectionName is the name of the section that is shown.
func (p usualView) sectionName() string {
	for _, s := range p.Sections {
		if s.Code == p.Section {
			return s.Name
		}
	}
	return ""
}

// level is a level of an entry, as people read it.
func (p usualView) level(aspect asset.Aspect, key string) string {
	level, _ := p.Scheme.Level(aspect, key)
	return level.Title
}

// zone is a zone, as people read it.
func (p usualView) zone(key string) string {
	zone, _ := p.Scheme.Zone(key)
	return zone.Title
}
