package disposal

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"kagami/internal/asset"
	"kagami/internal/asset/life"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/trail"
)

// Ask asks to dispose of assets of one section, and returns the disposal's code. Invalid where
// something is missing or wrong; Conflict where an asset is out.
func (s *Service) Ask(ctx context.Context, actor authz.Actor, a Asking) (code string, err error) {
	a = a.tidy()
	err = s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		assets, wrong, err := s.take(ctx, tx, actor, a)
		if err != nil {
			return door.Unchanged(), err
		}
		rules, err := s.rulesOn(ctx, tx, tx.Today())
		if err != nil {
			return door.Unchanged(), err
		}
		items := itemsOf(assets)
		if err := fault.InvalidFields(append(wrong, a.check(rules, items, tx.Today())...)); err != nil {
			return door.Unchanged(), err
		}
		var id int64
		if id, code, err = insert(ctx, tx, actor, a, assets[0].Section, items); err != nil {
			return door.Unchanged(), err
		}
		effect := door.Effect{
			Subject: trail.Subject{Kind: about, ID: id}, Fields: []string{"assets", "medium", "ways", "witness", "reason", "due_on"}, Refs: map[string]int64{"section": assets[0].Section},
		}
		if effect.Also, err = s.moveAll(ctx, tx, actor, assets, life.Dispose, Number(code)+"の申請"); err != nil {
			return door.Unchanged(), err
		}
		if a.Medium == "" {
			effect.Notices, err = tellConfirmer(ctx, tx, actor, Disposal{ID: id, Code: code, Section: assets[0].Section}, "所在不明のままの廃棄を、確認してください")
			return effect, err
		}
		if s.ties.Bereft != nil {
			ids := make([]int64, len(assets))
			for i, one := range assets {
				ids[i] = one.ID
			}
			effect.Notices, err = s.ties.Bereft(ctx, tx, actor, ids, "廃棄されることになりました。")
		}
		return effect, err
	})
	return code, err
}

