package asset_test

import (
	"fmt"
	"testing"

	"kagami/internal/asset"
	"kagami/internal/asset/communication"
	"kagami/internal/authz"
	"kagami/internal/org"
)

// renamed gives zeimu another code, and its code to a new section.
func (o office) renamed(t *testing.T) {
	t.Helper()
	town, operator := org.New(o.db.Pool, o.through()), authz.AsOperator()
	all, err := town.Sections(t.Context(), operator, today)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		if s.Code == "zeimu" {
			s.Code = "zei"
			if err := town.ChangeSection(t.Context(), operator, "zeimu", s); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := town.AddSection(t.Context(), operator, org.Section{Code: "zeimu", Name: "税務町民課", Kind: org.Internal, Position: 9}); err != nil {
		t.Fatal(err)
	}
}

// A section that takes over the code of a renamed one goes on after its numbers, whether
// it registers one asset or many.
func TestACodeThatAnotherSectionHadGoesOn(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	operator := authz.AsOperator()
	for range 2 {
		o.register(t, ledger())
	}
	o.renamed(t)
	code, err := o.Register(t.Context(), operator, "zeimu", ledger())
	if err != nil || code != "zeimu-0003" {
		t.Errorf("registered as %q, %v", code, err)
	}
	if err := o.take(t, operator, "zeimu", asset.Registered, numbered(1), numbered(2)); err != nil {
		t.Error(err)
	}
	for _, code := range []string{"zeimu-0004", "zeimu-0005"} {
		if a, err := o.Find(t.Context(), operator, code); err != nil || a.SectionName != "税務町民課" {
			t.Errorf("%s: %v, %v", code, a.SectionName, err)
		}
	}
	code, err = o.Register(t.Context(), operator, "zei", ledger())
	if err != nil || code != "zei-0001" {
		t.Errorf("the renamed one registers %q, %v", code, err)
	}
}

func TestACodeThatAnotherSectionHadGoesOnWithCommunications(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	s := communication.New(o.db.Pool, o.through())
	d := communication.Details{Name: "x", From: asset.LGWANZone, To: communication.External, Direction: communication.OneWay, Purpose: "x", Safeguard: communication.Firewall}
	var codes []string
	register := func() {
		code, err := s.Register(t.Context(), authz.AsOperator(), "zeimu", d)
		if err != nil {
			t.Error(err)
		}
		codes = append(codes, code)
	}
	register()
	o.renamed(t)
	register()
	register()
	if fmt.Sprint(codes) != "[zeimu-T0001 zeimu-T0002 zeimu-T0003]" {
		t.Errorf("%v", codes)
	}
}
