package calendar_test

import (
	"testing"
	"time"

	"kagami/internal/calendar"
)

func TestWhatIsToArriveArrivesInOfficeHours(t *testing.T) {
	t.Parallel()
	office := calendar.NewOffice(map[calendar.Date]string{calendar.NewDate(2026, time.November, 23): "勤労感謝の日"}, nil)
	at := func(day, hour, minute int) time.Time {
		return calendar.NewDate(2026, time.November, day).Start().Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute)
	}
	for _, c := range []struct{ now, want time.Time }{
		{at(24, 8, 29), at(24, 8, 30)},
		{at(24, 8, 30), at(24, 8, 30)},
		{at(24, 17, 14), at(24, 17, 14)},
		{at(24, 17, 15), at(25, 8, 30)},
		{at(20, 18, 0), at(24, 8, 30)}, // a Friday before a long weekend
		{at(22, 12, 0), at(24, 8, 30)},
		{at(27, 23, 59), at(30, 8, 30)},
	} {
		if got := office.InHours(c.now); !got.Equal(c.want) {
			t.Errorf("at %s it arrives at %s, not %s", c.now.In(calendar.Tokyo), got.In(calendar.Tokyo), c.want.In(calendar.Tokyo))
		}
	}
}
