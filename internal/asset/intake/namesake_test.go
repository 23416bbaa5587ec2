package intake

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"kagami/internal/asset"
)

// minutes is a register in which a section has assets of one name without a number: what
// each is, as 機密性, place and note.
func minutes(assets ...[3]string) register {
	found := aRegister()
	d := found.Assets[1].Details
	found.Assets = nil
	for i, one := range assets {
		d.Confidentiality, d.Place, d.Note = one[0], one[1], one[2]
		found.Assets = append(found.Assets, asset.Asset{ID: int64(i + 1), Code: fmt.Sprintf("zeimu-%04d", i+1), Section: 1, SectionName: "税務町民課", Details: d, State: asset.Registered, Version: 1})
	}
	return found
}

// Rows of one name without a number are told apart by whatever else is equal, however they
// stand in the file; where nothing tells, they are asked about.
func TestNamesakesAreToldApart(t *testing.T) {
	t.Parallel()
	a, b, c := [3]string{"3B", "書庫", "一"}, [3]string{"3C", "倉庫", "二"}, [3]string{"2", "金庫", "三"}
	with := func(of [3]string, at int, text string) [3]string {
		of[at] = text
		return of
	}
	for what, one := range map[string]struct {
		assets, rows [][3]string
		choices      Choices
		want         string // of each row that changes something its asset; and how many are open, and as they were
	}{
		"as they stand":                      {[][3]string{a, b}, [][3]string{a, b}, Choices{}, "0 open, 2 same"},
		"swapped":                            {[][3]string{a, b}, [][3]string{b, a}, Choices{}, "0 open, 2 same"},
		"swapped, and one changed":           {[][3]string{a, b}, [][3]string{with(b, 2, "四"), a}, Choices{}, "zeimu-0002 0 open, 1 same"},
		"swapped, and one moved":             {[][3]string{a, b}, [][3]string{with(b, 1, "金庫"), a}, Choices{}, "zeimu-0002 0 open, 1 same"},
		"swapped, and both changed":          {[][3]string{a, b}, [][3]string{with(b, 2, "四"), with(a, 2, "五")}, Choices{}, "zeimu-0002 zeimu-0001 0 open, 0 same"},
		"both moved and changed":             {[][3]string{a, b}, [][3]string{{"3B", "甲", "四"}, {"3C", "乙", "五"}}, Choices{}, "2 open, 0 same"},
		"one of them is said":                {[][3]string{a, b}, [][3]string{{"3B", "甲", "四"}, {"3C", "乙", "五"}}, Choices{Same: map[int]string{0: "zeimu-0002"}}, "zeimu-0002 zeimu-0001 0 open, 0 same"},
		"one is another":                     {[][3]string{a, b}, [][3]string{{"3B", "甲", "四"}, {"3C", "乙", "五"}}, Choices{Same: map[int]string{0: Another}}, "new 1 open, 0 same"},
		"all are others":                     {[][3]string{a, b}, [][3]string{{"3B", "甲", "四"}, {"3C", "乙", "五"}}, Choices{Others: true}, "new new 0 open, 0 same"},
		"one more":                           {[][3]string{a, b}, [][3]string{c, b, a}, Choices{}, "new 0 open, 2 same"},
		"one less":                           {[][3]string{a, b, c}, [][3]string{c, a}, Choices{}, "0 open, 2 same"},
		"one less, and one changed":          {[][3]string{a, b, c}, [][3]string{c, with(a, 1, "甲")}, Choices{}, "1 open, 1 same"},
		"one more, and all changed":          {[][3]string{a}, [][3]string{{"3B", "甲", "四"}, {"3C", "乙", "五"}}, Choices{}, "2 open, 0 same"},
		"the only one":                       {[][3]string{a}, [][3]string{{"3C", "乙", "五"}}, Choices{}, "zeimu-0001 0 open, 0 same"},
		"alike":                              {[][3]string{a, a}, [][3]string{a, a}, Choices{}, "0 open, 2 same"},
		"alike, and one changed":             {[][3]string{a, a}, [][3]string{with(a, 2, "四"), a}, Choices{}, "zeimu-0002 0 open, 1 same"},
		"a 3 that says less, swapped":        {[][3]string{a, b}, [][3]string{with(b, 0, "3"), with(a, 0, "3")}, Choices{}, "0 open, 2 same"},
		"what says less takes no other's":    {[][3]string{a, with(a, 2, "")}, [][3]string{with(a, 2, ""), a}, Choices{}, "0 open, 2 same"},
		"what says little, before what fits": {[][3]string{a, b}, [][3]string{{"3", "", ""}, with(a, 2, "")}, Choices{}, "0 open, 2 same"},
		"all say little":                     {[][3]string{a, b}, [][3]string{{"3", "", ""}, {"3", "", ""}}, Choices{}, "0 open, 2 same"},
	} {
		var raw strings.Builder
		raw.WriteString("課室,情報資産名,機密性,完全性,可用性,保存先,備考\n")
		for _, row := range one.rows {
			fmt.Fprintf(&raw, "税務町民課,議事録,%s,2,2,%s,%s\n", row[0], row[1], row[2])
		}
		plan, err := makePlan(t.Context(), minutes(one.assets...), mustRead(t, raw.String()), one.choices)
		if err != nil || len(plan.Problems) > 0 || len(plan.Unsettled) != plan.Open {
			t.Errorf("%s: %+v, %v", what, plan, err)
			continue
		}
		got := ""
		for e := range plan.entries {
			if e.Was.ID == 0 {
				got += "new "
			} else {
				got += e.Was.Code + " "
			}
		}
		if got += fmt.Sprintf("%d open, %d same", plan.Open, plan.Unchanged); got != one.want {
			t.Errorf("%s: %s, want %s", what, got, one.want)
		}
	}
}

