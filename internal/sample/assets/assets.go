// Package assets puts information assets into the sample town: what the sections of such
// a town usually hold, with the levels and zones that it usually has. No system, file or
// supplier in it is a real one.
package assets

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"

	"kagami/internal/asset"
	"kagami/internal/asset/catalogue"
	"kagami/internal/asset/level"
	"kagami/internal/asset/many"
	"kagami/internal/asset/relation"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/edition"
	"kagami/internal/sample"
)

// Fill registers the assets of each section by its 情報セキュリティ管理者, changes a few of
// them, says what rests on what, and ends one that was registered twice. Five of them do
// not fit the rules.
func Fill(ctx context.Context, register *asset.Service, all *many.Service, relations *relation.Service, t sample.Town) error {
	filled := map[string]authz.Actor{}
	for _, actor := range t.Actors {
		if !actor.Has(authz.SecurityManager) {
			continue
		}
		sections, err := register.Sections(ctx, actor)
		if err != nil {
			return err
		}
		for _, section := range sections {
			if _, ok := filled[section.Code]; ok {
				continue
			}
			filled[section.Code] = actor
			if err := fill(ctx, register, all, t, actor, section); err != nil {
				return fmt.Errorf("registering the sample assets of %s: %w", section.Code, err)
			}
		}
	}
	for _, r := range rests {
		manager, ok := filled[section(r.asset)]
		bearing, there := filled[section(r.on)]
		if !ok || !there {
			continue
		}
		if err := relations.Rest(ctx, manager, r.asset, r.on); err != nil {
			return fmt.Errorf("saying that %s rests on %s: %w", r.asset, r.on, err)
		}
		if section(r.asset) == section(r.on) || manager.Person == bearing.Person {
			continue
		}
		if err := relations.Answer(ctx, bearing, r.on, r.asset, true); err != nil {
			return fmt.Errorf("agreeing that %s rests on %s: %w", r.asset, r.on, err)
		}
	}
	return nil
}

// section is the code of the section that a 管理番号 is given by: zeimu of zeimu-0001.
func section(code string) string {
	before, _, _ := strings.Cut(code, "-")
	return before
}

// usual registers what such a section usually has besides, as an import would.
func usual(ctx context.Context, all *many.Service, t sample.Town, manager authz.Actor, section asset.Section) error {
	has := map[string]bool{}
	for _, e := range bySection[section.Code] {
		has[e.name] = true
	}
	var list []asset.Details
	for i, e := range catalogue.For(catalogue.EntriesOn(edition.Values{}, t.Today()), section.Name) {
		if has[e.Name] || i%5 == 2 { // some are still to be registered from the catalogue
			continue
		}
		d := e.Details(t.Today().AddDays(-700 - 3*i))
		d.Content, d.LevelReason = "見本の情報資産です。", level.UsualReason("")
		d.Users = section.Name + "の職員"
		if i%9 != 4 { // a few have nobody named yet
			d.Owner = section.Name + "の長"
		}
		d.CheckedOn = t.Today().AddDays(-20 - 11*i)
		if d.Kind == asset.System && d.Zone == asset.MyNumberZone {
			d.MultiFactor, d.TakeoutBarred = asset.There, asset.There
		}
		list = append(list, d)
	}
	year := calendar.FiscalYear(t.Today())
	for i := range 6 {
		list = append(list, asset.Details{
			Kind: asset.Paper, Name: fmt.Sprintf("%sの簿冊（庶務）", fiscalYear(year-1-i)), Work: "庶務", Content: "見本の情報資産です。",
			Confidentiality: "2", Integrity: "1", Availability: "1", LevelReason: level.UsualReason(""), Personal: asset.NotPersonal, Zone: asset.OfflineZone,
			Place: "書庫", Medium: "紙", Owner: section.Name + "の長", Users: section.Name + "の職員", KeepUntil: fiscalYear(year+4-i) + "末",
			RegisteredOn: t.Today().AddDays(-300), CheckedOn: t.Today().AddDays(-100),
		})
	}
	return all.Change(ctx, manager, many.Asked{}, func(_ *door.Tx, found many.Standing) (iter.Seq[asset.Entry], error) {
		at := slices.IndexFunc(found.Places, func(p many.Place) bool { return p.Code == section.Code })
		entries := make([]asset.Entry, len(list))
		for i, d := range list {
			entries[i] = asset.Entry{Section: found.Places[at].ID, Is: d, State: asset.Registered}
		}
		return slices.Values(entries), nil
	})
}

func fill(ctx context.Context, register *asset.Service, all *many.Service, t sample.Town, manager authz.Actor, section asset.Section) error {
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
	if err := usual(ctx, all, t, manager, section); err != nil {
		return err
	}
	if code, ok := codes[twice]; ok {
		return register.EndAsMistaken(ctx, manager, code, 1, "「住民基本台帳データ」と同じものを、二重に登録したため。")
	}
	return nil
}

// fiscalYear is what the year from 1 April is called: 令和8年度.
func fiscalYear(year int) string { return fmt.Sprintf("令和%d年度", year-2018) }

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
		Confidentiality: e.levels[0], Integrity: e.levels[1], Availability: e.levels[2], LevelReason: level.UsualReason(""),
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
	if e.kind == asset.System && e.zone == asset.MyNumberZone {
		d.MultiFactor, d.TakeoutBarred = asset.There, asset.There
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
	{"窓口の受付端末", func(d *asset.Details) { d.MultiFactor = asset.Missing }, "多要素認証の機器が故障しているため。"},
	{"期日前投票の受付端末", func(d *asset.Details) { d.TakeoutBarred = asset.Missing }, "設定を確かめたところ、できていなかったため。"},
	{"農地台帳", func(d *asset.Details) { d.Personal, d.NumberWork = asset.MyNumberBorne, asset.NumberUse }, "個人番号を記録していたため。"},
	{"水道の監視制御システム", func(d *asset.Details) { d.Availability = "2" }, "止まると断水のおそれがあるため。"},
}

// rests are what rests on what, by the 管理番号 that Fill gives: those of bySection, in
// their order.
var rests = []struct{ asset, on string }{
	{"zeimu-0001", "zeimu-0004"}, {"zeimu-0002", "zeimu-0005"}, {"zeimu-0003", "zeimu-0005"}, // the system of each
	{"fukushi-0001", "fukushi-0004"}, {"fukushi-0002", "fukushi-0004"}, {"fukushi-0003", "fukushi-0004"},
	{"kenko-0001", "kenko-0003"}, {"kenko-0002", "kenko-0003"},
	{"toshi-0001", "toshi-0002"}, {"kaikei-0001", "kaikei-0002"},
	{"suido-0003", "toshi-0002"},                                                                                         // of 3C, in a system of 2: the fifth that does not fit
	{"somu-0002", "somu-0003"},                                                                                           // the plan of the network is in the 文書管理システム
	{"zeimu-0004", "somu-0007"}, {"zeimu-0005", "somu-0007"}, {"fukushi-0004", "somu-0007"}, {"kenko-0003", "somu-0007"}, // 機械室
	{"toshi-0002", "somu-0007"}, {"kaikei-0002", "somu-0007"}, {"somu-0003", "somu-0007"}, {"somu-0001", "somu-0007"},
	{"toshi-0002", "somu-0001"}, {"kaikei-0002", "somu-0001"}, {"somu-0003", "somu-0001"}, // 庁内ネットワーク
}

// twice is what has been registered twice.
const twice = "住民基本台帳のデータ（重複）"
