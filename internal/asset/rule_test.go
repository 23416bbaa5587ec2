package asset_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kagami/internal/asset"
	"kagami/internal/edition"
)

// rulesOf are the shipped rules with the town's model; without those struck.
func rulesOf(model string, struck ...string) asset.Rules {
	list := asset.RulesOn(edition.Values{}, today)
	for i := range list {
		if list[i].Key == "model" {
			list[i].Values = []string{model}
		}
	}
	return slices.DeleteFunc(list, func(r asset.Rule) bool { return slices.Contains(struck, r.Key) })
}

func broken(d asset.Details, rules asset.Rules) string {
	var list []string
	for _, b := range asset.Breaks(d, rules) {
		list = append(list, b.Rule)
	}
	return strings.Join(list, " ")
}

func TestEachRuleOfZonesOnBothSides(t *testing.T) {
	t.Parallel()
	use := asset.Details{Kind: asset.Information, Personal: asset.MyNumberBorne, NumberWork: asset.NumberUse, Confidentiality: "3B"}
	related, secret := use, asset.Details{Kind: asset.Information, Personal: asset.NotPersonal}
	related.NumberWork = asset.NumberRelatedWork
	in := func(d asset.Details, zone string) asset.Details { d.Zone = zone; return d }
	level := func(key, zone string) asset.Details { d := in(secret, zone); d.Confidentiality = key; return d }
	paper := in(use, asset.LGWANZone)
	paper.Kind = asset.Paper
	for name, c := range map[string]struct {
		d     asset.Details
		rules asset.Rules
		want  string
	}{
		"利用事務 in its zone":              {in(use, asset.MyNumberZone), rulesOf("α"), ""},
		"利用事務 on a medium":              {in(use, asset.OfflineZone), rulesOf("α"), ""},
		"利用事務 on paper":                 {paper, rulesOf("α"), ""},
		"利用事務 in LGWAN":                 {in(use, asset.LGWANZone), rulesOf("α"), "number-use"},
		"利用事務 in a zone of the town":    {in(use, "suido"), rulesOf("α"), "number-use"},
		"利用事務 in the internet":          {in(use, asset.InternetZone), rulesOf("α"), "number-use specific internet"},
		"利用事務, its rule struck":         {in(use, asset.LGWANZone), rulesOf("α", "number-use"), ""},
		"利用事務, zone not settled":        {in(use, ""), rulesOf("α"), ""},
		"利用事務 out of reach":             {in(use, asset.OutsideZone), rulesOf("α"), ""},
		"関係事務 in LGWAN":                 {in(related, asset.LGWANZone), rulesOf("α"), ""},
		"関係事務 in its zone":              {in(related, asset.MyNumberZone), rulesOf("α"), ""},
		"関係事務 in the internet":          {in(related, asset.InternetZone), rulesOf("α", "internet-a"), "specific"},
		"関係事務 in the internet of β′":    {in(related, asset.InternetZone), rulesOf("β′"), "specific"},
		"関係事務, its rule struck":         {in(related, asset.InternetZone), rulesOf("β′", "specific"), ""},
		"3A in the internet of α":       {level("3A", asset.InternetZone), rulesOf("α"), "internet"},
		"3B in the internet of α":       {level("3B", asset.InternetZone), rulesOf("α"), "internet"},
		"3C in the internet of α":       {level("3C", asset.InternetZone), rulesOf("α"), ""},
		"3B in the internet of α′":      {level("3B", asset.InternetZone), rulesOf("α′"), "internet"},
		"3B in the internet of β":       {level("3B", asset.InternetZone), rulesOf("β"), "internet"},
		"3A in the internet of β′":      {level("3A", asset.InternetZone), rulesOf("β′"), "internet"},
		"3B in the internet of β′":      {level("3B", asset.InternetZone), rulesOf("β′"), ""},
		"3B where no model is named":    {level("3B", asset.InternetZone), rulesOf("α", "model"), "internet"},
		"3A in LGWAN":                   {level("3A", asset.LGWANZone), rulesOf("α"), ""},
		"unsettled 3 in the internet":   {level(asset.Unsettled, asset.InternetZone), rulesOf("α"), ""},
		"3A in a network out of reach":  {level("3A", asset.OutsideZone), rulesOf("α"), ""},
		"3B in the internet, α′ struck": {level("3B", asset.InternetZone), rulesOf("α′", "internet-a2"), ""},
	} {
		if got := broken(c.d, c.rules); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestABreakSaysWhatToDoAndWhatItRestsOn(t *testing.T) {
	t.Parallel()
	d := ledger()
	d.Zone = asset.LGWANZone
	got := asset.Breaks(d, rulesOf("α"))
	if len(got) != 1 || got[0].Clause != "7(3)①" || !strings.Contains(got[0].Sentence, "マイナンバー利用事務系に移すか") || fmt.Sprint(got[0].Fields) != "[zone number_work]" {
		t.Errorf("%+v", got)
	}
}

func TestAnUnsettled機密性IsToBeChosenAnew(t *testing.T) {
	t.Parallel()
	for level, want := range map[string]bool{asset.Unsettled: true, "3A": false, "2": false, "": false} {
		if got := asset.ToSettle(asset.Details{Confidentiality: level}, rulesOf("α")); (got != "") != want {
			t.Errorf("%q: %q", level, got)
		}
	}
	if got := asset.ToSettle(asset.Details{Confidentiality: asset.Unsettled}, rulesOf("α", "settle")); got != "" {
		t.Errorf("struck: %q", got)
	}
}

func anyDetails(t *rapid.T) asset.Details {
	scheme := asset.SchemeOn(edition.Values{}, today)
	d := asset.Details{
		Kind:            rapid.SampledFrom(asset.Kinds).Draw(t, "kind").Value,
		Personal:        rapid.SampledFrom(asset.PersonalData).Draw(t, "personal").Value,
		Confidentiality: rapid.SampledFrom(scheme.Of(asset.Confidentiality)).Draw(t, "level").Key,
		Zone:            rapid.SampledFrom(scheme.Zones).Draw(t, "zone").Key,
	}
	if d.Personal == asset.MyNumberBorne {
		d.NumberWork = rapid.SampledFrom(asset.NumberWorks[1:]).Draw(t, "work").Value
	}
	return d
}

// Whatever breaks a rule is put right by a move to マイナンバー利用事務系, or off the network;
// what is out of the policy's reach breaks none; and each break names fields that there are.
func TestWhateverBreaksARuleCanBePutRight(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rules := rulesOf(rapid.SampledFrom([]string{"α", "α′", "β", "β′"}).Draw(t, "model"))
		d := anyDetails(t)
		for _, b := range asset.Breaks(d, rules) {
			if b.Clause == "" || b.Sentence == "" || !slices.Contains(b.Fields, "zone") {
				t.Errorf("%+v", b)
			}
			for _, key := range b.Fields {
				if !slices.ContainsFunc(asset.Fields, func(f asset.Field) bool { return f.Key == key }) {
					t.Errorf("there is no field %s", key)
				}
			}
		}
		for _, zone := range []string{asset.MyNumberZone, asset.OfflineZone, asset.OutsideZone} {
			if d.Zone = zone; broken(d, rules) != "" {
				t.Errorf("in %s: %s", zone, broken(d, rules))
			}
		}
	})
}

