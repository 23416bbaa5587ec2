package publish

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"kagami/internal/attachment"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/policy"
	"kagami/internal/policy/draft"
	"kagami/internal/postgres"
)

// Decision is what the 本部会議 decided about a text (7(9)).
type Decision struct {
	On        calendar.Date
	Adopted   bool
	Rejected  bool     // neither: it was not said
	Chair     string   // their 職員番号
	Attendees []string // their 職員番号, the chair among them
	Minutes   string   // the minutes, or where they are
	File      string   // the token of the minutes as an attachment; empty for none
	SHA256    []byte   // of the text that was before who records it
}

const maxMinutes = 20_000 // characters

func (d Decision) check(today calendar.Date) []fault.Problem {
	var problems []fault.Problem
	add := func(field, message string) {
		problems = append(problems, fault.Problem{Field: field, Message: message})
	}
	switch {
	case d.On.IsZero():
		add("decided_on", "本部会議で決定した日を入力してください。")
	case d.On.After(today):
		add("decided_on", "本部会議で決定した日は、今日か、それより前の日にしてください。")
	}
	if d.Adopted == d.Rejected {
		add("result", "決定か否決かを選んでください。")
	}
	if d.Chair == "" {
		add("chair", "議長を選んでください。")
	}
	switch {
	case len(d.Attendees) == 0:
		add("attendees", "出席者を選んでください。")
	case d.Chair != "" && !slices.Contains(d.Attendees, d.Chair):
		add("attendees", "議長に選んだ人が、出席者に入っていません。出席者でもその人を選ぶか、議長を選び直してください。")
	}
	if strings.TrimSpace(d.Minutes) == "" && d.File == "" {
		add("minutes", "議事録を入力するか、ファイルを付けてください。")
	}
	return append(problems, policy.CheckLength("minutes", d.Minutes, maxMinutes)...)
}

func (d Decision) event() draft.Event {
	if d.Rejected {
		return draft.EventReject
	}
	return draft.EventAdopt
}

// Meeting is who was at a 本部会議, by their names.
type Meeting struct {
	Chair     string
	Attendees []string // in the order of the decision
}

// CheckDecision returns who was there, or Invalid or Conflict if a decision about this
// draft could not be recorded so.
func (s *Service) CheckDecision(ctx context.Context, actor authz.Actor, d draft.Draft, decision Decision) (Meeting, error) {
	if err := s.draft.Ask(ctx, actor, d.Code, decision.event()); err != nil {
		return Meeting{}, err
	}
	if err := d.LeadsOn(decision.event()); err != nil {
		return Meeting{}, err
	}
	if !bytes.Equal(d.SHA256, decision.SHA256) {
		return Meeting{}, draft.Changed()
	}
	people, err := decision.there(ctx, s.pool, s.today())
	if err != nil {
		return Meeting{}, err
	}
	m := Meeting{Chair: people[decision.Chair].Name}
	for _, number := range decision.Attendees {
		m.Attendees = append(m.Attendees, people[number].Name)
	}
	return m, nil
}

// there checks a decision, and returns who was there.
func (d Decision) there(ctx context.Context, db postgres.Querier, today calendar.Date) (map[string]member, error) {
	if err := fault.InvalidFields(d.check(today)); err != nil {
		return nil, err
	}
	people, err := membersOn(ctx, db, d.On, append([]string{d.Chair}, d.Attendees...))
	if err != nil {
		return nil, err
	}
	return people, d.known(people)
}

// RecordDecision records what the 本部会議 decided about a draft that was handed
// in: adopted, it can be published; rejected, it is a draft again. The record is
// never changed.
func (s *Service) RecordDecision(ctx context.Context, actor authz.Actor, code string, d Decision) error {
	return s.draft.Step(ctx, actor, code, d.event(), d.SHA256, func(tx *door.Tx, l draft.Locked) (draft.Change, error) {
		people, err := d.there(ctx, tx, tx.Today())
		if err != nil {
			return draft.Change{}, err
		}
		c := draft.Change{Note: d.Minutes, Fields: []string{"headquarters_decision"}}
		var file *int64
		if d.File != "" {
			tied, err := attachment.Tie(ctx, tx, actor, d.File)
			if err != nil {
				return draft.Change{}, err
			}
			file, c.Refs = &tied, map[string]int64{"attachment": tied}
		}
		id, err := d.insert(ctx, tx, actor, l, people, file)
		if err != nil {
			return draft.Change{}, err
		}
		if d.Adopted {
			c.Columns = map[string]any{"decision_id": id, "decided_on": d.On}
		}
		return c, nil
	})
}

