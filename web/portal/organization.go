package portal

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"kagami/internal/calendar"
	"kagami/internal/fault"
	"kagami/web/page"
	"kagami/web/screen"
)

// onDay reads the day that is asked for; today where none is, or it is no day.
func (p *Portal) onDay(r *http.Request) page.OnDay {
	d := page.OnDay{Day: screen.Today(r.Context()), Asked: r.URL.Query().Get("on")}
	if d.Asked == "" {
		return d
	}
	day, err := calendar.ParseDay(d.Asked)
	if err != nil {
		d.Problems = []fault.Problem{{Field: "on", Message: "日付は、2026-04-01 のように入力してください。今日の体制を表示しています。"}}
		return d
	}
	d.Day = day
	return d
}

func (p *Portal) showOrganization(w http.ResponseWriter, r *http.Request) error {
	d := p.onDay(r)
	overview, err := p.Org.Overview(r.Context(), screen.Actor(r.Context()), d.Day, r.URL.Query().Get("after"))
	if err != nil {
		return err
	}
	screen.Render(w, r, statusOf(d), page.OrganizationPage(page.Organization{Frame: screen.Frame(r, "体制"), OnDay: d, Overview: overview, MayChange: mayChangeOrganization(screen.Actor(r.Context()))}))
	return nil
}

func (p *Portal) showSection(w http.ResponseWriter, r *http.Request) error {
	d := p.onDay(r)
	section, err := p.Org.SectionOn(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "section"), d.Day)
	if err != nil {
		return err
	}
	frame := screen.Frame(r, section.Name, organizationLink)
	screen.Render(w, r, statusOf(d), page.OrganizationSectionPage(page.OrganizationSection{Frame: frame, OnDay: d, SectionOn: section, MayChange: mayChangeOrganization(screen.Actor(r.Context()))}))
	return nil
}

func statusOf(d page.OnDay) int {
	if len(d.Problems) > 0 {
		return screen.Status(fault.Invalid)
	}
	return http.StatusOK
}
