package report

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"golang.org/x/text/unicode/norm"

	"kagami/internal/attachment"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/postgres"
	"kagami/internal/trail"
	"kagami/internal/violation"
	"kagami/internal/violation/procedure"
)

// Words are what is reported.
type Words struct {
	Receiver procedure.Seat // the 統括 or the CISO, as who reports chooses
	What     string         // 何を
	When     string         // いつ
	Where    string         // どこで
	Whom     string         // a 職員番号, a name or a post as somebody types it, or words; empty where it is not known
	Papers   []string       // tokens of files that the actor has sent
	// Shown is to whom the form has said that it goes: Addressee.Key of the one that is chosen.
	Shown string
}

// Taking is how a report came that somebody else records.
type Taking struct {
	Way  Way
	On   calendar.Date
	Name string // of who has made it, in words; empty where that is not known
}

// Way is how a report came.
type Way string

// The ways.
const (
	ByPortal    Way = "portal"
	OnPaper     Way = "paper"
	ByTelephone Way = "telephone"
	Spoken      Way = "spoken"
	ByMail      Way = "mail"
)

// Ways are those of reports that somebody else records.
var Ways = []Way{OnPaper, ByTelephone, Spoken, ByMail}

// Title is what the way is called.
func (w Way) Title() string {
	switch w {
	case ByPortal:
		return "この画面から"
	case OnPaper:
		return "書面"
	case ByTelephone:
		return "電話"
	case Spoken:
		return "口頭"
	case ByMail:
		return "電子メール"
	}
	return ""
}

// The most characters of each part.
const (
	MostWhat   = 4000
	MostLine   = 500 // of when and where
	MostWhom   = 200
	MostName   = 100
	MostReason = 500
	MostPapers = 5
)

// Kinds are what may be attached.
var Kinds = []attachment.Kind{attachment.Document, attachment.Picture}

// check finds what is wrong with the words.
func (w *Words) check() (problems []fault.Problem) {
	for _, f := range []struct {
		field, title string
		text         *string
		most         int
		needed       bool
	}{
		{"what", "何を", &w.What, MostWhat, true}, {"happened", "いつ", &w.When, MostLine, true}, {"place", "どこで", &w.Where, MostLine, true}, {"whom", "だれが", &w.Whom, MostWhom, false},
	} {
		*f.text = strings.TrimSpace(*f.text)
		switch n := utf8.RuneCountInString(*f.text); {
		case n == 0 && f.needed:
			problems = append(problems, fault.Problem{Field: f.field, Message: "「" + f.title + "」を入力してください。分からないときは、「分からない」と書きます。"})
		case n > f.most:
			problems = append(problems, fault.Problem{Field: f.field, Message: "「" + f.title + "」が長すぎます。" + strconv.Itoa(f.most) + "字までで書いてください。"})
		}
	}
	if w.Receiver != procedure.General && w.Receiver != procedure.Chief {
		problems = append(problems, fault.Problem{Field: "receiver", Message: "だれに報告するかを選んでください。"})
	}
	if len(w.Papers) > MostPapers {
		problems = append(problems, fault.Problem{Field: attachment.Field, Message: "付けられるのは、" + strconv.Itoa(MostPapers) + "件までです。"})
	}
	return problems
}

// check finds what is wrong with how a report came.
func (t *Taking) check(today calendar.Date) (problems []fault.Problem) {
	t.Name = strings.TrimSpace(t.Name)
	if !slices.Contains(Ways, t.Way) {
		problems = append(problems, fault.Problem{Field: "way", Message: "どのように受けたかを選んでください。"})
	}
	if t.On.IsZero() || t.On.After(today) || today.Sub(t.On) > 366 {
		problems = append(problems, fault.Problem{Field: "received_on", Message: "受けた日を、今日までの1年以内の日で入力してください。"})
	}
	if utf8.RuneCountInString(t.Name) > MostName {
		problems = append(problems, fault.Problem{Field: "name", Message: "長すぎます。" + strconv.Itoa(MostName) + "字までで書いてください。"})
	}
	return problems
}

// Addressee is to whom a report may go.
type Addressee struct {
	Seat     procedure.Seat
	Names    []string // of who sits there today
	StandsIn bool     // since the holder is whom it is about, or there is none
	people   []int64
}

// Key says who it is, for a form that has shown it.
func (a Addressee) Key() string {
	var b strings.Builder
	for _, name := range a.Names {
		b.WriteString(name)
		b.WriteByte('/')
	}
	return b.String()
}

// Addressees are to whom a report may go that is about somebody, as people type them. A problem
// of the field where it is not clear who that is.
func (s *Service) Addressees(ctx context.Context, actor authz.Actor, whom string) ([]Addressee, error) {
	if _, err := authz.Check(actor, authz.ReportViolation, authz.Matter{}); err != nil {
		return nil, err
	}
	about, err := whomOf(ctx, s.pool, whom, s.today())
	if err != nil {
		return nil, err
	}
	return addressees(ctx, s.pool, about.ID, s.today())
}

