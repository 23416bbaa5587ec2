package portal

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/policy"
	"kagami/web/component/document"
	"kagami/web/layout"
	"kagami/web/page"
	"kagami/web/screen"
)

func (p *Portal) showRevisions(w http.ResponseWriter, r *http.Request) error {
	ctx, actor, code := r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "code")
	reading, err := p.Policy.Read(ctx, actor, code)
	if err != nil {
		return err
	}
	list, err := p.Policy.History(ctx, actor, code)
	if err != nil {
		return err
	}
	abolition, err := p.Publish.AbolitionOf(ctx, actor, code)
	if err != nil {
		return err
	}
	return screen.Show(w, r, page.RevisionsPage(page.Revisions{
		Frame: screen.Frame(r, "版の履歴", document.List, document.Link(reading.Document)), Reading: reading, List: list, Today: screen.Today(r.Context()), Abolition: abolition,
		MaySee: actor.Reach(authz.SeeAcknowledgements) != authz.None,
	}))
}

func (p *Portal) showRevision(w http.ResponseWriter, r *http.Request) error {
	number, err := strconv.Atoi(chi.URLParam(r, "number"))
	if err != nil {
		return screen.ErrNotFound()
	}
	reading, err := p.Policy.ReadNumber(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "code"), number)
	if err != nil {
		return err
	}
	return p.showPast(w, r, reading, calendar.Date{})
}

// showPast shows a revision for what it was, on a day or by its number: nothing
// is acknowledged there.
func (p *Portal) showPast(w http.ResponseWriter, r *http.Request, reading policy.Reading, day calendar.Date) error {
	text, err := p.drawn.of(r.Context(), p.Policy, p.Follow, reading)
	if err != nil {
		return err
	}
	return screen.Show(w, r, page.ReadingPage(page.Reading{
		Frame: screen.Frame(r, "第"+strconv.Itoa(reading.Number)+"版", document.List, document.Link(reading.Document)), Reading: reading, Past: true, Day: day,
		InForce: reading.InForce(screen.Today(r.Context())), Today: screen.Today(r.Context()), Contents: text.contents, Body: text.body,
	}))
}

func (p *Portal) showPrintedNotice(w http.ResponseWriter, r *http.Request) error {
	number, err := strconv.Atoi(chi.URLParam(r, "number"))
	if err != nil {
		return screen.ErrNotFound()
	}
	notice, err := p.Publish.Notice(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "code"), number)
	if err != nil {
		return err
	}
	return screen.Show(w, r, page.PrintedNoticePage(page.PrintedNotice{
		Frame:              screen.Frame(r, "通知", document.List, document.Link(notice.Document), layout.Link{Label: "版の履歴", Address: address.Revisions(notice.Code)}),
		RecordedCISONotice: notice,
	}))
}

// minutes hands out the minutes that were attached to a decision, always as a
// file to save: what is in it was made elsewhere.
func (p *Portal) minutes(w http.ResponseWriter, r *http.Request) error {
	number, err := strconv.Atoi(chi.URLParam(r, "number"))
	if err != nil {
		return screen.ErrNotFound()
	}
	file, err := p.Publish.Minutes(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "code"), number)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", file.Type)
	h.Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(file.Name))
	h.Set("Content-Length", strconv.Itoa(len(file.Body)))
	_, _ = w.Write(file.Body) // whoever has gone does not need it
	return nil
}
