package intake

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"kagami/internal/asset"
	"kagami/internal/asset/past"
)

// changedSince is aRegister, in which somebody has changed the first asset twice: its place,
// and who answers for it.
func changedSince() register {
	found := aRegister()
	a := &found.Assets[0]
	a.Place, a.Owner, a.Version = "新しい書庫", "町民課長", 3
	hand := past.Hand{At: time.Date(2026, 11, 18, 1, 5, 0, 0, time.UTC), By: "見本 一"}
	found.past = map[int64]*past.Past{a.ID: {Since: 1, Steps: 2, Before: map[string]string{"place": "税務システム", "owner": ""}, By: map[string]past.Hand{"place": hand, "owner": hand}}}
	return found
}

const handedHead = "管理番号,課室,情報資産名,機密性,完全性,可用性,個人情報の有無,個人番号の事務,領域,保存先,管理責任者,備考,版\n"

// What the file changes is what differs from the version that it was handed out with: what
// only the portal has changed since stays, and where both have, somebody says which holds.
func TestAnOlderTableUndoesNothing(t *testing.T) {
	t.Parallel()
	one := Choices{Clashes: map[string]Side{"0-place": TheFile}}
	for _, c := range []struct {
		what, place, owner, note, version string
		choices                           Choices
		want                              string // place, owner and note; or how much is open; or the columns that are wrong
	}{
		{"as it was handed out", "税務システム", "", "", "1", Choices{}, "as it is"},
		{"another field", "税務システム", "", "見直した", "1", Choices{}, "新しい書庫 町民課長 見直した"},
		{"both alike", "新しい書庫", "", "", "1", Choices{}, "as it is"},
		{"both alike, and another field", "新しい書庫", "", "見直した", "1", Choices{}, "新しい書庫 町民課長 見直した"},
		{"both otherwise", "倉庫", "", "見直した", "1", Choices{}, "1 open"},
		{"both otherwise in two fields", "倉庫", "総務課長", "", "1", Choices{}, "2 open"},
		{"the file, of one of two", "倉庫", "総務課長", "", "1", one, "1 open"},
		{"the file", "倉庫", "", "見直した", "1", one, "倉庫 町民課長 見直した"},
		{"the register", "倉庫", "", "見直した", "1", Choices{Clashes: map[string]Side{"0-place": TheRegister}}, "新しい書庫 町民課長 見直した"},
		{"the register, and nothing else", "倉庫", "", "", "1", Choices{Clash: TheRegister}, "as it is"},
		{"the file, of all", "倉庫", "総務課長", "", "1", Choices{Clash: TheFile}, "倉庫 総務課長 "},
		{"the file of one, the register of the rest", "倉庫", "総務課長", "", "1", Choices{Clashes: one.Clashes, Clash: TheRegister}, "倉庫 町民課長 "},
		{"blanks that overwrite, as it was", "税務システム", "", "", "1", Choices{Blanks: true}, "as it is"},
		{"blanks that overwrite", "", "", "", "1", Choices{Blanks: true}, "1 open"},
		{"the same version", "税務システム", "町民課長", "", "3", Choices{}, "税務システム 町民課長 "},
		{"no version", "税務システム", "町民課長", "", "", Choices{}, "税務システム 町民課長 "},
		{"a newer version", "税務システム", "", "", "4", Choices{}, "版"},
		{"a version of which nothing is known", "税務システム", "", "", "2", Choices{}, "版"},
		{"no number", "税務システム", "", "", "第1版", Choices{}, "版"},
		{"nought", "税務システム", "", "", "0", Choices{}, "版"},
	} {
		raw := handedHead + strings.Join([]string{"zeimu-0001,税務町民課,課税台帳,自治体機密性3B,自治体完全性2,自治体可用性2,特定個人情報,利用事務（税・福祉・戸籍など）,マイナンバー利用事務系", c.place, c.owner, c.note, c.version}, ",") + "\n"
		plan, err := makePlan(t.Context(), changedSince(), mustRead(t, raw), c.choices)
		if err != nil {
			t.Fatal(err)
		}
		got := "as it is"
		switch {
		case len(plan.Problems) > 0:
			got = strings.TrimPrefix(places(plan.Problems), "2")
		case plan.Clashing > 0:
			got = fmt.Sprint(plan.Clashing, " open")
		case plan.Changed > 0:
			is := slices.Collect(plan.entries)[0].Is
			got = is.Place + " " + is.Owner + " " + is.Note
		}
		if got != c.want || len(plan.Unsettled) != plan.Clashing || plan.Clashing > 0 && plan.Added+plan.Changed+plan.Unchanged != 0 {
			t.Errorf("%s: %q, want %q: %+v", c.what, got, c.want, plan)
		}
	}
}

// Who sees no screen reads both, and who has changed it when.
func TestWhatClashesIsSaid(t *testing.T) {
	t.Parallel()
	plan, err := makePlan(t.Context(), changedSince(), mustRead(t, "管理番号,情報資産名,機密性,保存先,版\nzeimu-0001,課税台帳,3B,倉庫,1\n"), Choices{})
	if err != nil || len(plan.Unsettled) != 1 {
		t.Fatalf("%+v, %v", plan, err)
	}
	for _, words := range []string{"2行目「保存先」：", "ファイルは「倉庫」、いまの台帳は「新しい書庫」（見本 一、令和8年11月18日 10時05分）", "--prefer file か --prefer register"} {
		if said := plan.Unsettled[0].Sentence(); !strings.Contains(said, words) {
			t.Errorf("%s: without %q", said, words)
		}
	}
}

// An asset that has gone to another section since, or was a draft then, is not set back.
func TestWhatAnAssetWasBesideItsFieldsIsNotSetBack(t *testing.T) {
	t.Parallel()
	found := changedSince()
	found.Assets[0].Section, found.Assets[0].SectionName = 2, "総務課"
	then := found.past[found.Assets[0].ID]
	then.Before["section"], then.Before["state"] = "税務町民課", string(asset.Draft)
	plan, err := makePlan(t.Context(), found, mustRead(t, "管理番号,課室,情報資産名,機密性,保存先,備考,版\nzeimu-0001,税務町民課,課税台帳,自治体機密性3B,税務システム,見直した,1\n"), Choices{})
	if err != nil || plan.Changed != 1 || len(plan.Problems) != 0 {
		t.Fatalf("%+v, %v", plan, err)
	}
	if e := slices.Collect(plan.entries)[0]; e.State != asset.Registered || e.Is.Note != "見直した" || e.Is.Place != "新しい書庫" || e.Was.Section != 2 {
		t.Errorf("%+v", e)
	}
}

// 版 of a town's own register is something else.
func TestTheVersionIsThatOfATableHandedOut(t *testing.T) {
	t.Parallel()
	known, ignored := read(t, "番号,版,名称,機密性\n1,第2版,規程,2\n")
	if known != "number=番号 name=名称 confidentiality=機密性" || ignored != "版" {
		t.Errorf("%s; not read: %s", known, ignored)
	}
	if plan := planOf(t, "管理番号,版,名称,機密性,完全性,可用性,個人情報\n1,第2版,規程,2,2,2,無\nZ-1,第2版,課税台帳,,,,\n", "zeimu"); plan.Added != 1 || plan.Unchanged != 1 || len(plan.Problems) > 0 {
		t.Errorf("%+v", plan)
	}
}
