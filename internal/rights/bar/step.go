package bar

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/postgres"
	"kagami/internal/rights"
)

// Do takes a step of what bars rights: confirms a cut, tells its person, ends it, or ends
// what it has revoked for good. Forbidden who may not, and whom it is about; Conflict where
// somebody else has taken a step meanwhile, or it has ended.
func (s *Service) Do(ctx context.Context, actor authz.Actor, code string, event rights.Event, step Step) error {
	return s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		effect, err := s.DoIn(ctx, tx, actor, code, event, step)
		if err == nil && s.ties.Owned != nil && (event == rights.EventReinstate || event == rights.EventLeaveRevoked) {
			err = s.refuseOwned(ctx, tx, effect.Subject.ID)
		}
		return effect, err
	})
}

// refuseOwned refuses to end what a case bars, but in the case: it would not know.
func (s *Service) refuseOwned(ctx context.Context, tx *door.Tx, bar int64) error {
	owned, err := s.ties.Owned(ctx, tx, bar)
	if err == nil && owned {
		err = fault.New(fault.Conflict, "この停止は、違反の事案によるものです。事案の画面から解除してください。")
	}
	return err
}

// DoIn is Do in a change under way, as BeginIn is Begin.
func (s *Service) DoIn(ctx context.Context, tx *door.Tx, actor authz.Actor, code string, event rights.Event, step Step) (door.Effect, error) {
	step.Note = strings.TrimSpace(step.Note)
	look := find
	if step.Matter != nil { // who acts in a case has seen what it bars there
		look = anyones
	}
	b, err := look(ctx, tx, actor, code, tx.Now, "")
	if err != nil {
		return door.Unchanged(), err
	}
	if err := b.Kind.allow(ctx, tx, actor, b.Person, event, step.Matter); err != nil {
		return door.Unchanged(), err
	}
	if err := tx.Exclude(ctx, b.Person); err != nil {
		return door.Unchanged(), err
	}
	if b, err = look(ctx, tx, actor, code, tx.Now, "FOR UPDATE OF b"); err != nil {
		return door.Unchanged(), err
	}
	if err := b.follow(event, step); err != nil {
		return door.Unchanged(), err
	}
	var ended []door.Effect
	if event == rights.EventLeaveRevoked {
		// why is confided: the history of a right, which more people read, says only that it has ended so
		if ended, err = s.rights.EndRevoked(ctx, tx, actor, b.ID); err != nil {
			return door.Unchanged(), err
		}
		if b.Portal && s.ties.KeepOut != nil {
			kept, err := s.ties.KeepOut(ctx, tx, b.Person)
			if err != nil {
				return door.Unchanged(), err
			}
			ended = append(ended, kept)
		}
	}
	if b, err = b.write(ctx, tx, actor.Person, event, step.Note); err != nil {
		return door.Unchanged(), err
	}
	if err := s.turn(ctx, tx, b); err != nil {
		return door.Unchanged(), err
	}
	effect := b.effect(event)
	effect.Also = ended
	if step.Note != "" {
		effect.Confidential = map[string]any{"note": step.Note}
	}
	if event == rights.EventTell && s.ties.Told != nil {
		if err := s.ties.Told(ctx, tx, b.ID, b.Person); err != nil {
			return door.Unchanged(), err
		}
	}
	effect.Notices, err = b.tell(ctx, tx, actor, event)
	return effect, err
}

// follow refuses a step that can't be taken.
func (b Bar) follow(event rights.Event, step Step) error {
	a, err := rights.Arrow(b.Standing(), event)
	switch {
	case b.Over && (event != rights.EventTell || b.Withheld == ""): // its person is told of it all the same
		return fault.New(fault.Conflict, "この停止は、もう終わっています。画面を開き直してください。")
	case err != nil:
		return err
	case b.Version != step.Version:
		return fault.New(fault.Conflict, overtaken)
	case event == rights.EventConfirmCut && (b.Kind != ConductCut || b.ConfirmedBy != ""):
		return fault.New(fault.Conflict, "認めるのは、本人の行為による緊急停止の、まだ認められていないものだけです。")
	case event == rights.EventTell && b.Withheld == "":
		return fault.New(fault.Conflict, "本人には、もう知らせてあります。")
	}
	problems := a.Missing(map[string]bool{"note": step.Note != ""})
	if utf8.RuneCountInString(step.Note) > maxNote {
		problems = append(problems, fault.Problem{Field: "note", Message: "長すぎます。2000字までで書いてください。"})
	}
	return fault.InvalidFields(problems)
}

