// Package settle does what follows for rights from a day that has come, from a change of the
// organization, and from the end of a system: who leads somebody now is asked what is still
// needed after a transfer, what is over ends, and the town's directories take it over.
package settle

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"

	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/notice"
	"kagami/internal/org"
	"kagami/internal/org/responsible"
	"kagami/internal/postgres"
	"kagami/internal/rights"
	"kagami/internal/setting"
	"kagami/internal/state"
	"kagami/internal/trail"
)

// Service settles the ledger in a database.
type Service struct {
	pool   *pgxpool.Pool
	door   *door.Door
	rights *rights.Service
}

// New makes the service.
func New(pool *pgxpool.Pool, d *door.Door, of *rights.Service) *Service {
	return &Service{pool, d, of}
}

func (s *Service) today() calendar.Date { return calendar.Day(s.door.Now()) }

// ReplyDays is until when the new 管理者 says after a transfer what is still needed.
var ReplyDays = setting.NewChoice("rights.reply_days", "異動した人の利用権限について、新しい課の課長が答える日数",
	"課の仕事のための利用権限は、異動した日の0時から使えなくなります。新しい課の課長が、この日数のうちに「まだ要る」と答えると、また使えます。答えないと、終わります。退職などで職がなくなった人の利用権限も、この日数の後に終わります。",
	setting.Option{Kept: "14", Title: "14日"}, setting.Option{Kept: "7", Title: "7日"}, setting.Option{Kept: "30", Title: "30日"}, setting.Option{Kept: "60", Title: "60日"})

// settleDay is the job of what follows from a day that has come, and from a change of the
// organization.
type settleDay struct{}

// Kind is the job's name in the database.
func (settleDay) Kind() string { return "right_settle" }

// settleEvery is how often it is looked whether a day has come, the organization has changed or
// a system is no more.
const settleEvery = time.Minute

// Settle does it. It may be done any number of times.
func (s *Service) Settle(ctx context.Context) error {
	last, err := lastSettled(ctx, s.pool, "")
	if err != nil || last.Day == s.today() && last.Organization == last.Now && !last.Retired {
		return err
	}
	changed := false
	err = s.door.Do(ctx, authz.AsPortal(), func(tx *door.Tx, _ authz.Actor) (effect door.Effect, err error) {
		if err := tx.Allow(authz.FallsDue, authz.Matter{}); err != nil {
			return door.Unchanged(), err
		}
		// its number before anything is looked at: what changes meanwhile is settled next time
		if last, err = lastSettled(ctx, tx, "FOR UPDATE OF s"); err != nil {
			return door.Unchanged(), err
		}
		effect, err = s.settle(ctx, tx, last)
		if changed = effect.Subject.Kind != ""; !changed || err != nil {
			return effect, err
		}
		return effect, last.note(ctx, tx, tx.Today())
	})
	if err == nil && !changed {
		err = postgres.InTx(ctx, s.pool, func(tx pgx.Tx) error { return last.note(ctx, tx, s.today()) })
	}
	return err
}

// settled is up to where what follows was done.
type settled struct {
	Day               calendar.Date
	Organization, Now int64 // the number of the organization's state then, and now
	Retired           bool  // a system is no more since, and rights of it have not ended
}

func lastSettled(ctx context.Context, db postgres.Querier, lock string) (settled, error) {
	last, err := postgres.One[settled](ctx, db, "looking up to where rights are settled",
		`
		SELECT CASE WHEN isfinite(s.day) THEN s.day END AS day, s.organization, 0::bigint AS now,
		       EXISTS (SELECT FROM system_shown y WHERE NOT y.counts AND EXISTS (SELECT FROM access_right r WHERE r.asset_id = y.id AND r.state = 'permitted')) AS retired
		FROM right_settled s `+lock)
	if err != nil {
		return last, err
	}
	numbers, err := organization.Load(ctx, db, 0)
	last.Now, _ = numbers.Of(org.ChangeCounter)
	return last, err
}

// organization counts the states of the organization.
var organization = func() *state.Counters {
	counters, err := state.NewCounters(org.ChangeCounter)
	if err != nil {
		panic(err) // it is named twice
	}
	return counters
}()

