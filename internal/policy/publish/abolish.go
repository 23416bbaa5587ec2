package publish

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/lifecycle"
	"kagami/internal/org"
	"kagami/internal/policy"
	"kagami/internal/policy/draft"
	"kagami/internal/postgres"
	"kagami/internal/trail"
)

// Abolition is that a document is in force no more from a day on (廃止). It rests
// on a decision of the 本部会議, as what is published does (7(9)), whatever the
// kind of document.
type Abolition struct {
	On        calendar.Date // 廃止日: the first day on which it is not in force
	Reason    string
	DecidedOn calendar.Date // by the 本部会議
	Minutes   string        // the minutes, or where they are
	Number    int           // of the newest revision that was before who decides it
}

// EventAbolish ends a document, and leaves its revisions as they are.
const EventAbolish draft.Event = "abolish"

// abolition is the life of what has been published: its document is abolished once no
// draft is under way, and not by who wrote it (職務分離).
var abolition = lifecycle.Table[draft.State, draft.Event, lifecycle.Always]{
	Thing:  "文書",
	States: []draft.State{draft.Published},
	Begins: []draft.State{draft.Published},
	Arrows: []lifecycle.Arrow[draft.State, draft.Event, lifecycle.Always]{{
		From: draft.Published, Event: EventAbolish, To: draft.Published,
		By:    lifecycle.Who{May: []authz.Action{authz.PublishDecided}, Except: "下書きを書いた人"},
		Title: "文書の廃止（進行中の下書きがないとき）", Asks: "廃止日、理由、本部会議の決定の日と議事録",
	}},
}

// check tells what is wrong with an abolition of a document whose newest revision
// takes effect on a day.
func (a Abolition) check(today, effective calendar.Date) []fault.Problem {
	var problems []fault.Problem
	add := func(field, message string) {
		problems = append(problems, fault.Problem{Field: field, Message: message})
	}
	switch {
	case a.On.IsZero():
		add("abolished_on", "廃止日を入力してください。")
	case a.On.Before(today):
		add("abolished_on", "廃止日は、今日か、それより後の日にしてください。")
	case a.On.Before(effective):
		add("abolished_on", policy.Message("document_abolition_in_order"))
	}
	problems = append(problems, policy.CheckReason("reason", a.Reason)...)
	switch {
	case a.DecidedOn.IsZero():
		add("decided_on", "本部会議で決定した日を入力してください。")
	case a.DecidedOn.After(today):
		add("decided_on", "本部会議で決定した日は、今日か、それより前の日にしてください。")
	}
	if strings.TrimSpace(a.Minutes) == "" {
		add("minutes", "議事録か、その所在を入力してください。")
	}
	return append(problems, policy.CheckLength("minutes", a.Minutes, maxMinutes)...)
}

// newest is a document's newest published revision, as it matters here.
type newest struct {
	Document    int64
	Number      int
	EffectiveOn calendar.Date
	Drafters    []int64
	UnderWay    bool // whether another is a draft
	Abolished   bool
}

func loadNewest(ctx context.Context, db postgres.Querier, actor authz.Actor, code string) (newest, error) {
	readable, args := policy.Readable(actor)
	args["code"] = code
	n, err := postgres.One[newest](ctx, db, "loading the newest revision", `
		SELECT d.id AS document, r.number, r.effective_on, r.drafters,
		       EXISTS (SELECT FROM revision o WHERE o.document_id = d.id AND o.state IN ('draft', 'submitted', 'decided')) AS under_way,
		       EXISTS (SELECT FROM document_abolition b WHERE b.document_id = d.id) AS abolished
		FROM document d JOIN revision r ON r.document_id = d.id
		WHERE d.code = @code AND r.state = 'published' AND `+readable+` ORDER BY r.number DESC LIMIT 1`, args)
	if errors.Is(err, pgx.ErrNoRows) {
		return newest{}, policy.NoDocument()
	}
	return n, err
}

// refuses tells why a document can't be abolished so.
func (n newest) refuses(a Abolition, today calendar.Date) error {
	switch {
	case n.Abolished:
		return fault.New(fault.Conflict, policy.Message("document_abolition_once"))
	case n.UnderWay:
		return fault.New(fault.Conflict, policy.Message("document_abolition_no_draft"))
	case n.Number != a.Number:
		return fault.New(fault.Conflict, "表示していた版より新しい版が公開されています。文書を開き直して、いまの版を確かめてください。")
	}
	return fault.InvalidFields(a.check(today, n.EffectiveOn))
}

// CheckAbolition returns Invalid or Conflict if a document could not be abolished
// so.
func (s *Service) CheckAbolition(ctx context.Context, actor authz.Actor, code string, a Abolition) error {
	n, err := loadNewest(ctx, s.pool, actor, code)
	if err != nil {
		return err
	}
	return n.refuses(a, s.today())
}

