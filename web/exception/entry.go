package exception

import (
	"net/http"
	"slices"

	"kagami/internal/authz"
	"kagami/internal/exception"
	"kagami/web/screen"
)

func (s *Screens) showEntry(w http.ResponseWriter, r *http.Request) error {
	ctx, actor := r.Context(), screen.Actor(r.Context())
	e, err := s.exception(r)
	if err != nil {
		return err
	}
	history, err := s.exceptions.History(ctx, actor, e.Code)
	if err != nil {
		return err
	}
	next, err := s.exceptions.Next(ctx, actor, e)
	if err != nil {
		return err
	}
	view := entryView{Frame: screen.Frame(r, exception.Number(e.Code), listWay), Exception: e, History: history, Today: screen.Today(ctx)}
	for _, p := range steps {
		if slices.Contains(next, p.Event) {
			view.Steps = append(view.Steps, p)
		}
	}
	if e.State == exception.Permitted {
		_, view.MayFollow = actor.May(authz.AskExceptions, authz.Matter{OwnersSection: e.Section})
	}
	if len(e.About) > 0 {
		view.Rules = s.rules(r, e)
	}
	return screen.Show(w, r, entryPage(view))
}

// rules are what the rules say that the exception's assets need not fit, as far as they do
// not fit them today and the actor sees them.
func (s *Screens) rules(r *http.Request, e exception.Exception) map[string]string {
	rules := map[string]string{}
	for _, about := range e.About {
		if _, known := rules[about.Rule]; known || about.Rule == "" {
			continue
		}
		found, err := s.look(r.Context(), screen.Actor(r.Context()), about.Code)
		if err != nil {
			continue // an asset of another section since: its name was kept
		}
		for _, b := range found.Breaks {
			rules[b.Rule] = b.Sentence
		}
	}
	return rules
}

// decider heads who has decided, and on which day.
func (p entryView) decider() (by, on string) {
	if p.State == exception.Refused {
		return "不許可とした人", "不許可とした日"
	}
	return "許可者", "許可日"
}
