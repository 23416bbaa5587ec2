package bulk

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/asset"
	"kagami/internal/asset/find"
	"kagami/internal/asset/many"
	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/fault"
)

// Most is how many assets are changed at once.
const Most = 10000

// Service changes many assets in a database.
type Service struct {
	pool     *pgxpool.Pool
	many     *many.Service
	register *asset.Service
	finding  *find.Service
}

// New makes the service.
func New(pool *pgxpool.Pool, many *many.Service, register *asset.Service, finding *find.Service) *Service {
	return &Service{pool, many, register, finding}
}

// AskChange tells why the actor changes no assets: Forbidden who may change none, be it that
// they draft them.
func AskChange(actor authz.Actor) error {
	if actor.Reach(authz.ChangeAssets) < authz.Own {
		return fault.New(fault.Forbidden, "情報資産をまとめて変えることは、あなたの役割ではできません。")
	}
	return nil
}

// found are the assets that somebody looks for. Invalid where there are more than can be
// changed at once.
func (s *Service) found(ctx context.Context, actor authz.Actor, q find.Search) ([]asset.Asset, error) {
	list, more, err := s.finding.First(ctx, actor, q, Most)
	if err != nil {
		return nil, err
	}
	if more {
		return nil, fault.New(fault.Invalid, "条件に当たる情報資産が、10,000件を超えています。一度に変えられるのは10,000件までです。一覧に戻って、課室や領域などの条件を足してください。")
	}
	return list, nil
}

// Changeable counts, of the assets that somebody looks for, those that the actor may change.
// Invalid where there are more than can be changed at once.
func (s *Service) Changeable(ctx context.Context, actor authz.Actor, q find.Search) (n int, err error) {
	list, err := s.found(ctx, actor, q)
	for _, a := range list {
		if a.MayChange(actor) {
			n++
		}
	}
	return n, err
}

// Plan is what a change would do to the assets that somebody looks for. Forbidden for who
// may change none; Invalid where the change is none, or the assets are too many.
func (s *Service) Plan(ctx context.Context, actor authz.Actor, q find.Search, change Change) (Plan, error) {
	if err := AskChange(actor); err != nil {
		return Plan{}, err
	}
	scheme, err := s.register.Scheme(ctx, actor)
	if err == nil {
		err = change.check(scheme)
	}
	if err != nil {
		return Plan{}, err
	}
	list, err := s.found(ctx, actor, q)
	if err != nil {
		return Plan{}, err
	}
	awaiting, err := s.register.Awaiting(ctx, s.pool, list...)
	if err != nil {
		return Plan{}, err
	}
	return makePlan(actor, list, awaiting, scheme, s.register.Today(), change), nil
}

var (
	errOtherPlan = fault.New(fault.Conflict, "確かめた後に、台帳か日付が変わりました。いまの台帳に合わせて作り直した内容を表示しています。もう一度確かめてから、変えてください。何も変更されていません。")
	errNothing   = fault.New(fault.Conflict, "変わるところがありません。すでに変えたか、ほかの人が先に変えています。台帳の一覧で、いまの内容を確かめてください。")
)

// Apply does what the plan with that digest says, all of it or nothing, and names what it has
// kept of it. Conflict where the plan has become another, where nothing is left to change,
// and while another change of many assets is under way; otherwise as Plan.
func (s *Service) Apply(ctx context.Context, actor authz.Actor, q find.Search, change Change, digest string) (token string, err error) {
	if err := AskChange(actor); err != nil {
		return "", err
	}
	list, err := s.found(ctx, actor, q)
	if err != nil {
		return "", err
	}
	asked := many.Asked{Numbers: make([]string, len(list))}
	is := make(map[int64]bool, len(list))
	for i, a := range list {
		asked.Numbers[i], is[a.ID] = a.Code, true
	}
	err = s.many.Change(ctx, actor, asked, func(tx *door.Tx, standing many.Standing) (iter.Seq[asset.Entry], error) {
		if err := change.check(standing.Scheme); err != nil {
			return nil, err
		}
		// another asset may have one of the numbers as its section's own
		assets := slices.DeleteFunc(standing.Assets, func(a asset.Asset) bool { return !is[a.ID] })
		plan := makePlan(actor, assets, standing.Awaiting, standing.Scheme, tx.Today(), change)
		switch {
		case len(plan.Changed) == 0:
			return nil, errNothing
		case plan.Digest != digest:
			return nil, errOtherPlan
		}
		why := strings.TrimSpace(change.Why)
		kept := Record{Why: why, Fields: change.keys(), Same: plan.Same, Others: len(list) - len(assets) + plan.Others, Ended: plan.Ended}
		if token, err = kept.keep(ctx, tx, actor, plan.parts(), 0); err != nil {
			return nil, err
		}
		return plan.entries(why), nil
	})
	if err != nil {
		return "", fmt.Errorf("changing many assets: %w", err)
	}
	return token, nil
}
