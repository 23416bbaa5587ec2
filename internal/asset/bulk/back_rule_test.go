package bulk

import (
	"strings"
	"testing"
	"time"

	"kagami/internal/asset"
	"kagami/internal/calendar"
	"kagami/internal/edition"
)

// What an asset was is not brought back where there is no such zone any more.
func TestWhatThereIsNoneOfAnyMoreStays(t *testing.T) {
	t.Parallel()
	today := calendar.NewDate(2026, time.November, 24)
	scheme := asset.SchemeOn(edition.Values{}, today)
	p := Part{Made: 2, Before: map[string]string{"zone": "struck"}, After: map[string]string{"zone": asset.LGWANZone}, Asset: asset.Asset{
		ID: 1, State: asset.Registered, Version: 2, Details: asset.Details{
			Kind: asset.Information, Name: "台帳", Confidentiality: "2", Integrity: "1", Availability: "1", Personal: asset.NotPersonal, Zone: asset.LGWANZone, RegisteredOn: today,
		},
	}}
	if b := makeBack(Record{}, []Part{p}, scheme, today); len(b.Lines) != 0 || len(b.Left) != 1 || !strings.Contains(b.Left[0].Why, "領域「struck」") {
		t.Errorf("%+v", b)
	}
	p.Before = map[string]string{"zone": asset.OfflineZone}
	one := makeBack(Record{}, []Part{p}, scheme, today)
	if len(one.Lines) != 1 || one.Lines[0].Is.Zone != asset.OfflineZone {
		t.Fatalf("%+v", one)
	}
	risen := p // what is in it has another level since, which makes no version of it
	risen.Floor = []int16{99, 99, 99}
	if other := makeBack(Record{}, []Part{risen}, scheme, today); other.Broken != 1 || other.Digest == one.Digest {
		t.Errorf("nobody has seen that it fits a rule no more: %+v", other)
	}
	p.Version = 3
	if other := makeBack(Record{}, []Part{p}, scheme, today); other.Digest == one.Digest {
		t.Error("the digest is not that of what was seen")
	}
	// of a change that left it as it was nothing is brought back
	p.Made, p.Refusal = 0, "領域を選んでください。"
	if b := makeBack(Record{}, []Part{p}, scheme, today); len(b.Lines)+len(b.Left)+b.Undone+b.Looked != 0 {
		t.Errorf("%+v", b)
	}
}