// write writes a step by somebody, 0 for the portal, and returns the bar as it is then.
func (b Bar) write(ctx context.Context, tx *door.Tx, by int64, event rights.Event, note string) (Bar, error) {
	_, err := tx.Exec(ctx, `
		WITH now AS (
			UPDATE right_bar SET version = version + 1,
			       -- one that has not begun ends as it begins
			       to_at = CASE WHEN @event IN ('reinstate', 'leave_revoked') THEN greatest(@now::timestamptz, from_at) WHEN @event = 'confirm_cut' THEN NULL ELSE to_at END,
			       confirmed_by = CASE WHEN @event = 'confirm_cut' THEN @by ELSE confirmed_by END,
			       withheld = CASE WHEN @event = 'tell' THEN '' ELSE withheld END
			WHERE id = @id RETURNING id, version)
		INSERT INTO right_bar_step (bar_id, version, at, by, event, note) SELECT id, version, @now, nullif(@by::bigint, 0), @event, @note FROM now`,
		pgx.StrictNamedArgs{"id": b.ID, "event": string(event), "by": by, "now": tx.Now, "note": note})
	if err != nil {
		return Bar{}, fmt.Errorf("taking a step of what bars rights: %w", err)
	}
	return postgres.One[Bar](ctx, tx, "looking at what bars rights", selected+` WHERE b.id = @id`, rights.InstantAnd(tx.Now, pgx.StrictNamedArgs{"id": b.ID}))
}

// barTurns is the job of what follows when a bar begins or ends by its day.
type barTurns struct {
	Bar int64 `json:"bar"`
}

// Kind is the job's name in the database.
func (barTurns) Kind() string { return "right_bar_turn" }

// turn does what follows from what a bar is at the instant of a change: where it has begun, its
// person is out of the portal; the directories take it over; and its coming turns are put down.
func (s *Service) turn(ctx context.Context, tx *door.Tx, b Bar) error {
	for _, at := range []*time.Time{&b.FromAt, b.ToAt} {
		if at != nil && at.After(tx.Now) {
			if err := tx.Enqueue(ctx, barTurns{b.ID}, *at); err != nil {
				return err
			}
		}
	}
	turns := []string{}
	if b.Active {
		turns = append(turns, "begun")
		if b.Portal && s.ties.Out != nil {
			if err := s.ties.Out(ctx, tx, b.Person); err != nil {
				return err
			}
		}
	}
	if b.Over {
		turns = append(turns, "over")
	}
	if _, err := tx.Exec(ctx, `INSERT INTO right_bar_turn (bar_id, turn, at) SELECT @bar, t, @now FROM unnest(@turns::text[]) t ON CONFLICT DO NOTHING`,
		pgx.StrictNamedArgs{"bar": b.ID, "turns": turns, "now": tx.Now}); err != nil {
		return fmt.Errorf("noting the turn of a bar: %w", err)
	}
	return s.rights.Carry(ctx, tx, []int64{b.Person})
}

// untold is a bar with a turn that nothing has followed from yet.
const untold = `(b.from_at <= @now AND (b.to_at IS NULL OR b.to_at > b.from_at) AND NOT EXISTS (SELECT FROM right_bar_turn t WHERE t.bar_id = b.id AND t.turn IN ('begun', 'over'))
	OR b.to_at <= @now AND NOT EXISTS (SELECT FROM right_bar_turn t WHERE t.bar_id = b.id AND t.turn = 'over'))`

// Turn does what follows from a bar, by its id, whose day has come. It may be done any number
// of times.
func (s *Service) Turn(ctx context.Context, bar int64) error {
	return s.door.Do(ctx, authz.AsPortal(), func(tx *door.Tx, _ authz.Actor) (door.Effect, error) {
		if err := tx.Allow(authz.FallsDue, authz.Matter{}); err != nil {
			return door.Unchanged(), err
		}
		var person int64
		err := tx.QueryRow(ctx, `SELECT b.person_id FROM right_bar b WHERE b.id = @bar AND `+untold, pgx.StrictNamedArgs{"bar": bar, "now": tx.Now}).Scan(&person)
		if errors.Is(err, pgx.ErrNoRows) {
			return door.Unchanged(), nil
		}
		if err != nil {
			return door.Unchanged(), fmt.Errorf("looking for what bars rights: %w", err)
		}
		if err := tx.Exclude(ctx, person); err != nil {
			return door.Unchanged(), err
		}
		b, err := postgres.One[Bar](ctx, tx, "locking what bars rights", selected+` WHERE b.id = @bar FOR UPDATE OF b`, rights.InstantAnd(tx.Now, pgx.StrictNamedArgs{"bar": bar}))
		if err != nil {
			return door.Unchanged(), err
		}
		event := b.Kind.event()
		if b.Over {
			event = rights.EventLapse
			if b, err = b.write(ctx, tx, 0, rights.EventLapse, ""); err != nil {
				return door.Unchanged(), err
			}
		}
		if err := s.turn(ctx, tx, b); err != nil {
			return door.Unchanged(), err
		}
		effect := b.effect(event)
		if event == rights.EventLapse {
			var told bool
			if s.ties.Ended != nil {
				if effect.Also, told, err = s.ties.Ended(ctx, tx, b.ID); err != nil {
					return door.Unchanged(), err
				}
			}
			if !told {
				effect.Notices, err = b.tell(ctx, tx, authz.Actor{}, event)
			}
		} else {
			effect.Fields = []string{"begun"}
		}
		return effect, err
	})
}

