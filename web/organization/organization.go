package organization

import (
	"net/http"

	"kagami/internal/calendar"
	"kagami/internal/fault"
	"kagami/web/screen"
)

// dayAsked reads the day that is asked for; today where none is, or it is no day.
func dayAsked(r *http.Request) onDay {
	d := onDay{Day: screen.Today(r.Context()), Asked: r.URL.Query().Get("on")}
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

func (s *Screens) showOrganization(w http.ResponseWriter, r *http.Request) error {
	d := dayAsked(r)
	overview, err := s.org.Overview(r.Context(), screen.Actor(r.Context()), d.Day, r.URL.Query().Get("after"))
	if err != nil {
		return err
	}
	screen.Render(w, r, statusOf(d), organizationPage(organizationView{Frame: screen.Frame(r, "体制"), onDay: d, Overview: overview, MayChange: mayChangeOrganization(screen.Actor(r.Context()))}))
	return nil
}

func statusOf(d onDay) int {
	if len(d.Problems) > 0 {
		return screen.Status(fault.Invalid)
	}
	return http.StatusOK
}
