package hand

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/address"
	"kagami/internal/asset"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/notice"
	"kagami/internal/org"
	"kagami/internal/org/responsible"
	"kagami/internal/postgres"
)

// Service hands assets over in a database.
type Service struct {
	pool *pgxpool.Pool
	door *door.Door
	left leftCache
}

// New makes the service.
func New(pool *pgxpool.Pool, d *door.Door) *Service {
	return &Service{pool: pool, door: d, left: newLeftCache()}
}

// about is the topic of the notices: a section that has taken assets over.
const about = "asset_handed"

// Topic is for who may read the section's assets.
func Topic() notice.Topic {
	return notice.Topic{Kind: about, Shown: func(actor authz.Actor) (string, pgx.StrictNamedArgs) {
		if actor.Reach(authz.ReadAssets) == authz.All {
			return `true`, nil
		}
		return `n.topic_id = ANY(@handed_sections)`, pgx.StrictNamedArgs{"handed_sections": actor.Sections(authz.ReadAssets)}
	}}
}

// Section is one that is no more.
type Section struct {
	ID          int64
	Code        string
	Name        string
	AbolishedOn calendar.Date
}

// Asset is one that it has left.
type Asset struct {
	Code      string
	Name      string
	State     asset.State
	OwnNumber string
	Clashes   bool // its own number stands for another one in the section that it would go to
}

// Plan is what would go where.
type Plan struct {
	From    Section
	To      asset.Holder // the zero value where none is chosen
	Offered []asset.Holder
	Count   int
	Clashes int     // own numbers that would be taken away, of all
	Assets  []Asset // the first of them, up to Most
}

// Most is how many assets are shown at once.
const Most = 100

// Look is what an abolished section, by its code, has left, and what would become of it in
// another one; of an empty code it is not asked. Forbidden for who may not hand it over;
// NotFound where there is no such section; Conflict while it is not yet abolished.
func (s *Service) Look(ctx context.Context, actor authz.Actor, section, to string) (Plan, error) {
	if _, err := authz.Check(actor, authz.HandAssets, authz.Matter{}); err != nil {
		return Plan{}, err
	}
	today := calendar.Day(s.door.Now())
	from, err := abolished(ctx, s.pool, section, today)
	if err != nil {
		return Plan{}, err
	}
	p := Plan{From: from}
	if p.Offered, err = postgres.List[asset.Holder](ctx, s.pool, "listing sections to hand over to", `
		SELECT s.id, s.code, s.name FROM section_shown s WHERE `+asset.IsThere+` ORDER BY s.position, s.code`, pgx.StrictNamedArgs{"today": today}); err != nil {
		return Plan{}, err
	}
	if to != "" {
		if p.To, err = receiving(ctx, s.pool, to, today); err != nil {
			return p, err
		}
	}
	counts, err := postgres.One[struct{ Count, Clashes int }](ctx, s.pool, "counting what a section has left", `
		SELECT count(*) AS count, count(*) FILTER (WHERE `+asset.Clashes+`) AS clashes FROM asset a WHERE a.section_id = @from AND a.state IN ('draft', 'registered')`,
		pgx.StrictNamedArgs{"from": from.ID, "to": p.To.ID})
	if err != nil {
		return p, err
	}
	p.Count, p.Clashes = counts.Count, counts.Clashes
	p.Assets, err = postgres.List[Asset](ctx, s.pool, "listing what a section has left", `
		SELECT a.code, a.name, a.state, a.own_number, `+asset.Clashes+` AS clashes FROM asset a
		WHERE a.section_id = @from AND a.state IN ('draft', 'registered') ORDER BY a.code_order LIMIT @most`,
		pgx.StrictNamedArgs{"from": from.ID, "to": p.To.ID, "most": Most})
	return p, err
}

