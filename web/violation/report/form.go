package report

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"

	"kagami/internal/address"
	"kagami/internal/attachment"
	"kagami/internal/fault"
	"kagami/internal/violation/procedure"
	"kagami/internal/violation/report"
	"kagami/web/component"
	"kagami/web/screen"
)

// typed is what somebody has typed of a report.
type typed struct {
	report.Words
	report.Taking
	Received string // the day on which it came
	Sent     []attachment.File
}

func (s *Screens) showForm(w http.ResponseWriter, r *http.Request) error {
	return s.draw(w, r, typed{}, false, nil)
}

func (s *Screens) showTaking(w http.ResponseWriter, r *http.Request) error {
	return s.draw(w, r, typed{Received: screen.Today(r.Context()).String()}, true, nil)
}

func (s *Screens) send(w http.ResponseWriter, r *http.Request) error { return s.record(w, r, false) }

func (s *Screens) take(w http.ResponseWriter, r *http.Request) error { return s.record(w, r, true) }

func (s *Screens) record(w http.ResponseWriter, r *http.Request, taking bool) error {
	ctx, actor := r.Context(), screen.Actor(r.Context())
	t, refusal := s.read(w, r)
	if r.PostForm.Get("act") == "attach" && refusal == nil {
		return s.draw(w, r, t, taking, nil)
	}
	var (
		number string
		done   = "report-sent"
	)
	switch {
	case refusal != nil:
	case taking:
		done = "report-taken"
		number, refusal = s.reports.Take(ctx, actor, t.Words, t.Taking)
	default:
		number, refusal = s.reports.Send(ctx, actor, t.Words)
	}
	if refusal != nil {
		return s.draw(w, r, t, taking, refusal)
	}
	return screen.GoOn(w, r, address.ReportAnswer(number), done)
}

// read reads the form with the file that has come with it, and those that came before it.
func (s *Screens) read(w http.ResponseWriter, r *http.Request) (typed, error) {
	ctx, actor := r.Context(), screen.Actor(r.Context())
	var sent attachment.File
	refusal := screen.ReadStream(w, r, attachment.Field, func(name string, body io.Reader) (err error) {
		sent, err = s.attached.Upload(ctx, actor, name, body, report.Kinds...)
		return err
	})
	form := r.PostForm
	text := func(name string) string { return strings.ReplaceAll(form.Get(name), "\r\n", "\n") }
	var days screen.Form
	t := typed{
		Words: report.Words{
			Receiver: procedure.Seat(form.Get("receiver")), What: text("what"), When: text("happened"), Where: text("place"), Whom: text("whom"),
		},
		Taking:   report.Taking{Way: report.Way(form.Get("way")), Name: text("name"), On: days.Day("received_on", form.Get("received_on"))},
		Received: form.Get("received_on"),
	}
	t.Shown = form.Get("shown_" + form.Get("receiver"))
	for _, token := range form["sent"] {
		before, err := s.attached.Untied(ctx, actor, token)
		switch {
		case fault.KindOf(err) == fault.NotFound: // it was swept, or hangs on the same report already
			t.Papers = append(t.Papers, token)
		case err != nil:
			return t, err
		default:
			t.Sent, t.Papers = append(t.Sent, before), append(t.Papers, token)
		}
	}
	if sent.Token != "" {
		t.Sent, t.Papers = append(t.Sent, sent), append(t.Papers, sent.Token)
	}
	if refusal == nil {
		refusal = days.Err()
	}
	return t, refusal
}

func (s *Screens) draw(w http.ResponseWriter, r *http.Request, t typed, taking bool, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		if large, ok := errors.AsType[*http.MaxBytesError](refusal); !ok || large == nil {
			return err
		}
		problems, status = []fault.Problem{{Field: attachment.Field, Message: "ファイルが大きすぎます。" + attachment.Hint(report.Kinds...) + "小さくするか、分けてから、選んでください。"}}, http.StatusRequestEntityTooLarge
	}
	ctx, actor := r.Context(), screen.Actor(r.Context())
	to, err := s.reports.Addressees(ctx, actor, t.Whom)
	if fault.KindOf(err) == fault.Invalid { // several people: the form says so when it is sent
		to, err = s.reports.Addressees(ctx, actor, "")
	}
	if err != nil {
		return err
	}
	guide, err := s.reports.GuideForPortal(ctx)
	if err != nil {
		return err
	}
	title, path := "違反の疑いを報告する", address.NewReport
	if taking {
		title, path = "受けた報告を記録する", address.TakenReport
	}
	screen.Render(w, r, status, formPage(formView{
		Frame: screen.Frame(r, title, way...), Title: title, Path: path, Typed: t, Taking: taking, To: to, Guide: guide, Problems: problems,
	}))
	return nil
}

// addressees are the choices of to whom it goes, each with who that is.
func (p formView) addressees() []component.Choice {
	var list []component.Choice
	for _, a := range p.To {
		label := "統括情報セキュリティ責任者"
		if a.Seat == procedure.Chief {
			label = "最高情報セキュリティ責任者（CISO）"
		}
		switch {
		case len(a.Names) == 0:
			label += "：いま受け取れる人がいません"
		case a.StandsIn:
			label += "：代わりに、" + strings.Join(a.Names, "、") + " に届きます"
		default:
			label += "：" + strings.Join(a.Names, "、") + " に届きます"
		}
		list = append(list, component.Choice{Value: string(a.Seat), Label: label})
	}
	return list
}

func (p formView) ways() []component.Choice {
	var list []component.Choice
	for _, w := range report.Ways {
		list = append(list, component.Choice{Value: string(w), Label: w.Title()})
	}
	return list
}

// full tells whether no more files can be attached.
func (p formView) full() bool { return len(p.Typed.Sent) >= report.MostPapers }

// standsIn tells whether somebody stands in for one whom the report is about.
func (p formView) standsIn() bool {
	return p.Typed.Whom != "" && slices.ContainsFunc(p.To, func(a report.Addressee) bool { return a.StandsIn })
}
