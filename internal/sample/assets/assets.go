// Package assets puts information assets into the sample town: what the sections of such
// a town usually hold, with the levels and zones that it usually has. No system, file or
// supplier in it is a real one.
package assets

import (
	"context"
	"fmt"

	"kagami/internal/asset"
	"kagami/internal/authz"
	"kagami/internal/sample"
)

// Fill registers the assets of each section by its 情報セキュリティ管理者, changes a few of
// them, and ends one that was registered twice.
func Fill(ctx context.Context, register *asset.Service, t sample.Town) error {
	filled := map[string]bool{}
	for _, actor := range t.Actors {
		if !actor.Has(authz.SecurityManager) {
			continue
		}
		sections, err := register.Sections(ctx, actor)
		if err != nil {
			return err
		}
		for _, section := range sections {
			if filled[section.Code] {
				continue
			}
			filled[section.Code] = true
			if err := fill(ctx, register, t, actor, section); err != nil {
				return fmt.Errorf("registering the sample assets of %s: %w", section.Code, err)
			}
		}
	}
	return nil
}

func fill(ctx context.Context, register *asset.Service, t sample.Town, manager authz.Actor, section asset.Section) error {
	codes := map[string]string{}
	for i, e := range bySection[section.Code] {
		code, err := register.Register(ctx, manager, section.Code, e.details(t, section, i))
		if err != nil {
			return err
		}
		codes[e.name] = code
	}
	for _, c := range changes {
		code, ok := codes[c.name]
		if !ok {
			continue
		}
		a, err := register.Find(ctx, manager, code)
		if err != nil {
			return err
		}
		c.change(&a.Details)
		if err := register.Change(ctx, manager, code, a.Version, a.Details, c.why); err != nil {
			return err
		}
	}
	if code, ok := codes[twice]; ok {
		return register.EndAsMistaken(ctx, manager, code, 1, "「住民基本台帳データ」と同じものを、二重に登録したため。")
	}
	return nil
}

// entry is a sample asset.
type entry struct {
	name     string
	kind     asset.Kind
	work     string
	levels   [3]string // 機密性, 完全性, 可用性
	personal asset.Personal
	number   asset.NumberWork
	zone     string
	place    string
	medium   string
	handling []asset.Handling
	keep     string
}

// standalone is the zone of networks that lead nowhere else.
const standalone = "standalone"

// details are the entry's as its section registers it; n is its place among them.
func (e entry) details(t sample.Town, section asset.Section, n int) asset.Details {
	d := asset.Details{
		Kind: e.kind, Name: e.name, Work: e.work, Content: "見本の情報資産です。",
		Confidentiality: e.levels[0], Integrity: e.levels[1], Availability: e.levels[2], LevelReason: "標準目録の目安による",
		Personal: e.personal, NumberWork: e.number, Zone: e.zone, Place: e.place, Medium: e.medium,
		Owner: section.Name + "の長", Users: section.Name + "の職員", Handling: e.handling, KeepUntil: e.keep,
		RegisteredOn: t.Today().AddDays(-400 - 10*n),
	}
	if n%4 != 3 { // one in four has still to be looked at
		d.CheckedOn = t.Today().AddDays(-40 - 7*n)
	}
	switch {
	case e.kind == asset.Paper:
		d.Disposal = "裁断して廃棄する"
	case e.levels[0] == "3B":
		d.Disposal = "データを復元できない方法で消去し、記録を残す"
	}
	if e.kind == asset.System {
		d.EvaluatedBy, d.Seat = "なし（町で判断）", "日本"
	}
	return d
}

// changes are what sections have changed since.
var changes = []struct {
	name   string
	change func(*asset.Details)
	why    string
}{
	{"納付勧奨の名簿", func(d *asset.Details) { d.Confidentiality = "3B" }, "税の滞納の情報を含むため、機密性を見直した。"},
	{"課の共有文書", func(d *asset.Details) { d.Place = "文書管理システム" }, "共有フォルダから移した。"},
	{"学校施設の予約情報", func(d *asset.Details) { d.Zone, d.Place = asset.InternetZone, "施設予約サービス" }, "施設予約をクラウドサービスに替えた。"},
	{"検診の結果", func(d *asset.Details) {
		d.Confidentiality, d.Personal, d.Handling = "3B", asset.Sensitive, []asset.Handling{asset.NoCopy, asset.NoTakeOut, asset.Encryption}
	}, "健康の情報を含むため、見直した。"},
	{"水道の監視制御システム", func(d *asset.Details) { d.Availability = "2" }, "止まると断水のおそれがあるため。"},
}

// twice is what has been registered twice.
const twice = "住民基本台帳のデータ（重複）"
