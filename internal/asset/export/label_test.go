package export_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"kagami/internal/asset"
	"kagami/internal/asset/export"
	"kagami/internal/asset/find"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/fault"
	"kagami/internal/setting"
)

func TestALabelSaysHowSecretInASignUnlessTheTownWantsWords(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for _, level := range []string{"3A", "3B", "3C", "3", "2", "1"} {
		o.add("zeimu", level, func(d *asset.Details) {
			d.Confidentiality, d.Handling = level, []asset.Handling{asset.NoCopy, asset.NoTakeOut}
		})
	}
	labels := func() (said []string) {
		t.Helper()
		found, err := o.Labels(t.Context(), o.manager, find.Search{Sort: find.ByCode})
		if err != nil || found.More {
			t.Fatal(found.More, err)
		}
		for _, l := range found.Labels {
			said = append(said, l.Secrecy)
		}
		if l := found.Labels[0]; l.Code != "zeimu-0001" || l.SectionName != "見本課（第一）" || l.Handling != "複製禁止・持出禁止" {
			t.Errorf("%+v", l)
		}
		return said
	}
	if got := strings.Join(labels(), " "); got != "●●●●● ●●●● ●●● ●●● ●● ●" {
		t.Errorf("as a sign: %s", got)
	}
	err := o.settings.Set(t.Context(), authz.AsOperator(), export.LabelWords.Name, setting.Typed{Value: "はい", First: calendar.NewDate(2026, time.November, 24), Reason: "見本"})
	if err != nil {
		t.Fatal(err)
	}
	if got := labels()[1]; got != "自治体機密性3B" {
		t.Errorf("in words: %s", got)
	}
	o.takeIn([]byte("課室,情報資産名,機密性\nfukushi,段階なし,3\n"))
	if found, err := o.Label(t.Context(), o.manager, "fukushi-0001"); err != nil || len(found.Labels) != 1 || found.Labels[0].Handling != "" {
		t.Errorf("%+v, %v", found, err)
	}
}

func TestLabelsAreOfWhatTheListShows(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.add("zeimu", "課税台帳")
	hidden := o.add("fukushi", "相談記録")
	if found, err := o.Labels(t.Context(), o.clerk, find.Search{}); err != nil || len(found.Labels) != 1 {
		t.Errorf("a clerk: %+v, %v", found, err)
	}
	if _, err := o.Label(t.Context(), o.clerk, hidden); fault.KindOf(err) != fault.NotFound {
		t.Errorf("another section's: %v", err)
	}
	var rows strings.Builder
	for i := range export.MostLabels - 1 {
		fmt.Fprintf(&rows, "zeimu,見本%d,2\n", i)
	}
	o.takeIn([]byte("課室,情報資産名,機密性\n" + rows.String()))
	if found, err := o.Labels(t.Context(), o.clerk, find.Search{}); err != nil || len(found.Labels) != export.MostLabels || found.More {
		t.Errorf("as many as are printed: %d, %t, %v", len(found.Labels), found.More, err)
	}
	if found, err := o.Labels(t.Context(), o.manager, find.Search{}); err != nil || len(found.Labels) != export.MostLabels || !found.More {
		t.Errorf("one more: %d, %t, %v", len(found.Labels), found.More, err)
	}
}
