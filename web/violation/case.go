package violation

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/fault"
	"kagami/internal/rights"
	"kagami/internal/violation"
	"kagami/internal/violation/procedure"
	"kagami/web/screen"
)

func (s *Screens) showCase(w http.ResponseWriter, r *http.Request) error {
	o, err := s.open(r, procedure.AsCase)
	if err != nil {
		return err
	}
	view, err := s.view(r, o)
	if err != nil {
		return err
	}
	return screen.Show(w, r, casePage(view))
}

// view is what is drawn of a case.
func (s *Screens) view(r *http.Request, o violation.Opened) (caseView, error) {
	ctx, actor := r.Context(), screen.Actor(r.Context())
	view := caseView{Frame: screen.Frame(r, "事案 "+o.Code, listWay...), Opened: o, Today: screen.Today(ctx), Viewer: actor.Person}
	next, err := s.cases.Next(ctx, actor, o)
	if err != nil {
		return view, err
	}
	var harder []step // what goes on comes after what ends it
	for _, p := range steps {
		switch {
		case !slices.Contains(next, p.Event),
			p.Event == procedure.EventInvestigate && o.DueOn.IsZero(),                         // it was answered
			p.Event == procedure.EventHand && !o.Known,                                        // there is nothing to hand over
			p.Event == procedure.EventWaive && (o.State != procedure.NotImproved || o.Waived): // nothing waits for an answer
		case p.Event == procedure.EventGuide && o.State == procedure.Guided, p.Event == procedure.EventRevoke && o.State == procedure.Suspended:
			harder = append(harder, p.of(o, actor.Person == o.Person))
		default:
			view.Next = append(view.Next, p.of(o, actor.Person == o.Person))
		}
	}
	view.Next = append(view.Next, harder...)
	view.Leads = o.Reading == violation.Whole && o.Seats.Of(procedure.LeadSeat(o.ConfirmedAt != nil, o.Receiver)).Has(actor.Person)
	view.MayConfirm = o.State == procedure.Reported && s.cases.AskStep(ctx, actor, o.Code, procedure.EventConfirm) == nil
	if o.Reading != violation.Whole {
		return view, nil
	}
	if view.Panels, err = s.panelsOf(ctx, o); err != nil {
		return view, err
	}
	if o.PersonNumber != "" {
		view.Rights, err = s.rightsOf(ctx, actor, o.PersonNumber)
	}
	return view, err
}

// panelsOf are what the rooms beside show of a case.
func (s *Screens) panelsOf(ctx context.Context, o violation.Opened) ([]templ.Component, error) {
	var list []templ.Component
	for _, draw := range s.panels {
		panel, err := draw(ctx, screen.Actor(ctx), o)
		if err != nil {
			return nil, err
		}
		list = append(list, panel)
	}
	return list, nil
}

// rightsOf are the rights that somebody has or had barred, as far as the viewer sees them.
func (s *Screens) rightsOf(ctx context.Context, actor authz.Actor, number string) ([]rights.Right, error) {
	person, err := s.rights.FindPerson(ctx, actor, number)
	if fault.KindOf(err) == fault.NotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	list, err := s.rights.OfPerson(ctx, actor, person)
	return slices.DeleteFunc(list, func(right rights.Right) bool {
		return !right.Standing.Barred() && right.Standing != rights.InForce
	}), err
}

func (s *Screens) showPrint(w http.ResponseWriter, r *http.Request) error {
	o, err := s.open(r, procedure.AsPrint)
	if err != nil {
		return err
	}
	view := caseView{
		Frame: screen.Frame(r, "事案の記録："+o.Code, way(o.Code)...), Opened: o, Today: screen.Today(r.Context()), Viewer: screen.Actor(r.Context()).Person, By: screen.Actor(r.Context()).Name,
	}
	return screen.Show(w, r, printPage(view))
}

