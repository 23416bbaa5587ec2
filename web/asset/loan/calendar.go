package loan

import (
	"net/http"
	"slices"
	"time"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/asset/loan"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/fault"
	"kagami/web/component"
	"kagami/web/component/register"
	"kagami/web/screen"
)

// showCalendar shows when an asset is promised and out, a month at a time.
func (s *Screens) showCalendar(w http.ResponseWriter, r *http.Request) error {
	return s.drawCalendar(w, r, nil)
}

func (s *Screens) offer(w http.ResponseWriter, r *http.Request) error {
	code := chi.URLParam(r, "asset")
	var read screen.Form
	version := read.Version(r.PostForm.Get("version"))
	err := s.loans.Offer(r.Context(), screen.Actor(r.Context()), code, version, r.PostForm.Get("offered") != "", r.PostForm.Get("offer_note"))
	if err != nil {
		return s.drawCalendar(w, r, err)
	}
	return screen.GoOn(w, r, address.AssetLoans(code), "loan-offer")
}

func (s *Screens) drawCalendar(w http.ResponseWriter, r *http.Request, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	ctx, actor, today := r.Context(), screen.Actor(r.Context()), screen.Today(r.Context())
	thing, err := s.loans.Thing(ctx, actor, chi.URLParam(r, "asset"))
	if err != nil {
		return err
	}
	first, err := monthOf(r.URL.Query().Get("month"), today)
	if err != nil {
		return err
	}
	next := first.AddDays(31)
	next = next.AddDays(1 - dayOf(next))
	booked, err := s.loans.Booked(ctx, actor, thing, first, next.AddDays(-1))
	if err != nil {
		return err
	}
	view := calendarView{
		Frame: screen.Frame(r, thing.Name+"の持出し・貸出し", listWay...), Thing: thing, First: first, Before: first.AddDays(-1), Next: next, Booked: booked, Today: today, Problems: problems,
		MayAsk: actor.Reach(authz.AskLoans) != authz.None && !thing.State.Ended(), Offered: thing.Offered, Note: thing.OfferNote,
	}
	if refusal != nil {
		view.Offered, view.Note = r.PostForm.Get("offered") != "", r.PostForm.Get("offer_note")
	}
	_, view.MayOffer = actor.May(authz.PermitLoans, authz.Matter{OwnersSection: thing.Section})
	view.MayOffer = view.MayOffer && !thing.State.Ended()
	if thing.Own(actor) {
		view.Frame = screen.Frame(r, thing.Name+"の持出し・貸出し", register.Way(thing.Code)...)
	}
	screen.Render(w, r, status, calendarPage(view))
	return nil
}

// monthOf is the first day of a month as an address has it, of today's where it has none.
func monthOf(typed string, today calendar.Date) (calendar.Date, error) {
	first := today.AddDays(1 - dayOf(today))
	if typed == "" {
		return first, nil
	}
	at, err := time.Parse("2006-01", typed)
	if err != nil || at.Year() < 2000 || at.Year() > 2100 {
		return first, fault.New(fault.NotFound, "この月のカレンダーはありません。")
	}
	return calendar.NewDate(at.Year(), at.Month(), 1), nil
}

func dayOf(day calendar.Date) int {
	_, _, n := day.Date()
	return n
}

// weekday is the day of the week, of Sunday 0.
func weekday(day calendar.Date) int { return int(day.Start().In(calendar.Tokyo).Weekday()) }

// weeks are the days of the month in weeks from Sunday on; zero days stand for those of other
// months.
func (p calendarView) weeks() [][]calendar.Date {
	days := make([]calendar.Date, weekday(p.First))
	for day := p.First; day.Before(p.Next); day = day.AddDays(1) {
		days = append(days, day)
	}
	for len(days)%7 != 0 {
		days = append(days, calendar.Date{})
	}
	return slices.Collect(slices.Chunk(days, 7))
}

// on are what stands on a day.
func (p calendarView) on(day calendar.Date) []loan.Booked {
	return slices.DeleteFunc(slices.Clone(p.Booked), func(b loan.Booked) bool { return !b.Covers(day, p.Today) })
}

// word is what a booking is called in a calendar on a day.
func word(b loan.Booked, today calendar.Date) string {
	switch {
	case b.Overdue(today):
		return "返却遅れ"
	case b.State == loan.Handed:
		return "使用中"
	case b.State == loan.Permitted:
		return "予約"
	}
	return b.State.Title()
}

// who is who has or will have it, as far as the viewer may know.
func who(b loan.Booked) string {
	if b.Code == "" {
		return "（ほかの課室）"
	}
	return b.SectionName + " " + b.Taker
}

// month is the month of a day as addresses have it.
func month(day calendar.Date) string { return day.Format("2006-01") }

// heading is a month in words: 令和8年11月.
func heading(first calendar.Date) string {
	words := []rune(calendar.Wareki(first))
	return string(words[:slices.Index(words, '月')+1])
}

func (p calendarView) noteInput() component.Input {
	return component.Input{Name: "offer_note", Label: "借りる人に伝えること", Hint: "例：総務課の窓口で渡します。500字まで。", Value: p.Note, Problems: p.Problems}
}
