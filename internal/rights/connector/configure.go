package connector

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"golang.org/x/text/unicode/norm"

	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/postgres"
	"kagami/internal/rights/connector/peer"
	"kagami/internal/rights/connector/reach"
	"kagami/internal/trail"
)

// Mode is whether a connector does anything.
type Mode string

// The modes.
const (
	Off Mode = "off"
	Dry Mode = "dry" // it is tried: it looks and changes nothing
	On  Mode = "on"
)

// Title is what the mode is called.
func (m Mode) Title() string {
	switch m {
	case Off:
		return "止めている"
	case Dry:
		return "試しに動かしている（何も変えない）"
	case On:
		return "動いている"
	}
	return ""
}

// What is what a connector does for a system.
type What string

// What there is.
const (
	WholeAccount What = "account"
	NamedGroups  What = "groups"
)

// Title is what it is called.
func (w What) Title() string {
	switch w {
	case WholeAccount:
		return "アカウント全体を停止する"
	case NamedGroups:
		return "決めたグループから外す"
	}
	return ""
}

// Details are what people say of a connector.
type Details struct {
	Name   string
	Kind   reach.Kind
	Typed  map[string]string // by the keys of Fields
	Secret string            // empty to leave it as it is
}

const mostName, mostSecret = 100, 4000

// check finds what is wrong, with the configuration as it is kept.
func (s *Service) check(d Details, secret string) (config []byte, err error) {
	var problems []fault.Problem
	if d.Kind.Title() == "" {
		problems = append(problems, fault.Problem{Field: "connector_kind", Message: "連携の種類を選んでください。"})
	}
	switch n := utf8.RuneCountInString(d.Name); {
	case n == 0:
		problems = append(problems, fault.Problem{Field: "name", Message: "連携の名前を入力してください。"})
	case n > mostName:
		problems = append(problems, fault.Problem{Field: "name", Message: "連携の名前は、100字までにしてください。"})
	}
	label, _ := reach.SecretLabel(d.Kind)
	if secret == "" || len(secret) > mostSecret {
		problems = append(problems, fault.Problem{Field: "secret", Message: label + "を入力してください。"})
	}
	raw, more := reach.ConfigOf(d.Kind, d.Typed)
	problems = append(problems, more...)
	if len(problems) == 0 {
		if _, err := s.dial(d.Kind, raw, secret, s.door.Now); err != nil {
			return nil, atOurField(err)
		}
	}
	return raw, fault.InvalidFields(problems)
}

// atOurField says at the field of the form what is wrong with the configuration.
func atOurField(err error) error {
	e, ok := errors.AsType[*fault.Error](err)
	if !ok {
		return err
	}
	for i, p := range e.Problems {
		switch p.Field {
		case "password", "token":
			e.Problems[i].Field = "secret"
		case "disabled":
			e.Problems[i].Field = "disabled.attribute"
		}
	}
	return err
}

func tidy(d Details) Details {
	d.Name = norm.NFKC.String(strings.TrimSpace(d.Name))
	d.Secret = strings.TrimSpace(d.Secret)
	return d
}

// taken is the message of a name that there is already.
func taken(err error) error {
	if postgres.Constraint(err) == "connector_name_unique" {
		return fault.InvalidFields([]fault.Problem{{Field: "name", Message: "同じ名前の連携があります。ほかの名前にしてください。"}})
	}
	return err
}

