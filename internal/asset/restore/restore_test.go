package restore_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kagami/internal/asset"
	"kagami/internal/asset/classify"
	"kagami/internal/asset/restore"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/edition"
	"kagami/internal/fault"
	"kagami/internal/org"
	"kagami/internal/postgres/pgtest"
)

var databases pgtest.Server

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m, &databases)) }

var today = calendar.NewDate(2026, time.November, 24)

// Walking an asset's history back gives what was there on each version.
func TestTheHistoryGivesWhatWasThere(t *testing.T) {
	t.Parallel()
	values := func(key string) *rapid.Generator[string] {
		switch key {
		case "handling":
			return rapid.SampledFrom([]string{"", "no_copy", "no_copy encryption", "no_print"})
		case "registered_on", "checked_on":
			return rapid.SampledFrom([]string{"", "2026-04-01", "2026-11-24"})
		}
		return rapid.StringMatching(`[a-zあ-ん]{0,4}`)
	}
	rapid.Check(t, func(t *rapid.T) {
		var states []asset.Details
		var history []asset.Event
		var now asset.Asset
		versions := rapid.IntRange(2, 8).Draw(t, "versions")
		for version := 1; version <= versions; version++ {
			next := now.Details
			for _, f := range asset.Fields {
				if rapid.Bool().Draw(t, "changes") {
					f.Put(&next, values(f.Key).Draw(t, f.Key))
				}
			}
			before, after := asset.Changed(now.Details, next)
			if version == 1 {
				before = map[string]string{}
			}
			history = append([]asset.Event{{Version: version, Before: before, After: after}}, history...)
			now.Details, now.Version = next, version
			states = append(states, next)
		}
		for version, want := range states[:len(states)-1] {
			got, there := restore.At(now, history, version+1)
			if !there || len(asset.Differing(want, got)) != 0 {
				t.Fatalf("version %d: %v, %v", version+1, there, asset.Differing(want, got))
			}
		}
		// an asset that was read before its last change
		older := now
		older.Details, older.Version = states[len(states)-2], len(states)-1
		if got, there := restore.At(older, history, 1); there && len(asset.Differing(states[0], got)) != 0 {
			t.Fatalf("from an older one: %v", asset.Differing(states[0], got))
		}
		for _, version := range []int{-1, 0, now.Version, now.Version + 1} {
			if _, there := restore.At(now, history, version); there {
				t.Fatalf("there is a version %d", version)
			}
		}
	})
}

func TestWhatThereIsNoneOfTodayIsNamed(t *testing.T) {
	t.Parallel()
	scheme := asset.SchemeOn(edition.Values{}, today)
	d := asset.Details{Confidentiality: "秘", Integrity: "1", Availability: "", Zone: "struck"}
	said := fmt.Sprint(restore.Gone(d, scheme))
	for _, want := range []string{"機密性「秘」", "可用性が決まっていませんでした", "領域「struck」"} {
		if !strings.Contains(said, want) {
			t.Errorf("%s lacks %s", said, want)
		}
	}
	if strings.Contains(said, "完全性") {
		t.Error(said)
	}
}

func TestAnEarlierStateBecomesANewVersion(t *testing.T) {
	t.Parallel()
	db := databases.New(t)
	through := door.New(db.Pool, func() time.Time { return today.Start().Add(9 * time.Hour) })
	register := asset.New(db.Pool, through).With(asset.Ties{Judge: classify.Judge})
	town, s := org.New(db.Pool, through), restore.New(register)
	var managers []authz.Actor
	for i, code := range []string{"zeimu", "fukushi"} {
		section, err := town.AddSection(t.Context(), authz.AsOperator(), org.Section{Code: code, Name: code, Kind: org.Internal, Position: i})
		if err != nil {
			t.Fatal(err)
		}
		person, err := town.AddPerson(t.Context(), authz.AsOperator(), org.Person{StaffNumber: fmt.Sprint("P", i), Name: "見本", Furigana: "ミホン"})
		if err != nil {
			t.Fatal(err)
		}
		managers = append(managers, authz.Actor{Person: person, Holdings: []authz.Holding{{Role: authz.SecurityManager, Section: section}}})
	}
	tax, welfare := managers[0], managers[1]
	keeper := authz.Actor{Person: tax.Person, Holdings: []authz.Holding{{Role: authz.RegisterKeeper, Section: tax.Holdings[0].Section}}}
	d := asset.Details{
		Kind: asset.Information, Name: "台帳", Confidentiality: "3B", Integrity: "1", Availability: "1", LevelReason: "はじめの理由", Personal: asset.NotPersonal,
		Zone: asset.LGWANZone, Place: "書庫", RegisteredOn: today,
	}
	code, err := register.Register(t.Context(), tax, "zeimu", d)
	if err != nil {
		t.Fatal(err)
	}
	moved := d
	moved.Place, moved.Confidentiality, moved.LevelReason, moved.CheckedOn = "倉庫", "2", "軽くした", today
	if err := register.Change(t.Context(), tax, code, 1, moved, ""); err != nil {
		t.Fatal(err)
	}
	for who, c := range map[string]struct {
		actor authz.Actor
		want  fault.Kind
	}{"another section's manager": {welfare, fault.NotFound}, "who only drafts": {keeper, fault.Forbidden}} {
		if _, err := s.Look(t.Context(), c.actor, code, 1); fault.KindOf(err) != c.want {
			t.Errorf("%s looks: %v", who, err)
		}
		if err := s.Restore(t.Context(), c.actor, code, 2, 1, ""); fault.KindOf(err) != c.want {
			t.Errorf("%s restores: %v", who, err)
		}
	}
	if err := s.Restore(t.Context(), tax, code, 2, 2, ""); fault.KindOf(err) != fault.NotFound {
		t.Errorf("the version that it has: %v", err)
	}
	if err := s.Restore(t.Context(), tax, code, 1, 1, ""); fault.KindOf(err) != fault.Conflict {
		t.Errorf("on another version than that seen: %v", err)
	}
	if err := s.Restore(t.Context(), tax, code, 2, 1, strings.Repeat("理", 401)); fault.KindOf(err) != fault.Invalid {
		t.Errorf("a long reason: %v", err)
	}
	if err := s.Restore(t.Context(), tax, code, 2, 1, "誤って変えた"); err != nil {
		t.Fatal(err)
	}
	a, err := register.Find(t.Context(), tax, code)
	d.CheckedOn = today // a look that took place stays one
	if err != nil || a.Version != 3 || len(asset.Differing(a.Details, d)) != 0 {
		t.Errorf("%+v, %v", a, err)
	}
	history, err := register.History(t.Context(), tax, a)
	if err != nil || len(history) != 3 || !strings.Contains(history[0].Why, "第1版") || !strings.HasSuffix(history[0].Why, "戻した。誤って変えた") {
		t.Errorf("%+v, %v", history, err)
	}
	// of two at once the second is told
	if err := s.Restore(t.Context(), tax, code, 2, 1, ""); fault.KindOf(err) != fault.Conflict {
		t.Errorf("once more: %v", err)
	}
	if err := register.EndAsMistaken(t.Context(), tax, code, 3, "誤り"); err != nil {
		t.Fatal(err)
	}
	if err := s.Restore(t.Context(), tax, code, 4, 1, ""); fault.KindOf(err) != fault.Conflict {
		t.Errorf("of one that has ended: %v", err)
	}
}
