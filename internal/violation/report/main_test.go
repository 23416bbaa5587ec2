package report_test

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"kagami/internal/attachment"
	"kagami/internal/calendar"
	"kagami/internal/fault"
	"kagami/internal/postgres/pgtest"
	"kagami/internal/secret"
	"kagami/internal/violation"
	"kagami/internal/violation/procedure"
	"kagami/internal/violation/report"
	"kagami/internal/violation/violationtest"
)

var databases pgtest.Server

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m, &databases)) }

// office is a town with reports.
type office struct {
	*violationtest.Office
	Reports *report.Service
}

func open(t *testing.T) office {
	t.Helper()
	t.Parallel()
	return openWith(t, databases.New(t), secret.Random())
}

func openWith(t *testing.T, db pgtest.DB, keys *secret.Keys) office {
	t.Helper()
	if err := secret.Use(t.Context(), db.Pool, keys); err != nil {
		t.Fatal(err)
	}
	o := office{Office: violationtest.With(t, db, violation.Ties{Reporters: report.New(db.Pool, nil, keys).Answer})}
	o.Reports = report.New(db.Pool, o.Door, keys)
	return o
}

// words are a report about somebody, as the form shows to whom it goes.
func (o office) words(by string, to procedure.Seat, whom string) report.Words {
	o.T.Helper()
	list, err := o.Reports.Addressees(o.T.Context(), o.As(by), whom)
	o.Must(err)
	w := report.Words{Receiver: to, What: "名簿を持ち帰っていた。", When: "先週の金曜日", Where: "事務室", Whom: whom}
	for _, a := range list {
		if a.Seat == to {
			w.Shown = a.Key()
		}
	}
	return w
}

// send reports, and returns the number and the code of the case.
func (o office) send(by string, to procedure.Seat, whom string) (number, code string) {
	o.T.Helper()
	number, err := o.Reports.Send(o.T.Context(), o.As(by), o.words(by, to, whom))
	o.Must(err)
	return number, o.last()
}

// take records a report that came by telephone.
func (o office) take(by string, whom, name string) (number, code string) {
	o.T.Helper()
	number, err := o.Reports.Take(o.T.Context(), o.As(by), o.words(by, procedure.General, whom), report.Taking{Way: report.ByTelephone, On: calendar.Day(*o.Time), Name: name})
	o.Must(err)
	return number, o.last()
}

// last is the code of the newest case.
func (o office) last() (code string) {
	o.T.Helper()
	o.Must(o.DB.Pool.QueryRow(o.T.Context(), `SELECT code FROM violation_case ORDER BY id DESC LIMIT 1`).Scan(&code))
	return code
}

// said are the answers of a report, in their order.
func (o office) said(by, number string) string {
	o.T.Helper()
	r, err := o.Reports.Reply(o.T.Context(), o.As(by), number)
	o.Must(err)
	var list []string
	for _, a := range r.Answers {
		list = append(list, string(a.Answer)+a.Reason)
	}
	return strings.Join(list, " ")
}

// notices are how many notices of a topic somebody has.
func (o office) notices(who, topic string) (n int) {
	o.T.Helper()
	o.Must(o.DB.Pool.QueryRow(o.T.Context(), `SELECT count(*) FROM notice WHERE person_id = $1 AND topic = $2`, o.People[who], topic).Scan(&n))
	return n
}

// wants wants an error of a kind.
func (o office) wants(what string, err error, kind fault.Kind) {
	o.T.Helper()
	if err == nil || fault.KindOf(err) != kind {
		o.T.Errorf("%s: %v", what, err)
	}
}

// upload sends a file that hangs on nothing yet.
func (o office) upload() string {
	o.T.Helper()
	f, err := attachment.New(o.DB.Pool, o.Door.Now, nil).Upload(o.T.Context(), o.As("fukushi 主査"), "名簿.pdf", bytes.NewReader([]byte("%PDF-1.4\n見本")), report.Kinds...)
	o.Must(err)
	return f.Token
}