// turnAll is the job of what follows from all bars whose own was lost.
type turnAll struct{}

// Kind is the job's name in the database.
func (turnAll) Kind() string { return "right_bar_turn_all" }

// turnEvery is how often it is looked whether one was lost.
const turnEvery = time.Minute

// TurnAll does what follows from each bar whose day has come and that nothing has followed
// from yet.
func (s *Service) TurnAll(ctx context.Context) error {
	rows, err := s.pool.Query(ctx, `SELECT b.id FROM right_bar b WHERE `+untold+` ORDER BY b.id LIMIT 1000`, pgx.StrictNamedArgs{"now": s.door.Now()})
	if err != nil {
		return fmt.Errorf("looking for bars whose day has come: %w", err)
	}
	bars, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return fmt.Errorf("looking for bars whose day has come: %w", err)
	}
	var failed []error
	for _, bar := range bars {
		failed = append(failed, s.Turn(ctx, bar))
	}
	return errors.Join(failed...)
}

// RegisterJobs adds the workers of what follows when a bar begins or ends by its day.
func (s *Service) RegisterJobs(workers *river.Workers) []*river.PeriodicJob {
	river.AddWorker(workers, river.WorkFunc(func(ctx context.Context, job *river.Job[barTurns]) error { return s.Turn(ctx, job.Args.Bar) }))
	river.AddWorker(workers, river.WorkFunc(func(ctx context.Context, _ *river.Job[turnAll]) error { return s.TurnAll(ctx) }))
	return []*river.PeriodicJob{river.NewPeriodicJob(river.PeriodicInterval(turnEvery),
		func() (river.JobArgs, *river.InsertOpts) { return turnAll{}, nil }, &river.PeriodicJobOpts{RunOnStart: true})}
}

// Taken is a step of a bar that somebody has taken.
type Taken struct {
	At    time.Time
	By    string // empty for the portal
	Event rights.Event
	Note  string
}

// History lists the steps of a bar, by its code, the newest first. NotFound where there is
// none that the actor may know of.
func (s *Service) History(ctx context.Context, actor authz.Actor, code string) ([]Taken, error) {
	b, err := s.Find(ctx, actor, code)
	if err != nil {
		return nil, err
	}
	return postgres.List[Taken](ctx, s.pool, "listing the steps of a bar", `
		SELECT h.at, coalesce(p.name, '') AS by, h.event, h.note FROM right_bar_step h LEFT JOIN person_shown p ON p.id = h.by
		WHERE h.bar_id = @id ORDER BY h.version DESC`, pgx.StrictNamedArgs{"id": b.ID})
}

// Next are the events that the actor can do with a bar now.
func (s *Service) Next(ctx context.Context, actor authz.Actor, b Bar) ([]rights.Event, error) {
	matter, err := concerning(ctx, s.pool, b.Person, calendar.Day(s.door.Now()))
	if err != nil || b.Kind.refuseBelow(actor, matter) != nil {
		return nil, err
	}
	var next []rights.Event
	for _, event := range []rights.Event{rights.EventConfirmCut, rights.EventTell, rights.EventReinstate, rights.EventLeaveRevoked} {
		if err := b.follow(event, Step{Version: b.Version, Note: "-"}); err != nil {
			continue
		}
		if _, may := actor.May(rights.Who(event).Action(actor, matter), matter); may {
			next = append(next, event)
		}
	}
	return next, nil
}

// AskBegin refuses who may not bar somebody's rights so, by their 職員番号: what a form asks
// before it is read, and the operation once more.
func (s *Service) AskBegin(ctx context.Context, actor authz.Actor, number string, kind Kind) error {
	p, err := personOf(ctx, s.pool, number)
	if err != nil {
		return err
	}
	return s.askAbout(ctx, actor, p.ID, kind, kind.event())
}

// AskStep refuses who may not take a step of a bar, by its code.
func (s *Service) AskStep(ctx context.Context, actor authz.Actor, code string, event rights.Event) error {
	b, err := s.Find(ctx, actor, code)
	if err != nil {
		return err
	}
	return s.askAbout(ctx, actor, b.Person, b.Kind, event)
}

func (s *Service) askAbout(ctx context.Context, actor authz.Actor, person int64, kind Kind, event rights.Event) error {
	matter, err := concerning(ctx, s.pool, person, calendar.Day(s.door.Now()))
	if err == nil {
		_, err = authz.Check(actor, rights.Who(event).Action(actor, matter), matter)
	}
	if err == nil {
		err = kind.refuseBelow(actor, matter)
	}
	return err
}
