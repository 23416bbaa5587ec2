package intake

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/asset"
	"kagami/internal/asset/intake/ledger"
	"kagami/internal/asset/intake/progress"
	"kagami/internal/asset/intake/wording"
	"kagami/internal/asset/many"
	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/sheet/intake"
)

// File is a register as somebody has handed it in.
type File = ledger.File

// Heading is a heading of a file, and the column that it is read as.
type Heading = ledger.Heading

// Read reads a register: ledger.Read.
func Read(ctx context.Context, raw []byte) (File, error) { return ledger.Read(ctx, raw) }

// ReadTelling is Read that tells, after each row, how many it has read.
func ReadTelling(ctx context.Context, raw []byte, tell func(rows int)) (File, error) {
	return ledger.ReadTelling(ctx, raw, tell)
}

// askedOf is what a file asks of the register: what its rows may be there, or have been
// said to be.
func askedOf(f File, choices Choices) many.Asked {
	asked := many.Asked{Numbers: make([]string, 0, len(f.Rows))}
	for _, r := range f.Rows {
		numbered := false
		for _, c := range []ledger.Column{ledger.NumberColumn, ledger.OwnColumn} {
			if number := r.LineOf(c); number != "" {
				asked.Numbers, numbered = append(asked.Numbers, number), true
			}
		}
		if !numbered {
			asked.Names = append(asked.Names, wording.OneLine(r.Cell(ledger.NameColumn)))
		}
	}
	for _, code := range choices.Same {
		asked.Numbers = append(asked.Numbers, code)
	}
	return asked
}

// Service takes registers in.
type Service struct {
	pool *pgxpool.Pool
	door *door.Door
	many *many.Service
	tell progress.Tell
}

// New makes the service.
func New(pool *pgxpool.Pool, d *door.Door, assets *asset.Service) *Service {
	return &Service{pool, d, many.New(pool, d, assets), func(progress.Step, int, int) {}}
}

// Telling is the service that tells, as it reads a file and takes it in, how far it is: how many
// rows it has read, and how many of those that change something it has handed on to be written.
func (s *Service) Telling(tell progress.Tell) *Service {
	return &Service{s.pool, s.door, s.many, tell}
}

// Plan says what taking a file in would do, and does nothing. Forbidden for who may
// change no asset.
func (s *Service) Plan(ctx context.Context, actor authz.Actor, file File, choices Choices) (Plan, error) {
	found, err := s.many.Standing(ctx, actor, askedOf(file, choices))
	if err != nil {
		return Plan{}, err
	}
	return planOn(ctx, s.pool, found, file, choices, false)
}

// TakeIn takes a file in at once, for those who look at what it would do beforehand: all
// of it, or nothing where the plan has problems, something unsettled, or rows of
// sections that are not theirs. Where levels change, and nobody says why, it is that they
// came with this file. Invalid, with the plan, for a reason that is too long.
func (s *Service) TakeIn(ctx context.Context, actor authz.Actor, file File, choices Choices) (plan Plan, err error) {
	err = s.many.Change(ctx, actor, askedOf(file, choices), func(tx *door.Tx, found many.Standing) (iter.Seq[asset.Entry], error) {
		if strings.TrimSpace(choices.Why) == "" {
			choices.Why = received(file, found.Today)
		}
		plan, err = planOn(ctx, tx, found, file, choices, true)
		if err != nil || len(plan.Problems)+len(plan.Unsettled)+plan.Elsewhere > 0 {
			return func(func(asset.Entry) bool) {}, err
		}
		return told(plan, s.tell), fault.InvalidFields(choices.CheckWhy(plan.Unfounded))
	})
	return plan, err
}

// Faults are what keeps a file from being taken in by who sees no screen: what is wrong,
// and what somebody must settle.
func (p Plan) Faults() []Fault {
	list := slices.Concat(p.Problems, p.Unsettled)
	slices.SortStableFunc(list, func(a, b Fault) int { return cmp.Compare(a.Line, b.Line) })
	return list
}

// told are the entries of a plan, each told of as it is handed on.
func told(plan Plan, tell progress.Tell) iter.Seq[asset.Entry] {
	return func(yield func(asset.Entry) bool) {
		written := 0
		for e := range plan.entries {
			if !yield(e) {
				return
			}
			written++
			tell(progress.Writing, written, plan.Added+plan.Changed)
		}
	}
}

// Advice is what somebody should look at, once for all rows of which it is so.
func (p Plan) Advice() []string { return p.advice(func(intake.Problem) bool { return true }) }

// unasked is the advice for who sees the questions too: of levels these say it.
func (p Plan) unasked() []string {
	return p.advice(func(note intake.Problem) bool { return note.Reason != wording.ToSettle[string(asset.Confidentiality)] })
}

func (p Plan) advice(counts func(intake.Problem) bool) []string {
	times, first := map[intake.Problem]int{}, []intake.Problem{}
	for _, note := range p.Notes {
		if !counts(note) {
			continue
		}
		same := intake.Problem{Column: note.Column, Reason: note.Reason}
		if times[same]++; times[same] == 1 {
			first = append(first, note)
		}
	}
	var list []string
	if p.Earlier > 0 {
		list = append(list, fmt.Sprintf("ファイルの最終確認日が、台帳にある最終確認日より前の行が%d行あります。その最終確認日は変えず、台帳の日のままにします。", p.Earlier))
	}
	for _, note := range first {
		sentence := note.Sentence()
		if n := times[intake.Problem{Column: note.Column, Reason: note.Reason}]; n > 1 {
			sentence += fmt.Sprintf("（ほかに%d行）", n-1)
		}
		list = append(list, sentence)
	}
	return list
}
