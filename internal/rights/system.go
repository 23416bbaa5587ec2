package rights

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"golang.org/x/text/unicode/norm"

	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/postgres"
	"kagami/internal/trail"
)

// Setting is what is said of a system in the ledger.
type Setting struct {
	Everywhere bool
	Portal     bool
	Grades     []string
	Version    int // that the actor has seen; 0 where nothing is said yet
}

const (
	maxGrades = 50
	maxGrade  = 100
)

// tidy is the setting as it is kept: each grade once, in one width.
func (e Setting) tidy() Setting {
	grades := []string{}
	for _, g := range e.Grades {
		if g = name(norm.NFKC.String(g)); g != "" && !slices.Contains(grades, g) {
			grades = append(grades, g)
		}
	}
	e.Grades = grades
	return e
}

func (e Setting) check() (problems []fault.Problem) {
	if len(e.Grades) > maxGrades {
		problems = append(problems, fault.Problem{Field: "grades", Message: "権限は、50個までにしてください。"})
	}
	if slices.ContainsFunc(e.Grades, func(g string) bool { return utf8.RuneCountInString(g) > maxGrade }) {
		problems = append(problems, fault.Problem{Field: "grades", Message: "権限の名前は、1つ100字までにしてください。"})
	}
	return problems
}

// FindSystem returns a system by its 管理番号, of whose rights the actor may see some. NotFound
// for any other.
func (s *Service) FindSystem(ctx context.Context, actor authz.Actor, code string) (System, error) {
	y, err := postgres.One[System](ctx, s.pool, "finding a system", selectSystem+` WHERE y.code = @code`, pgx.StrictNamedArgs{"code": code})
	if err == nil {
		if _, may := actor.May(authz.ReadSystemRights, authz.Matter{SystemsSection: y.Section}); may {
			return y, nil
		}
		err = pgx.ErrNoRows
	}
	if errors.Is(err, pgx.ErrNoRows) {
		return System{}, fault.New(fault.NotFound, "この管理番号のシステムは、見つかりません。番号を確かめて、アカウント管理台帳から探してください。")
	}
	return System{}, err
}

// SetSystem says how the rights of a system, by its 管理番号, are kept. Where they go along on
// a transfer from now on, those that are there do too; where they do not any more, those are
// for the work of the section where their people work now. Conflict where somebody else has said
// something meanwhile, or where another system is the portal.
func (s *Service) SetSystem(ctx context.Context, actor authz.Actor, code string, e Setting) error {
	e = e.tidy()
	err := s.door.Do(ctx, actor, func(tx *door.Tx, _ authz.Actor) (door.Effect, error) {
		y, noSystem, err := systemOf(ctx, tx, code)
		if err != nil {
			return door.Unchanged(), err
		}
		if len(noSystem) > 0 {
			return door.Unchanged(), fault.New(fault.NotFound, noSystem[0].Message)
		}
		if err := tx.Allow(authz.PermitRights, authz.Matter{SystemsSection: y.Section}); err != nil {
			return door.Unchanged(), err
		}
		if e.Portal != y.Portal { // it decides what a suspension keeps people out of
			if _, err := tx.AllowAlso(authz.KeepConnectors, authz.Matter{}); err != nil {
				return door.Unchanged(), err
			}
			if err := refuseLettingIn(ctx, tx, y); err != nil {
				return door.Unchanged(), err
			}
		}
		if err := fault.InvalidFields(e.check()); err != nil {
			return door.Unchanged(), err
		}
		tag, err := tx.Exec(ctx, `
			INSERT INTO right_system AS e (asset_id, everywhere, portal, grades) SELECT @system, @everywhere, @portal, @grades WHERE @version = 0
			ON CONFLICT DO NOTHING`, e.arguments(y.ID))
		if err == nil && e.Version != 0 {
			tag, err = tx.Exec(ctx, `
				UPDATE right_system SET everywhere = @everywhere, portal = @portal, grades = @grades, version = version + 1 WHERE asset_id = @system AND version = @version`, e.arguments(y.ID))
		}
		if err != nil {
			return door.Unchanged(), fmt.Errorf("setting a system: %w", err)
		}
		if tag.RowsAffected() == 0 {
			return door.Unchanged(), fault.New(fault.Conflict, "開いている間に、ほかの人がこのシステムの設定を変えたか、このポータルが、もう別のシステムになっています。いまの内容を確かめて、もう一度行ってください。")
		}
		effect := door.Effect{Subject: trail.Subject{Kind: "right_system", ID: y.ID}, Fields: []string{"everywhere", "portal", "grades"}}
		switch {
		case e.Everywhere && !y.Everywhere:
			return effect, s.letGoAlong(ctx, tx, y.ID)
		case !e.Everywhere && y.Everywhere:
			return effect, bindToSections(ctx, tx, y.ID)
		}
		return effect, nil
	})
	if postgres.Constraint(err) == "right_system_portal" {
		return fault.Wrap(err, fault.Conflict, "このポータルは、もう別のシステムになっています。先に、そのシステムの設定を変えてください。")
	}
	return err
}