// known tells whether all who were there had a post that day.
func (d Decision) known(people map[string]member) error {
	var problems []fault.Problem
	if _, ok := people[d.Chair]; !ok {
		problems = append(problems, fault.Problem{Field: "chair", Message: "議長は、その日に職に就いていた人から選んでください。"})
	}
	for _, number := range d.Attendees {
		if _, ok := people[number]; !ok {
			problems = append(problems, fault.Problem{Field: "attendees", Message: "職員番号 " + number + " の人は、その日に職に就いていません。出席者を直してください。"})
		}
	}
	return fault.InvalidFields(problems)
}

func (d Decision) insert(ctx context.Context, tx *door.Tx, actor authz.Actor, l draft.Locked, people map[string]member, file *int64) (int64, error) {
	result := "rejected"
	if d.Adopted {
		result = "adopted"
	}
	var id int64
	err := tx.QueryRow(ctx, `
		INSERT INTO headquarters_decision (revision_id, text_sha256, decided_on, result, chair_id, minutes, attachment_id, recorded_by, recorded_at)
		VALUES (@revision, @text_sha256, @decided_on, @result, @chair, @minutes, @file, @recorded_by, @now) RETURNING id`,
		pgx.StrictNamedArgs{
			"revision": l.Revision, "text_sha256": l.SHA256, "decided_on": d.On, "result": result, "chair": people[d.Chair].ID, "minutes": d.Minutes,
			"file": file, "recorded_by": draft.By(actor), "now": tx.Now,
		}).Scan(&id)
	if err != nil {
		return 0, err
	}
	attendees := []int64{}
	for _, number := range d.Attendees {
		attendees = append(attendees, people[number].ID)
	}
	_, err = tx.Exec(ctx, `INSERT INTO decision_attendee (decision_id, person_id) SELECT $1, unnest($2::bigint[])`, id, attendees)
	return id, err
}

// member is somebody who was at the 本部会議.
type member struct {
	StaffNumber, Name string
	ID                int64
}

// membersOn returns who of these had a post on a day, by their 職員番号.
func membersOn(ctx context.Context, db postgres.Querier, day calendar.Date, numbers []string) (map[string]member, error) {
	rows, err := postgres.List[member](ctx, db, "looking up who was there", `
		SELECT p.staff_number, p.name, p.id FROM person_shown p
		WHERE p.staff_number = ANY(@numbers) AND EXISTS (SELECT FROM standing a WHERE a.person_id = p.id AND a.period @> @day::date)`,
		pgx.StrictNamedArgs{"numbers": numbers, "day": day})
	people := map[string]member{}
	for _, r := range rows {
		people[r.StaffNumber] = r
	}
	return people, err
}

// Councillor is somebody who may have been at the 本部会議.
type Councillor struct {
	StaffNumber, Name string
	Roles             []authz.Role
}

// Councillors lists those who held a role of 図 1.1 on a day, from the top down:
// whom the 本部会議 is chosen from first.
func (s *Service) Councillors(ctx context.Context, actor authz.Actor, day calendar.Date) ([]Councillor, error) {
	if actor.Reach(authz.RecordDecision) != authz.All {
		return nil, nil
	}
	return postgres.List[Councillor](ctx, s.pool, "listing who may have been there", `
		SELECT p.staff_number, p.name, array_agg(DISTINCT h.role) AS roles
		FROM holding h JOIN person_shown p ON p.id = h.person_id
		WHERE h.role = ANY(@roles::text[]) AND h.period @> @day::date AND h.rule_period @> @day::date
		GROUP BY p.id, p.staff_number, p.name, p.furigana_key ORDER BY min(array_position(@roles::text[], h.role)), p.furigana_key, p.id`,
		pgx.StrictNamedArgs{"day": day, "roles": []authz.Role{
			authz.CIO, authz.CISO, authz.GeneralSecurityOfficer, authz.SecurityOfficer, authz.CSIRTMember, authz.SecurityManager,
		}})
}