func (l settled) note(ctx context.Context, tx pgx.Tx, day calendar.Date) error {
	if _, err := tx.Exec(ctx, `UPDATE right_settled SET day = @day, organization = @organization`, pgx.StrictNamedArgs{"day": day, "organization": l.Now}); err != nil {
		return fmt.Errorf("noting up to where rights are settled: %w", err)
	}
	return nil
}

// due is what a day, or a change of the organization, makes of a right.
type due struct {
	ID, Person int64
	Section    int64 // where the person works now; 0 for nowhere, or a post that is in none
	What       string
}

// What is due beside the steps of a right.
const (
	dueBegin    = "begin"    // it is in force from today on
	dueMoot     = "moot"     // what was asked after a transfer is settled: they work there again
	dueRedirect = "redirect" // they have moved on before it was answered
)

// whatIsDue finds what is due. held says here of all rights at once what the view right_held
// says of each; a test holds the two together.
const whatIsDue = `
	WITH looked AS (
		SELECT r.id, r.person_id, coalesce(w.first, 0) AS section, r.from_on, r.until_on, y.counts, q.id AS question, q.due_on, q.departed, q.section_id AS asked,
		       w.person_id IS NOT NULL AS works, w.person_id IS NOT NULL AND (r.section_id IS NULL OR coalesce(r.section_id = ANY(w.sections), false)) AS held
		FROM access_right r JOIN system_shown y ON y.id = r.asset_id LEFT JOIN right_question q ON q.right_id = r.id AND q.answer IS NULL LEFT JOIN (
			SELECT person_id, (array_agg(section_id ORDER BY section_id IS NULL, acting, position, id))[1] AS first, array_agg(section_id) AS sections
			FROM standing WHERE period @> @today::date GROUP BY person_id) w ON w.person_id = r.person_id
		WHERE r.state = 'permitted'),
	told AS (
		SELECT id, person_id, section, CASE
			WHEN NOT counts THEN 'retire'
			WHEN until_on < @today::date THEN 'expire'
			WHEN question IS NOT NULL AND held THEN 'moot'
			WHEN due_on < @today::date AND departed AND NOT works THEN 'leave'
			WHEN due_on < @today::date AND NOT departed AND works THEN 'expire'
			WHEN NOT works AND departed IS NOT TRUE THEN 'depart'
			WHEN works AND NOT held AND departed IS NOT FALSE THEN 'move'
			WHEN works AND NOT held AND coalesce(asked, 0) <> section THEN 'redirect'
			WHEN held AND from_on > @last::date AND from_on <= @today::date THEN 'begin'
			ELSE '' END AS what
		FROM looked)
	SELECT id, person_id AS person, section, what FROM told WHERE what <> '' ORDER BY id`

// RegisterJobs adds the worker of what follows from a day, and from a change of the
// organization.
func (s *Service) RegisterJobs(workers *river.Workers) []*river.PeriodicJob {
	river.AddWorker(workers, river.WorkFunc(func(ctx context.Context, _ *river.Job[settleDay]) error { return s.Settle(ctx) }))
	return []*river.PeriodicJob{river.NewPeriodicJob(river.PeriodicInterval(settleEvery),
		func() (river.JobArgs, *river.InsertOpts) { return settleDay{}, nil }, &river.PeriodicJobOpts{RunOnStart: true})}
}

// settle is Settle in its transaction.
func (s *Service) settle(ctx context.Context, tx *door.Tx, last settled) (door.Effect, error) {
	list, err := postgres.List[due](ctx, tx, "looking for what is due of rights", whatIsDue, pgx.StrictNamedArgs{"today": tx.Today(), "last": last.Day})
	if err != nil || len(list) == 0 {
		return door.Unchanged(), err
	}
	values, err := setting.LoadForPortal(ctx, tx)
	if err != nil {
		return door.Unchanged(), err
	}
	days, err := strconv.Atoi(ReplyDays.On(values, tx.Today()))
	if err != nil {
		return door.Unchanged(), fmt.Errorf("reading a setting: %w", err)
	}
	of := map[string][]due{}
	people := make([]int64, len(list))
	for i, d := range list {
		of[d.What] = append(of[d.What], d)
		people[i] = d.Person
	}
	var all []door.Effect
	for _, event := range []rights.Event{rights.EventRetire, rights.EventExpire, rights.EventLeave, rights.EventDepart, rights.EventMove} {
		if len(of[string(event)]) == 0 {
			continue
		}
		done, err := rights.FallDue(ctx, tx, event, ids(of[string(event)]))
		if err != nil {
			return door.Unchanged(), err
		}
		all = append(all, done...)
	}
	if err := questions(of).Put(ctx, tx, tx.Today().AddDays(days)); err != nil {
		return door.Unchanged(), err
	}
	for _, what := range []string{dueMoot, dueRedirect, dueBegin} {
		for _, d := range of[what] {
			all = append(all, door.Effect{Subject: trail.Subject{Kind: "right", ID: d.ID}, Fields: []string{what}, Refs: map[string]int64{"person": d.Person}})
		}
	}
	effect := all[0]
	effect.Also = all[1:]
	effect.Notices, err = s.tellMoved(ctx, tx, append(of[string(rights.EventMove)], of[dueRedirect]...), tx.Today().AddDays(days))
	if err != nil {
		return door.Unchanged(), err
	}
	return effect, s.rights.Carry(ctx, tx, distinct(people))
}

