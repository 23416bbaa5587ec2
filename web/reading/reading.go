package reading

import (
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/fault"
	"kagami/internal/policy"
	"kagami/web/component/document"
	"kagami/web/screen"
)

func (s *Screens) showReading(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	actor := screen.Actor(ctx)
	code := chi.URLParam(r, "code")
	if on := r.URL.Query().Get("on"); on != "" {
		day, err := calendar.ParseDay(on)
		if err != nil {
			return fault.New(fault.Invalid, "日付は、2026-04-01 のように入力してください。")
		}
		reading, err := s.Policy.ReadOn(ctx, actor, code, day)
		if err != nil {
			return err
		}
		return s.showPast(w, r, reading, day)
	}
	reading, err := s.Policy.Read(ctx, actor, code)
	if err != nil {
		return err
	}
	text, err := s.drawn.of(ctx, s.Policy, s.Follow, actor, reading)
	if err != nil {
		return err
	}
	today := screen.Today(r.Context())
	mayAbolish, err := s.Publish.MayAbolish(ctx, actor, code)
	if err != nil {
		return err
	}
	var excepted []Excepted
	if s.Excepted != nil && reading.InForce(today) {
		if excepted, err = s.Excepted(ctx, actor, reading, text.citations); err != nil {
			return err
		}
	}
	return screen.Show(w, r, readingPage(readingView{
		Frame: screen.Frame(r, reading.Title, document.List), Reading: reading, Excepted: excepted,
		InForce: reading.InForce(today), Today: today,
		Contents: text.contents, Body: text.body,
		MaySee:     actor.Reach(authz.SeeAcknowledgements) != authz.None,
		MayDraft:   actor.Reach(authz.DraftRevision) == authz.All,
		MayAddress: reading.Kind != policy.Basic && actor.Reach(authz.PublishDecided) == authz.All,
		MayAbolish: mayAbolish,
	}))
}

// showPast shows a revision for what it was, on a day or by its number: nothing
// is acknowledged there.
func (s *Screens) showPast(w http.ResponseWriter, r *http.Request, reading policy.Reading, day calendar.Date) error {
	text, err := s.drawn.of(r.Context(), s.Policy, s.Follow, screen.Actor(r.Context()), reading)
	if err != nil {
		return err
	}
	minutes, err := s.Publish.MinutesFiles(r.Context(), screen.Actor(r.Context()), reading.Code)
	if err != nil {
		return err
	}
	return screen.Show(w, r, readingPage(readingView{
		Frame: screen.Frame(r, "第"+strconv.Itoa(reading.Number)+"版", document.List, document.Link(reading.Document)), Reading: reading, Past: true, Day: day, Minutes: minutes[reading.Number],
		InForce: reading.InForce(screen.Today(r.Context())), Today: screen.Today(r.Context()), Contents: text.contents, Body: text.body,
	}))
}
