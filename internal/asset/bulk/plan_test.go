package bulk

import (
	"testing"
	"time"

	"kagami/internal/asset"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/edition"
)

// What the register would not take as it stands now stays, and the rest is changed.
func TestWhatCantBeSoIsLeftOutWithWhy(t *testing.T) {
	t.Parallel()
	today := calendar.NewDate(2026, time.November, 24)
	scheme := asset.SchemeOn(edition.Values{}, today)
	manager := authz.Actor{Person: 1, Holdings: []authz.Holding{{Role: authz.SecurityManager, Section: 7}}}
	fits := asset.Asset{ID: 1, Section: 7, State: asset.Registered, Version: 3, Details: asset.Details{
		Kind: asset.Information, Name: "台帳", Confidentiality: "2", Integrity: "1", Availability: "1", Personal: asset.NotPersonal, Zone: asset.LGWANZone, RegisteredOn: today,
	}}
	gone := fits
	gone.ID, gone.Zone = 2, "struck"
	place := Change{Texts: map[string]string{"place": "書庫"}}
	p := makePlan(manager, []asset.Asset{gone, fits}, nil, scheme, today, place)
	if len(p.Changed) != 1 || p.Changed[0].ID != 1 || len(p.Refused) != 1 || p.Refused[0].Refused[0].Field != "zone" {
		t.Errorf("%+v", p)
	}
	if p := makePlan(manager, []asset.Asset{gone, fits}, nil, scheme, today, Change{Zone: asset.OfflineZone}); len(p.Changed) != 2 {
		t.Errorf("a zone that mends it is refused: %+v", p)
	}
	same := makePlan(manager, []asset.Asset{fits, gone}, nil, scheme, today, place)
	fits.Version = 4
	if newer := makePlan(manager, []asset.Asset{gone, fits}, nil, scheme, today, place); same.Digest != p.Digest || newer.Digest == p.Digest {
		t.Error("the digest is not that of what was seen")
	}
	// what rests on a system keeps its level up
	system := fits
	system.Kind, system.Floor = asset.System, []int16{20, 0, 0}
	lower := makePlan(manager, []asset.Asset{system}, nil, scheme, today, Change{Levels: map[asset.Aspect]string{asset.Confidentiality: "1"}, Why: "見直し"})
	if lower.Broken != 1 || lower.Changed[0].Newly[0].Rule != asset.FloorRule {
		t.Errorf("%+v", lower)
	}
}