// A model that allows more breaks nothing that a stricter one allows.
func TestAStricterModelAllowsNoMore(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := anyDetails(t)
		if strict, free := asset.Breaks(d, rulesOf("α")), asset.Breaks(d, rulesOf("β′")); len(free) > len(strict) {
			t.Errorf("β′ breaks %v, α %v", free, strict)
		}
	})
}

func TestARuleIsReadAsPeopleWriteIt(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ key, values, want, problem string }{
		"by its title":               {"個人番号利用事務を置ける領域", "マイナンバー利用事務系、紙・媒体，独立系", "number-use mynumber offline standalone", ""},
		"by its key":                 {" Number-Use ", "mynumber  suido mynumber", "number-use mynumber suido", ""},
		"a half-width bracket":       {"インターネット接続系に置けない機密性(β)", "自治体機密性3Ａ、3b", "internet-b 3A 3B", ""},
		"a model":                    {"三層の対策のモデル", "β’", "model β′", ""},
		"no such rule":               {"個人情報", "internet", "", "という決まりはありません"},
		"no such model":              {"model", "γ", "", "α、α′、β、β′のどれか"},
		"two models":                 {"model", "α β", "", "α、α′、β、β′のどれか"},
		"no value":                   {"specific", " 、", "", "値を、1つから"},
		"a zone misspelt":            {"特定個人情報を置けない領域", "intrenet", "", "「インターネット接続系」を入れてください"},
		"nowhere to go":              {"number-use", "offline", "", "「マイナンバー利用事務系」を入れてください"},
		"a zone that can't be one":   {"number-use", "mynumber 基幹系", "", "略称として使えません"},
		"no 機密性":                     {"settle", "三段階の三つめの分類", "", "分類として読み取れません"},
		"a sentence over two lines":  {"settle", "3", "", ""},
		"a rule without any clauses": {"settle", "3", "", ""},
	} {
		sentence, clause := "移してください。", "7(3)"
		switch name {
		case "a sentence over two lines":
			sentence, c.problem = "移して\nください。", "示す文を、1行"
		case "a rule without any clauses":
			clause, c.problem = " ", "根拠を、1行"
		}
		row, problem := asset.ZoneRules.Fold([]string{c.key, c.values, sentence, clause})
		if c.problem != "" && !strings.Contains(problem, c.problem) || c.problem == "" && problem != "" {
			t.Errorf("%s: %q", name, problem)
		}
		if problem == "" && row[0]+" "+row[1] != c.want {
			t.Errorf("%s: %q", name, row)
		}
	}
}

// Rules are shown as people call them, and what is shown is read as the same.
func TestARuleIsShownAsItIsRead(t *testing.T) {
	t.Parallel()
	for _, row := range asset.ZoneRules.Shipped[0].Rows {
		shown := make([]string, len(row))
		for i, cell := range row {
			shown[i] = asset.ZoneRules.Show(i, cell)
		}
		again, problem := asset.ZoneRules.Fold(shown)
		if problem != "" || fmt.Sprint(again) != fmt.Sprint(row) {
			t.Errorf("%q becomes %q: %s", shown, again, problem)
		}
	}
	if got := asset.ZoneRules.Show(1, "mynumber suido"); got != "マイナンバー利用事務系、suido" {
		t.Error(got)
	}
	if problem := asset.ZoneRules.Whole(asset.ZoneRules.Shipped[0].Rows[1:]); !strings.Contains(problem, "の行がありません") {
		t.Errorf("without one: %q", problem)
	}
}
