package again_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"kagami/internal/asset"
	"kagami/internal/asset/again"
	"kagami/internal/calendar"
	"kagami/internal/edition"
)

var today = calendar.NewDate(2026, time.November, 24)

// turn is that a row has become another one on a day counted from today; nil for none.
func turn(days int, name string, before, after edition.Row) edition.Turn {
	return edition.Turn{Change: edition.Change{Before: before, After: after}, Day: today.AddDays(days), Edition: name}
}

func turnedText(list []again.Turned) string {
	var words []string
	for _, t := range list {
		text := fmt.Sprintf("%s=%s(%s)%+d", t.Field, t.Key, t.Edition, t.Day.Sub(today))
		if t.Gone {
			text += " gone"
		}
		words = append(words, text)
	}
	return strings.Join(words, ", ")
}

func TestWhatALevelOrAZoneHasTurnedInto(t *testing.T) {
	t.Parallel()
	b, retitled, meant, ranked := edition.Row{"機密性 3B", "3B", "意味", "40"}, edition.Row{"機密性 3B", "新3B", "意味", "40"}, edition.Row{"機密性 3B", "3B", "別の意味", "40"}, edition.Row{"機密性 3B", "3B", "意味", "45"}
	whole := edition.Row{"完全性 2", "完全性2", "意味", "20"}
	zone, renamed, explained, moved := edition.Row{"cloud", "クラウド", "説明", "7"}, edition.Row{"cloud", "庁外クラウド", "説明", "7"}, edition.Row{"cloud", "クラウド", "別の説明", "7"}, edition.Row{"cloud", "クラウド", "説明", "1"}
	for name, c := range map[string]struct {
		levels, zones []edition.Turn
		want          string
	}{
		"nothing":                      {},
		"a title":                      {levels: []edition.Turn{turn(-9, "新版", b, retitled)}, want: "confidentiality=3B(新版)-9"},
		"a meaning":                    {levels: []edition.Turn{turn(-9, "新版", b, meant)}, want: "confidentiality=3B(新版)-9"},
		"a rank":                       {levels: []edition.Turn{turn(-9, "新版", b, ranked)}, want: "confidentiality=3B(新版)-9"},
		"a row that is gone":           {levels: []edition.Turn{turn(-9, "", whole, nil)}, want: "integrity=2()-9 gone"},
		"a new row":                    {levels: []edition.Turn{turn(-9, "新版", nil, b)}, zones: []edition.Turn{turn(-9, "新版", nil, zone)}},
		"the last of two":              {levels: []edition.Turn{turn(-9, "新版", b, meant), turn(-3, "", meant, nil)}, want: "confidentiality=3B()-3 gone"},
		"a zone's title":               {zones: []edition.Turn{turn(-1, "新版", zone, renamed)}, want: "zone=cloud(新版)-1"},
		"a zone's meaning":             {zones: []edition.Turn{turn(-1, "新版", zone, explained)}, want: "zone=cloud(新版)-1"},
		"a zone that is gone":          {zones: []edition.Turn{turn(-1, "新版", zone, nil)}, want: "zone=cloud(新版)-1 gone"},
		"a zone's place in the list":   {zones: []edition.Turn{turn(-1, "新版", zone, moved)}},
		"its place after what it says": {zones: []edition.Turn{turn(-5, "新版", zone, explained), turn(-1, "", explained, edition.Row{"cloud", "クラウド", "別の説明", "2"})}, want: "zone=cloud(新版)-5"},
		"a level and a zone":           {levels: []edition.Turn{turn(-9, "新版", b, meant)}, zones: []edition.Turn{turn(-1, "新版", zone, nil)}, want: "confidentiality=3B(新版)-9, zone=cloud(新版)-1 gone"},
	} {
		if got := turnedText(again.TurnedBy(c.levels, c.zones)); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestAnAssetIsLookedAtAgainUntilSomebodyHas(t *testing.T) {
	t.Parallel()
	turned := []again.Turned{
		{Field: "confidentiality", Key: "3B", Day: today.AddDays(-5)}, {Field: "integrity", Key: "2", Day: today.AddDays(-5)}, {Field: "zone", Key: "lgwan", Day: today.AddDays(-2)},
	}
	for name, c := range map[string]struct {
		confidentiality, integrity, zone string
		registered, checked              int // days from today; 0 for a check that never was
		want                             string
	}{
		"by its level":                    {"3B", "1", "offline", -9, 0, "confidentiality=3B()-5"},
		"by three":                        {"3B", "2", "lgwan", -9, 0, "confidentiality=3B()-5, integrity=2()-5, zone=lgwan()-2"},
		"by none":                         {"3A", "1", "offline", -9, 0, ""},
		"a level of that key elsewhere":   {"2", "3B", "2", -9, 0, ""},
		"registered on the day":           {"3B", "1", "offline", -5, 0, ""},
		"registered the day before":       {"3B", "1", "offline", -6, 0, "confidentiality=3B()-5"},
		"checked on the day":              {"3B", "1", "offline", -99, -5, ""},
		"checked the day before":          {"3B", "1", "offline", -99, -6, "confidentiality=3B()-5"},
		"checked between the two":         {"3B", "2", "lgwan", -99, -3, "zone=lgwan()-2"},
		"another level has been chosen":   {"2", "1", "offline", -99, -99, ""},
		"checked since all of them began": {"3B", "2", "lgwan", -99, -1, ""},
	} {
		d := asset.Details{Confidentiality: c.confidentiality, Integrity: c.integrity, Availability: "1", Zone: c.zone, RegisteredOn: today.AddDays(c.registered)}
		if c.checked != 0 {
			d.CheckedOn = today.AddDays(c.checked)
		}
		if got := turnedText(again.Of(d, turned)); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestTheKeyOfARowIsThatOfAField(t *testing.T) {
	t.Parallel()
	for row, want := range map[string]string{"機密性 3B": "confidentiality 3B", "可用性 2": "availability 2", "重要性 2": " "} {
		if field, key := again.TurnedKey("asset_level", row); field+" "+key != want {
			t.Errorf("%s: %s %s", row, field, key)
		}
	}
	if field, key := again.TurnedKey("asset_zone", "lgwan"); field != "zone" || key != "lgwan" {
		t.Errorf("a zone: %s %s", field, key)
	}
}
