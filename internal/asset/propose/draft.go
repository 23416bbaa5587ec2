package propose

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/address"
	"kagami/internal/asset"
	"kagami/internal/asset/life"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/notice"
	"kagami/internal/org"
	"kagami/internal/postgres"
	"kagami/internal/state"
	"kagami/internal/trail"
)

// Service is the drafts and proposals in a database.
type Service struct {
	pool   *pgxpool.Pool
	door   *door.Door
	assets *asset.Service
	// the cache of how much waits for somebody
	counts state.Cache[countsKey, Counts]
	own    state.Cache[countsKey, OwnCounts]
}

// New makes the service.
func New(pool *pgxpool.Pool, d *door.Door, assets *asset.Service) *Service {
	return &Service{pool: pool, door: d, assets: assets, counts: state.NewCache[countsKey, Counts](cachedCounts), own: state.NewCache[countsKey, OwnCounts](cachedCounts)}
}

// About is the topic of the notices: an asset.
const About = "asset"

// Topic is for who may read the asset.
func Topic() notice.Topic {
	return notice.Topic{Kind: About, Shown: func(actor authz.Actor) (string, pgx.StrictNamedArgs) {
		if actor.Reach(authz.ReadAssets) == authz.All {
			return `true`, nil
		}
		return `EXISTS (SELECT FROM asset a WHERE a.id = n.topic_id AND a.section_id = ANY(@asset_sections))`,
			pgx.StrictNamedArgs{"asset_sections": actor.Sections(authz.ReadAssets)}
	}}
}

// Awaiting are those of drafts that somebody confirms: asset.Ties asks it.
func Awaiting(ctx context.Context, db postgres.Querier, drafts []int64) ([]int64, error) {
	list, err := postgres.List[struct{ ID int64 }](ctx, db, "finding drafts that somebody confirms",
		`SELECT asset_id AS id FROM asset_draft WHERE asset_id = ANY(@drafts)`, pgx.StrictNamedArgs{"drafts": drafts})
	ids := make([]int64, len(list))
	for i, found := range list {
		ids[i] = found.ID
	}
	return ids, err
}

