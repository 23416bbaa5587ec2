package review_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"kagami/internal/calendar"
	"kagami/internal/rights"
	"kagami/internal/rights/review"
)

// usual is a right of which nothing is to be noticed on the day.
func usual(day calendar.Date) review.Facts {
	return review.Facts{Standing: rights.InForce, Kind: rights.General, From: day.AddDays(-400), ConfirmedOn: day.AddDays(-100), Works: true, Worked: true}
}

func TestFlags(t *testing.T) {
	t.Parallel()
	day := calendar.NewDate(2026, time.November, 24)
	for name, c := range map[string]struct {
		change func(*review.Facts)
		want   []review.Flag
	}{
		"usual":                       {func(*review.Facts) {}, nil},
		"left":                        {func(f *review.Facts) { f.Works, f.Standing = false, rights.Left }, []review.Flag{review.FlagLeft}},
		"never had a post":            {func(f *review.Facts) { f.Works, f.Worked = false, false }, []review.Flag{review.FlagNoPost}},
		"moved":                       {func(f *review.Facts) { f.Standing = rights.Moved }, []review.Flag{review.FlagMoved}},
		"come meanwhile":              {func(f *review.Facts) { f.Came = true }, []review.Flag{review.FlagMoved}},
		"suspended":                   {func(f *review.Facts) { f.Standing = rights.Suspended }, []review.Flag{review.FlagBarred}},
		"privileged":                  {func(f *review.Facts) { f.Kind = rights.Privileged }, []review.Flag{review.FlagPrivileged}},
		"shared":                      {func(f *review.Facts) { f.Kind = rights.Shared }, []review.Flag{review.FlagShared}},
		"maintenance by somebody":     {func(f *review.Facts) { f.Kind, f.Outsider = rights.Maintenance, "見本商会" }, []review.Flag{review.FlagOutsider}},
		"nobody knows of its use":     {func(f *review.Facts) { f.UsedOn = day.AddDays(-900) }, nil},
		"used lately":                 {func(f *review.Facts) { f.UseKnown, f.UsedOn = true, day.AddDays(-182) }, nil},
		"not used for half a year":    {func(f *review.Facts) { f.UseKnown, f.UsedOn = true, day.AddDays(-183) }, []review.Flag{review.FlagUnused}},
		"never used":                  {func(f *review.Facts) { f.UseKnown = true }, []review.Flag{review.FlagUnused}},
		"never used, and new":         {func(f *review.Facts) { f.UseKnown, f.From = true, day.AddDays(-10) }, nil},
		"confirmed a year ago":        {func(f *review.Facts) { f.ConfirmedOn = day.AddDays(-365) }, nil},
		"confirmed longer ago":        {func(f *review.Facts) { f.ConfirmedOn = day.AddDays(-366) }, []review.Flag{review.FlagStale}},
		"never confirmed":             {func(f *review.Facts) { f.ConfirmedOn = calendar.Date{} }, []review.Flag{review.FlagStale}},
		"never confirmed, and new":    {func(f *review.Facts) { f.ConfirmedOn, f.From = calendar.Date{}, day.AddDays(-10) }, nil},
		"ends within two months":      {func(f *review.Facts) { f.Until = day.AddDays(60) }, []review.Flag{review.FlagEndsSoon}},
		"ends later":                  {func(f *review.Facts) { f.Until = day.AddDays(61) }, nil},
		"the directory says another":  {func(f *review.Facts) { f.Drifts = 1 }, []review.Flag{review.FlagDrift}},
		"several, in the usual order": {func(f *review.Facts) { f.Drifts, f.Kind, f.Standing = 1, rights.Privileged, rights.Moved }, []review.Flag{review.FlagMoved, review.FlagPrivileged, review.FlagDrift}},
	} {
		f := usual(day)
		c.change(&f)
		got := f.Flags(day)
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
		for _, flag := range got {
			if flag.Title() == "" {
				t.Error(fmt.Sprint(flag), "has no name")
			}
		}
	}
}
