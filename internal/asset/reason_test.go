package asset_test

import (
	"strings"
	"testing"
	"time"

	"kagami/internal/asset/level"
	"kagami/internal/calendar"
)

// The portal's own reasons are nobody's own choice; what somebody words otherwise is one,
// however it begins.
func TestAReasonThatSomebodyWordsIsTheirOwnChoice(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	start := calendar.NewDate(2019, time.May, 1)
	for why, byHand := range map[string]bool{
		"":                    false,
		level.UsualReason(""): false,
		level.UsualReason("固定資産課税台帳"):                                                             false,
		level.UsualReason("台帳（「新」を含む）"):                                                           false,
		level.ReceivedReason("", today):                                                           false,
		level.ReceivedReason("", start):                                                           false,
		level.ReceivedReason("", calendar.NewDate(2001, time.January, 2)):                         false,
		level.ReceivedReason("台帳.csv", today):                                                     false,
		level.ReceivedReason("台帳（税務、福祉）.xlsx", start):                                             false,
		level.ReceivedReason(strings.Repeat("台", 100), calendar.NewDate(2030, time.December, 31)): false,

		"公表している": true,
		"標準目録では3Bだが、公表しているので2にした": true,
		"標準目録": true,
		level.UsualReason("") + "が、公表しているので2にした":          true,
		"課で決めた。" + level.UsualReason(""):                  true,
		level.UsualReason("台帳") + "\n公表している":              true,
		"台帳の取り込み（手で選んだ）":                                  true,
		"台帳の取り込み（台帳.csv、令和8年11月）":                         true,
		level.ReceivedReason("台帳.csv", today) + "。後で見直した": true,
		"見直した。" + level.ReceivedReason("", today):         true,
	} {
		d := ledger()
		d.LevelReason = why
		code := o.register(t, d)
		var got bool
		if err := o.db.Pool.QueryRow(t.Context(), `SELECT by_hand FROM asset WHERE code = $1`, code).Scan(&got); err != nil {
			t.Fatal(err)
		}
		if got != byHand {
			t.Errorf("%q is somebody's own choice: %t", why, got)
		}
		if is := level.IsOwnReason(why); is != byHand {
			t.Errorf("%q is somebody's own reason: %t", why, is)
		}
	}
	o.sums(t, "registered")
}
