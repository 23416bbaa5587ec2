package exception

import (
	"net/http"
	"slices"
	"strings"

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
	view := entryView{Frame: screen.Frame(r, exception.Number(e.Code), listWay...), Exception: e, History: history, Today: screen.Today(ctx)}
	for _, p := range steps {
		if slices.Contains(next, p.Event) {
			view.Steps = append(view.Steps, p)
		}
	}
	view.MayFollow = e.State == exception.Permitted && e.May(actor, authz.AskExceptions)
	if e.State == exception.Asked {
		if view.Permitters, err = s.exceptions.Permitters(ctx, actor, e); err != nil {
			return err
		}
	}
	if view.Signers, err = s.exceptions.Signers(ctx, actor, e); err != nil {
		return err
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

// unsettled heads what is over and not settled.
func (p entryView) unsettled() string {
	switch p.Ending(p.Today) {
	case exception.Refused.Title():
		return "許可されませんでした。元に戻したことを記録してください"
	case exception.Withdrawn.Title():
		return "先に行ったことの申請が、取り下げられました。元に戻したことを記録してください"
	}
	return "この例外措置は、終わりました。後始末を記録してください"
}

// maySettle tells whether the viewer records that.
func (p entryView) maySettle() bool {
	return slices.ContainsFunc(p.Steps, func(s step) bool { return s.Event == exception.EventSettle })
}

// permitters are the names of who may permit it.
func (p entryView) permitters() string {
	var names []string
	for _, one := range p.Permitters {
		names = append(names, one.Name+"さん")
	}
	return strings.Join(names, "、")
}

// said is what was written with a step; empty for nothing.
func (p entryView) said(event exception.Event) string {
	for _, h := range p.History {
		if h.Event == event {
			return h.Note
		}
	}
	return ""
}

// paper is what it is called as a paper.
func (p entryView) paper() string {
	if p.WasPermitted() {
		return "例外措置申請書・許可書"
	}
	return "例外措置申請書"
}

// decision is what was decided, as the paper says it.
func (p entryView) decision() string {
	if p.WasPermitted() {
		return "上のとおり、許可します。"
	}
	return "上の申請は、許可しません。"
}

// post is somebody with their post.
func post(post, name string) string { return strings.TrimSpace(post + "　" + name) }

// decider heads who has decided, and on which day.
func (p entryView) decider() (by, on string) {
	if p.WasPermitted() {
		return "許可者", "許可日"
	}
	return "不許可とした人", "不許可とした日"
}
