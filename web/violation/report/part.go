// Package report is the screens by which suspected violations are reported and answered: the
// form, and the one for what came on paper or by telephone; the answers, by a report's number;
// who has made a report, opened with a reason, and who may; and what a case shows of its
// reports.
package report

import (
	"context"
	"net/http"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/attachment"
	"kagami/internal/authz"
	"kagami/internal/notice"
	"kagami/internal/sample"
	"kagami/internal/setting"
	"kagami/internal/trail"
	"kagami/internal/violation"
	"kagami/internal/violation/report"
	"kagami/web/layout"
	"kagami/web/screen"
)

// Screens are those screens.
type Screens struct {
	reports  *report.Service
	cases    *violation.Service
	attached *attachment.Service
}

// New makes the screens.
func New(reports *report.Service, cases *violation.Service, attachments *attachment.Service) *Screens {
	return &Screens{reports, cases, attachments}
}

// Part is what the portal takes in.
func (s *Screens) Part() screen.Part {
	most := attachment.Largest(report.Kinds...) + 1<<20
	return screen.Part{
		Routes: []screen.Route{
			screen.Get("/violations/report", authz.ReportViolation, s.showForm),
			screen.Post("/violations/report", authz.ReportViolation, s.send).Body(most).Stream(),
			screen.Get("/violations/report/taken", authz.TakeReports, s.showTaking),
			screen.Post("/violations/report/taken", authz.TakeReports, s.take).Body(most).Stream(),
			screen.Get("/violations/replies", authz.ReportViolation, s.showLookUp),
			screen.Post("/violations/replies", authz.ReportViolation, s.lookUp),
			screen.Get("/violations/replies/{number}", authz.ReportViolation, s.showReply),
			screen.Post("/violations/replies/{number}", authz.TakeReports, s.pass),
			screen.Get("/violations/reporters", authz.ReportViolation, s.showOpening).Asking(s.askOpening),
			screen.Post("/violations/reporters", authz.ReportViolation, s.open).Asking(s.askOpening).Sensitive(),
			screen.Get("/violations/reporters/{token}", authz.ReportViolation, s.showName).Asking(s.askOpening),
			screen.Get("/violations/handlers", authz.KeepReporters, s.showHandlers),
			screen.Post("/violations/handlers", authz.KeepReporters, s.nameHandler).Sensitive(),
			screen.Post("/violations/handlers/{handler}", authz.KeepReporters, s.endHandler).Sensitive(),
			screen.Get("/violations/{case}/report-papers/{paper}", authz.ReportViolation, s.showPaper).Stream(),
		},
		Nav: []screen.Entry{
			{Label: "違反の疑いを報告する", URL: address.NewReport, Place: 9, Under: address.Violations, Action: authz.ReportViolation, Least: authz.All},
			{Label: "報告への回答", URL: address.ReportAnswers, Place: 9, Under: address.Violations, Action: authz.ReportViolation, Least: authz.All},
			{Label: "受けた報告を記録する", URL: address.TakenReport, Place: 9, Under: address.Violations, Action: authz.TakeReports, Least: authz.All},
			{Label: "報告者の氏名", URL: address.ReportOpenings, Place: 9, Under: address.Violations, Action: authz.KeepReporters, Least: authz.All},
		},
		Areas: map[string]string{"/violations/handlers": address.ReportOpenings},
		Flashes: map[string]layout.Done{
			"report-sent":          {Heading: "報告しました", Text: "下の受付番号を控えてください。回答は、この画面に出ます。回答があると、「お知らせ」に届きます。"},
			"report-taken":         {Heading: "受けた報告を記録しました", Text: "下の受付番号を、報告した人に渡してください。氏名が分からない人も、この番号で、窓口で回答を聞けます。"},
			"report-passed":        {Heading: "伝えたことを記録しました", Text: "いつ、どのように伝えたかを、事案を見る人も見られます。"},
			"report-handler":       {Heading: "公益通報対応業務従事者を決めました", Text: "本人に知らせました。初日から、理由を書いて、報告者の氏名を開けます。"},
			"report-handler-ended": {Heading: "最後の日を決めました", Text: "その翌日からは、報告者の氏名を開けません。"},
		},
		Topics:   []notice.Topic{report.Topic(), report.HandlerTopic()},
		Subjects: []trail.Named{{Kind: "violation_report", Title: "違反の疑いの報告"}, {Kind: "violation_report_handler", Title: "公益通報対応業務従事者"}},
		Settings: []setting.Setting{report.Desk.Setting},
		Sample:   func(ctx context.Context, t *sample.Town) error { return s.fill(ctx, *t) },
	}
}

// way is the way to what is about reports.
var way = []layout.Link{{Label: "違反", Address: address.Violations}}

// number is that which the address names.
func number(r *http.Request) string { return report.ReadNumber(chi.URLParam(r, "number")) }
