// Package sample fills an empty database with a sample town: the sections of a
// real one, people plainly made up (見本), and the town's own 基本方針, published
// and read by some. It acts through the same operations as people do.
package sample

import (
	"context"
	"crypto/rand"
	_ "embed"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/account"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/org"
	"kagami/internal/policy"
	"kagami/internal/policy/outline"
)

// Policy is the town's 基本方針, as text taken from its PDF.
//
//go:embed kihon-hoshin.txt
var Policy []byte

// figureLine is where the reader asks about the labels of 図 1.1.
const figureLine = 175

// Town is the services that the sample is made with.
type Town struct {
	Org      *org.Service
	Accounts *account.Service
	Policy   *policy.Service
	Now      func() time.Time
}

// Account is what someone signs in with.
type Account struct {
	Name        string
	Post        string
	StaffNumber string
	Password    string
	Person      int64
}

// Only tells whether a database holds no people but made-up ones, as those of
// the sample town are: it is empty, or there for trying.
func Only(ctx context.Context, pool *pgxpool.Pool) (bool, error) {
	var only bool
	err := pool.QueryRow(ctx, `SELECT NOT EXISTS (SELECT FROM person WHERE NOT starts_with(name, $1))`, family+" ").Scan(&only)
	if err != nil {
		return false, fmt.Errorf("looking for people: %w", err)
	}
	return only, nil
}

// Fill makes the sample town and returns its accounts, each with a password
// that is made now and kept nowhere else.
func Fill(ctx context.Context, t Town) ([]Account, error) {
	operator := authz.AsOperator()
	year := fiscalYear(t.Now())
	var accounts []Account
	for i, section := range sections {
		var id int64
		if section.name != "" {
			var err error
			id, err = t.Org.AddSection(ctx, operator, org.Section{Code: section.code, Name: section.name, Kind: section.kind, Position: i})
			if err != nil {
				return nil, err
			}
		}
		for j, post := range section.posts() {
			postID, err := t.Org.AddPost(ctx, operator, org.Post{
				Section: id, Title: post.title, SingleHolder: post.single, Position: j,
			})
			if err != nil {
				return nil, err
			}
			for range post.holders {
				a, err := t.appoint(ctx, len(accounts), postID, year)
				if err != nil {
					return nil, err
				}
				a.Post = org.PostName(section.name, post.title)
				accounts = append(accounts, a)
			}
		}
	}
	for _, rule := range append(org.CommonRules(), rules...) {
		if err := t.Org.AddRule(ctx, operator, rule); err != nil {
			return nil, err
		}
	}
	return accounts, t.publish(ctx, accounts, year)
}

// fiscalYear is the last 1 April.
func fiscalYear(now time.Time) calendar.Date {
	return calendar.NewDate(calendar.FiscalYear(calendar.Day(now)), time.April, 1)
}

// appoint makes a person with an account, and gives them a post.
func (t Town) appoint(ctx context.Context, n int, post int64, from calendar.Date) (Account, error) {
	operator := authz.AsOperator()
	name, furigana := personName(n)
	a := Account{Name: name, StaffNumber: fmt.Sprintf("M%03d", n+1), Password: newPassword()}
	var err error
	a.Person, err = t.Org.AddPerson(ctx, operator, org.Person{
		StaffNumber: a.StaffNumber, Name: name, Furigana: furigana, Email: strings.ToLower(a.StaffNumber) + "@town.example",
	})
	if err != nil {
		return Account{}, err
	}
	if err := t.Org.Appoint(ctx, operator, org.Appointment{Person: a.Person, Post: post, First: from}, false); err != nil {
		return Account{}, err
	}
	return a, t.Accounts.SetPassword(ctx, operator, a.Person, a.Password)
}

// newPassword makes one that can be typed from paper: 80 bits in fours.
func newPassword() string {
	s := strings.ToLower(rand.Text()[:16])
	return s[:4] + "-" + s[4:8] + "-" + s[8:12] + "-" + s[12:]
}

// publish puts the town's 基本方針 in force, and lets some acknowledge it.
func (t Town) publish(ctx context.Context, accounts []Account, year calendar.Date) error {
	source, err := outline.Decode(Policy)
	if err != nil {
		return fmt.Errorf("reading the sample policy: %w", err)
	}
	actors, err := t.actors(ctx, accounts)
	if err != nil {
		return err
	}
	code, hash, err := t.decide(ctx, accounts, actors, year, policy.Text{
		Kind: policy.Basic, Source: source, Answers: outline.Answers{figureLine: outline.AsFigure},
	})
	if err != nil {
		return err
	}
	for i, actor := range actors {
		if i%5 > 1 {
			continue // three in five have still to read it
		}
		if err := t.Policy.Acknowledge(ctx, actor, policy.Shown{Code: code, Number: 1, SHA256: hash}); err != nil {
			return err
		}
	}
	return nil
}

// actors are the accounts' people with their roles of today.
func (t Town) actors(ctx context.Context, accounts []Account) ([]authz.Actor, error) {
	actors := make([]authz.Actor, len(accounts))
	for i, a := range accounts {
		var err error
		if actors[i], err = t.Org.ActorOn(ctx, a.Person, calendar.Day(t.Now())); err != nil {
			return nil, err
		}
	}
	return actors, nil
}

// decide takes a text through its life: the 責任者 drafts it, the 本部会議 adopts it,
// and the CISO publishes it, all as of a day. It returns the document's code, and
// the hash of the text.
func (t Town) decide(ctx context.Context, accounts []Account, actors []authz.Actor, day calendar.Date, text policy.Text) (string, []byte, error) {
	officer, ciso := first(actors, authz.SecurityOfficer), first(actors, authz.CISO)
	code, err := t.Policy.DraftText(ctx, officer, text)
	if err != nil {
		return "", nil, err
	}
	draft, err := t.Policy.Draft(ctx, officer, code)
	if err != nil {
		return "", nil, err
	}
	err = t.Policy.Submit(ctx, officer, code, policy.Submission{
		Scale: policy.Major, Why: policy.AfterOther, WhyText: draft.Title + "の制定（見本）", SHA256: draft.SHA256,
	})
	if err != nil {
		return "", nil, err
	}
	err = t.Policy.RecordDecision(ctx, officer, code, policy.Decision{
		On: day, Adopted: true, Chair: accounts[0].StaffNumber, Attendees: []string{accounts[0].StaffNumber, accounts[1].StaffNumber},
		Minutes: "情報セキュリティ対策本部会議 議事録（見本）", SHA256: draft.SHA256,
	})
	if err != nil {
		return "", nil, err
	}
	return code, draft.SHA256, t.Policy.PublishDecided(ctx, ciso, code, policy.Publication{
		EffectiveOn: day, SHA256: draft.SHA256,
		Campaign: policy.Campaign{Anew: policy.AskAnew, Of: policy.Audience{Everyone: true}, DueOn: calendar.Day(t.Now()).AddDays(14)},
	})
}

// first is the first who holds a role.
func first(actors []authz.Actor, role authz.Role) authz.Actor {
	for _, a := range actors {
		if a.Has(role) {
			return a
		}
	}
	return authz.Actor{}
}
