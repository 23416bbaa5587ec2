package intake

import (
	"slices"
	"strings"
	"testing"

	"kagami/internal/asset"
)

// A level to which the answers don't come has its reason: of what is new, that it came with
// a register; of one that changes, what the file or whoever takes it in says.
func TestALevelHasItsReason(t *testing.T) {
	t.Parallel()
	const received = "台帳の取り込み（台帳.csv、令和8年11月24日）"
	for _, c := range []struct {
		what, row    string
		change       func(*asset.Asset) // of zeimu-0001
		why          string
		want         string // the reason that there is then
		unfounded    int
		changesNoRow bool
	}{
		{what: "new", row: "9,名簿,3B,2,2,,書庫", want: received},
		{what: "new, with a reason", row: "9,名簿,3B,2,2,別表1,書庫", want: "別表1"},
		{what: "new, with a reason for levels that change", row: "9,名簿,3B,2,2,,書庫", why: "見直し", want: received},
		{what: "new and open", row: "9,名簿,3,2,2,,書庫", want: received},
		{what: "another place", row: "Z-1,課税台帳,3B,2,2,,書庫", want: ""},
		{what: "another level", row: "Z-1,課税台帳,3A,2,2,,", unfounded: 1},
		{what: "another level, for a reason", row: "Z-1,課税台帳,3A,2,2,,", why: " 見直し ", want: "見直し", unfounded: 1},
		{what: "another level, and why in the file", row: "Z-1,課税台帳,3A,2,2,別表2,", want: "別表2"},
		{what: "another level, and why in the file as it was", row: "Z-1,課税台帳,3A,2,2,別表1,", change: func(a *asset.Asset) { a.LevelReason = "別表1" }, why: "見直し", want: "見直し", unfounded: 1},
		{what: "another level, to which the answers come", row: "Z-1,課税台帳,3A,1,1,,", change: func(a *asset.Asset) { a.Answers, a.LevelReason = "3A", "別表1" }, want: ""},
		{what: "a reason of levels to which the answers come", row: "Z-1,課税台帳,3A,1,1,別表1,", change: func(a *asset.Asset) { a.Answers, a.Confidentiality, a.Integrity, a.Availability = "3A", "3A", "1", "1" }, changesNoRow: true},
		{what: "a level that was open", row: "Z-1,課税台帳,3A,2,2,,", change: func(a *asset.Asset) { a.State, a.Confidentiality = asset.Draft, asset.Unsettled }, want: received},
		{what: "a level that was open, with its reason", row: "Z-1,課税台帳,3A,2,2,,", change: func(a *asset.Asset) { a.State, a.Confidentiality, a.LevelReason = asset.Draft, "", "別表1" }, want: "別表1"},
		{what: "a 3 that says less", row: "Z-1,課税台帳,3,2,2,,", changesNoRow: true},
	} {
		found := aRegister()
		found.Scheme.Judged = func(answers string) map[asset.Aspect]string {
			if answers == "" {
				return nil
			}
			return map[asset.Aspect]string{asset.Confidentiality: answers, asset.Integrity: "1", asset.Availability: "1"}
		}
		if c.change != nil {
			c.change(&found.Assets[0])
		}
		file := mustRead(t, "番号,情報資産名,機密性,完全性,可用性,分類の理由,保存先,個人情報,領域\n"+c.row+",特定個人情報,マイナンバー利用事務系\n")
		file.Name = "台帳.csv"
		plan, err := makePlan(t.Context(), found, file, Choices{Section: "zeimu", Why: c.why})
		if err != nil || len(plan.Problems) > 0 || plan.Unfounded != c.unfounded || (plan.Unchanged == 1) != c.changesNoRow {
			t.Errorf("%s: %+v, %v", c.what, plan, err)
			continue
		}
		for e := range plan.entries {
			if e.Is.LevelReason != c.want {
				t.Errorf("%s: %q, want %q", c.what, e.Is.LevelReason, c.want)
			}
		}
	}
}

// A blank where blanks overwrite leaves why an asset has its levels.
func TestABlankLeavesTheReason(t *testing.T) {
	t.Parallel()
	found := aRegister()
	found.Assets[0].LevelReason = "別表1"
	plan, err := makePlan(t.Context(), found, mustRead(t, "番号,情報資産名,機密性,分類の理由\nZ-1,課税台帳,,\n"), Choices{Section: "zeimu", Blanks: true})
	if err != nil || plan.Unchanged != 1 {
		t.Errorf("%+v, %v", slices.Collect(plan.entries), err)
	}
}

func TestAReasonIsNoLongerThanTheRegisterTakes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		why       string
		unfounded int
		want      string
	}{
		{"", 0, ""}, {"見直し", 1, ""}, {"", 2, "情報資産2件の段階が変わります"}, {"　", 1, "理由がありません"}, {strings.Repeat("理", 500), 1, ""}, {strings.Repeat("理", 501), 0, "500字まで"},
	} {
		problems := Choices{Why: c.why}.CheckWhy(c.unfounded)
		if len(problems) > 1 || (len(problems) == 1) != (c.want != "") || c.want != "" && !strings.Contains(problems[0].Message, c.want) {
			t.Errorf("%d characters, %d: %+v", len(c.why), c.unfounded, problems)
		}
	}
}
