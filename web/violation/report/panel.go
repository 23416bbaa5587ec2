package report

import (
	"context"
	"net/http"
	"strconv"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"kagami/internal/authz"
	"kagami/internal/violation"
	"kagami/internal/violation/procedure"
	"kagami/internal/violation/report"
	"kagami/web/screen"
)

// Panel is what the page of a case shows of its reports to who reads it whole: what was
// reported, what was answered, and who has opened the name. It draws nothing for others, and
// where there is none.
func (s *Screens) Panel(ctx context.Context, actor authz.Actor, o violation.Opened) (templ.Component, error) {
	list, err := s.reports.Of(ctx, actor, o)
	if err != nil || len(list) == 0 {
		return templ.NopComponent, err
	}
	view := panelView{Case: o.Code, Reports: list, Opens: map[string]bool{}}
	for _, r := range list {
		if view.Opens[r.Case], err = s.reports.MayOpen(ctx, actor, r.Case); err != nil {
			return nil, err
		}
	}
	return panel(view), nil
}

// showPaper hands out a file of a report, which is recorded as a reading of the case.
func (s *Screens) showPaper(w http.ResponseWriter, r *http.Request) error {
	id, err := strconv.ParseInt(chi.URLParam(r, "paper"), 10, 64)
	if err != nil {
		return screen.ErrNotFound()
	}
	content, err := s.attached.Open(r.Context(), screen.Actor(r.Context()), func(ctx context.Context, actor authz.Actor) (int64, error) {
		o, err := s.cases.Open(ctx, actor, chi.URLParam(r, "case"), procedure.AsPaper)
		if err != nil {
			return 0, err
		}
		return s.reports.Paper(ctx, actor, o, id)
	})
	if err != nil {
		return err
	}
	return screen.ServeAttachment(w, r, content)
}

// name is whether it is known who has made a report, in words.
func name(r report.Shown) string {
	if r.Named {
		return "別に封をして保管しています"
	}
	return "分かりません（氏名を言わない報告）"
}