// distinct are some numbers in their order, each once.
func distinct(numbers []int64) []int64 {
	return slices.Compact(slices.Sorted(slices.Values(numbers)))
}

func ids(list []due) []int64 {
	ids := make([]int64, len(list))
	for i, d := range list {
		ids[i] = d.ID
	}
	return ids
}

// questions are what is to be asked of rights, and of which of them nothing need be asked any more.
func questions(of map[string][]due) (q rights.Questions) {
	for _, event := range []rights.Event{rights.EventMove, rights.EventDepart} {
		for _, d := range of[string(event)] {
			q.Asked = append(q.Asked, rights.Question{Right: d.ID, Section: d.Section, Departed: event == rights.EventDepart})
		}
	}
	for _, d := range of[dueRedirect] {
		q.Redirected = append(q.Redirected, rights.Question{Right: d.ID, Section: d.Section})
	}
	q.Moot = ids(of[dueMoot])
	return q
}

// aboutQuestion is what notices of transfers are about, as it is stored; they are of a section.
const aboutQuestion = "right_question"

// QuestionTopic is who may see a notice of what is asked after transfers: who answers for the
// section, or stands above who does.
func QuestionTopic() notice.Topic {
	return notice.Topic{Kind: aboutQuestion, Shown: func(actor authz.Actor) (string, pgx.StrictNamedArgs) {
		return `(n.topic_id = ANY(@question_sections) OR @question_all)`,
			pgx.StrictNamedArgs{"question_sections": actor.Sections(authz.ReviewRights), "question_all": len(actor.Places(authz.ReviewRights)) > 0}
	}}
}

// tellMoved asks those who answer it what is still needed, once for each section: who leads
// people now, and of who leads a section alone those who stand above.
func (s *Service) tellMoved(ctx context.Context, tx *door.Tx, moved []due, until calendar.Date) ([]notice.Message, error) {
	sections := []int64{}
	for _, d := range moved {
		sections = append(sections, d.Section)
	}
	sections = distinct(sections)
	if len(sections) == 0 {
		return nil, nil
	}
	heads, err := responsible.Of(ctx, tx, authz.SecurityManager, sections, nil, tx.Today())
	if err != nil {
		return nil, err
	}
	type place struct{ section, concerned int64 } // concerned is who leads the section, of their own rights; 0 for all others
	count, to, places := map[place]int{}, map[place][]int64{}, []place{}
	for _, d := range moved {
		p := place{section: d.Section}
		if slices.Contains(heads[d.Section], d.Person) {
			p.concerned = d.Person
		}
		if count[p]++; count[p] > 1 {
			continue
		}
		places = append(places, p)
		if to[p] = heads[d.Section]; p.concerned != 0 {
			above, err := responsible.Of(ctx, tx, authz.SecurityManager, []int64{p.section}, []int64{p.concerned}, tx.Today())
			if err != nil {
				return nil, err
			}
			to[p] = above[p.section]
		}
	}
	var messages []notice.Message
	for _, p := range places {
		if to := distinct(to[p]); len(to) > 0 {
			messages = append(messages, notice.Message{To: to, Notice: notice.Notice{
				Topic: aboutQuestion, TopicID: p.section, Title: "異動してきた人の利用権限が、まだ要るかを答えてください", URL: address.MovedRights,
				Text: fmt.Sprintf("%d件あります。%sまでに答えないと、終わります。", count[p], calendar.Wareki(until)),
			}})
		}
	}
	return messages, nil
}