// Drafted keeps that somebody has drafted assets who may only draft, or has changed such
// drafts: asset.Ties asks it. It stays the draft of who may only draft, when somebody else
// mends it; who may confirm is none of its writers, nor is the operator. What was sent back
// waits again once who drafts has changed it: nobody else's change says that it is mended.
func Drafted(ctx context.Context, tx *door.Tx, actor authz.Actor, assets []int64) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO asset_draft AS d (asset_id, drafted_by, drafted_at, writers) SELECT a.id, @by, @now, ARRAY[@by::bigint] FROM asset a WHERE a.id = ANY(@assets)
		ON CONFLICT (asset_id) DO UPDATE SET (drafted_by, drafted_at, writers, again, sent_back, sent_back_by) = (
			SELECT CASE WHEN w.drafts THEN @by ELSE d.drafted_by END, excluded.drafted_at,
			       CASE WHEN @by = 0 OR w.confirms OR @by = ANY(d.writers) THEN d.writers ELSE d.writers || @by::bigint END,
			       d.again OR w.drafts AND d.sent_back <> '',
			       CASE WHEN w.drafts THEN '' ELSE d.sent_back END,
			       CASE WHEN w.drafts THEN NULL ELSE d.sent_back_by END
			FROM (SELECT @by <> 0 AND (a.section_id <> ALL(@changes) OR @by = d.drafted_by) AS drafts, a.section_id = ANY(@confirms) AS confirms
			      FROM asset a WHERE a.id = d.asset_id) w)`,
		pgx.StrictNamedArgs{"assets": assets, "by": actor.Person, "now": tx.Now, "changes": actor.Sections(authz.ChangeAssets), "confirms": actor.Sections(authz.ConfirmAssets)})
	if err != nil {
		return fmt.Errorf("keeping who has drafted assets: %w", err)
	}
	return nil
}

// Draft is who has drafted an asset.
type Draft struct {
	Person     int64
	By         string
	At         time.Time
	SentBack   string // what to mend; empty where it was not sent back
	SentBackBy string
	Again      bool    // it was sent back, and has been changed since
	Writers    []int64 // who has written in it and may not confirm it
	BegunBy    int64   // who registered the asset; 0 for the operator
	Took       bool    // another one was merged into it
	Stranded   bool    // it was sent back, and nobody of the Writers is there any more to mend it
}

// AskWithdraw tells why somebody can't withdraw the draft, which ends the asset as a whole:
// Forbidden where somebody else has begun it, whoever has written in it since; Conflict where
// it stands for another one too. Nil where they can.
func (d Draft) AskWithdraw(actor authz.Actor) error {
	if d.BegunBy != actor.Person {
		return fault.New(fault.Forbidden, "ほかの人が始めた下書きは、取り下げられません。内容は直せます。要らないものであれば、情報セキュリティ管理者に伝えてください。")
	}
	if d.Took {
		return fault.New(fault.Conflict, "この下書きには、ほかの下書きが統合されているため、取り下げられません。要らないものであれば、情報セキュリティ管理者に伝えてください。")
	}
	return nil
}

// Waits tells whether the draft waits to be confirmed: also one that was sent back to nobody.
func (d Draft) Waits(a asset.Asset) bool {
	return a.State.Allows(life.Confirm) && d.Person != 0 && (d.SentBack == "" || d.Stranded) && len(a.Open()) == 0
}

// stranded is whether a draft d of an asset a was sent back to nobody who could mend it, as
// Drafted says: of its writers none only drafts for the section any more, and who has drafted
// it has no other role there either. It waits then for who may confirm it.
const stranded = `(d.sent_back <> ''
	AND NOT EXISTS (SELECT FROM register_keeping k WHERE k.section_id = a.section_id AND k.person_id = ANY(d.writers) AND k.period @> @day::date AND k.stay @> @day::date)
	AND NOT EXISTS (SELECT FROM holding h WHERE h.section_id = a.section_id AND h.person_id = d.drafted_by AND h.role = ANY(@drafters)
		AND h.period @> @day::date AND h.rule_period @> @day::date))`

// drafters are the roles of a section that draft; those of register_keeping are named in it.
var drafters = authz.RolesWith(authz.DraftAssets, authz.Own)

// begunBy is who registered the asset of a draft d: its history's first version says so.
const begunBy = `coalesce((SELECT c.changed_by FROM asset_change c WHERE c.asset_id = d.asset_id AND c.version = 1), 0)`

// took is whether another one was merged into that of a draft d.
const took = `EXISTS (SELECT FROM asset_change c WHERE c.asset_id = d.asset_id AND c.after ? 'merged')`

const selectDraft = `
	SELECT d.drafted_by AS person, p.name AS by, d.drafted_at AS at, d.sent_back, coalesce(q.name, '') AS sent_back_by, d.again, d.writers,
	       ` + begunBy + ` AS begun_by, ` + took + ` AS took, ` + stranded + ` AS stranded
	FROM asset_draft d JOIN asset a ON a.id = d.asset_id JOIN person_shown p ON p.id = d.drafted_by LEFT JOIN person_shown q ON q.id = d.sent_back_by
	WHERE d.asset_id = @asset`

// Draft is who has drafted an asset that the actor sees; the zero value where it is no
// draft of who may only draft.
func (s *Service) Draft(ctx context.Context, actor authz.Actor, a asset.Asset) (Draft, error) {
	if _, may := actor.May(authz.ReadAssets, authz.Matter{OwnersSection: a.Section}); !may || a.State != asset.Draft {
		return Draft{}, nil
	}
	return draftOf(ctx, s.pool, a.ID, calendar.Day(s.door.Now()))
}

func draftOf(ctx context.Context, db postgres.Querier, id int64, day calendar.Date) (Draft, error) {
	d, err := postgres.One[Draft](ctx, db, "finding who has drafted an asset", selectDraft, pgx.StrictNamedArgs{"asset": id, "day": day, "drafters": drafters})
	if errors.Is(err, pgx.ErrNoRows) {
		return Draft{}, nil
	}
	return d, err
}

// MayConfirmDraft tells whether the actor may confirm a draft of an asset.
func (s *Service) MayConfirmDraft(ctx context.Context, actor authz.Actor, a asset.Asset, d Draft) (bool, error) {
	return s.MayConfirm(ctx, actor, a, d.Writers...)
}

// MayConfirm tells whether the actor may confirm what some people have prepared of an asset.
func (s *Service) MayConfirm(ctx context.Context, actor authz.Actor, a asset.Asset, by ...int64) (bool, error) {
	if !actor.Might(authz.ConfirmAssets, authz.Own) || slices.Contains(by, actor.Person) {
		return false, nil
	}
	matter, err := concerning(ctx, s.pool, actor, a, by, calendar.Day(s.door.Now()))
	_, may := actor.May(authz.ConfirmAssets, matter)
	return may, err
}

// concerning is the matter of deciding on what some people have prepared of an asset: none of
// them does, and where all who could are among them, the role above does.
func concerning(ctx context.Context, db postgres.Querier, actor authz.Actor, a asset.Asset, by []int64, day calendar.Date) (authz.Matter, error) {
	roles, err := org.Alone(ctx, db, day, by...)
	matter := authz.Matter{OwnersSection: a.Section, Decision: true, Alone: roles}
	if slices.Contains(by, actor.Person) {
		matter.Person = actor.Person
	}
	return matter, err
}

// allow allows the decision on what some people have prepared of an asset.
func allow(ctx context.Context, tx *door.Tx, actor authz.Actor, a asset.Asset, by ...int64) (door.Allowed, error) {
	matter, err := concerning(ctx, tx, actor, a, by, tx.Today())
	if err != nil {
		return door.Allowed{}, err
	}
	if err := tx.Allow(authz.ConfirmAssets, matter); err != nil {
		return door.Allowed{}, err
	}
	return tx.AllowAlso(authz.ConfirmAssets, matter)
}

// Seen is an asset on the version that somebody has seen.
type Seen struct {
	Code    string
	Version int
}

// Most is how many drafts are confirmed at once.
const Most = 100

// Confirm registers drafts: all of them, or none. Invalid for none, or for more than Most;
// Conflict where one has changed since it was seen, is no draft that waits, has something
// open, or is not as it may be today; Forbidden where one is the actor's own.
func (s *Service) Confirm(ctx context.Context, actor authz.Actor, list []Seen) error {
	err := s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		if len(list) == 0 || len(list) > Most {
			return door.Unchanged(), invalid("draft", "登録する下書きを、1件から"+strconv.Itoa(Most)+"件まで選んでください。")
		}
		var effects []door.Effect
		for _, seen := range list {
			a, d, err := waiting(ctx, tx, actor, seen)
			if err != nil {
				return door.Unchanged(), err
			}
			as, err := allow(ctx, tx, actor, a, d.Writers...)
			if err != nil {
				return door.Unchanged(), err
			}
			done, err := s.assets.RegisterDraft(ctx, tx, actor, d.By+"の下書きを確認した", a)
			if err != nil {
				return door.Unchanged(), err
			}
			done.By = as
			effects = append(effects, done)
		}
		first := effects[0]
		first.Also = effects[1:]
		return first, nil
	})
	if err != nil {
		return fmt.Errorf("confirming drafts: %w", err)
	}
	return nil
}

// waiting locks a draft that waits to be confirmed.
func waiting(ctx context.Context, tx *door.Tx, actor authz.Actor, seen Seen) (asset.Asset, Draft, error) {
	a, err := asset.Lock(ctx, tx, actor, seen.Code, seen.Version)
	if fault.KindOf(err) == fault.Conflict {
		return a, Draft{}, fault.Wrap(err, fault.Conflict, "「"+seen.Code+"」は、画面を開いた後に変わりました。いまの内容を確かめて、もう一度選んでください。")
	}
	if err != nil {
		return a, Draft{}, err
	}
	d, err := draftOf(ctx, tx, a.ID, tx.Today())
	if err == nil && !d.Waits(a) {
		err = fault.New(fault.Conflict, "「"+seen.Code+"」は、確認を待つ下書きではありません。登録済みか、決まっていない項目があります。")
	}
	return a, d, err
}

const maxWords = 500

// checkWords are the words with which something is sent back.
func checkWords(words string) (string, error) {
	words = strings.TrimSpace(words)
	if n := utf8.RuneCountInString(words); n == 0 || n > maxWords {
		return words, invalid("words", "どこを直すかを、"+strconv.Itoa(maxWords)+"字までで書いてください。")
	}
	return words, nil
}

// SendBack sends a draft that waits back to who has written in it, and tells them what to
// mend.
func (s *Service) SendBack(ctx context.Context, actor authz.Actor, seen Seen, words string) error {
	err := s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		a, d, err := waiting(ctx, tx, actor, seen)
		if err != nil {
			return door.Unchanged(), err
		}
		if _, err := allow(ctx, tx, actor, a, d.Writers...); err != nil {
			return door.Unchanged(), err
		}
		if d.Stranded {
			return door.Unchanged(), fault.New(fault.Conflict, "書いた人は、いまはこの課室の台帳担当者ではないため、差し戻せません。「変更する」から直して、登録してください。")
		}
		words, err := checkWords(words)
		if err != nil {
			return door.Unchanged(), err
		}
		_, err = tx.Exec(ctx, `UPDATE asset_draft SET sent_back = @words, sent_back_by = nullif(@by, 0::bigint) WHERE asset_id = @asset`,
			pgx.StrictNamedArgs{"asset": a.ID, "words": words, "by": actor.Person})
		return sentBack(a, d.Person, d.Writers, "下書き", words, address.AssetEdit(a.Code)), err
	})
	if err != nil {
		return fmt.Errorf("sending a draft back: %w", err)
	}
	return nil
}

// sentBack is what is recorded and told of something of somebody's that was sent back.
func sentBack(a asset.Asset, by int64, to []int64, what, words, url string) door.Effect {
	return door.Effect{
		Subject: trail.Subject{Kind: "asset", ID: a.ID}, Fields: []string{"sent_back"}, Refs: map[string]int64{"person": by},
		Notices: []notice.Message{{To: to, Notice: notice.Notice{
			Topic: About, TopicID: a.ID, Title: "「" + a.Name + "」の" + what + "が差し戻されました", Text: words, URL: url,
		}}},
	}
}

func invalid(field, message string) error {
	return fault.InvalidFields([]fault.Problem{{Field: field, Message: message}})
}