func addressees(ctx context.Context, db postgres.Querier, about int64, today calendar.Date) ([]Addressee, error) {
	seats, err := violation.SeatsAbout(ctx, db, about, 0, today)
	if err != nil {
		return nil, err
	}
	list := []Addressee{
		{Seat: procedure.General, people: seats.General.People, StandsIn: seats.General.StandsIn()},
		{Seat: procedure.Chief, people: seats.Chief.People, StandsIn: seats.Chief.StandsIn()},
	}
	for i, a := range list {
		type row struct{ Section, Post, Name string }
		people, err := postgres.List[row](ctx, db, "naming to whom a report goes", `
			SELECT coalesce(w.section, '') AS section, coalesce(w.title, '') AS post, p.name FROM person_shown p LEFT JOIN LATERAL (
				SELECT o.name AS section, w.title FROM standing w LEFT JOIN section_shown o ON o.id = w.section_id
				WHERE w.person_id = p.id AND w.period @> @today::date ORDER BY w.acting, w.position, w.id LIMIT 1) w ON true
			WHERE p.id = ANY(@people) ORDER BY p.furigana, p.id`, pgx.StrictNamedArgs{"people": a.people, "today": today})
		if err != nil {
			return nil, err
		}
		for _, r := range people {
			list[i].Names = append(list[i].Names, strings.TrimSpace(authz.PostName(r.Section, r.Post)+" "+r.Name))
		}
	}
	return list, nil
}

// someone is somebody of the organization; zero for nobody.
type someone struct {
	ID     int64
	Number string
	Name   string
}

// whomOf finds whom words mean: by the 職員番号, by the whole name, or by the post that they hold
// today. Zero where they mean nobody; a problem of the field where they mean several people.
func whomOf(ctx context.Context, db postgres.Querier, words string, today calendar.Date) (someone, error) {
	words = strings.ToLower(strings.ReplaceAll(norm.NFKC.String(words), " ", ""))
	if words == "" {
		return someone{}, nil
	}
	type row struct {
		someone
		By int // 0 for the 職員番号, 1 for the name, 2 for the post
	}
	list, err := postgres.List[row](ctx, db, "finding whom a report is about", `
		SELECT DISTINCT p.id, p.staff_number AS number, p.name, x.by FROM person_shown p CROSS JOIN LATERAL (
			SELECT 0 AS by WHERE lower(p.staff_number) = @words
			UNION ALL SELECT 1 WHERE lower(replace(normalize(p.name, NFKC), ' ', '')) = @words
			UNION ALL SELECT 2 FROM standing w LEFT JOIN section_shown o ON o.id = w.section_id
				WHERE w.person_id = p.id AND w.period @> @today::date AND @words IN (
					lower(normalize(w.title, NFKC)), lower(normalize(o.name || w.title, NFKC)),
					CASE WHEN right(o.name, 1) = left(w.title, 1) THEN lower(normalize(o.name || substr(w.title, 2), NFKC)) END)) x
		ORDER BY x.by, p.id`, pgx.StrictNamedArgs{"words": words, "today": today})
	if err != nil || len(list) == 0 {
		return someone{}, err
	}
	same := slices.DeleteFunc(list[1:], func(r row) bool { return r.By != list[0].By || r.ID == list[0].ID })
	switch {
	case len(same) == 0:
		return list[0].someone, nil
	case list[0].By == 2: // 課長: which one stays words
		return someone{}, nil
	}
	return someone{}, fault.InvalidFields([]fault.Problem{{Field: "whom", Message: "同じ氏名の人が、何人かいます。職員番号か、課室の名と職（例：税務町民課長）を入力してください。"}})
}

// twice is within how long the same report by the same person is one: a second click.
const twice = 10 * time.Minute

// recording is the lock by which two clicks are one report.
const recording door.Lock = "violation report"

// Send reports by the portal, and returns the number by which the actor finds the answer.
func (s *Service) Send(ctx context.Context, actor authz.Actor, w Words) (number string, err error) {
	return s.record(ctx, actor, w, nil)
}

// Take records a report that came otherwise, by who took it.
func (s *Service) Take(ctx context.Context, actor authz.Actor, w Words, t Taking) (number string, err error) {
	return s.record(ctx, actor, w, &t)
}

