package account

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/text/unicode/norm"

	"kagami/internal/authz"
	"kagami/internal/fault"
	"kagami/internal/org"
)

// Account is somebody's account as those who manage accounts see it.
type Account struct {
	Holder
	Exists           bool
	SignedInAt       time.Time // last; zero for never
	SuspendedAt      time.Time // zero while it can be used
	SuspensionReason string
	InvitedUntil     time.Time // when the open invitation ends; zero for none
	Password         bool      // there is a password of the portal's own
	BreakGlass       bool      // it is a break-glass account
	Administers      bool      // they are ポータル管理者 today
	Email            string    // empty for none
}

// Suspended tells whether the account can't be used for now.
func (a Account) Suspended() bool { return !a.SuspendedAt.IsZero() }

// accountColumns are what scanAccount reads, and accountsOfToday where they come
// from: the people p with a post or a role on the day $1, or soon after, each with
// the first of their posts t, their account a, and the invitation l that is open
// at $2.
const (
	// soon is the day $1 and the 60 after it: whoever begins within them can be
	// invited. Nobody signs in before their first day.
	soon = `daterange($1::date, $1::date + 60, '[]')`

	accountColumns = `p.id, p.staff_number, p.name, t.section, t.title, t.begins, a.person_id IS NOT NULL, a.signed_in_at, a.suspended_at, coalesce(a.suspension_reason, ''), l.ends_at,
		a.password_hash IS NOT NULL, coalesce(a.break_glass, false), coalesce(p.email, ''),
		EXISTS (SELECT FROM holding h WHERE h.person_id = p.id AND h.role = 'administrator' AND h.period @> $1::date AND h.rule_period @> $1::date)`

	accountsOfToday = `
		FROM person p
		JOIN LATERAL (
			SELECT coalesce(s.name, '') AS section, po.title, coalesce(s.position, -1) AS position, po.position AS within,
			       nullif(greatest(lower(h.period), $1::date), $1::date) AS begins
			FROM appointment h JOIN post po ON po.id = h.post_id LEFT JOIN section s ON s.id = po.section_id
			WHERE h.person_id = p.id AND h.period && ` + soon + `
			UNION ALL
			SELECT '', '', 1000000, 0, nullif(greatest(lower(g.period), $1::date), $1::date)
			FROM role_grant g WHERE g.person_id = p.id AND g.period && ` + soon + `
			ORDER BY begins NULLS FIRST, position, within, title LIMIT 1) t ON true
		LEFT JOIN account a ON a.person_id = p.id
		LEFT JOIN one_time_link l ON l.person_id = p.id AND l.purpose = 'invitation' AND l.used_at IS NULL AND l.ends_at > $2`
)

func scanAccount(row pgx.CollectableRow) (Account, error) {
	var (
		a                            Account
		section, title               string
		signedIn, suspended, invited *time.Time
	)
	err := row.Scan(&a.Person, &a.StaffNumber, &a.Name, &section, &title, &a.Begins, &a.Exists, &signedIn, &suspended, &a.SuspensionReason, &invited,
		&a.Password, &a.BreakGlass, &a.Email, &a.Administers)
	a.Post = authz.PostName(section, title)
	a.SignedInAt, a.SuspendedAt, a.InvitedUntil = orZero(signedIn), orZero(suspended), orZero(invited)
	return a, err
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

// Accounts lists the people of today, and who begins soon, with their accounts, by フリガナ, as far as
// the actor manages them; next is empty on the last page.
func (s *Service) Accounts(ctx context.Context, actor authz.Actor, q Search) (accounts []Account, next string, err error) {
	mine, err := s.managed(ctx, actor)
	if err != nil {
		return nil, "", err
	}
	words := strings.ReplaceAll(strings.ToLower(norm.NFKC.String(q.Words)), " ", "")
	rows, err := s.pool.Query(ctx, `
		SELECT `+accountColumns+accountsOfToday+`
		WHERE ($3::bigint[] IS NULL OR p.id = ANY($3)) AND ($4 = '' OR strpos(p.search, $4) > 0) AND NOT ($5 AND a.person_id IS NOT NULL)
		  AND ($6 = '' OR (p.furigana, p.staff_number) > (SELECT furigana, staff_number FROM person WHERE staff_number = $6))
		ORDER BY p.furigana, p.staff_number LIMIT $7`,
		s.today(), s.door.Now(), mine, words, q.Without, q.After, accountsOnPage+1)
	if err != nil {
		return nil, "", fmt.Errorf("listing accounts: %w", err)
	}
	accounts, err = pgx.CollectRows(rows, scanAccount)
	if err != nil {
		return nil, "", fmt.Errorf("listing accounts: %w", err)
	}
	if len(accounts) > accountsOnPage {
		accounts = accounts[:accountsOnPage]
		next = accounts[accountsOnPage-1].StaffNumber
	}
	return accounts, next, nil
}

// Account returns the account of the person with that staff number; NotFound
// for one that the actor does not manage.
func (s *Service) Account(ctx context.Context, actor authz.Actor, number string) (Account, error) {
	mine, err := s.managed(ctx, actor)
	if err != nil {
		return Account{}, err
	}
	rows, err := s.pool.Query(ctx, `
		SELECT `+accountColumns+accountsOfToday+`
		WHERE ($3::bigint[] IS NULL OR p.id = ANY($3)) AND p.staff_number = $4`, s.today(), s.door.Now(), mine, number)
	if err != nil {
		return Account{}, fmt.Errorf("finding an account: %w", err)
	}
	account, err := pgx.CollectExactlyOneRow(rows, scanAccount)
	if errors.Is(err, pgx.ErrNoRows) {
		return Account{}, fault.New(fault.NotFound, "この人は見つかりません。「アカウント管理」の一覧から探し直してください。発令されている職がなく、60日以内に始まる職もない人は、一覧に出ません。")
	}
	if err != nil {
		return Account{}, fmt.Errorf("finding an account: %w", err)
	}
	return account, nil
}

// managed are the people whose accounts an actor manages; nil for all. Who does
// not manage all may still have to for a ポータル管理者 who is the only one.
func (s *Service) managed(ctx context.Context, actor authz.Actor) ([]int64, error) {
	if actor.Reach(authz.ManageAccounts) == authz.All {
		return nil, nil
	}
	people := []int64{}
	rows, err := s.pool.Query(ctx, `SELECT DISTINCT person_id FROM holding WHERE role = $2 AND period @> $1::date AND rule_period @> $1::date`,
		s.today(), authz.Administrator)
	if err != nil {
		return nil, fmt.Errorf("listing administrators: %w", err)
	}
	administrators, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, fmt.Errorf("listing administrators: %w", err)
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

// orZero is an instant, or zero where the database has none.
func orZero(at *time.Time) time.Time {
	if at == nil {
		return time.Time{}
	}
	return *at
}
