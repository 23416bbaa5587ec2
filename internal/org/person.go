package org

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"golang.org/x/text/unicode/norm"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/furigana"
	"kagami/internal/postgres"
	"kagami/internal/trail"
)

// PersonKind is how someone is employed. Whatever the kind, they are 職員等 (2).
type PersonKind string

// The kinds.
const (
	Regular     PersonKind = "regular"     // 正規職員
	FiscalYear  PersonKind = "fiscal_year" // 会計年度任用職員
	Special     PersonKind = "special"     // 特別職
	Reappointed PersonKind = "reappointed" // 再任用職員
	Seconded    PersonKind = "seconded"    // 派遣・出向
	OtherKind   PersonKind = "other"       // その他
)

// PersonKinds are all of them.
func PersonKinds() []PersonKind {
	return []PersonKind{Regular, FiscalYear, Special, Reappointed, Seconded, OtherKind}
}

// Title is the kind's name.
func (k PersonKind) Title() string {
	switch k {
	case Regular:
		return "正規職員"
	case FiscalYear:
		return "会計年度任用職員"
	case Special:
		return "特別職"
	case Reappointed:
		return "再任用職員"
	case Seconded:
		return "派遣・出向"
	case OtherKind:
		return "その他"
	}
	return ""
}

// Person is someone who works for the town.
type Person struct {
	ID          int64
	StaffNumber string
	Name        string
	Furigana    string // full-width katakana; lists sort by it
	Email       string // empty for none
	Kind        PersonKind
	Version     int // of the row, for telling a second writer
}

// Folded is a person as they are stored: full-width katakana, half-width numbers,
// one blank between names.
func (p Person) Folded() Person {
	p.StaffNumber = strings.TrimSpace(norm.NFKC.String(p.StaffNumber))
	p.Name = OneLine(p.Name)
	p.Furigana = OneLine(norm.NFKC.String(p.Furigana))
	p.Email = strings.TrimSpace(norm.NFKC.String(p.Email))
	if p.Kind == "" {
		p.Kind = Regular
	}
	return p
}

// OneLine puts one blank where there are several, of either width.
func OneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// Check finds what is wrong with a person's own fields: Invalid for anything.
func (p Person) Check() error {
	var problems []fault.Problem
	if strings.ContainsFunc(p.Furigana, func(r rune) bool {
		return r != ' ' && r != '・' && r != 'ー' && (r < 'ァ' || r > 'ヶ')
	}) {
		problems = append(problems, fault.Problem{Field: "furigana", Message: "フリガナは、カタカナで入力してください。"})
	}
	if p.Email != "" && !strings.Contains(strings.Trim(p.Email, "@"), "@") {
		problems = append(problems, fault.Problem{Field: "email", Message: "メールアドレスは、name@town.example の形で入力してください。"})
	}
	return fault.InvalidFields(problems)
}

// personFields are what the trail says has been changed of a person.
var personFields = []string{"staff_number", "name", "furigana", "email", "kind"}

func (p Person) confidential() map[string]any {
	return map[string]any{"staff_number": p.StaffNumber, "name": p.Name, "furigana": p.Furigana, "email": p.Email, "kind": p.Kind}
}

// LockPerson lets no other transaction that locks a person run beside this one:
// such as two changes of how they sign in.
func LockPerson(ctx context.Context, tx *door.Tx, person int64) error {
	if _, err := tx.Exec(ctx, `SELECT FROM person WHERE id = $1 FOR NO KEY UPDATE`, person); err != nil {
		return fmt.Errorf("locking a person: %w", err)
	}
	return nil
}

// AddPerson adds a person without a post, as only the operator does who sets a
// town up; everybody else registers people with their first (Register). It
// returns their id. Conflict if the staff number or the e-mail belongs to
// somebody else.
func (s *Service) AddPerson(ctx context.Context, actor authz.Actor, p Person) (int64, error) {
	p = p.Folded()
	if err := p.Check(); err != nil {
		return 0, err
	}
	var id int64
	err := s.change(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		if err := tx.Allow(authz.ChangeOrganization, authz.Matter{}); err != nil {
			return door.Unchanged(), err
		}
		if actor.Person != 0 {
			return door.Unchanged(), invalid("post", "職員は、最初に就く職といっしょに登録してください。")
		}
		var err error
		if id, err = insertPerson(ctx, tx, p); err != nil {
			return door.Unchanged(), err
		}
		return door.Effect{Subject: trail.Subject{Kind: "person", ID: id}, Fields: personFields, Confidential: p.confidential()}, nil
	})
	if err != nil {
		return 0, fmt.Errorf("adding a person: %w", err)
	}
	return id, nil
}

// Register adds a person together with their first post: nobody is without one.
// It returns their id. Conflict as for AddPerson and Appoint.
func (s *Service) Register(ctx context.Context, actor authz.Actor, p Person, a Appointment, how Succession) (int64, error) {
	p = p.Folded()
	if err := joined(p.Check(), checkPeriod(a.First, a.Last)); err != nil {
		return 0, err
	}
	var id int64
	err := s.change(ctx, actor, func(tx *door.Tx, _ authz.Actor) (door.Effect, error) {
		if err := tx.Allow(authz.ChangeOrganization, authz.Matter{}); err != nil {
			return door.Unchanged(), err
		}
		var err error
		if id, err = insertPerson(ctx, tx, p); err != nil {
			return door.Unchanged(), err
		}
		a.Person = id
		appointed, err := appoint(ctx, tx, a, how)
		if err != nil {
			return door.Unchanged(), err
		}
		also := appointed.Also
		appointed.Also, appointed.Confidential = nil, nil // entries beside the first have none
		return door.Effect{
			Subject: trail.Subject{Kind: "person", ID: id}, Fields: append(slices.Clone(personFields), "post", "period"),
			Refs: map[string]int64{"post": a.Post}, Confidential: p.confidential(), Also: append(also, appointed),
		}, nil
	})
	if err != nil {
		return 0, fmt.Errorf("registering a person: %w", err)
	}
	return id, nil
}