// AskAbolition refuses who may not abolish a document: what a page asks before it
// shows, and Abolish once more.
func (s *Service) AskAbolition(ctx context.Context, actor authz.Actor, code string) error {
	n, err := loadNewest(ctx, s.pool, actor, code)
	if err != nil {
		return err
	}
	return draft.Check(ctx, s.pool, actor, abolition.Who(EventAbolish), n.Drafters, s.today())
}

// abolishKey names what it depends on whether somebody may abolish a document.
type abolishKey struct {
	person               int64
	code                 string
	day                  calendar.Date
	policy, organization int64
}

// cachedAsks is how many answers are in the cache: a few people, each document.
const cachedAsks = 1000

// MayAbolish tells whether AskAbolition lets somebody abolish it, for a page that leads there:
// in one state of the database it is asked once a day.
func (s *Service) MayAbolish(ctx context.Context, actor authz.Actor, code string) (bool, error) {
	if !actor.Might(authz.PublishDecided, authz.All) {
		return false, nil
	}
	ask := func() (bool, error) {
		err := s.AskAbolition(ctx, actor, code)
		if fault.KindOf(err) == fault.Forbidden {
			return false, nil
		}
		return err == nil, err
	}
	texts, counted := actor.State.Of(policy.ChangeCounter)
	people, countedToo := actor.State.Of(org.ChangeCounter)
	if !counted || !countedToo {
		return ask()
	}
	return s.mayAbolish.Get(abolishKey{actor.Person, code, s.today(), texts, people}, ask)
}

// Abolish records that a document is abolished from a day on. It is never undone.
// Who may publish what is decided may abolish, but for those who wrote the newest
// revision. Conflict while a draft is under way, or where it is abolished
// already.
func (s *Service) Abolish(ctx context.Context, actor authz.Actor, code string, a Abolition) error {
	err := s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		n, err := loadNewest(ctx, tx, actor, code)
		if err != nil {
			return door.Unchanged(), err
		}
		if err := draft.Allow(ctx, tx, actor, abolition.Who(EventAbolish), n.Drafters); err != nil {
			return door.Unchanged(), err
		}
		if err := n.refuses(a, tx.Today()); err != nil {
			return door.Unchanged(), err
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO document_abolition (document_id, abolished_on, reason, decided_on, minutes, abolished_by, recorded_at)
			VALUES (@document, @abolished_on, @reason, @decided_on, @minutes, @abolished_by, @now)`,
			pgx.StrictNamedArgs{
				"document": n.Document, "abolished_on": a.On, "reason": a.Reason, "decided_on": a.DecidedOn, "minutes": a.Minutes,
				"abolished_by": draft.By(actor), "now": tx.Now,
			})
		if err != nil {
			return door.Unchanged(), policy.Explain(err)
		}
		return door.Effect{
			Subject: trail.Subject{Kind: "document", ID: n.Document}, Fields: []string{"abolished_on", "reason", "decided_on", "minutes"},
		}, nil
	})
	if err != nil {
		return fmt.Errorf("abolishing a document: %w", err)
	}
	return nil
}

// RecordedAbolition is an abolition on record.
type RecordedAbolition struct {
	policy.Document
	On        calendar.Date
	Reason    string
	DecidedOn calendar.Date
	// Minutes and By are for those who work on drafts; empty for others.
	Minutes string
	By      string
}

// Abolitions lists the documents that are in force no more today and that the
// actor may read, the latest first.
func (s *Service) Abolitions(ctx context.Context, actor authz.Actor) ([]RecordedAbolition, error) {
	return s.abolitions(ctx, actor, `b.abolished_on <= @which::date`, s.today())
}

// AbolitionOf returns the abolition of a document, also one that is to come; nil
// where there is none, or the actor may not read the document.
func (s *Service) AbolitionOf(ctx context.Context, actor authz.Actor, code string) (*RecordedAbolition, error) {
	list, err := s.abolitions(ctx, actor, `d.code = @which`, code)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return &list[0], nil
}

// abolitions lists those for which a condition holds on @which.
func (s *Service) abolitions(ctx context.Context, actor authz.Actor, condition string, which any) ([]RecordedAbolition, error) {
	readable, args := policy.Readable(actor)
	args["which"] = which
	list, err := postgres.List[RecordedAbolition](ctx, s.pool, "listing abolished documents", `
		SELECT d.id, d.code, d.kind, d.title, b.abolished_on AS on, b.reason, b.decided_on, b.minutes, coalesce(p.name, '') AS by
		FROM document_abolition b JOIN document d ON d.id = b.document_id LEFT JOIN person_shown p ON p.id = b.abolished_by
		WHERE `+condition+` AND `+readable+` ORDER BY b.abolished_on DESC, d.code`, args)
	if !draft.MaySee(actor) {
		for i := range list {
			list[i].Minutes, list[i].By = "", ""
		}
	}
	return list, err
}
