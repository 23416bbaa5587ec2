// Package people fills an empty database with the people of the sample town: its
// sections and posts, who holds them and which roles follow, and what each signs
// in with.
package people

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/account"
	"kagami/internal/authz"
	"kagami/internal/org"
	"kagami/internal/sample"
)

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

// Fill makes the people of a town, each with a password that is made now and
// kept nowhere else.
func Fill(ctx context.Context, organization *org.Service, accounts *account.Service, t *sample.Town) error {
	f := filling{organization, accounts, t}
	for i, section := range sections {
		if err := f.section(ctx, i, section); err != nil {
			return err
		}
	}
	for _, rule := range append(org.CommonRules(), rules...) {
		if err := organization.AddRule(ctx, authz.AsOperator(), rule); err != nil {
			return err
		}
	}
	for _, a := range t.Accounts {
		actor, err := organization.ActorOn(ctx, a.Person, t.Today())
		if err != nil {
			return err
		}
		t.Actors = append(t.Actors, actor)
	}
	return nil
}

// filling is a town that is being filled.
type filling struct {
	organization *org.Service
	accounts     *account.Service
	town         *sample.Town
}

// section makes a section, its posts and who holds them.
func (f filling) section(ctx context.Context, position int, section section) error {
	operator := authz.AsOperator()
	var id int64
	if section.name != "" {
		var err error
		id, err = f.organization.AddSection(ctx, operator, org.Section{Code: section.code, Name: section.name, Kind: section.kind, Position: position})
		if err != nil {
			return err
		}
	}
	for i, post := range section.posts() {
		postID, err := f.organization.AddPost(ctx, operator, org.Post{Section: id, Title: post.title, SingleHolder: post.single, Position: i})
		if err != nil {
			return err
		}
		for range post.holders {
			if err := f.appoint(ctx, postID, authz.PostName(section.name, post.title)); err != nil {
				return err
			}
		}
	}
	return nil
}

// appoint makes a person with an account, and gives them a post.
func (f filling) appoint(ctx context.Context, post int64, postName string) error {
	operator, n := authz.AsOperator(), len(f.town.Accounts)
	name, furigana := personName(n)
	a := sample.Account{Name: name, Post: postName, StaffNumber: fmt.Sprintf("M%03d", n+1), Password: newPassword()}
	var err error
	a.Person, err = f.organization.AddPerson(ctx, operator, org.Person{
		StaffNumber: a.StaffNumber, Name: name, Furigana: furigana, Email: strings.ToLower(a.StaffNumber) + "@town.example",
	})
	if err != nil {
		return err
	}
	f.town.Accounts = append(f.town.Accounts, a)
	err = f.organization.Appoint(ctx, operator, org.Appointment{Person: a.Person, Post: post, First: f.town.FiscalYear()}, org.Beside)
	if err != nil {
		return err
	}
	return f.accounts.SetPassword(ctx, operator, a.Person, a.Password)
}

// newPassword makes one that can be typed from paper: 80 bits in fours.
func newPassword() string {
	s := strings.ToLower(rand.Text()[:16])
	return s[:4] + "-" + s[4:8] + "-" + s[8:12] + "-" + s[12:]
}
