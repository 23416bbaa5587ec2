package disposal_test

import (
	"fmt"
	"strings"
	"testing"

	"kagami/internal/asset"
	"kagami/internal/asset/disposal"
	"kagami/internal/edition"
)

// shipped are the rules that come with the portal.
func shipped() disposal.Rules { return disposal.RulesOn(edition.Values{}, today) }

// Rows are shown as people call them, and what is shown is read as the same.
func TestEveryShippedRowIsAsFoldWritesIt(t *testing.T) {
	t.Parallel()
	for _, kind := range disposal.EditionKinds() {
		for _, row := range kind.Shipped[0].Rows {
			shown := make([]string, len(row))
			for i, cell := range row {
				shown[i] = kind.Show(i, cell)
			}
			for _, cells := range [][]string{row, shown} {
				if folded, problem := kind.Fold(cells); problem != "" || fmt.Sprint(folded) != fmt.Sprint(row) {
					t.Errorf("%s: %q becomes %q: %s", kind.Name, cells, folded, problem)
				}
			}
		}
		if problem := kind.Whole(kind.Shipped[0].Rows); problem != "" {
			t.Errorf("%s: %s", kind.Name, problem)
		}
	}
}

func TestWhatIsNoRowIsSaid(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind  edition.Kind
		cells []string
		says  string
	}{
		{disposal.Ways.Kind, []string{"", "HDD", "破壊"}, "方法を"},
		{disposal.Ways.Kind, []string{"HDD：削り取り", "石板", "破壊"}, "媒体はありません"},
		{disposal.Ways.Kind, []string{"HDD：削り取り", "HDD", "初期化"}, "区分はありません"},
		{disposal.Classes.Kind, []string{"石板", "破壊のみ"}, "ありません"},
		{disposal.Classes.Kind, []string{"3B", "なし"}, "決まりはありません"},
	} {
		if row, problem := c.kind.Fold(c.cells); !strings.Contains(problem, c.says) {
			t.Errorf("%q: %q, %q", c.cells, row, problem)
		}
	}
	if problem := disposal.Ways.Whole(nil); problem == "" {
		t.Error("an edition without a way is taken")
	}
	if problem := disposal.Classes.Whole(disposal.Classes.Shipped[0].Rows[:1]); problem == "" {
		t.Error("an edition without the others is taken")
	}
}

func TestWhatAClassDemands(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		level, zone string
		want        disposal.Demand
	}{
		{"3A", asset.OfflineZone, disposal.TwiceStood},
		{"3B", asset.InternetZone, disposal.TwiceStood},
		{"3C", asset.InternetZone, disposal.AnyWay},
		{"1", asset.InternetZone, disposal.AnyWay},
		{"1", asset.MyNumberZone, disposal.TwiceStood},
		{"3", asset.InternetZone, disposal.TwiceStood}, // of no row, by the others
	} {
		if got := shipped().Demand(c.level, c.zone); got != c.want {
			t.Errorf("%s, %s: %s", c.level, c.zone, got)
		}
	}
	if got := (disposal.Rules{}).Demand("1", asset.InternetZone); got != disposal.Destruction {
		t.Errorf("where no row says: %s", got)
	}
}

func TestWhichWaysSuffice(t *testing.T) {
	t.Parallel()
	const (
		broken = "HDD：プラッタの破壊（多数の穴、切断、変形）"
		crypto = "HDD：暗号化消去"
		gauss  = "HDD：消磁"
	)
	for _, c := range []struct {
		ways   []string
		demand disposal.Demand
		stood  bool
		want   bool
	}{
		{nil, disposal.AnyWay, true, false},
		{[]string{"OSの初期化"}, disposal.AnyWay, true, false},
		{[]string{crypto}, disposal.AnyWay, false, true},
		{[]string{broken}, disposal.AnyWay, false, true},
		{[]string{crypto}, disposal.TwiceStood, true, false},
		{[]string{crypto, crypto}, disposal.TwiceStood, true, false},
		{[]string{crypto, gauss}, disposal.TwiceStood, false, false},
		{[]string{crypto, gauss}, disposal.TwiceStood, true, true},
		{[]string{broken}, disposal.TwiceStood, false, true},
		{[]string{crypto, gauss}, disposal.Destruction, true, false},
		{[]string{broken, gauss}, disposal.Destruction, false, true},
	} {
		if got := shipped().Suffice(c.ways, c.demand, c.stood); got != c.want {
			t.Errorf("%v for %s, stood by %t: %t", c.ways, c.demand, c.stood, got)
		}
	}
	if barred := shipped().Barred(disposal.Flash, []string{crypto, "SSD・USB：BLOCK ERASE"}); len(barred) != 1 || barred[0] != crypto {
		t.Errorf("of a USB stick %v", barred)
	}
	for _, m := range disposal.Media {
		if len(shipped().For(m.Value)) == 0 {
			t.Errorf("no way for %s", m.Title)
		}
	}
}

func TestWhoIsTheSame(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		one, other string
		want       bool
	}{{"見本 三郎", "見本　三郎", true}, {"見本三郎", "見本 三郎", true}, {"見本 三郎", "見本 四郎", false}} {
		if disposal.Same(c.one, c.other) != c.want {
			t.Errorf("%s, %s: %t", c.one, c.other, !c.want)
		}
	}
}

func TestWhoIsNamed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text, person string
		want         bool
	}{
		{"見本 三郎", "見本　三郎", true}, {"税務町民課長　見本三郎", "見本 三郎", true}, {"見本 三郎、見本 四郎", "見本 四郎", true},
		{"見本処理株式会社", "見本 三郎", false}, {"", "見本 三郎", false}, {"見本 三郎", "", false},
	} {
		if disposal.Names(c.text, c.person) != c.want {
			t.Errorf("%q, %q: %t", c.text, c.person, !c.want)
		}
	}
}
