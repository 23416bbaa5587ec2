package find_test

import "testing"

func TestTheSameNameIsFoundHoweverItIsWritten(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	code := o.add("ＡＢＣ　システムの台帳")
	o.add("ABC システムの 台帳")
	ended := o.add("催しの名簿")
	if err := o.register.EndAsMistaken(t.Context(), o.tax, ended, 1, "見本"); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		section, typed string
		found          bool
	}{
		"as it stands":       {"zeimu", "ＡＢＣ　システムの台帳", true},
		"narrow and small":   {"zeimu", " abcシステムの台帳\t", true},
		"narrow katakana":    {"zeimu", "abcｼｽﾃﾑの台帳", true},
		"longer":             {"zeimu", "ABCシステムの台帳2", false},
		"in another section": {"fukushi", "ABCシステムの台帳", false},
		"one that has ended": {"zeimu", "催しの名簿", false},
		"none":               {"zeimu", "", false},
	} {
		got, err := o.Same(t.Context(), o.tax, c.section, c.typed)
		if err != nil || (got.Code == code) != c.found || !c.found && got.Code != "" {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	if got, err := o.Same(t.Context(), o.welfare, "zeimu", "ABCシステムの台帳"); got.Code != "" || err != nil {
		t.Errorf("another section's is found: %+v, %v", got, err)
	}
}
