package edition

import (
	"fmt"
	"strings"
	"testing"
)

func TestARowTurnsOnTheDayFromWhichItIsAnother(t *testing.T) {
	t.Parallel()
	first, second := []Row{{"a", "1"}, {"b", "2"}, {"c", "3"}}, []Row{{"a", "1"}, {"b", "5"}, {"d", "4"}}
	shipped := []Edition{{Name: "first", First: june, Rows: first}}
	next := Edition{Name: "second", First: june.AddDays(10), Rows: second}
	for name, c := range map[string]struct {
		started []Edition
		own     []own
		until   int
		want    string
	}{
		"the first edition of all":     {until: 99},
		"the next":                     {started: []Edition{next}, until: 99, want: "10 b=2>5 second, 10 c=3> second, 10 d=>4 second"},
		"the next before it begins":    {started: []Edition{next}, until: 9},
		"the next on the day":          {started: []Edition{next}, until: 10, want: "10 b=2>5 second, 10 c=3> second, 10 d=>4 second"},
		"the town's own":               {own: []own{{"a", june.AddDays(3), itsOwn, Row{"a", "7"}}, {"b", june.AddDays(4), struck, nil}}, until: 99, want: "3 a=1>7 , 4 b=2> "},
		"the town's own, and back":     {own: []own{{"a", june.AddDays(3), itsOwn, Row{"a", "7"}}, {"a", june.AddDays(5), asEdition, nil}}, until: 99, want: "3 a=1>7 , 5 a=7>1 "},
		"what the town says otherwise": {started: []Edition{next}, own: []own{{"b", june.AddDays(2), itsOwn, Row{"b", "2"}}, {"c", june.AddDays(2), itsOwn, Row{"c", "3"}}}, until: 99, want: "10 d=>4 second"},
		"both on one day":              {started: []Edition{next}, own: []own{{"b", june.AddDays(10), itsOwn, Row{"b", "9"}}}, until: 99, want: "10 b=2>9 , 10 c=3> second, 10 d=>4 second"},
		"before the first of all":      {own: []own{{"a", june.AddDays(-5), itsOwn, Row{"a", "7"}}}, until: 99, want: "-5 a=1>7 "},
	} {
		values := Values{started: map[string][]Edition{"sample": c.started}, own: map[string][]own{"sample": c.own}}
		var list []string
		for _, turn := range values.Turns(Kind{Name: "sample", Shipped: shipped}, june.AddDays(c.until)) {
			list = append(list, fmt.Sprintf("%d %s=%s>%s %s", turn.Day.Sub(june), turn.Key(), cell(turn.Before), cell(turn.After), turn.Edition))
		}
		if got := strings.Join(list, ", "); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func cell(row Row) string {
	if row == nil {
		return ""
	}
	return row[1]
}
