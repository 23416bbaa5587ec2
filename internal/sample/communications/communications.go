// Package communications puts communications between zones into the sample town: what such
// a town usually has, one that breaks a rule, and one of which nobody has confirmed what
// makes it safe. None is a real one.
package communications

import (
	"context"
	"fmt"

	"kagami/internal/asset"
	"kagami/internal/asset/communication"
	"kagami/internal/asset/find"
	"kagami/internal/authz"
	"kagami/internal/sample"
)

// entry is a sample communication.
type entry struct {
	name      string
	from, to  string
	direction communication.Direction
	purpose   string
	safeguard communication.Safeguard
	listed    string
	asset     string // the name of the system that it belongs to; empty for none
}

// bySection is what sections of the sample town have, by their codes.
var bySection = map[string][]entry{
	"somu": {
		{"メールの取込み", asset.InternetZone, asset.LGWANZone, communication.OneWay, "インターネットで受けたメールを、業務の端末で読む", communication.Sanitized, "", ""},
	},
	"zeimu": {
		{"住基ネットとの通信", asset.MyNumberZone, communication.External, communication.Both, "本人確認情報をやり取りする", communication.AsListed, "juki-net", "住民記録システム"},
		{"地方税の電子申告の受信", communication.External, asset.MyNumberZone, communication.OneWay, "電子申告された申告書を受け取る", communication.AsListed, "eltax", "税務システム"},
		{"収納データの受渡し", asset.MyNumberZone, asset.LGWANZone, communication.OneWay, "町税の収納の集計を、財務会計システムに渡す", communication.Firewall, "", "税務システム"},
	},
	"fukushi": {
		{"情報連携の通信", asset.MyNumberZone, communication.External, communication.Both, "福祉の事務に要る情報を照会する", communication.AsListed, "joho-teikyo", "福祉システム"},
	},
	"kaikei": {
		{"口座振替データの送信", asset.LGWANZone, communication.External, communication.OneWay, "口座振替のデータを、指定金融機関に送る", communication.Unconfirmed, "", "財務会計システム"},
	},
}

// Fill registers the communications of sections by their 情報セキュリティ管理者, after the
// sections' assets.
func Fill(ctx context.Context, communications *communication.Service, register *asset.Service, finding *find.Service, t sample.Town) error {
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
			if _, may := bySection[section.Code]; !may || filled[section.Code] {
				continue
			}
			filled[section.Code] = true
			for n, e := range bySection[section.Code] {
				if err := e.register(ctx, communications, finding, t, actor, section, n); err != nil {
					return fmt.Errorf("registering the sample communications of %s: %w", section.Code, err)
				}
			}
		}
	}
	return nil
}

// register registers the entry, which is the nth of its section.
func (e entry) register(ctx context.Context, communications *communication.Service, finding *find.Service, t sample.Town, manager authz.Actor, section asset.Section, n int) error {
	d := communication.Details{
		Name: e.name, From: e.from, To: e.to, Direction: e.direction, Purpose: e.purpose, Safeguard: e.safeguard, Listed: e.listed,
		Since: t.Today().AddDays(-700 + 30*n), Note: "見本の通信です。",
	}
	if e.asset != "" {
		found, err := finding.List(ctx, manager, find.Search{Words: e.asset, Section: section.Code, Kind: asset.System})
		if err != nil {
			return err
		}
		if len(found.Assets) > 0 {
			d.Asset = found.Assets[0].Code
		}
	}
	_, err := communications.Register(ctx, manager, section.Code, d)
	return err
}
