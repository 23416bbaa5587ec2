package disposal

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/address"
	"kagami/internal/asset"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/edition"
	"kagami/internal/fault"
	"kagami/internal/notice"
	"kagami/internal/org/responsible"
	"kagami/internal/postgres"
	"kagami/internal/state"
)

// Service is the disposals in a database.
type Service struct {
	pool    *pgxpool.Pool
	door    *door.Door
	assets  *asset.Service
	ties    Ties
	waiting state.Cache[waitingKey, Counts]
}

// Ties are what disposals ask of other rooms. What is nil is not asked.
type Ties struct {
	// Out tells where an asset is that is out on loan or taken out: 持-8-0001で貸出し中. Empty
	// where it is not.
	Out func(ctx context.Context, db postgres.Querier, assetID int64) (where string, err error)
	// WriteOff ends what is known of an asset that can't be found, and is retired.
	WriteOff func(ctx context.Context, tx *door.Tx, actor authz.Actor, assetID int64) ([]door.Effect, error)
}

// New makes the service.
func New(pool *pgxpool.Pool, d *door.Door, assets *asset.Service, ties Ties) *Service {
	return &Service{pool, d, assets, ties, state.NewCache[waitingKey, Counts](cachedWaiting)}
}

// Disposal is one of the register of disposals.
type Disposal struct {
	ID          int64
	Code        string // 8-0001
	Section     int64
	SectionName string
	How         How
	AskedByID   int64
	AskedBy     string
	AskedAt     time.Time
	Reason      string
	Due         calendar.Date
	Medium      Medium // empty where it is written off
	Ways        []string
	Witness     string // who is to stand by, and then who has
	// what was recorded of it, once it is done
	DoneBy       string
	DoneAt       *time.Time
	Place        string
	LeaseReturn  string
	RecordedByID int64
	RecordedBy   string
	RecordedAt   *time.Time
	ConfirmedBy  string
	ConfirmedAt  *time.Time
	State        State
	Version      int
	Items        []Item
}

const selectDisposal = `
	SELECT d.id, d.code, d.section_id AS section, s.name AS section_name, d.sort AS how, d.asked_by AS asked_by_id, coalesce(p.name, '') AS asked_by, d.asked_at,
	       d.reason, d.due_on AS due, d.medium, d.ways, d.witness, d.done_by, d.done_at, d.place, d.lease_return,
	       coalesce(d.recorded_by, 0) AS recorded_by_id, coalesce(r.name, '') AS recorded_by, d.recorded_at,
	       coalesce(c.name, '') AS confirmed_by, d.confirmed_at, d.state, d.version,
	       coalesce((SELECT jsonb_agg(jsonb_build_object('asset_id', i.asset_id, 'code', i.code, 'name', i.name, 'confidentiality', i.confidentiality,
	                        'zone', i.zone, 'serial', i.serial, 'state', i.state) ORDER BY i.code) FROM disposal_item i WHERE i.disposal_id = d.id), '[]') AS items
	FROM disposal d JOIN section_shown s ON s.id = d.section_id LEFT JOIN person_shown p ON p.id = d.asked_by
	LEFT JOIN person_shown r ON r.id = d.recorded_by LEFT JOIN person_shown c ON c.id = d.confirmed_by`

func errNone() error {
	return fault.New(fault.NotFound, "この番号の廃棄は、見つかりません。番号を確かめて、廃棄の一覧から探してください。")
}

// Find returns a disposal by its code. NotFound where there is none that the actor may see.
func (s *Service) Find(ctx context.Context, actor authz.Actor, code string) (Disposal, error) {
	return find(ctx, s.pool, actor, code, "")
}

func find(ctx context.Context, db postgres.Querier, actor authz.Actor, code, lock string) (Disposal, error) {
	d, err := postgres.One[Disposal](ctx, db, "finding a disposal", selectDisposal+` WHERE d.code = @code `+lock, pgx.StrictNamedArgs{"code": code})
	if errors.Is(err, pgx.ErrNoRows) {
		return Disposal{}, errNone()
	}
	if err != nil {
		return Disposal{}, err
	}
	if _, may := actor.May(authz.ReadAssets, authz.Matter{OwnersSection: d.Section}); !may {
		return Disposal{}, errNone()
	}
	return d, nil
}

// Left are the assets that are still to be disposed of, or were.
func (d Disposal) Left() []Item {
	var list []Item
	for _, i := range d.Items {
		if i.State != ItemSpared {
			list = append(list, i)
		}
	}
	return list
}

// RulesForPortal are the ways and demands of today.
func (s *Service) RulesForPortal(ctx context.Context) (Rules, error) {
	return s.rulesOn(ctx, s.pool, calendar.Day(s.door.Now()))
}

func (s *Service) rulesOn(ctx context.Context, db postgres.Querier, day calendar.Date) (Rules, error) {
	values, err := edition.LoadForPortal(ctx, db, day)
	return RulesOn(values, day), err
}

// Out tells where an asset is that is out; empty where it is not. NotFound where the actor may
// not see it.
func (s *Service) Out(ctx context.Context, actor authz.Actor, a asset.Asset) (string, error) {
	if err := a.AskSee(actor); err != nil || s.ties.Out == nil {
		return "", err
	}
	return s.ties.Out(ctx, s.pool, a.ID)
}

// Of is the disposal that goes on of an asset, or by which it was retired; Code empty for
// none. NotFound where the actor may not see the asset.
func (s *Service) Of(ctx context.Context, actor authz.Actor, a asset.Asset) (Disposal, error) {
	if err := a.AskSee(actor); err != nil {
		return Disposal{}, err
	}
	d, err := postgres.One[Disposal](ctx, s.pool, "finding the disposal of an asset",
		selectDisposal+` WHERE d.id = (SELECT i.disposal_id FROM disposal_item i WHERE i.asset_id = @asset AND i.state <> 'spared')`, pgx.StrictNamedArgs{"asset": a.ID})
	if errors.Is(err, pgx.ErrNoRows) {
		return Disposal{}, nil
	}
	return d, err
}

// about is what notices of disposals are about, as it is stored.
const about = "disposal"

// Topic is who may see a notice of a disposal: who may see the disposal.
func Topic() notice.Topic {
	return notice.Topic{Kind: about, Shown: func(actor authz.Actor) (string, pgx.StrictNamedArgs) {
		if actor.Reach(authz.ReadAssets) == authz.All {
			return `true`, nil
		}
		return `EXISTS (SELECT FROM disposal d WHERE d.id = n.topic_id AND d.section_id = ANY(@sections))`,
			pgx.StrictNamedArgs{"sections": actor.Sections(authz.ReadAssets)}
	}}
}

func tell(to []int64, d Disposal, title, text string) []notice.Message {
	return []notice.Message{{To: to, Notice: notice.Notice{Topic: about, TopicID: d.ID, Title: title, Text: Number(d.Code) + text, URL: address.Disposal(d.Code)}}}
}

// tellConfirmer tells who confirms, which is never the actor, nor whom the record names.
func tellConfirmer(ctx context.Context, tx *door.Tx, actor authz.Actor, d Disposal, title string) ([]notice.Message, error) {
	doers, err := d.doers(ctx, tx, tx.Today())
	if err != nil {
		return nil, err
	}
	holders, err := responsible.Of(ctx, tx, authz.SecurityManager, []int64{d.Section}, append(doers, actor.Person), tx.Today())
	return tell(holders[d.Section], d, title, "の内容を見て、確認するか、差し戻してください。"), err
}