// RecordedDecision is a decision on record.
type RecordedDecision struct {
	On        calendar.Date
	Adopted   bool
	Chair     string // empty where it was carried over from before they were recorded here
	Attendees []string
	Minutes   string
	MinutesFile
	RecordedBy string
	RecordedAt time.Time
}

// MinutesFile is the file with a decision's minutes; zero for none.
type MinutesFile struct {
	FileName string
	FileType string // its media type
	FileSize int64  // bytes
}

// Decisions lists what the 本部会議 decided about a revision, the first first; none
// for who works on no drafts.
func (s *Service) Decisions(ctx context.Context, actor authz.Actor, revision int64) ([]RecordedDecision, error) {
	if !draft.MaySee(actor) {
		return nil, nil
	}
	readable, args := policy.Readable(actor)
	args["revision"] = revision
	return postgres.List[RecordedDecision](ctx, s.pool, "listing decisions", `
		SELECT h.decided_on AS on, h.result = 'adopted' AS adopted, coalesce(c.name, '') AS chair, h.minutes,
		       coalesce(f.name, '') AS file_name, coalesce(f.media_type, '') AS file_type, coalesce(f.size, 0) AS file_size, coalesce(b.name, '') AS recorded_by, h.recorded_at,
		       ARRAY(SELECT p.name FROM decision_attendee t JOIN person_shown p ON p.id = t.person_id WHERE t.decision_id = h.id ORDER BY p.furigana_key, p.id) AS attendees
		FROM headquarters_decision h JOIN revision r ON r.id = h.revision_id JOIN document d ON d.id = r.document_id
		LEFT JOIN person_shown c ON c.id = h.chair_id LEFT JOIN person_shown b ON b.id = h.recorded_by
		LEFT JOIN attachment_shown f ON f.id = h.attachment_id
		WHERE r.id = @revision AND `+readable+` ORDER BY h.id`, args)
}

// MinutesFiles returns the files with the minutes of the decisions that a document's
// published revisions rest on, by the revisions' numbers; none for who works on no
// drafts.
func (s *Service) MinutesFiles(ctx context.Context, actor authz.Actor, code string) (map[int]MinutesFile, error) {
	if !draft.MaySee(actor) {
		return nil, nil
	}
	readable, args := policy.Readable(actor)
	args["code"] = code
	type row struct {
		Number int
		MinutesFile
	}
	rows, err := postgres.List[row](ctx, s.pool, "listing files of minutes", `
		SELECT r.number, f.name AS file_name, f.media_type AS file_type, f.size AS file_size
		FROM document d JOIN revision r ON r.document_id = d.id
		JOIN headquarters_decision h ON h.id = r.decision_id JOIN attachment_shown f ON f.id = h.attachment_id
		WHERE d.code = @code AND r.state = 'published' AND `+readable, args)
	files := map[int]MinutesFile{}
	for _, r := range rows {
		files[r.Number] = r.MinutesFile
	}
	return files, err
}

// Minutes returns the file of the newest decision on a revision, by its id among the
// attachments; NotFound where there is none, or the actor works on no drafts.
func (s *Service) Minutes(ctx context.Context, actor authz.Actor, code string, number int) (int64, error) {
	if !draft.MaySee(actor) {
		return 0, policy.NoDocument()
	}
	readable, args := policy.Readable(actor)
	args["code"], args["number"] = code, number
	var id int64
	err := s.pool.QueryRow(ctx, `
		SELECT h.attachment_id FROM headquarters_decision h JOIN revision r ON r.id = h.revision_id JOIN document d ON d.id = r.document_id
		WHERE d.code = @code AND r.number = @number::bigint AND r.state <> 'withdrawn' AND h.attachment_id IS NOT NULL AND `+readable+`
		ORDER BY h.id DESC LIMIT 1`, args).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, policy.NoDocument()
	}
	if err != nil {
		return 0, fmt.Errorf("looking for minutes: %w", err)
	}
	return id, nil
}
