package chart

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kagami/internal/authz"
	"kagami/internal/org"
)

func overview(sections int) org.Overview {
	o := org.Overview{Seats: []org.Seat{
		{Role: authz.CIO, Post: "町長", Holders: []org.Holder{{Name: "見本 一"}}},
		{Role: authz.CISO, Post: "副町長", StandIn: authz.CIO},
		{Role: authz.GeneralSecurityOfficer, Post: "総務課長", Holders: []org.Holder{{Name: "見本 二", Acting: true, Away: "休業中"}}},
		{Role: authz.SecurityOfficer, Post: "総務課 担当副課長"},
		{Role: authz.CSIRTMember, Holders: []org.Holder{{Name: "見本 三"}, {Name: "見本 四"}, {Name: "見本 五"}}},
	}}
	for range sections {
		o.Sections = append(o.Sections, org.SectionLine{Section: org.Section{Name: "税務町民課"}})
	}
	return o
}

// The picture has a box for each role of the town and each section, vacancies
// marked, and who is 職務代理 or away.
func TestTheChartMarksVacanciesAndWhoActs(t *testing.T) {
	p := drawOrganization(overview(1))
	want := []struct {
		heading, line string
		vacant        bool
	}{
		{"最高情報統括責任者（CIO）", "【町長】見本 一", false},
		{"最高情報セキュリティ責任者（CISO）", "【副町長】空席", true},
		{"統括情報セキュリティ責任者", "【総務課長】見本 二(代)(休)", false},
		{"情報セキュリティ責任者", "【総務課 担当副課長】空席", true},
		{"CSIRT担当者", "見本 三、見本 四 ほか1人", false},
		{"税務町民課", "管理者 空席", true},
	}
	if len(p.Boxes) != len(want) {
		t.Fatalf("%d boxes", len(p.Boxes))
	}
	for i, w := range want {
		if b := p.Boxes[i]; b.Heading != w.heading || b.Lines[0] != w.line || b.Vacant != w.vacant {
			t.Errorf("box %d is %+v, want %+v", i, b, w)
		}
	}
}

// However many sections there are, no box lies over another, and all are within
// the picture.
func TestBoxesDoNotOverlap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawOrganization(overview(rapid.IntRange(0, 100).Draw(t, "sections")))
		for i, a := range p.Boxes {
			if a.X < 0 || a.Y < 0 || a.X+a.W > p.Width || a.Y+a.H > p.Height {
				t.Fatalf("%+v is outside of %d × %d", a, p.Width, p.Height)
			}
			if strings.TrimSpace(a.Heading) == "" {
				t.Fatalf("%+v has no heading", a)
			}
			for _, b := range p.Boxes[i+1:] {
				if a.X < b.X+b.W && b.X < a.X+a.W && a.Y < b.Y+b.H && b.Y < a.Y+a.H {
					t.Fatalf("%+v lies over %+v", a, b)
				}
			}
		}
	})
}