// letGoAlong lets the rights of a system go along wherever their people work. Whose right did
// not let them in since a transfer may use it again: nothing is asked of it any more, and the
// directories take that over.
func (s *Service) letGoAlong(ctx context.Context, tx *door.Tx, system int64) error {
	args := pgx.StrictNamedArgs{"system": system, "today": tx.Today(), "now": tx.Now}
	again, err := postgres.List[struct{ Person int64 }](ctx, tx, "finding whose rights go along again", `
		WITH again AS (SELECT r.id, r.person_id FROM access_right r WHERE r.asset_id = @system AND r.state = 'permitted' AND r.section_id IS NOT NULL AND NOT `+held+`
			AND EXISTS (SELECT FROM standing w WHERE w.person_id = r.person_id AND w.period @> @today::date)),
		moot AS (UPDATE right_question q SET answer = 'moot', answered_at = @now FROM again a WHERE q.right_id = a.id AND q.answer IS NULL)
		SELECT DISTINCT person_id AS person FROM again ORDER BY 1`, args)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE access_right SET section_id = NULL WHERE asset_id = @system AND section_id IS NOT NULL AND state IN ('asked', 'permitted')`,
		pgx.StrictNamedArgs{"system": system}); err != nil {
		return fmt.Errorf("letting rights go along: %w", err)
	}
	people := make([]int64, len(again))
	for i, a := range again {
		people[i] = a.Person
	}
	return s.Carry(ctx, tx, people)
}

// bindToSections is the way back: each is for the work of the section where its person works
// first. Those whose person works nowhere, or in no section, stay as they are.
func bindToSections(ctx context.Context, tx *door.Tx, system int64) error {
	_, err := tx.Exec(ctx, `
		UPDATE access_right r SET section_id = f.section_id FROM (
			SELECT DISTINCT ON (w.person_id) w.person_id, w.section_id FROM standing w WHERE w.period @> @today::date AND w.section_id IS NOT NULL ORDER BY w.person_id, w.acting, w.position, w.id) f
		WHERE r.asset_id = @system AND r.section_id IS NULL AND r.state IN ('asked', 'permitted') AND f.person_id = r.person_id`,
		pgx.StrictNamedArgs{"system": system, "today": tx.Today()})
	if err != nil {
		return fmt.Errorf("binding rights to sections: %w", err)
	}
	return nil
}

// refuseLettingIn refuses to say that a system is the portal no more while somebody is kept out of
// the portal by their right to it, or will be: only who lifts what bars a right lets them in.
func refuseLettingIn(ctx context.Context, tx *door.Tx, y System) error {
	if !y.Portal {
		return nil
	}
	var keeps bool
	err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM right_barred b JOIN access_right r ON r.id = b.right_id WHERE r.asset_id = @system AND `+ToBar+`)`,
		pgx.StrictNamedArgs{"system": y.ID, "now": tx.Now}).Scan(&keeps)
	if err != nil {
		return fmt.Errorf("looking who is kept out of the portal: %w", err)
	}
	if keeps {
		return fault.New(fault.Conflict, "このポータルの利用権限を停止されている人がいるため、「このポータル」を外せません。外すと、その人が使えるようになります。停止が終わってから外してください。")
	}
	return nil
}

func (e Setting) arguments(system int64) pgx.StrictNamedArgs {
	return pgx.StrictNamedArgs{"system": system, "everywhere": e.Everywhere, "portal": e.Portal, "grades": e.Grades, "version": e.Version}
}