func insertPerson(ctx context.Context, tx pgx.Tx, p Person) (int64, error) {
	var id int64
	err := tx.QueryRow(ctx, `
		INSERT INTO person (staff_number, name, furigana, furigana_key, email, kind) VALUES (@staff_number, @name, @furigana, @furigana_key, nullif(@email, ''), @kind) RETURNING id`,
		p.arguments()).Scan(&id)
	return id, explain(err)
}

// ChangePerson changes the person with that id. An e-mail is a way to sign in,
// so nobody changes their own. Conflict if the person has changed since the
// version that the actor had before them.
func (s *Service) ChangePerson(ctx context.Context, actor authz.Actor, id int64, p Person) error {
	p = p.Folded()
	if err := p.Check(); err != nil {
		return err
	}
	err := s.change(ctx, actor, func(tx *door.Tx, _ authz.Actor) (door.Effect, error) {
		if err := allowDecision(ctx, tx, id); err != nil {
			return door.Unchanged(), err
		}
		args := p.arguments()
		args["id"], args["version"] = id, p.Version
		tag, err := tx.Exec(ctx, `
			UPDATE person SET staff_number = @staff_number, name = @name, furigana = @furigana, furigana_key = @furigana_key, email = nullif(@email, ''), kind = @kind, version = version + 1
			WHERE id = @id AND version = @version`, args)
		switch {
		case err != nil:
			return door.Unchanged(), explain(err)
		case tag.RowsAffected() == 0:
			return door.Unchanged(), errOutdated()
		}
		return door.Effect{Subject: trail.Subject{Kind: "person", ID: id}, Fields: personFields, Confidential: p.confidential()}, nil
	})
	if err != nil {
		return fmt.Errorf("changing a person: %w", err)
	}
	return nil
}

// arguments are a person's fields as a statement is given them.
func (p Person) arguments() pgx.StrictNamedArgs {
	return pgx.StrictNamedArgs{
		"staff_number": p.StaffNumber, "name": p.Name, "furigana": p.Furigana, "furigana_key": furigana.Key(p.Furigana), "email": p.Email, "kind": p.Kind,
	}
}

// personColumns are the fields of a Person, of person p.
const personColumns = `p.id, p.staff_number, p.name, p.furigana, coalesce(p.email, '') AS email, p.kind, p.version`

// Person returns the person with that staff number; NotFound for none.
func (s *Service) Person(ctx context.Context, actor authz.Actor, number string) (Person, error) {
	if err := maySee(actor); err != nil {
		return Person{}, err
	}
	people, err := postgres.List[Person](ctx, s.pool, "loading a person", `SELECT `+personColumns+` FROM person p WHERE p.staff_number = $1`, number)
	return theOne(people, err, fault.New(fault.NotFound, "この職員は見つかりません。「職員」の一覧から探し直してください。"))
}

// PersonLine is a person in the list.
type PersonLine struct {
	Person
	Posts []string // what they hold that day
}

// peopleOnPage is how many people one page of the list holds.
const peopleOnPage = 100

// Search is what People looks for.
type Search struct {
	Words string        // part of a name, フリガナ, staff number or e-mail, in either width
	Day   calendar.Date // whose posts are shown
	After string        // empty, or Next of the page before
}

// PeoplePage is a page of the list of people.
type PeoplePage struct {
	People []PersonLine
	Next   string // what Search.After is for the next page; empty on the last
}

// People lists the people, by フリガナ.
func (s *Service) People(ctx context.Context, actor authz.Actor, q Search) (PeoplePage, error) {
	if err := maySee(actor); err != nil {
		return PeoplePage{}, err
	}
	words := strings.ReplaceAll(strings.ToLower(norm.NFKC.String(q.Words)), " ", "")
	people, err := postgres.List[PersonLine](ctx, s.pool, "listing people", `
		SELECT `+personColumns+`,
		       ARRAY(SELECT coalesce(s.name, '') || E'\x1f' || po.title FROM appointment a JOIN post po ON po.id = a.post_id LEFT JOIN section s ON s.id = po.section_id
		             WHERE a.person_id = p.id AND a.period @> @day::date ORDER BY po.position, a.id) AS posts
		FROM person p
		WHERE (@words = '' OR strpos(p.search, @words) > 0)
		  AND (@after = '' OR (p.furigana_key, p.staff_number) > (SELECT furigana_key, staff_number FROM person WHERE staff_number = @after))
		ORDER BY p.furigana_key, p.staff_number LIMIT @limit`,
		pgx.StrictNamedArgs{"words": words, "after": q.After, "day": q.Day, "limit": peopleOnPage + 1})
	if err != nil {
		return PeoplePage{}, err
	}
	for _, l := range people {
		for i, post := range l.Posts {
			section, title, _ := strings.Cut(post, "\x1f")
			l.Posts[i] = authz.PostName(section, title)
		}
	}
	if len(people) <= peopleOnPage {
		return PeoplePage{People: people}, nil
	}
	return PeoplePage{People: people[:peopleOnPage], Next: people[peopleOnPage-1].StaffNumber}, nil
}
