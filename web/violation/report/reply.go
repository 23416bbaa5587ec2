package report

import (
	"net/http"
	"strings"

	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/fault"
	"kagami/internal/violation/procedure"
	"kagami/internal/violation/report"
	"kagami/web/screen"
)

func (s *Screens) showLookUp(w http.ResponseWriter, r *http.Request) error {
	return s.drawLookUp(w, r, "", nil)
}

// lookUp leads to a report by its number, which stands in no query: those are logged by
// proxies.
func (s *Screens) lookUp(w http.ResponseWriter, r *http.Request) error {
	ctx, actor, typed := r.Context(), screen.Actor(r.Context()), r.PostForm.Get("number")
	number := report.ReadNumber(typed)
	wrong := func(message string) error {
		return s.drawLookUp(w, r, typed, fault.InvalidFields([]fault.Problem{{Field: "number", Message: message}}))
	}
	if number == "" {
		return wrong("受付番号を、7K4Q-M2XY-0AB1-9CDE のように、16字で入力してください。")
	}
	_, err := s.reports.Reply(ctx, actor, number)
	if fault.KindOf(err) == fault.NotFound {
		return wrong("この受付番号の報告は、見つかりません。番号を確かめてください。この画面から報告した人の回答は、報告した本人だけが見られます。")
	}
	if err != nil {
		return err
	}
	return screen.GoOn(w, r, address.ReportAnswer(number), "")
}

func (s *Screens) drawLookUp(w http.ResponseWriter, r *http.Request, typed string, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	screen.Render(w, r, status, lookUpPage(lookUpView{Frame: screen.Frame(r, "報告への回答", way...), Typed: typed, Problems: problems}))
	return nil
}

func (s *Screens) showReply(w http.ResponseWriter, r *http.Request) error {
	return s.drawReply(w, r, "", "", nil)
}

// pass records that who has made a report without the portal was told.
func (s *Screens) pass(w http.ResponseWriter, r *http.Request) error {
	var days screen.Form
	form := r.PostForm
	on, how := days.Day("passed_on", form.Get("passed_on")), strings.ReplaceAll(form.Get("how"), "\r\n", "\n")
	err := days.Err()
	if err == nil {
		err = s.reports.Pass(r.Context(), screen.Actor(r.Context()), number(r), on, how)
	}
	if err != nil {
		return s.drawReply(w, r, form.Get("passed_on"), how, err)
	}
	return screen.GoOn(w, r, address.ReportAnswer(number(r)), "report-passed")
}

func (s *Screens) drawReply(w http.ResponseWriter, r *http.Request, on, how string, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	actor := screen.Actor(r.Context())
	reply, err := s.reports.Reply(r.Context(), actor, number(r))
	if err != nil {
		return err
	}
	if on == "" && refusal == nil {
		on = screen.Today(r.Context()).String()
	}
	_, passes := actor.May(authz.TakeReports, authz.Matter{})
	screen.Render(w, r, status, replyPage(replyView{
		Frame: screen.Frame(r, "報告への回答："+reply.Number, way...), Reply: reply, Passes: passes && reply.Way != report.ByPortal, On: on, How: how, Problems: problems,
	}))
	return nil
}

// to is to whom it was reported.
func to(seat procedure.Seat) string {
	if seat == procedure.Chief {
		return "CISO"
	}
	return "統括情報セキュリティ責任者"
}
