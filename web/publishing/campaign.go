package publishing

import (
	"net/http"

	"kagami/internal/calendar"
	"kagami/internal/fault"
	"kagami/internal/policy"
	"kagami/internal/policy/acknowledge"
	"kagami/internal/policy/draft"
	"kagami/web/component/audience"
	"kagami/web/screen"
)

// usualDays is how many days people are given unless another day is chosen.
const usualDays = 14

// campaignField reads what publishing is to ask of people.
func campaignField(r *http.Request) acknowledge.Campaign {
	return acknowledge.Campaign{Anew: acknowledge.Anew(r.PostForm.Get("anew")), Of: audience.Chosen(r.PostForm, "asked"), DueOn: screen.DayField(r, "due_on")}
}

// campaignFields are the fields that ask it, as typed; before anything was typed
// all are asked, and in the usual time.
func (s *Screens) campaignFields(r *http.Request, draft draft.Draft, problems []fault.Problem) (campaignView, error) {
	sections, err := s.organization.Sections(r.Context(), screen.Actor(r.Context()), screen.Today(r.Context()))
	if err != nil {
		return campaignView{}, err
	}
	f := campaignView{
		Asked: audience.Fields{Typed: policy.Audience{Everyone: true}, Sections: sections, Problems: problems},
		DueOn: screen.Today(r.Context()).AddDays(usualDays).String(), First: draft.First(),
	}
	if f.First {
		f.Anew = acknowledge.AskAnew
	}
	if r.Method == http.MethodPost {
		typed := campaignField(r)
		f.Asked.Typed, f.Asked.Named = typed.Of, r.PostForm.Get("asked") == "named"
		f.Anew, f.DueOn = typed.Anew, r.PostForm.Get("due_on")
	}
	due, err := calendar.ParseDay(f.DueOn)
	if err != nil {
		due = screen.Today(r.Context()).AddDays(usualDays) // as good a day as any until one is typed
	}
	f.Reminders, err = s.acknowledgements.RemindersForPortal(r.Context(), due)
	return f, err
}