// Make makes a connector, which does nothing yet, and returns its code. Invalid where
// something is wrong.
func (s *Service) Make(ctx context.Context, actor authz.Actor, d Details) (code string, err error) {
	d = tidy(d)
	err = s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		if err := tx.Allow(authz.KeepConnectors, authz.Matter{}); err != nil {
			return door.Unchanged(), err
		}
		config, err := s.check(d, d.Secret)
		if err != nil {
			return door.Unchanged(), err
		}
		if err := s.keys.Hold(ctx, tx); err != nil {
			return door.Unchanged(), err
		}
		code = strings.ToLower(rand.Text()[:16])
		var id int64
		err = tx.QueryRow(ctx, `INSERT INTO connector (code, name, kind, config, secret, mode) VALUES (@code, @name, @kind, @config, @secret, 'off') RETURNING id`,
			pgx.StrictNamedArgs{"code": code, "name": d.Name, "kind": string(d.Kind), "config": config, "secret": s.keys.Seal([]byte(d.Secret), about(code))}).Scan(&id)
		if err != nil {
			return door.Unchanged(), fmt.Errorf("making a connector: %w", err)
		}
		return effectOf(id, "make"), noteStep(ctx, tx, id, actor.Person, "make", []string{"name", "config", "secret"})
	})
	return code, taken(err)
}

func effectOf(id int64, fields ...string) door.Effect {
	return door.Effect{Subject: trail.Subject{Kind: "connector", ID: id}, Fields: fields}
}

// noteStep writes what was done with a connector, by somebody or by the portal (0).
func noteStep(ctx context.Context, tx *door.Tx, id, by int64, event string, fields []string) error {
	if fields == nil {
		fields = []string{}
	}
	_, err := tx.Exec(ctx, `INSERT INTO connector_step (connector_id, version, at, by, event, fields) SELECT c.id, c.version, @at, nullif(@by::bigint, 0), @event, @fields FROM connector c WHERE c.id = @id`,
		pgx.StrictNamedArgs{"id": id, "at": tx.Now, "by": by, "event": event, "fields": fields})
	if err != nil {
		return fmt.Errorf("noting what was done with a connector: %w", err)
	}
	return nil
}

// kept is a connector as it is kept, locked.
type kept struct {
	link
	Name string
	Mode Mode
	Dry  *int
}

func keep(ctx context.Context, tx *door.Tx, code string) (kept, error) {
	c, err := postgres.One[kept](ctx, tx, "locking a connector", `
		SELECT c.id, c.code, c.kind, c.config, c.secret, c.version, c.name, c.mode, c.dry_version AS dry,
		       coalesce((SELECT array_agg(DISTINCT g ORDER BY g) FROM connector_system x, unnest(x.groups) AS g WHERE x.connector_id = c.id), '{}') AS groups
		FROM connector c WHERE c.code = @code FOR UPDATE`, pgx.StrictNamedArgs{"code": code})
	if errors.Is(err, pgx.ErrNoRows) {
		return c, errNone()
	}
	return c, err
}

func errNone() error {
	return fault.New(fault.NotFound, "この連携は、見つかりません。「連携」の一覧から探してください。")
}

func errOvertaken() error {
	return fault.New(fault.Conflict, "開いている間に、ほかの人がこの連携を変えました。いまの内容を確かめて、もう一度行ってください。")
}

// change changes a connector in the version that the actor has seen: it is tried anew before
// it does anything again.
func (s *Service) change(ctx context.Context, actor authz.Actor, code string, version int, event string, fn func(tx *door.Tx, c kept) ([]string, error)) error {
	return s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		if err := tx.Allow(authz.KeepConnectors, authz.Matter{}); err != nil {
			return door.Unchanged(), err
		}
		c, err := keep(ctx, tx, code)
		if err != nil {
			return door.Unchanged(), err
		}
		if c.Version != version {
			return door.Unchanged(), errOvertaken()
		}
		if _, err := tx.Exec(ctx, `UPDATE connector SET version = version + 1, mode = CASE WHEN mode = 'on' THEN 'dry' ELSE mode END WHERE id = $1`, c.ID); err != nil {
			return door.Unchanged(), fmt.Errorf("changing a connector: %w", err)
		}
		fields, err := fn(tx, c)
		if err != nil {
			return door.Unchanged(), err
		}
		return effectOf(c.ID, append([]string{event}, fields...)...), noteStep(ctx, tx, c.ID, actor.Person, event, fields)
	})
}