func (s *Service) record(ctx context.Context, actor authz.Actor, w Words, t *Taking) (number string, err error) {
	err = s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		action, way, on := authz.ReportViolation, ByPortal, tx.Today()
		problems := w.check()
		if t != nil {
			problems = append(problems, t.check(on)...)
			action, way, on = authz.TakeReports, t.Way, t.On
		}
		if err := tx.Allow(action, authz.Matter{}); err != nil {
			return door.Unchanged(), err
		}
		if err := fault.InvalidFields(problems); err != nil {
			return door.Unchanged(), err
		}
		if err := tx.Take(ctx, recording); err != nil {
			return door.Unchanged(), err
		}
		if number, err = s.recorded(ctx, tx, actor, w, way); err != nil || number != "" {
			return door.Unchanged(), err
		}
		about, err := s.ready(ctx, tx, actor, w, t)
		if err != nil {
			return door.Unchanged(), err
		}
		opened, err := violation.Receive(ctx, tx, violation.Report{Receiver: w.Receiver, Person: about.Number, On: on})
		if err != nil {
			return door.Unchanged(), err
		}
		who := reporter{Person: actor.Person}
		if t != nil {
			who = reporter{Name: t.Name}
		}
		if err := s.insert(ctx, tx, actor, w, opened.ID, way, on, &who); err != nil {
			return door.Unchanged(), err
		}
		if number, err = s.keep(ctx, tx, who); err != nil {
			return door.Unchanged(), err
		}
		return door.Effect{
			Subject: trail.Subject{Kind: subject, ID: who.Report}, Fields: []string{"report"}, Refs: map[string]int64{"violation_case": opened.ID},
			Notices: opened.Notices, Unnamed: t == nil,
		}, nil
	})
	return number, err
}

// ready finds whom a report is about, and refuses it where it would go to others than the form
// has said.
func (s *Service) ready(ctx context.Context, tx *door.Tx, actor authz.Actor, w Words, t *Taking) (someone, error) {
	about, err := whomOf(ctx, tx, w.Whom, tx.Today())
	if err != nil {
		return about, err
	}
	if t != nil && about.ID == actor.Person {
		return about, fault.New(fault.Conflict, "あなたについての報告は、あなたでは記録できません。統括情報セキュリティ責任者かCISOに、そのまま渡してください。")
	}
	list, err := addressees(ctx, tx, about.ID, tx.Today())
	if err != nil {
		return about, err
	}
	to := list[slices.IndexFunc(list, func(a Addressee) bool { return a.Seat == w.Receiver })]
	switch {
	case len(to.people) == 0:
		return about, fault.InvalidFields([]fault.Problem{{Field: "receiver", Message: "いま、受け取れる人がいません。もう一方のあて先を選ぶか、町の公益通報窓口に連絡してください。"}})
	case to.Key() != w.Shown:
		return about, fault.InvalidFields([]fault.Problem{{
			Field: "receiver", Message: "この報告は、" + strings.Join(to.Names, "、") + "に届きます。選んだ人についての報告か、担当が替わったためです。これでよいときは、もう一度送信してください。",
		}})
	}
	return about, nil
}

// insert writes a report and its papers, and says of who has made it which it is.
func (s *Service) insert(ctx context.Context, tx *door.Tx, actor authz.Actor, w Words, opened int64, way Way, on calendar.Date, who *reporter) error {
	taken := actor.Person
	if way == ByPortal {
		taken = 0
	}
	err := tx.QueryRow(ctx, `
		INSERT INTO violation_report (case_id, received_on, recorded_at, way, taken_by, named, what, happened, place, whom)
		VALUES (@case, @on, @now, @way, nullif(@taken::bigint, 0), @named, @what, @happened, @place, @whom) RETURNING id`,
		pgx.StrictNamedArgs{
			"case": opened, "on": on, "now": tx.Now, "way": string(way), "taken": taken, "named": who.Person != 0 || who.Name != "",
			"what": w.What, "happened": w.When, "place": w.Where, "whom": w.Whom,
		}).Scan(&who.Report)
	if err != nil {
		return wrap("recording a report", err)
	}
	for _, token := range w.Papers {
		id, err := attachment.TieUnnamed(ctx, tx, actor, token)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO violation_report_paper (attachment_id, report_id) VALUES (@id, @report)`,
			pgx.StrictNamedArgs{"id": id, "report": who.Report}); err != nil {
			return wrap("noting a paper of a report", err)
		}
	}
	return nil
}

// recorded is the number of the same report by the same person, minutes ago; empty for none.
func (s *Service) recorded(ctx context.Context, tx *door.Tx, actor authz.Actor, w Words, way Way) (string, error) {
	type row struct {
		ID    int64
		Taken int64
	}
	list, err := postgres.List[row](ctx, tx, "looking for the same report", `
		SELECT id, coalesce(taken_by, 0) AS taken FROM violation_report
		WHERE recorded_at > @since AND way = @way AND (what, happened, place, whom) = (@what, @happened, @place, @whom)`,
		pgx.StrictNamedArgs{"since": tx.Now.Add(-twice), "way": string(way), "what": w.What, "happened": w.When, "place": w.Where, "whom": w.Whom})
	if err != nil {
		return "", err
	}
	for _, r := range list {
		who, number, err := s.of(ctx, tx, r.ID)
		if err != nil {
			return "", err
		}
		if actor.Person == max(who.Person, r.Taken) {
			return number, nil
		}
	}
	return "", nil
}