// take locks the assets that somebody asks for, in a change that it allows, with what is wrong
// with them.
func (s *Service) take(ctx context.Context, tx *door.Tx, actor authz.Actor, a Asking) (assets []asset.Asset, wrong problems, err error) {
	if len(a.Codes) > MostItems {
		wrong.add("assets", fmt.Sprintf("1つの申請は、%d件までです。分けて申請してください。", MostItems))
		a.Codes = a.Codes[:MostItems]
	}
	for _, code := range a.Codes {
		one, err := asset.FindIn(ctx, tx, actor, code)
		if fault.KindOf(err) == fault.NotFound {
			wrong.add("assets", "管理番号"+code+"の情報資産は、見つかりません。番号を確かめてください。")
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		if err := tx.Allow(authz.DisposeAssets, authz.Matter{OwnersSection: one.Section}); err != nil {
			return nil, nil, err
		}
		sentence, err := s.why(ctx, tx, one, a.Medium)
		switch {
		case err != nil:
			return nil, nil, err
		case sentence != "":
			wrong.add("assets", sentence)
		case len(assets) > 0 && one.Section != assets[0].Section:
			wrong.add("assets", one.Code+"は、ほかの課室の情報資産です。課室ごとに分けて申請してください。")
		default:
			assets = append(assets, one)
		}
	}
	if len(assets) == 0 && len(wrong) == 0 {
		wrong.add("assets", "廃棄する情報資産の管理番号を入力してください。")
	}
	return assets, wrong, nil
}

// why tells why an asset can't be disposed of; empty where it can. Conflict where it is out.
func (s *Service) why(ctx context.Context, tx *door.Tx, a asset.Asset, medium Medium) (string, error) {
	switch {
	case a.State == asset.Draft:
		return a.Code + "は下書きです。登録してから申請するか、「登録の誤りとして終える」で終えてください。", nil
	case !a.State.Allows(life.Dispose):
		return a.Code + "は「" + a.State.Title() + "」のため、廃棄を申請できません。", nil
	case a.State == life.Missing && medium != "":
		return a.Code + "は所在不明です。見つかったことを記録してから申請するか、「所在不明のままの廃棄」を選んでください。", nil
	case a.State != life.Missing && medium == "":
		return a.Code + "は所在不明ではありません。媒体を選んでください。", nil
	}
	var known bool
	err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM disposal_item WHERE asset_id = @asset AND state = 'waiting')`, pgx.StrictNamedArgs{"asset": a.ID}).Scan(&known)
	if err != nil {
		return "", fmt.Errorf("looking for a disposal: %w", err)
	}
	if known {
		return a.Code + "は、すでに廃棄を申請しています。", nil
	}
	if s.ties.Out == nil {
		return "", nil
	}
	where, err := s.ties.Out(ctx, tx, a.ID)
	if err == nil && where != "" {
		err = fault.New(fault.Conflict, a.Code+"は、"+where+"のため、廃棄を申請できません。返却を記録してから、申請してください。")
	}
	return "", err
}

func itemsOf(assets []asset.Asset) []Item {
	items := make([]Item, len(assets))
	for i, a := range assets {
		items[i] = Item{AssetID: a.ID, Code: a.Code, Name: a.Name, Confidentiality: a.Confidentiality, Zone: a.Zone, State: ItemWaiting}
	}
	return items
}

// insert writes what is asked for, with a number of the fiscal year.
func insert(ctx context.Context, tx *door.Tx, actor authz.Actor, a Asking, section int64, items []Item) (id int64, code string, err error) {
	list, err := json.Marshal(items)
	if err != nil {
		return 0, "", fmt.Errorf("writing what is disposed of: %w", err)
	}
	how := CarriedOut
	if a.Medium == "" {
		how = WriteOff
	}
	err = tx.QueryRow(ctx, `
		WITH number AS (
			INSERT INTO disposal_number AS n (year, last) VALUES (@year, 1) ON CONFLICT (year) DO UPDATE SET last = n.last + 1 RETURNING year, last),
		made AS (
			INSERT INTO disposal (code, section_id, sort, asked_by, asked_at, reason, due_on, medium, ways, witness, state)
			SELECT n.year || '-' || CASE WHEN n.last < 10000 THEN lpad(n.last::text, 4, '0') ELSE n.last::text END,
			       @section, @how, @by, @now, @reason, @due, @medium::text, @ways::text[], @witness::text, 'waiting' FROM number n RETURNING id, code),
		items AS (
			INSERT INTO disposal_item (disposal_id, asset_id, code, name, confidentiality, zone, state)
			SELECT m.id, i.asset_id, i.code, i.name, i.confidentiality, i.zone, 'waiting'
			FROM made m, jsonb_to_recordset(@items) AS i(asset_id bigint, code text, name text, confidentiality text, zone text)),
		step AS (
			INSERT INTO disposal_step (disposal_id, version, at, by, event, recorded)
			SELECT id, 1, @now, @by, 'ask', jsonb_build_object('medium', @medium::text, 'ways', to_jsonb(@ways::text[]), 'witness', @witness::text) FROM made)
		SELECT id, code FROM made`,
		pgx.StrictNamedArgs{
			"year": calendar.ReiwaYear(tx.Today()), "section": section, "how": string(how), "by": actor.Person, "now": tx.Now, "reason": a.Reason,
			"due": a.Due, "medium": string(a.Medium), "ways": append([]string{}, a.Ways...), "witness": a.Witness, "items": list,
		}).Scan(&id, &code)
	if err != nil {
		return 0, "", fmt.Errorf("asking to dispose: %w", err)
	}
	return id, code, nil
}

// moveAll takes a step with assets.
func (s *Service) moveAll(ctx context.Context, tx *door.Tx, actor authz.Actor, assets []asset.Asset, step life.Step, why string) (done []door.Effect, err error) {
	for _, a := range assets {
		moved, err := s.assets.MoveIn(ctx, tx, actor, a, step, why)
		if err != nil {
			return nil, err
		}
		if moved.Subject.Kind != "" {
			done = append(done, moved)
		}
	}
	return done, nil
}