// Set changes what is said of a connector; an empty secret leaves it as it is, which it can't where
// the secret would go elsewhere.
func (s *Service) Set(ctx context.Context, actor authz.Actor, code string, version int, d Details) error {
	d = tidy(d)
	return taken(s.change(ctx, actor, code, version, "set", func(tx *door.Tx, c kept) ([]string, error) {
		secret, fields := d.Secret, []string{}
		if secret == "" {
			plain, err := s.keys.Unseal(c.Secret, about(c.Code))
			if err != nil {
				return nil, fault.InvalidFields([]fault.Problem{{Field: "secret", Message: "前のパスワードなどを読めません。もう一度入力してください。"}})
			}
			secret = string(plain)
		} else {
			fields = append(fields, "secret")
		}
		d.Kind = c.Kind
		config, err := s.check(d, secret)
		if err != nil {
			return nil, err
		}
		if err := reach.RefuseLeading(c.Kind, c.Config, config, d.Secret); err != nil {
			return nil, err
		}
		if d.Name != c.Name {
			fields = append(fields, "name")
		}
		if err := s.keys.Hold(ctx, tx); err != nil {
			return nil, err
		}
		_, err = tx.Exec(ctx, `UPDATE connector SET name = @name, config = @config, secret = @secret WHERE id = @id`,
			pgx.StrictNamedArgs{"id": c.ID, "name": d.Name, "config": config, "secret": s.keys.Seal([]byte(secret), about(c.Code))})
		if err != nil {
			return nil, fmt.Errorf("setting a connector: %w", err)
		}
		return append(fields, "config"), nil
	}))
}

// Assignment is a system that a connector is for.
type Assignment struct {
	System string // its 管理番号
	What   What
	Groups []string
}

// Assign lets a connector be for a system.
func (s *Service) Assign(ctx context.Context, actor authz.Actor, code string, version int, a Assignment) error {
	err := s.change(ctx, actor, code, version, "add_system", func(tx *door.Tx, c kept) ([]string, error) {
		var problems []fault.Problem
		var system int64
		err := tx.QueryRow(ctx, `SELECT id FROM system_shown WHERE code = $1 AND counts`, strings.TrimSpace(a.System)).Scan(&system)
		switch {
		case errors.Is(err, pgx.ErrNoRows):
			problems = append(problems, fault.Problem{Field: "system", Message: "システムを一覧から選んでください。"})
		case err != nil:
			return nil, fmt.Errorf("finding a system: %w", err)
		}
		groups := []string{}
		for _, g := range a.Groups {
			if g = strings.TrimSpace(g); g != "" && !slices.Contains(groups, g) {
				groups = append(groups, g)
			}
		}
		switch {
		case c.Kind == reach.Webhook:
			a.What = WholeAccount
			groups = []string{}
		case a.What == WholeAccount:
			groups = []string{}
		case a.What != NamedGroups:
			problems = append(problems, fault.Problem{Field: "what", Message: "使えなくするとき、何をするかを選んでください。"})
		case len(groups) == 0:
			problems = append(problems, fault.Problem{Field: "groups", Message: "グループを、一行に1つずつ入力してください。"})
		case len(groups)+len(c.Groups) > peer.MostGroups:
			problems = append(problems, fault.Problem{Field: "groups", Message: "グループは、1つの連携で50までにしてください。"})
		}
		if len(problems) == 0 && a.What == NamedGroups {
			if _, err := s.far(c.Code, c.Kind, c.Config, c.Secret, append(slices.Clone(c.Groups), groups...)); err != nil {
				return nil, err
			}
		}
		if err := fault.InvalidFields(problems); err != nil {
			return nil, err
		}
		_, err = tx.Exec(ctx, `INSERT INTO connector_system (asset_id, connector_id, what, groups) VALUES (@system, @id, @what, @groups)`,
			pgx.StrictNamedArgs{"system": system, "id": c.ID, "what": string(a.What), "groups": groups})
		if err != nil {
			return nil, fmt.Errorf("assigning a system: %w", err)
		}
		return []string{"system"}, carry(ctx, tx, nil, []int64{system})
	})
	switch postgres.Constraint(err) {
	case "connector_system_pkey":
		return fault.InvalidFields([]fault.Problem{{Field: "system", Message: "このシステムには、もう連携があります。先に、その連携から外してください。"}})
	case "connector_system_account":
		return fault.InvalidFields([]fault.Problem{{Field: "what", Message: "この連携には、アカウント全体を停止するシステムが、もうあります。1つの連携に1つだけです。"}})
	}
	return err
}

