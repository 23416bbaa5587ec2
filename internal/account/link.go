package account

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/text/unicode/norm"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/org"
	"kagami/internal/task"
	"kagami/internal/trail"
)

// Purpose is what a one-time link is for.
type Purpose string

// The purposes.
const (
	FirstAdministrator Purpose = "first_administrator" // makes the first account of all
	Invitation         Purpose = "invitation"          // makes somebody's account
	Reset              Purpose = "reset"               // gives somebody's account a new password
)

// limit is how long a link lasts.
func (p Purpose) limit() time.Duration {
	if p == Invitation {
		return 7 * 24 * time.Hour
	}
	return 24 * time.Hour
}

// Link is a one-time link as it is handed over; nobody can read it again.
type Link struct {
	Token   string // typed from paper: letters and digits in fours
	Purpose Purpose
	Holder  Holder // zero for the first administrator
	EndsAt  time.Time
}

// Holder is whom a link is for.
type Holder struct {
	Person      int64
	StaffNumber string
	Name        string
	Post        string // with its 課室; empty for a role given directly
	// Begins is the first day of the post, for somebody who has none yet; else zero.
	Begins calendar.Date
}

// newToken makes a token of 120 bits that can be typed from paper: no letter in
// it looks like a digit in it.
func newToken() string {
	return InFours(strings.ToLower(rand.Text()[:24]), "-")
}

// InFours sets letters in fours, as they are read and typed from paper.
func InFours(letters, between string) string {
	var b strings.Builder
	for i, r := range letters {
		if i > 0 && i%4 == 0 {
			b.WriteString(between)
		}
		b.WriteRune(r)
	}
	return b.String()
}

// linkKey is what a link is found by, however its token was typed.
func linkKey(token string) []byte {
	sum := sha256.Sum256([]byte(strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '2' && r <= '7':
			return r
		}
		return -1
	}, strings.ToLower(norm.NFKC.String(token)))))
	return sum[:]
}

// makeLink writes a new link in place of the one before. That of somebody who
// begins later lasts as long from their first day on.
func makeLink(ctx context.Context, tx *door.Tx, actor authz.Actor, purpose Purpose, holder Holder) (Link, error) {
	from := tx.Now
	if first := holder.Begins; !first.IsZero() {
		from = first.Start()
	}
	link := Link{Token: newToken(), Purpose: purpose, Holder: holder, EndsAt: from.Add(purpose.limit())}
	_, err := tx.Exec(ctx, `
		INSERT INTO one_time_link (token_hash, purpose, person_id, made_by, made_at, ends_at)
		VALUES (@token_hash, @purpose, nullif(@person, 0::bigint), nullif(@by, 0::bigint), @now, @ends_at)
		ON CONFLICT (coalesce(person_id, 0)) WHERE used_at IS NULL DO UPDATE
		SET token_hash = excluded.token_hash, purpose = excluded.purpose, made_by = excluded.made_by, made_at = excluded.made_at, ends_at = excluded.ends_at`,
		pgx.StrictNamedArgs{
			"token_hash": linkKey(link.Token), "purpose": purpose, "person": holder.Person, "by": actor.Person, "now": tx.Now, "ends_at": link.EndsAt,
		})
	if err != nil {
		return Link{}, fmt.Errorf("writing a link: %w", err)
	}
	return link, nil
}

func linkEffect(purpose Purpose, person int64) door.Effect {
	return door.Effect{Subject: trail.Subject{Kind: "account", ID: person}, Fields: []string{string(purpose) + "_link"}}
}

// MakeFirstLink makes the link by which the first administrator makes their
// account, in place of any before. Conflict where there is an account already.
func (s *Service) MakeFirstLink(ctx context.Context, actor authz.Actor) (Link, error) {
	var link Link
	err := s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		if err := tx.Allow(authz.ManageAccounts, authz.Matter{}); err != nil {
			return door.Unchanged(), err
		}
		exists, err := anyAccount(ctx, tx)
		if err != nil {
			return door.Unchanged(), err
		}
		if exists {
			return door.Unchanged(), fault.New(fault.Conflict, "アカウントがすでにあるため、最初のポータル管理者のためのリンクは作れません。")
		}
		link, err = makeLink(ctx, tx, actor, FirstAdministrator, Holder{})
		return linkEffect(FirstAdministrator, 0), err
	})
	if err != nil {
		return Link{}, fmt.Errorf("making the first link: %w", err)
	}
	return link, nil
}

