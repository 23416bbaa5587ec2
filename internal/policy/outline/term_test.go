package outline_test

import (
	"testing"

	"kagami/internal/policy/outline"
)

func TestClausesAreAddressedAsPeopleCiteThem(t *testing.T) {
	citations := map[string]string{}
	for _, file := range []string{townsPolicy, "testdata/jorei.txt"} {
		for _, a := range outline.Read(decodeFile(t, file), nil).Anchors() {
			citations[a.Citation] = a.Anchor
		}
	}
	for citation, want := range map[string]string{
		"7(3)②":     "7-3-2",
		"2(12)":     "2-12",
		"第1章":       "ch1",
		"7(1)の図1.1": "7-1-fig1_1",
		"第5条の2":     "5_2",
		"第2条第2項":    "2-2.2", // its 号 (2) came first
		"第3条(二)イア":  "3-2-k2-k1",
		"附則第2項":     "fusoku.2-2",
		"第2条(1)":    "2-1",
		"第3条(三)":    "3-3",
		"第4条第3項の表":  "4-3-fig",
	} {
		if got := citations[citation]; got != want {
			t.Errorf("%s is at #%s, want #%s", citation, got, want)
		}
	}
}

func TestAddressesAreUnique(t *testing.T) {
	o := outline.Read("第1条　見本\n(1) 一\n(2) 二\nまた、次のとおり。\n(1) 三\n(2) 四\n", nil)
	found := map[string]bool{}
	for _, a := range o.Anchors() {
		if found[a.Anchor] {
			t.Errorf("#%s stands twice", a.Anchor)
		}
		found[a.Anchor] = true
	}
	if len(found) != 5 {
		t.Errorf("addresses: %v", found)
	}
}

func TestTermsAreWhatTheDefinitionsName(t *testing.T) {
	terms := outline.Read(decodeFile(t, townsPolicy), nil).Terms()
	byName := map[string]outline.Term{}
	for _, term := range terms {
		byName[term.Name] = term
	}
	for name, citation := range map[string]string{
		"ネットワーク": "2(1)", "情報セキュリティポリシー": "2(4)", "無害化通信": "2(12)",
		"マイナンバー利用事務系": "2(8)", "個人番号利用事務系": "2(8)", // its other name
	} {
		if byName[name].Citation != citation {
			t.Errorf("%s is defined in %q, want %s", name, byName[name].Citation, citation)
		}
	}
	if len(terms) != 13 {
		t.Errorf("%d names, want 12 and one other name", len(terms))
	}
	quoted := outline.Read("第1条（定義）　次による。\n(1)　「情報資産」とは、情報をいう。\n(2)　「職員」とは、勤める者をいう。\n", nil).Terms()
	if len(quoted) != 2 || quoted[0].Name != "情報資産" {
		t.Errorf("names in quotes: %+v", quoted)
	}
}

func TestTheLongestTermIsMeant(t *testing.T) {
	terms := []outline.Term{{Name: "情報セキュリティ"}, {Name: "情報セキュリティポリシー"}, {Name: "機密性"}}
	const text = "情報セキュリティポリシーと情報セキュリティは、機密性を"
	var got []string
	for _, span := range outline.NewFinder(terms).Find(text) {
		got = append(got, text[span.Start:span.End])
		if terms[span.Term].Name != text[span.Start:span.End] {
			t.Errorf("term %d at %q", span.Term, text[span.Start:span.End])
		}
	}
	if len(got) != 3 || got[0] != "情報セキュリティポリシー" || got[1] != "情報セキュリティ" || got[2] != "機密性" {
		t.Errorf("found %q", got)
	}
}