// Unassign lets a connector be for a system no more: what waits becomes work orders.
func (s *Service) Unassign(ctx context.Context, actor authz.Actor, code string, version int, system string) error {
	return s.change(ctx, actor, code, version, "drop_system", func(tx *door.Tx, c kept) ([]string, error) {
		var id int64
		err := tx.QueryRow(ctx, `DELETE FROM connector_system x USING system_shown y WHERE y.id = x.asset_id AND y.code = $1 AND x.connector_id = $2 RETURNING x.asset_id`, system, c.ID).Scan(&id)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil, errOvertaken()
		}
		if err != nil {
			return nil, fmt.Errorf("dropping a system: %w", err)
		}
		if _, err := tx.Exec(ctx, `UPDATE right_drift SET settled_at = $3 WHERE connector_id = $1 AND asset_id = $2 AND settled_at IS NULL`, c.ID, id, tx.Now); err != nil {
			return nil, fmt.Errorf("settling drift: %w", err)
		}
		return []string{"system"}, carry(ctx, tx, nil, []int64{id})
	})
}

// Try lets a connector look, without changing anything, what it would do; and one that is on
// compare anew.
func (s *Service) Try(ctx context.Context, actor authz.Actor, code string) error {
	return s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		if err := tx.Allow(authz.KeepConnectors, authz.Matter{}); err != nil {
			return door.Unchanged(), err
		}
		c, err := keep(ctx, tx, code)
		if err != nil {
			return door.Unchanged(), err
		}
		if _, err := tx.Exec(ctx, `UPDATE connector SET mode = 'dry' WHERE id = $1 AND mode = 'off'`, c.ID); err != nil {
			return door.Unchanged(), fmt.Errorf("trying a connector: %w", err)
		}
		if err := noteStep(ctx, tx, c.ID, actor.Person, "try", nil); err != nil {
			return door.Unchanged(), err
		}
		return effectOf(c.ID, "try"), tx.Enqueue(ctx, compareOne{c.ID, c.Version}, tx.Now)
	})
}

// SwitchOn lets a connector carry out what is wanted, once it was tried as it is set now, and
// Check finds nothing wrong: not where it would disable the portal's own account.
func (s *Service) SwitchOn(ctx context.Context, actor authz.Actor, code string, version int) error {
	c, err := s.Find(ctx, actor, code)
	if err == nil && c.Tried && c.Mode != On {
		err = s.Check(ctx, actor, code)
	}
	if err != nil {
		return err
	}
	return s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		if err := tx.Allow(authz.KeepConnectors, authz.Matter{}); err != nil {
			return door.Unchanged(), err
		}
		c, err := keep(ctx, tx, code)
		switch {
		case err != nil:
			return door.Unchanged(), err
		case c.Version != version:
			return door.Unchanged(), errOvertaken()
		case c.Mode == On:
			return door.Unchanged(), nil
		case c.Dry == nil || *c.Dry != c.Version:
			return door.Unchanged(), fault.New(fault.Conflict, "いまの設定で、まだ試しに動かしていません。「試しに動かす」で、何をするかを見てから、動かしてください。")
		}
		if _, err := tx.Exec(ctx, `UPDATE connector SET mode = 'on', told_at = NULL WHERE id = $1`, c.ID); err != nil {
			return door.Unchanged(), fmt.Errorf("switching a connector on: %w", err)
		}
		if err := noteStep(ctx, tx, c.ID, actor.Person, "switch_on", nil); err != nil {
			return door.Unchanged(), err
		}
		list, err := again(ctx, tx, tx.Now, `c.id = @connector AND t.state IN ('waiting', 'failed')`, pgx.StrictNamedArgs{"connector": c.ID})
		if err != nil {
			return door.Unchanged(), err
		}
		return effectOf(c.ID, "switch_on"), enqueue(ctx, tx, list)
	})
}