// anyAccount tells whether anybody has an account.
func anyAccount(ctx context.Context, tx *door.Tx) (bool, error) {
	var exists bool
	if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM account)`).Scan(&exists); err != nil {
		return false, fmt.Errorf("looking for an account: %w", err)
	}
	return exists, nil
}

// Invite makes the link by which the person with that staff number makes their
// account. Conflict if they have one already.
func (s *Service) Invite(ctx context.Context, actor authz.Actor, number string) (Link, error) {
	account, err := s.Account(ctx, actor, number)
	switch {
	case err != nil:
		return Link{}, err
	case account.Exists:
		return Link{}, fault.New(fault.Conflict, "この人には、すでにアカウントがあります。パスワードが分からないときは、パスワードを決め直すリンクを作ってください。")
	case s.ways.BreakGlassOnly:
		return Link{}, errNoPasswords()
	}
	return s.makeLinkFor(ctx, actor, Invitation, account.Holder)
}

// errNoPasswords is what whoever wants to hand out a password reads.
func errNoPasswords() error {
	return fault.New(fault.Conflict, "このポータルのパスワードでのサインインは、非常用のアカウントのほかは止めています。招待の代わりに、シングルサインオンのアカウントを作ってください。")
}

// Waiting are the people of today, and who begins soon, without an account.
type Waiting struct {
	All     int
	Invited int // of these, those with an invitation that waits for them
}

// Waiting counts them, as far as the actor manages their accounts.
func (s *Service) Waiting(ctx context.Context, actor authz.Actor) (Waiting, error) {
	mine, err := s.managed(ctx, actor)
	if err != nil {
		return Waiting{}, err
	}
	var w Waiting
	err = s.pool.QueryRow(ctx, selectWaiting, s.waitingArguments(mine)).Scan(&w.All, &w.Invited)
	if err != nil {
		return Waiting{}, fmt.Errorf("counting who waits for an account: %w", err)
	}
	return w, nil
}

// QueueWaiting asks for Waiting in a batch, for who manages everybody's accounts.
func (s *Service) QueueWaiting(b *task.Batch, actor authz.Actor, take func(Waiting)) {
	if actor.Reach(authz.ManageAccounts) != authz.All {
		return
	}
	task.Rows(b, "counting who waits for an account", pgx.RowToStructByName[Waiting], func(counted []Waiting) { take(counted[0]) },
		selectWaiting, s.waitingArguments(nil))
}

const selectWaiting = `
	SELECT count(*) AS "all", count(l.ends_at) AS invited
	FROM ` + servesSoon + ` p
	LEFT JOIN account a ON a.person_id = p.person_id
	LEFT JOIN one_time_link l ON l.person_id = p.person_id AND l.purpose = 'invitation' AND l.used_at IS NULL AND l.ends_at > @now
	WHERE (@managed::bigint[] IS NULL OR p.person_id = ANY(@managed)) AND a.person_id IS NULL`

// waitingArguments are for the people whose accounts somebody manages; nil for
// everybody.
func (s *Service) waitingArguments(managed []int64) pgx.StrictNamedArgs {
	return pgx.StrictNamedArgs{"today": s.today(), "now": s.door.Now(), "managed": managed}
}

// Invitees are whom of those who are Waiting InviteAll invites.
type Invitees string

// The invitees.
const (
	NotInvited Invitees = "not_invited" // who has no invitation yet
	Everybody  Invitees = "everybody"   // who has one too: it ends
)

// InviteAll makes the links for those who are Waiting, in the order of their
// 課室: all of them, or none. Conflict where there is nobody to invite.
func (s *Service) InviteAll(ctx context.Context, actor authz.Actor, whom Invitees) ([]Link, error) {
	if s.ways.BreakGlassOnly {
		return nil, errNoPasswords()
	}
	people, err := s.accounts(ctx, actor, `
		AND p.id <> @actor AND a.person_id IS NULL AND (@everybody OR l.ends_at IS NULL)
		ORDER BY t.position, p.furigana_key, p.staff_number`, pgx.StrictNamedArgs{"actor": actor.Person, "everybody": whom == Everybody})
	if err != nil {
		return nil, err
	}
	if len(people) == 0 {
		return nil, fault.New(fault.Conflict, "招待する人がいません。招待できるのは、発令されている職があるか60日以内に始まり、アカウントがまだない人です。")
	}
	links := make([]Link, len(people))
	err = s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		effects := make([]door.Effect, len(people))
		for i, person := range people {
			if err := AllowDecision(ctx, tx, person.Person); err != nil {
				return door.Unchanged(), err
			}
			if links[i], err = makeLink(ctx, tx, actor, Invitation, person.Holder); err != nil {
				return door.Unchanged(), err
			}
			effects[i] = linkEffect(Invitation, person.Person)
		}
		effect := effects[0]
		effect.Also = effects[1:]
		return effect, nil
	})
	if err != nil {
		return nil, fmt.Errorf("inviting all: %w", err)
	}
	return links, nil
}

// MakeResetLink makes the link by which somebody gives their account a new
// password, or its first. Nobody makes one for themselves, nor within 7 days for a
// person whose second factors they have taken away, where their role demands
// one. Conflict where the portal's own passwords are switched off, unless it is an
// administrator's, who needs one for a break-glass account.
func (s *Service) MakeResetLink(ctx context.Context, actor authz.Actor, number string) (Link, error) {
	account, err := s.Account(ctx, actor, number)
	switch {
	case err != nil:
		return Link{}, err
	case !account.Exists:
		return Link{}, fault.New(fault.Conflict, "この人には、まだアカウントがありません。招待してください。")
	case account.Suspended():
		return Link{}, fault.New(fault.Conflict, "このアカウントは利用を止めています。先に、利用を再開してください。")
	case s.ways.BreakGlassOnly && !account.Administers:
		return Link{}, fault.New(fault.Conflict, "このポータルのパスワードでのサインインは、非常用のアカウントのほかは止めています。パスワードを決められるのは、ポータル管理者だけです。")
	}
	return s.makeLinkFor(ctx, actor, Reset, account.Holder)
}

// makeLinkFor makes somebody's link.
func (s *Service) makeLinkFor(ctx context.Context, actor authz.Actor, purpose Purpose, holder Holder) (Link, error) {
	var link Link
	err := s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		if err := AllowDecision(ctx, tx, holder.Person); err != nil {
			return door.Unchanged(), err
		}
		if err := org.LockPerson(ctx, tx, holder.Person); err != nil {
			return door.Unchanged(), err
		}
		if err := refuseBoth(ctx, tx, tx.Now, actor, holder.Person, factorsTakenAway); err != nil {
			return door.Unchanged(), err
		}
		if purpose == Reset {
			if err := writeDecision(ctx, tx, actor, decisionRow{person: holder.Person, what: resetLinkMade}); err != nil {
				return door.Unchanged(), err
			}
		}
		var err error
		link, err = makeLink(ctx, tx, actor, purpose, holder)
		return linkEffect(purpose, holder.Person), err
	})
	if err != nil {
		return Link{}, fmt.Errorf("making a link: %w", err)
	}
	return link, nil
}

// errLink is what whoever comes with a link reads that is not, or no longer, one.
func errLink() error {
	return fault.New(fault.NotFound, "このリンクは使えません。期限が過ぎたか、すでに使われたか、新しいリンクが作られています。アドレスを確かめ、合っているときは総務課に新しいリンクを頼んでください。")
}

// LinkOf is the link with that token, for whoever has it; to look at it does not
// use it up. NotFound for one that is not, or can no longer be used.
func (s *Service) LinkOf(ctx context.Context, token string) (Link, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT l.purpose, l.ends_at, coalesce(p.id, 0) AS person, coalesce(p.staff_number, '') AS staff_number, coalesce(p.name, '') AS name
		FROM one_time_link l LEFT JOIN person_shown p ON p.id = l.person_id
		WHERE l.token_hash = $1 AND l.used_at IS NULL AND l.ends_at > $2`, linkKey(token), s.door.Now())
	if err != nil {
		return Link{}, fmt.Errorf("finding a link: %w", err)
	}
	row, err := pgx.CollectOneRow(rows, pgx.RowToStructByName[struct {
		Purpose     Purpose
		EndsAt      time.Time
		Person      int64
		StaffNumber string
		Name        string
	}])
	if errors.Is(err, pgx.ErrNoRows) {
		return Link{}, errLink()
	}
	if err != nil {
		return Link{}, fmt.Errorf("finding a link: %w", err)
	}
	return Link{
		Token: token, Purpose: row.Purpose, EndsAt: row.EndsAt,
		Holder: Holder{Person: row.Person, StaffNumber: row.StaffNumber, Name: row.Name},
	}, nil
}