func (s *Screens) showReadings(w http.ResponseWriter, r *http.Request) error {
	o, err := s.open(r, procedure.AsCase)
	if err != nil {
		return err
	}
	list, err := s.cases.Readings(r.Context(), screen.Actor(r.Context()), o.Code)
	if err != nil {
		return err
	}
	return screen.Show(w, r, readingsPage(readingsView{Frame: screen.Frame(r, "事案を見た人", way(o.Code)...), Code: o.Code, Readings: list}))
}

// showNames is where 監査 says why the names are opened.
func (s *Screens) showNames(w http.ResponseWriter, r *http.Request) error {
	return s.drawNames(w, r, nil)
}

func (s *Screens) drawNames(w http.ResponseWriter, r *http.Request, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	o, err := s.open(r, procedure.AsCase)
	if err != nil {
		return err
	}
	if o.Reading != violation.Numbered {
		return screen.ErrNotFound()
	}
	screen.Render(w, r, status, namesPage(namesView{Frame: screen.Frame(r, "氏名を開く", way(o.Code)...), Code: o.Code, Reason: r.PostForm.Get("reason"), Problems: problems}))
	return nil
}

func (s *Screens) openNames(w http.ResponseWriter, r *http.Request) error {
	o, err := s.cases.OpenNames(r.Context(), screen.Actor(r.Context()), strings.ToUpper(chi.URLParam(r, "case")), r.PostForm.Get("reason"))
	if err != nil {
		return s.drawNames(w, r, err)
	}
	return screen.Show(w, r, casePage(caseView{Frame: screen.Frame(r, "事案 "+o.Code, listWay...), Opened: o, Once: true, Today: screen.Today(r.Context()), Viewer: screen.Actor(r.Context()).Person}))
}

// showPaper hands out a file that hangs on a step.
func (s *Screens) showPaper(w http.ResponseWriter, r *http.Request) error {
	id, err := strconv.ParseInt(chi.URLParam(r, "paper"), 10, 64)
	if err != nil {
		return screen.ErrNotFound()
	}
	content, err := s.attached.Open(r.Context(), screen.Actor(r.Context()), func(ctx context.Context, actor authz.Actor) (int64, error) {
		return s.cases.Paper(ctx, actor, strings.ToUpper(chi.URLParam(r, "case")), id)
	})
	if err != nil {
		return err
	}
	return screen.ServeAttachment(w, r, content)
}

// turn is whose turn it is.
func (p caseView) turn() procedure.Seat { return p.Turn(p.Today) }

// people are the names of those who sit in a seat.
func (p caseView) people(seat procedure.Seat) string {
	var names []string
	for _, person := range p.Seats.Of(seat).People {
		if name := p.Names[person]; name != "" {
			names = append(names, name+"さん")
		}
	}
	words := strings.Join(names, "、")
	if words != "" && p.Seats.Of(seat).StandsIn() { // whoever holds the role reads why it is not their turn
		words = "代わりの" + words
	}
	return words
}

// mine tells whether it is the viewer's turn.
func (p caseView) mine() bool {
	return p.Seats.Of(p.turn()).Has(p.Viewer) || p.turn() == procedure.Person && p.Viewer == p.Case.Person
}

// waits says whose turn it is, and for what.
func (p caseView) waits() string {
	seat := p.turn()
	switch {
	case p.mine():
		return "あなたの番です：" + turnWords(p.State, seat, p.DueOn)
	case seat == procedure.Person:
		return "いまは、本人の弁明を待っています"
	case seat == "":
		return "この事案は、終わっています"
	}
	return "いまは、" + seat.Title() + "の番です：" + turnWords(p.State, seat, p.DueOn)
}

