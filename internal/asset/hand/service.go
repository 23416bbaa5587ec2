package hand

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/address"
	"kagami/internal/asset"
	"kagami/internal/asset/communication"
	"kagami/internal/asset/life"
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

// Asset is one that it has left, or handed over.
type Asset struct {
	Code      string
	Name      string
	State     asset.State
	OwnNumber string
	Back      string // the one that it has lost by being handed over, and would have again
	Clashes   bool   // its own number stands for another one in the section that it would go to
}

// Gone is where something stands now that a section has handed over.
type Gone struct {
	Left
	ID int64
}

// Plan is what would go where.
type Plan struct {
	From    Section
	At      asset.Holder // which has it now; the zero value for what From has left
	Gone    []Gone       // where what From has handed over stands
	To      asset.Holder // the zero value where none is chosen
	Offered []asset.Holder
	Count   int
	Clashes int     // own numbers that would be taken away, of all
	Assets  []Asset // the first of them, up to Most

	Communications int // between zones: those that go on
}

// Most is how many assets are shown at once.
const Most = 100

// Look is what an abolished section, by its code, has left, or handed over to the one that
// has it at present, and what would become of it in another one; of an empty code it is not
// asked. Forbidden for who may not hand it over;
// NotFound where there is no such section; Conflict while it is not yet abolished.
func (s *Service) Look(ctx context.Context, actor authz.Actor, section, at, to string) (Plan, error) {
	if _, err := authz.Check(actor, authz.HandAssets, authz.Matter{}); err != nil {
		return Plan{}, err
	}
	today := calendar.Day(s.door.Now())
	from, err := abolished(ctx, s.pool, section, today)
	if err != nil {
		return Plan{}, err
	}
	p := Plan{From: from}
	if p.Gone, err = postgres.List[Gone](ctx, s.pool, "listing where a section's assets have gone", `
		SELECT s.id, s.code, s.name, n.assets, n.communications FROM (
			SELECT section_id, sum(assets)::int AS assets, sum(communications)::int AS communications FROM (
				SELECT a.section_id, 1 AS assets, 0 AS communications FROM asset a
				WHERE a.state `+life.Counts+` AND a.section_id <> @of AND a.id IN (SELECT h.asset_id FROM asset_change h WHERE h.came_from = @of)
				UNION ALL SELECT c.section_id, 0, 1 FROM communication c
				WHERE c.ended_on IS NULL AND c.section_id <> @of AND (
					c.id IN (SELECT h.communication_id FROM communication_change h WHERE h.came_from = @of)
					OR c.asset_id IN (SELECT h.asset_id FROM asset_change h WHERE h.came_from = @of))) AS gone
			GROUP BY section_id) AS n
		JOIN section_shown s ON s.id = n.section_id ORDER BY s.position, s.code`, pgx.StrictNamedArgs{"of": from.ID}); err != nil {
		return Plan{}, err
	}
	holder, of, err := holding(ctx, s.pool, from, at)
	if err != nil {
		return Plan{}, err
	}
	if of != 0 {
		p.At = holder
	}
	if p.Offered, err = postgres.List[asset.Holder](ctx, s.pool, "listing sections to hand over to", `
		SELECT s.id, s.code, s.name FROM section_shown s WHERE `+asset.IsThere+` AND s.id <> @at ORDER BY s.position, s.code`, pgx.StrictNamedArgs{"today": today, "at": holder.ID}); err != nil {
		return Plan{}, err
	}
	if to != "" {
		if p.To, err = receiving(ctx, s.pool, to, holder, today); err != nil {
			return p, err
		}
	}
	number := `(` + asset.NumberBack + `)`
	counts, err := postgres.One[struct{ Count, Clashes, Communications int }](ctx, s.pool, "counting what is to be handed over", `
		SELECT count(*) AS count, count(*) FILTER (WHERE `+asset.Clashes(number)+`) AS clashes,
		       (SELECT count(*) FROM communication c WHERE `+communication.Handed+`) AS communications
		FROM asset a WHERE `+asset.Handed,
		pgx.StrictNamedArgs{"from": holder.ID, "of": of, "to": p.To.ID})
	if err != nil {
		return p, err
	}
	p.Count, p.Clashes, p.Communications = counts.Count, counts.Clashes, counts.Communications
	p.Assets, err = postgres.List[Asset](ctx, s.pool, "listing what is to be handed over", `
		SELECT a.code, a.name, a.state, a.own_number, CASE WHEN a.own_number = '' THEN `+number+` ELSE '' END AS back, `+asset.Clashes(number)+` AS clashes FROM asset a
		WHERE `+asset.Handed+` ORDER BY a.code_order LIMIT @most`,
		pgx.StrictNamedArgs{"from": holder.ID, "of": of, "to": p.To.ID, "most": Most})
	return p, err
}

