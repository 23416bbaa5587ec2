// Package referral is the screens of the discipline for a violation (6(1)): what there is of it in
// a case, the form by which it is proposed, one person's course with a form for each step, the
// papers as they are printed, and what that person reads of its end.
package referral

import (
	"context"
	"net/http"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/notice"
	"kagami/internal/sample"
	"kagami/internal/trail"
	"kagami/internal/violation/find"
	"kagami/internal/violation/referral"
	"kagami/web/layout"
	"kagami/web/screen"
)

// Screens are those screens.
type Screens struct {
	referrals *referral.Service
	lists     *find.Service // by which the sample town finds the case that is referred
}

// New makes the screens.
func New(referrals *referral.Service, lists *find.Service) *Screens {
	return &Screens{referrals, lists}
}

// Part is what the portal takes in.
func (s *Screens) Part() screen.Part {
	part := screen.Part{
		Routes: []screen.Route{
			screen.Get("/violations/{case}/referrals", authz.ReadViolation, s.showList),
			screen.Get("/violations/{case}/referrals/new", authz.Refer, s.showNew).Asking(s.asksPropose),
			screen.Post("/violations/{case}/referrals/new", authz.Refer, s.propose).Asking(s.asksPropose),
			screen.Get("/violations/{case}/referrals/{referral}", authz.ReadViolation, s.showEntry),
			screen.Get("/violations/{case}/referrals/{referral}/papers/{paper}", authz.ReadViolation, s.showPaper),
		},
		Flashes: map[string]layout.Done{
			"referral-propose": {Heading: "具申を記録しました", Text: "具申書を印刷して、任命権者に提出してください。だれにも、お知らせは届きません。"},
			"referral-record":  {Heading: "記録しました", Text: "審査を依頼できる機関がないので、記録だけを残しました。"},
		},
		Topics:   []notice.Topic{referral.Topic()},
		Subjects: []trail.Named{{Kind: "violation_referral", Title: "懲戒審査"}},
		Jobs:     s.referrals.RegisterJobs,
		Sample:   func(ctx context.Context, t *sample.Town) error { return s.fill(ctx, *t) },
	}
	for _, p := range steps {
		part.Routes = append(part.Routes,
			screen.Get(p.pattern, authz.Refer, s.showStep(p)).Asking(s.asksStep),
			screen.Post(p.pattern, authz.Refer, s.take(p)).Asking(s.asksStep))
		part.Flashes["referral-"+string(p.Event)] = p.done
	}
	return part
}

func (s *Screens) asksPropose(r *http.Request) error {
	return s.referrals.AskPropose(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "case"))
}

func (s *Screens) asksStep(r *http.Request) error {
	return s.referrals.AskStep(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "case"), chi.URLParam(r, "referral"))
}

// listWay is the way to what there is in a case.
func listWay(code string) []layout.Link {
	return []layout.Link{{Label: "違反", Address: address.Violations}, {Label: "事案 " + code, Address: address.Violation(code)}}
}

// way is the way to what is about one of them.
func way(code string) []layout.Link {
	return append(listWay(code), layout.Link{Label: "懲戒審査", Address: address.Referrals(code)})
}