// useUp uses a link up; of several who use the same one, one does.
func useUp(ctx context.Context, tx *door.Tx, link Link) error {
	tag, err := tx.Exec(ctx, `
		UPDATE one_time_link SET used_at = $3
		WHERE token_hash = $1 AND purpose = $2 AND used_at IS NULL AND ends_at > $3`, linkKey(link.Token), link.Purpose, tx.Now)
	if err != nil {
		return fmt.Errorf("using a link: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return errLink()
	}
	return nil
}

// BeginPortal uses the link of the first administrator: it registers them and
// makes their account, all or nothing, and only while there is no account. It
// returns who they are.
func (s *Service) BeginPortal(ctx context.Context, token string, p org.Person, password string) (int64, error) {
	link, err := s.LinkOf(ctx, token)
	if err != nil {
		return 0, err
	}
	if link.Purpose != FirstAdministrator {
		return 0, errLink()
	}
	if err := checkPassword(password, slices.Concat(s.words, []string{p.StaffNumber, p.Name, p.Furigana, p.Email})); err != nil {
		return 0, err
	}
	hash, err := s.hash(ctx, password)
	if err != nil {
		return 0, err
	}
	var person int64
	err = s.door.Do(ctx, authz.AsOperator(), func(tx *door.Tx, _ authz.Actor) (door.Effect, error) {
		if err := useUp(ctx, tx, link); err != nil {
			return door.Unchanged(), err
		}
		begun, err := anyAccount(ctx, tx)
		if err != nil {
			return door.Unchanged(), err
		}
		if begun {
			return door.Unchanged(), errLink()
		}
		var effect door.Effect
		if person, effect, err = org.Found(ctx, tx, p); err != nil {
			return door.Unchanged(), err
		}
		if err := tx.Allow(authz.ManageAccounts, authz.Matter{Person: person}); err != nil {
			return door.Unchanged(), err
		}
		if err := writePassword(ctx, tx, person, hash); err != nil {
			return door.Unchanged(), err
		}
		// until others share the work, it is the one way in
		_, err = tx.Exec(ctx, `UPDATE account SET break_glass = true WHERE person_id = $1`, person)
		effect.Fields = append(effect.Fields, "password", "break_glass")
		return effect, err
	})
	if err != nil {
		return 0, fmt.Errorf("making the first administrator: %w", err)
	}
	return person, nil
}

// Accept uses somebody's link: they set the password of their account, and all
// sessions there were end. Whoever has no post or role any more, or whose
// account is suspended, can't. It returns who they are.
func (s *Service) Accept(ctx context.Context, token, password string) (int64, error) {
	link, err := s.LinkOf(ctx, token)
	if err != nil {
		return 0, err
	}
	if link.Purpose == FirstAdministrator {
		return 0, errLink()
	}
	person := link.Holder.Person
	hash, err := s.newHash(ctx, person, password)
	if err != nil {
		return 0, err
	}
	// whoever has the link acts as the person it was made for
	holder := authz.Actor{Person: person, Holdings: []authz.Holding{{Role: authz.Staff}}}
	err = s.door.Do(ctx, holder, func(tx *door.Tx, _ authz.Actor) (door.Effect, error) {
		if err := useUp(ctx, tx, link); err != nil {
			return door.Unchanged(), err
		}
		if err := tx.Allow(authz.ManageAccounts, authz.Matter{Person: person}); err != nil {
			return door.Unchanged(), err
		}
		if err := s.mayAccept(ctx, tx, person); err != nil {
			return door.Unchanged(), err
		}
		if err := writePassword(ctx, tx, person, hash); err != nil {
			return door.Unchanged(), err
		}
		effect := passwordEffect(person)
		effect.Fields = append(effect.Fields, "by_"+string(link.Purpose)+"_link")
		return effect, ForgetSignIns(ctx, tx, person)
	})
	if err != nil {
		return 0, fmt.Errorf("accepting a link: %w", err)
	}
	return person, nil
}

// mayAccept refuses those who could not sign in with a password afterwards.
func (s *Service) mayAccept(ctx context.Context, tx *door.Tx, person int64) error {
	serves, err := serves(ctx, tx, person, tx.Today())
	if err != nil {
		return err
	}
	begins, err := beginsAfter(ctx, tx, person, tx.Today())
	if err != nil {
		return err
	}
	var suspended, administrates bool
	err = tx.QueryRow(ctx, `
		SELECT EXISTS (SELECT FROM account WHERE person_id = @person AND suspended_at IS NOT NULL) OR `+barred("@person::bigint")+`, `+administers("@person"),
		pgx.StrictNamedArgs{"person": person, "today": tx.Today(), "now": tx.Now}).Scan(&suspended, &administrates)
	switch {
	case err != nil:
		return fmt.Errorf("looking up an account: %w", err)
	case !serves && !begins.IsZero():
		return fault.New(fault.Forbidden, "このリンクは、発令日の"+calendar.Wareki(begins)+"から使えます。その日に、もう一度開いてください。")
	case !serves:
		return fault.New(fault.Forbidden, "本日の時点で発令されている職がないため、利用できません。総務課に連絡してください。")
	case suspended:
		return fault.New(fault.Forbidden, StoppedMessage)
	case s.ways.BreakGlassOnly && !administrates:
		return fault.New(fault.Forbidden, "このポータルのパスワードでのサインインは、いまは止めています。パスワードを決めずに、サインインの画面から、庁内のアカウントでサインインしてください。できないときは、総務課に連絡してください。")
	}
	return nil
}