// SwitchOff lets it do nothing any more: what is wanted waits.
func (s *Service) SwitchOff(ctx context.Context, actor authz.Actor, code string) error {
	return s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		if err := tx.Allow(authz.KeepConnectors, authz.Matter{}); err != nil {
			return door.Unchanged(), err
		}
		c, err := keep(ctx, tx, code)
		if err != nil || c.Mode == Off {
			return door.Unchanged(), err
		}
		if _, err := tx.Exec(ctx, `UPDATE connector SET mode = 'off' WHERE id = $1`, c.ID); err != nil {
			return door.Unchanged(), fmt.Errorf("switching a connector off: %w", err)
		}
		return effectOf(c.ID, "switch_off"), noteStep(ctx, tx, c.ID, actor.Person, "switch_off", nil)
	})
}

// Check signs in to what a connector leads to and looks whether the portal may do there what
// it needs to. It changes nothing; the error says what to do.
func (s *Service) Check(ctx context.Context, actor authz.Actor, code string) error {
	if _, err := authz.Check(actor, authz.KeepConnectors, authz.Matter{}); err != nil {
		return err
	}
	l, err := postgres.One[link](ctx, s.pool, "looking at a connector", selectLink+` WHERE c.code = @code`, pgx.StrictNamedArgs{"code": code})
	if errors.Is(err, pgx.ErrNoRows) {
		return errNone()
	}
	if err != nil {
		return err
	}
	far, err := s.far(l.Code, l.Kind, l.Config, l.Secret, l.Groups)
	if errors.Is(err, reach.NoSettings) {
		return fault.Wrap(err, fault.Invalid, reach.NoSettings.Title())
	}
	if err != nil || !l.Kind.Lists() {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, mostChecked)
	defer cancel()
	return far.Peer.Check(ctx)
}

// mostChecked is how long a check may take in all.
const mostChecked = 20 * time.Second

// SealForPortal seals by the newest key what is not sealed by it, and returns how many
// secrets those were, and how many there are of which the key is given up: they are typed anew.
func (s *Service) SealForPortal(ctx context.Context) (sealed, lost int, err error) {
	type row struct {
		ID     int64
		Code   string
		Secret []byte
	}
	rows, err := postgres.List[row](ctx, s.pool, "listing secrets of connectors", `SELECT id, code, secret FROM connector ORDER BY id`)
	if err != nil {
		return 0, 0, err
	}
	for _, r := range rows {
		if s.keys.SealedByNewest(r.Secret) {
			continue
		}
		plain, err := s.keys.Unseal(r.Secret, about(r.Code))
		if err != nil {
			gone, looking := s.keys.IsLost(ctx, s.pool, r.Secret)
			if !gone {
				return sealed, lost, fmt.Errorf("reading the secret of a connector: %w", errors.Join(err, looking))
			}
			lost++
			continue
		}
		err = postgres.InTx(ctx, s.pool, func(tx pgx.Tx) error {
			if err := s.keys.Hold(ctx, tx); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, `UPDATE connector SET secret = $3 WHERE id = $1 AND secret = $2`, r.ID, r.Secret, s.keys.Seal(plain, about(r.Code)))
			return err
		})
		if err != nil {
			return sealed, lost, fmt.Errorf("sealing the secret of a connector: %w", err)
		}
		sealed++
	}
	return sealed, lost, nil
}