// What is asked is asked among all that it may be, and stays asked when it is answered.
func TestNamesakesAreAskedAmongEachOther(t *testing.T) {
	t.Parallel()
	const raw = "課室,情報資産名,機密性,保存先\n税務町民課,議事録,3B,甲\n税務町民課,議事録,3C,乙\n"
	for n, want := range []string{"議事録、書庫(zeimu-0001) 議事録、倉庫(zeimu-0002) / 議事録、書庫(zeimu-0001) 議事録、倉庫(zeimu-0002)", "議事録、倉庫(zeimu-0002)*"} {
		choices := Choices{}
		if n > 0 {
			choices.Same = map[int]string{0: "zeimu-0002"}
		}
		plan, err := makePlan(t.Context(), minutes([3]string{"2", "書庫", ""}, [3]string{"2", "倉庫", ""}), mustRead(t, raw), choices)
		if err != nil {
			t.Fatal(err)
		}
		var questions []AlikeQuestion
		if err := json.Unmarshal(plan.lists[Alike].all()[0], &questions); err != nil {
			t.Fatal(err)
		}
		var said []string
		for _, q := range questions {
			var among []string
			for _, c := range q.Among {
				among = append(among, c.Name+"("+c.Code+")")
			}
			one := strings.Join(among, " ")
			if q.Chosen != "" {
				one += "*"
			}
			said = append(said, one)
		}
		if got := strings.Join(said, " / "); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// Of more namesakes than anybody tells apart those that are equal are found, in any order,
// and the rest are to be numbered.
func TestManyNamesakesAreFoundOrRefused(t *testing.T) {
	t.Parallel()
	const many = 20_000
	var assets [][3]string
	for i := range many {
		assets = append(assets, [3]string{"2", "書庫", fmt.Sprint(i)})
	}
	found := minutes(assets...)
	slices.Reverse(assets)
	var apart strings.Builder // each at a place of its own, and changed
	apart.WriteString("課室,情報資産名,機密性,保存先,備考\n")
	for i := range many {
		fmt.Fprintf(&apart, "税務町民課,議事録,3C,棚%d,\n", many-i)
	}
	placed := make([][3]string, many)
	for i := range placed {
		placed[i] = [3]string{"2", fmt.Sprint("棚", i+1), ""}
	}
	if plan, err := makePlan(t.Context(), minutes(placed...), mustRead(t, apart.String()), Choices{}); err != nil || plan.Changed != many {
		t.Errorf("by their places: %d changed, %d wrong, %v", plan.Changed, plan.Faulty, err)
	}
	for moved, want := range map[string]string{"": "20000 same, 0 wrong", "9": "18000 same, 2000 wrong"} {
		var raw strings.Builder
		raw.WriteString("課室,情報資産名,機密性,保存先,備考\n")
		for i, a := range assets {
			if i%10 == 0 {
				a[2] += moved + strings.Repeat("x", len(moved))
			}
			fmt.Fprintf(&raw, "税務町民課,議事録,2,%s,%s\n", a[1], a[2])
		}
		plan, err := makePlan(t.Context(), found, mustRead(t, raw.String()), Choices{})
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprintf("%d same, %d wrong", plan.Unchanged, plan.Faulty); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// What was merged or ended comes back with the same file: it is asked about, and what is said
// to be it stays as it has ended.
func TestNamesakesThatHaveEndedAreAskedAbout(t *testing.T) {
	t.Parallel()
	with := func(states ...asset.State) register {
		var list [][3]string
		for range states {
			list = append(list, [3]string{"3B", "書庫", "一"})
		}
		found := minutes(list...)
		for i, state := range states {
			a := &found.Assets[i]
			if a.State = state; state == asset.Merged {
				a.MergedInto = "zeimu-0009"
			}
		}
		return found
	}
	const row = ",税務町民課,議事録,3B,2,2,特定個人情報,マイナンバー,\n"
	for what, one := range map[string]struct {
		found   register
		rows    int
		choices Choices
		want    string // how many are added, as they were, open and unsettled
		offers  string // of the last
	}{
		"merged":                    {with(asset.Merged), 1, Choices{}, "0 0 1 1", "zeimu-0001「zeimu-0009」に統合"},
		"mistaken":                  {with(asset.Mistaken), 1, Choices{}, "0 0 1 1", "zeimu-0001登録の誤り"},
		"it is that":                {with(asset.Merged), 1, Choices{Same: map[int]string{0: "zeimu-0001"}}, "0 1 0 0", "zeimu-0001「zeimu-0009」に統合"},
		"it is another":             {with(asset.Merged), 1, Choices{Same: map[int]string{0: Another}}, "1 0 0 0", "zeimu-0001「zeimu-0009」に統合"},
		"all are others":            {with(asset.Merged), 2, Choices{Others: true}, "2 0 0 0", "zeimu-0001「zeimu-0009」に統合"},
		"another counts":            {with(asset.Mistaken, asset.Registered), 1, Choices{}, "0 1 0 0", ""},
		"another counts, one more":  {with(asset.Mistaken, asset.Registered), 2, Choices{}, "0 1 1 1", "zeimu-0001登録の誤り"},
		"two rows that are the one": {with(asset.Retired), 2, Choices{Same: map[int]string{0: "zeimu-0001", 1: "zeimu-0001"}}, "0 2 0 0", "zeimu-0001廃棄済み"},
	} {
		plan, err := makePlan(t.Context(), one.found, mustRead(t, plainHead+strings.Repeat(row, one.rows)), one.choices)
		if err != nil {
			t.Fatal(err)
		}
		got := fmt.Sprint(plan.Added, plan.Unchanged, plan.Open, len(plan.Unsettled))
		var asked []AlikeQuestion
		if p := plan.lists[Alike]; p != nil {
			if err := json.Unmarshal(p.all()[0], &asked); err != nil {
				t.Fatal(err)
			}
		}
		offers := ""
		if len(asked) > 0 {
			for _, c := range asked[len(asked)-1].Among {
				offers += c.Code + c.Ended
			}
		}
		if got != one.want || offers != one.offers || len(plan.Problems) > 0 {
			t.Errorf("%s: %s, want %s; offers %q, want %q; %v", what, got, one.want, offers, one.offers, plan.Problems)
		}
	}
}