// holding is the section that has what is to be handed over: the abolished one itself, or,
// by its code, one that it has handed over to; then of is the abolished one.
func holding(ctx context.Context, db postgres.Querier, from Section, at string) (holder asset.Holder, of int64, err error) {
	if at == "" {
		return asset.Holder{ID: from.ID, Code: from.Code, Name: from.Name}, 0, nil
	}
	holder, err = postgres.One[asset.Holder](ctx, db, "finding a section that has been handed to", `SELECT id, code, name FROM section_shown WHERE code = @code AND id <> @from`,
		pgx.StrictNamedArgs{"code": at, "from": from.ID})
	if errors.Is(err, pgx.ErrNoRows) {
		err = fault.New(fault.NotFound, "この課室は、見つかりません。")
	}
	return holder, from.ID, err
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

// receiving is a section that there is today, other than the one that has it.
func receiving(ctx context.Context, db postgres.Querier, code string, holder asset.Holder, today calendar.Date) (asset.Holder, error) {
	found, err := postgres.One[asset.Holder](ctx, db, "finding a section to hand over to", `
		SELECT s.id, s.code, s.name FROM section_shown s WHERE s.code = @code AND s.id <> @at AND `+asset.IsThere,
		pgx.StrictNamedArgs{"code": code, "at": holder.ID, "today": today})
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
	At       string   // of the one that has it at present; empty for what From has left
	All      bool     // all that From has left there
	Count    int      // and how many assets these were when it was looked at
	Codes    []string // else those of these 管理番号, with the communications that belong to them
	Why      string

	Communications int  // with All: how many these were
	Sure           bool // they have looked at where it goes
}

func errOther() error {
	return fault.New(fault.Conflict, "開いている間に、引き継ぐものが変わりました。いまの内容を確かめて、もう一度押してください。")
}

func idsOf(done []door.Effect) []int64 {
	ids := make([]int64, len(done))
	for i, e := range done {
		ids[i] = e.Subject.ID
	}
	return ids
}

// asSaid is how many assets and communications there are, in words and numbers as they are
// written; empty for none.
func asSaid(assets, communications int, number func(int) string) string {
	var parts []string
	if assets > 0 {
		parts = append(parts, "情報資産"+number(assets)+"件")
	}
	if communications > 0 {
		parts = append(parts, "領域間の通信"+number(communications)+"件")
	}
	return strings.Join(parts, "と")
}

// check tells why so many can't be handed over to a section.
func (h Handing) check(want int, to asset.Holder) error {
	var problems []fault.Problem
	if want == 0 && (!h.All || h.Communications == 0) {
		problems = append(problems, fault.Problem{Field: "which", Message: "引き継ぐものに、印を付けてください。"})
	}
	if utf8.RuneCountInString(h.Why) > mostWhy {
		problems = append(problems, fault.Problem{Field: "why", Message: "理由が長すぎます。" + strconv.Itoa(mostWhy) + "字までで書いてください。"})
	}
	if !h.Sure {
		problems = append(problems, fault.Problem{Field: "sure", Message: "引き継ぐ課室が「" + to.Name + "」でよいかを確かめて、印を付けてください。"})
	}
	return fault.InvalidFields(problems)
}

// Over hands assets of a section that is no more over to another one, or on to another one
// what it has handed over, and tells who answers for that, and did; it returns when, which
// names the hand-over. Invalid where there is no such section today, or nothing is chosen;
// Conflict where the section is not abolished, or has not left what was looked at.
func (s *Service) Over(ctx context.Context, actor authz.Actor, h Handing) (at time.Time, err error) {
	h.Why = strings.TrimSpace(h.Why)
	err = s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
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
		holder, of, err := holding(ctx, tx, from, h.At)
		if err != nil {
			return door.Unchanged(), err
		}
		to, err := receiving(ctx, tx, h.To, holder, tx.Today())
		if err != nil {
			return door.Unchanged(), err
		}
		want := h.Count
		if !h.All {
			want = len(h.Codes)
		}
		if err := h.check(want, to); err != nil {
			return door.Unchanged(), err
		}
		done, err := asset.HandIn(ctx, tx, actor, holder, to, of, h.All, h.Codes, h.Why)
		if err != nil {
			return door.Unchanged(), err
		}
		if len(done) != want {
			return door.Unchanged(), errOther()
		}
		communications, err := communication.HandIn(ctx, tx, actor, holder, to, of, idsOf(done), h.All, h.Why)
		if err != nil {
			return door.Unchanged(), err
		}
		if h.All && len(communications) != h.Communications {
			return door.Unchanged(), errOther()
		}
		at = tx.Now
		what := asSaid(len(done), len(communications), strconv.Itoa)
		done = append(done, communications...)
		answers, err := responsible.Of(ctx, tx, authz.SecurityManager, []int64{to.ID, holder.ID}, nil, tx.Today())
		if err != nil {
			return door.Unchanged(), err
		}
		url := address.With(address.Assets, "handed", asset.HandedAt(at))
		if len(communications) == len(done) {
			url = address.With(address.Communications, "section", to.Code)
		}
		effect := done[0]
		effect.Also = done[1:]
		effect.Notices = []notice.Message{{To: answers[to.ID], Notice: notice.Notice{
			Topic: about, TopicID: to.ID, Title: from.Name + "の" + what + "が、" + to.Name + "に引き継がれました",
			Text: "内容と管理責任者を確かめ、違うところを直してください。管理番号は、そのままです。", URL: url,
		}}}
		if of != 0 {
			effect.Notices = append(effect.Notices, notice.Message{To: answers[holder.ID], Notice: notice.Notice{
				Topic: about, TopicID: holder.ID, Title: from.Name + "から引き継いだ" + what + "が、" + to.Name + "に移りました",
				Text: "これからは、" + to.Name + "が管理します。違うときは、統括情報セキュリティ責任者に知らせてください。", URL: address.With(address.Assets, "section", holder.Code),
			}})
		}
		return effect, nil
	})
	if err != nil {
		return at, fmt.Errorf("handing assets of an abolished section over: %w", err)
	}
	return at, nil
}

// Done is a hand-over that took place.
type Done struct {
	Assets         int
	Communications int
	To             string // the section's name, as it was then
}

// Done is the one of an instant; the zero value where there was none. Forbidden for who may
// hand nothing over.
func (s *Service) Done(ctx context.Context, actor authz.Actor, at time.Time) (Done, error) {
	if _, err := authz.Check(actor, authz.HandAssets, authz.Matter{}); err != nil {
		return Done{}, err
	}
	return postgres.One[Done](ctx, s.pool, "finding a hand-over", `
		SELECT count(*) FILTER (WHERE asset) AS assets, count(*) FILTER (WHERE NOT asset) AS communications, coalesce(max(name), '') AS to FROM (
			SELECT true AS asset, after->>'section' AS name FROM asset_change WHERE came_from IS NOT NULL AND changed_at = @at
			UNION ALL SELECT false, after->>'section' FROM communication_change WHERE came_from IS NOT NULL AND changed_at = @at) h`,
		pgx.StrictNamedArgs{"at": at})
}

// What is that in words, and in numbers as they are written.
func (d Done) What(number func(int) string) string { return asSaid(d.Assets, d.Communications, number) }
