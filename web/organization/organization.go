package organization

import (
	"net/http"

	"kagami/internal/calendar"
	"kagami/internal/fault"
	"kagami/internal/org"
	"kagami/web/component"
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
	away, err := s.absences.AwayOn(r.Context(), screen.Actor(r.Context()), d.Day)
	if err != nil {
		return err
	}
	for _, seat := range overview.Seats {
		markAway(seat.Holders, away)
	}
	for _, section := range overview.Sections {
		markAway(section.Managers, away)
		markAway(section.SystemManagers, away)
	}
	screen.Render(w, r, statusOf(d), organizationPage(organizationView{Frame: screen.Frame(r, "体制"), onDay: d, Overview: overview, MayChange: mayChangeOrganization(screen.Actor(r.Context()))}))
	return nil
}

// markAway says of holders that they are away, until when.
func markAway(holders []org.Holder, away map[string]calendar.Date) {
	for i, h := range holders {
		if last, is := away[h.StaffNumber]; is {
			holders[i].Away = component.Away(last)
		}
	}
}

func statusOf(d onDay) int {
	if len(d.Problems) > 0 {
		return screen.Status(fault.Invalid)
	}
	return http.StatusOK
}