// abolished is a section that is no more.
func abolished(ctx context.Context, db postgres.Querier, code string, today calendar.Date) (Section, error) {
	found, err := postgres.One[Section](ctx, db, "finding a section that is no more", `SELECT id, code, name, abolished_on FROM section_shown WHERE code = @code`, pgx.StrictNamedArgs{"code": code})
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return found, fault.New(fault.NotFound, "この課室は、見つかりません。")
	case err != nil:
		return found, err
	case found.AbolishedOn.IsZero() || found.AbolishedOn.After(today):
		return found, fault.New(fault.Conflict, "「"+found.Name+"」は、まだ廃止されていません。情報資産は、廃止の日から引き継げます。")
	}
	return found, nil
}

// receiving is a section that there is today.
func receiving(ctx context.Context, db postgres.Querier, code string, today calendar.Date) (asset.Holder, error) {
	found, err := postgres.One[asset.Holder](ctx, db, "finding a section to hand over to", `
		SELECT s.id, s.code, s.name FROM section_shown s WHERE s.code = @code AND `+asset.IsThere,
		pgx.StrictNamedArgs{"code": code, "today": today})
	if errors.Is(err, pgx.ErrNoRows) {
		err = invalid("to", "引き継ぐ課室を選んでください。")
	}
	return found, err
}

func invalid(field, message string) error {
	return fault.InvalidFields([]fault.Problem{{Field: field, Message: message}})
}

const mostWhy = 500

// Handing is what somebody hands over.
type Handing struct {
	From, To string   // the codes of sections
	All      bool     // all that From has left
	Count    int      // and how many these were when it was looked at
	Codes    []string // else those of these 管理番号
	Why      string
}

// Over hands assets of a section that is no more over to another one, and tells who
// answers for that. Invalid where there is no such section today, or nothing is chosen;
// Conflict where the section is not abolished, or has not left what was looked at.
func (s *Service) Over(ctx context.Context, actor authz.Actor, h Handing) error {
	h.Why = strings.TrimSpace(h.Why)
	err := s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		if err := tx.Take(ctx, org.Lock); err != nil {
			return door.Unchanged(), err
		}
		if err := tx.Allow(authz.HandAssets, authz.Matter{}); err != nil {
			return door.Unchanged(), err
		}
		from, err := abolished(ctx, tx, h.From, tx.Today())
		if err != nil {
			return door.Unchanged(), err
		}
		to, err := receiving(ctx, tx, h.To, tx.Today())
		if err != nil {
			return door.Unchanged(), err
		}
		want := h.Count
		if !h.All {
			want = len(h.Codes)
		}
		switch {
		case want == 0:
			return door.Unchanged(), invalid("which", "引き継ぐものに、印を付けてください。")
		case utf8.RuneCountInString(h.Why) > mostWhy:
			return door.Unchanged(), invalid("why", "理由が長すぎます。"+strconv.Itoa(mostWhy)+"字までで書いてください。")
		}
		done, err := asset.HandIn(ctx, tx, actor, asset.Holder{ID: from.ID, Name: from.Name}, to, h.All, h.Codes, h.Why)
		if err != nil {
			return door.Unchanged(), err
		}
		if len(done) != want {
			return door.Unchanged(), fault.New(fault.Conflict, "開いている間に、引き継ぐものが変わりました。いまの内容を確かめて、もう一度押してください。")
		}
		answers, err := responsible.Of(ctx, tx, authz.SecurityManager, []int64{to.ID}, nil, tx.Today())
		if err != nil {
			return door.Unchanged(), err
		}
		effect := done[0]
		effect.Also = done[1:]
		effect.Notices = []notice.Message{{To: answers[to.ID], Notice: notice.Notice{
			Topic: about, TopicID: to.ID, Title: from.Name + "の情報資産" + strconv.Itoa(len(done)) + "件が、" + to.Name + "に引き継がれました",
			Text: "内容と管理責任者を確かめ、違うところを直してください。管理番号は、そのままです。", URL: address.With(address.Assets, "section", to.Code),
		}}}
		return effect, nil
	})
	if err != nil {
		return fmt.Errorf("handing assets of an abolished section over: %w", err)
	}
	return nil
}
