package account

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/text/unicode/norm"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/fault"
	"kagami/internal/org"
)

// Account is somebody's account as those who manage accounts see it.
type Account struct {
	Holder
	Exists           bool
	SignedInAt       time.Time // last; zero for never
	SuspendedAt      time.Time // zero while it can be used
	SuspensionReason string    // empty for who is concerned
	InvitedUntil     time.Time // when the invitation ends that waits for them; zero for none
	Password         bool      // there is a password of the portal's own
	BreakGlass       bool      // it is a break-glass account
	Administers      bool      // they are ポータル管理者 today
	Email            string    // empty for none
}

// Suspended tells whether the account can't be used for now.
func (a Account) Suspended() bool { return !a.SuspendedAt.IsZero() }

// accountRows selects accounts as accountRow reads them: of the people p with a
// post or a role on the day @today, or soon after, each with the first of their
// posts t, their account a, and the invitation l that ends after @now.
var accountRows = `
	SELECT p.id AS person, p.staff_number, p.name, t.section, t.title, t.begins, a.person_id IS NOT NULL AS has_account,
	       a.signed_in_at, a.suspended_at, coalesce(a.suspension_reason, '') AS suspension_reason, l.ends_at AS invited_until,
	       a.password_hash IS NOT NULL AS password, coalesce(a.break_glass, false) AS break_glass, coalesce(p.email, '') AS email,
	       ` + administers("p.id") + ` AS administers
	FROM person_shown p` + firstPosts + `
	LEFT JOIN account a ON a.person_id = p.id
	LEFT JOIN one_time_link l ON l.person_id = p.id AND l.purpose = 'invitation' AND l.used_at IS NULL AND l.ends_at > @now
	WHERE (@managed::bigint[] IS NULL OR p.id = ANY(@managed)) `

// accountRow is a row of accountRows.
type accountRow struct {
	Person           int64
	StaffNumber      string
	Name             string
	Section          string
	Title            string
	Begins           calendar.Date
	HasAccount       bool
	SignedInAt       *time.Time
	SuspendedAt      *time.Time
	SuspensionReason string
	InvitedUntil     *time.Time
	Password         bool
	BreakGlass       bool
	Email            string
	Administers      bool
}

func (r accountRow) account() Account {
	return Account{
		Holder: Holder{Person: r.Person, StaffNumber: r.StaffNumber, Name: r.Name, Post: authz.PostName(r.Section, r.Title), Begins: r.Begins},
		Exists: r.HasAccount, SignedInAt: orZero(r.SignedInAt), SuspendedAt: orZero(r.SuspendedAt), SuspensionReason: r.SuspensionReason,
		InvitedUntil: orZero(r.InvitedUntil), Password: r.Password, BreakGlass: r.BreakGlass, Administers: r.Administers, Email: r.Email,
	}
}

// accounts lists those accounts that the actor manages and for which a condition
// holds; args are the condition's own arguments.
func (s *Service) accounts(ctx context.Context, actor authz.Actor, condition string, args pgx.StrictNamedArgs) ([]Account, error) {
	managed, err := s.managed(ctx, actor)
	if err != nil {
		return nil, err
	}
	args["today"], args["now"], args["managed"] = s.today(), s.door.Now(), managed
	rows, err := s.pool.Query(ctx, accountRows+condition, args)
	if err != nil {
		return nil, fmt.Errorf("listing accounts: %w", err)
	}
	accounts, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Account, error) {
		r, err := pgx.RowToStructByName[accountRow](row)
		a := r.account()
		if actor.Concerned(authz.Matter{Person: r.Person}) {
			a.SuspensionReason = "" // their own page does not say it
		}
		return a, err
	})
	if err != nil {
		return nil, fmt.Errorf("listing accounts: %w", err)
	}
	return accounts, nil
}

// accountsOnPage is how many accounts one page of the list holds.
const accountsOnPage = 100

// Search is what Accounts looks for.
type Search struct {
	Words string // part of a name, フリガナ, staff number or e-mail, in either width
	After string // empty, or Next of the page before
	// Without asks only for people who have no account yet.
	Without bool
}

// Page is a page of the list of accounts.
type Page struct {
	Accounts []Account
	Next     string // what Search.After is for the next page; empty on the last
}

// Accounts lists the people of today, and who begins soon, with their accounts,
// by フリガナ, as far as the actor manages them.
func (s *Service) Accounts(ctx context.Context, actor authz.Actor, q Search) (Page, error) {
	accounts, err := s.accounts(ctx, actor, `
		AND (@words = '' OR strpos(p.search, @words) > 0) AND NOT (@without AND a.person_id IS NOT NULL)
		AND (@after = '' OR (p.furigana_key, p.staff_number) > (SELECT furigana_key, staff_number FROM person_shown WHERE staff_number = @after))
		ORDER BY p.furigana_key, p.staff_number LIMIT @limit`,
		pgx.StrictNamedArgs{
			"words": strings.ReplaceAll(strings.ToLower(norm.NFKC.String(q.Words)), " ", ""), "without": q.Without, "after": q.After, "limit": accountsOnPage + 1,
		})
	if err != nil {
		return Page{}, err
	}
	if len(accounts) <= accountsOnPage {
		return Page{Accounts: accounts}, nil
	}
	return Page{Accounts: accounts[:accountsOnPage], Next: accounts[accountsOnPage-1].StaffNumber}, nil
}

// Account returns the account of the person with that staff number; NotFound
// for one that the actor does not manage.
func (s *Service) Account(ctx context.Context, actor authz.Actor, number string) (Account, error) {
	accounts, err := s.accounts(ctx, actor, `AND p.staff_number = @number`, pgx.StrictNamedArgs{"number": number})
	if err != nil {
		return Account{}, err
	}
	if len(accounts) == 0 {
		return Account{}, fault.New(fault.NotFound, "この人は見つかりません。「アカウント管理」の一覧から探し直してください。発令されている職がなく、60日以内に始まる職もない人は、一覧に出ません。")
	}
	return accounts[0], nil
}

// managed are the people whose accounts an actor manages; nil for all. Who does
// not manage all may still have to for a ポータル管理者 who is the only one.
func (s *Service) managed(ctx context.Context, actor authz.Actor) ([]int64, error) {
	if actor.Reach(authz.ManageAccounts) == authz.All {
		return nil, nil
	}
	people := []int64{}
	administrators, err := s.administrators(ctx)
	if err != nil {
		return nil, err
	}
	for _, person := range administrators {
		matter, err := org.Concerning(ctx, s.pool, person, s.today())
		if err != nil {
			return nil, err
		}
		if _, may := actor.May(authz.ManageAccounts, matter); may {
			people = append(people, person)
		}
	}
	return people, nil
}

// AskManaging returns Forbidden to who manages nobody's account but their own.
func (s *Service) AskManaging(ctx context.Context, actor authz.Actor) error {
	managed, err := s.managed(ctx, actor)
	if err != nil || managed == nil || len(managed) > 0 {
		return err
	}
	_, err = authz.Check(actor, authz.ManageAccounts, authz.Matter{})
	return err
}

// orZero is an instant, or zero where the database has none.
func orZero(at *time.Time) time.Time {
	if at == nil {
		return time.Time{}
	}
	return *at
}