// explain says what comes next.
func (p caseView) explain() string {
	who := p.people(p.turn())
	if who == "" {
		who = p.turn().Title()
	}
	switch p.State {
	case procedure.Guided:
		text := "指導の期限は" + calendar.Wareki(p.DueOn) + "です。改善したかどうかは、" + p.people(procedure.Manager) + "が判断します。"
		if !p.SilentOn.IsZero() {
			text += calendar.Wareki(p.SilentOn) + "を過ぎても判断がないときは、" + p.people(procedure.General) + "が判断できます。"
		}
		return text
	case procedure.NotImproved:
		if p.turn() == procedure.Person {
			return "弁明は" + calendar.Wareki(p.HeardOn) + "まで受けます。その後に、" + p.people(procedure.General) + "が利用権限の停止などを判断します。"
		}
	case procedure.Suspended:
		if !p.DueOn.IsZero() {
			return "停止は" + calendar.Wareki(p.DueOn) + "までです。解除は、" + p.people(procedure.General) + "が行います。"
		}
	case procedure.Closed, procedure.Dismissed, procedure.Joined:
		return ""
	default:
	}
	if p.mine() {
		return ""
	}
	return who + "が進めます。"
}

// told says who was told of a step, and when they have read it.
func told(t violation.Told, talked calendar.Date) string {
	words := t.Seat.Title() + "　" + t.Name + "さん（"
	switch {
	case t.SeenAt != nil:
		words += "既読 " + calendar.WarekiInstant(*t.SeenAt)
	default:
		words += "未読、" + calendar.WarekiInstant(t.FromAt) + "から届いています"
	}
	if t.Seat == procedure.Person && !talked.IsZero() {
		words += "、" + calendar.Wareki(talked) + "に面談で手渡し"
	}
	return words + "）"
}

// by says who has taken a step, and from which seat.
func by(h violation.Step) string {
	switch {
	case h.Seat == procedure.Seat("portal"):
		return "自動"
	case h.ByName == "":
		return "報告した人"
	}
	words := h.Seat.Title() + "　" + h.ByName + "さん"
	if h.StandsIn {
		words += "（代行）"
	}
	if h.Alone != "" {
		words += "【兼務（やむを得ない理由）：" + h.Alone + "】"
	}
	return words
}

// cut tells whether access was cut in an emergency in the case.
func (p caseView) cut() bool {
	return slices.ContainsFunc(p.Steps, func(h violation.Step) bool { return h.Event == procedure.EventCut })
}

// readers are who can see the case, in words.
func (p caseView) readers() []string {
	switch {
	case p.ConfirmedAt == nil && p.Receiver == procedure.Chief: // it may be about the 統括 without naming them
		return []string{"CISO（CISOについてのときはCIO）", "これまでに知らせた人（その人にあてたことだけ）"}
	case p.ConfirmedAt == nil:
		return []string{"統括、CISO、情報セキュリティ責任者（関わらない人を除く）", "これまでに知らせた人（その人にあてたことだけ）"}
	}
	var list []string
	if p.Case.Person != 0 {
		list = append(list, "対象職員（本人にあてたことと、本人の弁明だけ）")
	}
	if names := p.people(procedure.Manager); names != "" {
		list = append(list, names+"（課長（情報セキュリティ管理者）の番の人）")
	}
	switch {
	case p.Referral == procedure.EventRefer:
		list = append(list, "CIO（懲戒審査に付すると判断したため）")
	case p.Seats.Chief.Role == authz.CIO:
		list = append(list, "CIO（CISOに代わる番の人）")
	}
	list = append(list, "CISO、統括、情報セキュリティ責任者（関わらない人を除く）", "これまでに知らせた人（その人にあてたことだけ）", "監査（氏名は番号。開くと理由が残ります）")
	return list
}

// tellsPerson tells whether the person is among those who will be told.
func tellsPerson(list []violation.Told) bool {
	return slices.ContainsFunc(list, func(t violation.Told) bool { return t.Seat == procedure.Person })
}

// beside are the steps that stand with the case's turn, and the others below.
func (p caseView) beside(rest bool) []step {
	return slices.DeleteFunc(slices.Clone(p.Next), func(s step) bool { return s.rest != rest })
}
