package record_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"kagami/internal/calendar"
	"kagami/internal/record"
)

// column is one of a thing that has three.
type column string

func (c column) Named() (key, title string) { return string(c), "「" + string(c) + "」" }

var columns = []column{"name", "place", "level"}

// thing is a version of one.
type thing map[column]string

func (t thing) text(c column) string { return t[c] }

func TestVersionsAreToldApartByColumns(t *testing.T) {
	for name, c := range map[string]struct {
		was, is       thing
		keys          []string
		before, after map[string]string
	}{
		"the same":       {thing{"name": "台帳"}, thing{"name": "台帳"}, nil, map[string]string{}, map[string]string{}},
		"in their order": {thing{"level": "1", "name": "台帳"}, thing{"level": "2", "name": "名簿"}, []string{"name", "level"}, map[string]string{"name": "台帳", "level": "1"}, map[string]string{"name": "名簿", "level": "2"}},
		"what comes":     {thing{}, thing{"place": "書庫"}, []string{"place"}, map[string]string{"place": ""}, map[string]string{"place": "書庫"}},
		"what goes":      {thing{"place": "書庫"}, thing{}, []string{"place"}, map[string]string{"place": "書庫"}, map[string]string{"place": ""}},
	} {
		got := record.NewComparison()
		for _, column := range columns {
			got.Add(string(column), c.was[column], c.is[column])
		}
		if !slices.Equal(got.Keys, c.keys) || !maps.Equal(got.Before, c.before) || !maps.Equal(got.After, c.after) {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestDifferencesAreAsPeopleReadThem(t *testing.T) {
	shown := func(key, text string) string {
		if key == "level" && (text == "1" || text == "one") {
			return "一"
		}
		return text
	}
	e := record.Event{
		Before: map[string]string{"level": "1", "place": "書庫", "other": "x"},
		After:  map[string]string{"level": "one", "place": "書庫2", "name": "台帳", "other": "y"},
	}
	want := []record.Difference{{Title: "「name」", To: "台帳"}, {Title: "「place」", From: "書庫", To: "書庫2"}}
	if got := record.Differences(columns, e, shown); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestWhoIsOvertakenSeesWhatOthersHaveChanged(t *testing.T) {
	history := []record.Event{ // the newest first
		{Version: 4, By: "見本", After: map[string]string{"name": "名簿"}},
		{Version: 3, After: map[string]string{"level": "2"}},
		{Version: 2, After: map[string]string{"place": "書庫"}},
	}
	now, typed := thing{"name": "名簿", "place": "書庫", "level": "2"}, thing{"name": "台帳", "place": "倉庫", "level": "2"}
	got := record.Overtake(columns, history, 2, now.text, typed.text)
	want := []record.Line{
		{Key: "name", Title: "「name」", Now: "名簿", Typed: "台帳", ByOthers: true},
		{Key: "place", Title: "「place」", Now: "書庫", Typed: "倉庫"}, // theirs, on the version that they saw
	}
	if got.Last.Version != 4 || got.Last.By != "見本" || !slices.Equal(got.Lines, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
	if got := record.Overtake(columns, nil, 2, now.text, now.text); got.Last.Version != 0 || len(got.Lines) != 0 {
		t.Errorf("nothing differs: %+v", got)
	}
}

func TestADayIsKeptAsSheetsHaveIt(t *testing.T) {
	if text := record.DayText(calendar.NewDate(2026, time.November, 4)); text != "2026-11-04" {
		t.Errorf("a day is %q", text)
	}
	if text := record.DayText(calendar.Date{}); text != "" {
		t.Errorf("no day is %q", text)
	}
}
