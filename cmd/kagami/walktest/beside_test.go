package walktest

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/edition"
	"kagami/internal/holiday"
	"kagami/internal/org"
	"kagami/internal/policy"
	"kagami/internal/policy/acknowledge"
	"kagami/internal/policy/draft"
	"kagami/internal/policy/policytest"
	"kagami/internal/sample"
	"kagami/internal/setting"
	"kagami/web/server/servertest"
)

// crowd is a town in which several people do things at once.
type crowd struct {
	*servertest.Portal
	policytest.Rooms
	t                      *testing.T
	administrator, officer authz.Actor
	general, chair         authz.Actor
	settings               *setting.Service
	editions               *edition.Service
	today                  calendar.Date
}

func gather(t *testing.T) crowd {
	t.Helper()
	p := town.Start(t)
	return crowd{
		Portal: p, Rooms: texts(p), t: t, today: calendar.Day(p.Now()),
		administrator: p.Actor(t, town.Holder("総務課 ポータル管理担当")), officer: p.Actor(t, town.Holder("総務課 情報政策担当")),
		general: p.Actor(t, town.Holder("総務課長")), chair: p.Actor(t, town.Holder("副町長")),
		settings: setting.New(p.Pool, p.Door, acknowledge.Reminders.Settings()...),
		editions: edition.NewService(p.Pool, p.Door, holiday.Kinds()...),
	}
}

func (c crowd) must(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

// drafted is the code of a document of which there is a draft.
func (c crowd) drafted(n string) string {
	c.t.Helper()
	code, err := c.Draft.DraftText(c.t.Context(), c.officer, draft.Text{
		Kind: policy.Procedure, Code: "d" + n, Title: "見本の手順" + n, Source: policytest.Text, Audience: policy.Audience{Everyone: true},
	})
	c.must(err)
	return code
}

// reader is somebody new who may read the 基本方針, with what is shown to them.
func (c crowd) reader(n string) (authz.Actor, acknowledge.Shown) {
	c.t.Helper()
	actor := c.Actor(c.t, sample.Account{Person: c.Newcomer(c.t, n)})
	reading, err := c.Policy.Read(c.t.Context(), actor, "kihon")
	c.must(err)
	return actor, acknowledge.Shown{Code: "kihon", Number: reading.Number, SHA256: reading.SHA256}
}

// deeds are changes of each wing. prepare makes what a deed is done to.
var deeds = []struct {
	name    string
	prepare func(c crowd, n string) func(context.Context) error
}{
	{"gives a role", func(c crowd, n string) func(context.Context) error {
		person := c.Newcomer(c.t, n)
		return func(ctx context.Context) error {
			return c.Org.GiveRole(ctx, c.administrator, org.Grant{Person: person, Role: authz.Auditor, First: c.today, Reason: "見本"})
		}
	}},
	{"suspends an account", func(c crowd, n string) func(context.Context) error {
		person := c.Newcomer(c.t, n)
		_, err := c.Pool.Exec(c.t.Context(), `INSERT INTO account (person_id, password_hash, password_set_at)
			SELECT $1, a.password_hash, a.password_set_at FROM account a WHERE a.password_hash IS NOT NULL LIMIT 1`, person)
		c.must(err)
		return func(ctx context.Context) error { return c.Accounts.Suspend(ctx, c.administrator, n, "見本") }
	}},
	{"invites", func(c crowd, n string) func(context.Context) error {
		c.Newcomer(c.t, n)
		return func(ctx context.Context) error {
			_, err := c.Accounts.Invite(ctx, c.administrator, n)
			return err
		}
	}},
	{"drafts", func(c crowd, n string) func(context.Context) error {
		code := c.drafted(n)
		d, err := c.Draft.Draft(c.t.Context(), c.officer, code)
		c.must(err)
		return func(ctx context.Context) error {
			return c.Draft.Edit(ctx, c.officer, code, d.Text+"第3条　加える。\n", d.SHA256)
		}
	}},
	{"comments", func(c crowd, n string) func(context.Context) error {
		code := c.drafted(n)
		d, err := c.Draft.Draft(c.t.Context(), c.officer, code)
		c.must(err)
		return func(ctx context.Context) error {
			return c.Draft.WriteComment(ctx, c.general, code, draft.NewComment{Anchor: "1", Text: "見本", SHA256: d.SHA256})
		}
	}},
	{"acknowledges", func(c crowd, n string) func(context.Context) error {
		actor, shown := c.reader(n)
		return func(ctx context.Context) error { return c.Acknowledge.Acknowledge(ctx, actor, shown) }
	}},
	{"excuses", func(c crowd, n string) func(context.Context) error {
		c.reader(n)
		return func(ctx context.Context) error { return c.Acknowledge.Excuse(ctx, c.general, "kihon", n, "見本") }
	}},
	{"tends the campaigns", func(c crowd, n string) func(context.Context) error {
		c.reader(n) // who is to be asked
		return c.Acknowledge.TendAll
	}},
	{"sets something", func(c crowd, n string) func(context.Context) error {
		name := "acknowledgement.remind_manager"
		if strings.HasSuffix(n, "x") { // of one setting the second of two is told of the first
			name = "acknowledgement.remind_person"
		}
		line, err := c.settings.Line(c.t.Context(), c.general, name)
		c.must(err)
		value := "なし"
		if len(line.Coming) > 0 && line.Coming[0].Value == value {
			value = "当日"
		}
		return func(ctx context.Context) error {
			return c.settings.Set(ctx, c.general, name, setting.Typed{Value: value, First: c.today.AddDays(1), Reason: n, Last: line.Last})
		}
	}},
	{"says a row", func(c crowd, n string) func(context.Context) error {
		return func(ctx context.Context) error {
			return c.editions.Say(ctx, c.administrator, "closed_day", edition.Say{What: "own", Cells: []string{"12-28", n}, First: c.today, Reason: "見本"})
		}
	}},
}

// Each change of each wing may be made beside each other, and beside one like it:
// both are done. Those of the organization among themselves are tried in its room.
func TestEveryTwoChangesAreDoneSideBySide(t *testing.T) {
	t.Parallel()
	c := gather(t)
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	for i, one := range deeds {
		for j, other := range deeds[i:] {
			first, second := one.prepare(c, fmt.Sprintf("p%dq%dx", i, j)), other.prepare(c, fmt.Sprintf("p%dq%dy", i, j))
			var wait sync.WaitGroup
			for _, deed := range []func(context.Context) error{first, second} {
				wait.Go(func() {
					if err := deed(ctx); err != nil {
						t.Errorf("%s and %s: %v", one.name, other.name, err)
					}
				})
			}
			wait.Wait()
		}
	}
}
