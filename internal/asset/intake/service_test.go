package intake_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"kagami/internal/asset"
	"kagami/internal/asset/intake"
	"kagami/internal/asset/merge"
	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/org"
	"kagami/internal/postgres/pgtest"
	"kagami/internal/trail"
)

var databases pgtest.Server

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m, &databases)) }

// town is a register with two sections, and the manager of the first.
type town struct {
	*intake.Service
	assets  *asset.Service
	db      pgtest.DB
	manager authz.Actor
}

func newTown(t *testing.T) town {
	t.Helper()
	db := databases.New(t)
	through := door.New(db.Pool, func() time.Time { return time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC) })
	people := org.New(db.Pool, through)
	var sections []int64
	for i, name := range []string{"総務課", "産業課"} {
		id, err := people.AddSection(t.Context(), authz.AsOperator(), org.Section{Code: []string{"somu", "sangyo"}[i], Name: name, Kind: org.Internal, Position: i})
		if err != nil {
			t.Fatal(err)
		}
		sections = append(sections, id)
	}
	id, err := people.AddPerson(t.Context(), authz.AsOperator(), org.Person{StaffNumber: "1", Name: "見本 一", Furigana: "ミホン"})
	if err != nil {
		t.Fatal(err)
	}
	assets := asset.New(db.Pool, through)
	return town{intake.New(db.Pool, through, assets), assets, db, authz.Actor{Person: id, Holdings: []authz.Holding{{Role: authz.SecurityManager, Section: sections[0]}}}}
}

const head = "番号,課室,名称,機密性,完全性,可用性,個人情報,接続系\n"

// take takes a file in and says how many are added, changed and as they were.
func (tn town) take(t *testing.T, actor authz.Actor, rows string) (said string, plan intake.Plan) {
	t.Helper()
	file, err := intake.Read(t.Context(), []byte(head+rows))
	if err != nil {
		t.Fatal(err)
	}
	before, err := tn.Plan(t.Context(), actor, file, intake.Choices{})
	if err != nil {
		t.Fatal(err)
	}
	if plan, err = tn.TakeIn(t.Context(), actor, file, intake.Choices{}); err != nil {
		t.Fatal(err)
	}
	count := func(p intake.Plan) string {
		return fmt.Sprint(p.Added, p.Changed, p.Unchanged, len(p.Problems)+p.Elsewhere)
	}
	if count(before) != count(plan) {
		t.Errorf("planned %s, done %s", count(before), count(plan))
	}
	if _, err := trail.Verify(t.Context(), tn.db.Pool); err != nil {
		t.Error(err)
	}
	return count(plan), plan
}

func TestARegisterIsTakenInWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	tn := newTown(t)
	operator := authz.AsOperator()
	const rows = "Ａ－1,総務課,台帳,2,2,2,無,LGWAN\nA-2,総務課,名簿,3,2,2,有,LGWAN\n1,産業課,図面,2,2,2,無,\n,総務課,議事録,2,2,2,無,LGWAN\n"
	for _, step := range []struct {
		actor      authz.Actor
		rows, want string
	}{
		{operator, rows + "A-3,見本課,別,2,2,2,無,LGWAN\n", "4 0 0 1"},
		{tn.manager, rows, "3 0 0 1"}, // 産業課 is not theirs
		{operator, rows, "4 0 0 0"},
		{operator, rows, "0 0 4 0"},
		{operator, strings.Replace(rows, "名簿,3", "名簿,3B", 1), "0 1 3 0"},
		{operator, rows, "0 0 4 0"}, // a 3 says less than 3B
		{operator, "somu-0001,,台帳,,,,,基幹系\n", "0 1 0 0"},
	} {
		if got, plan := tn.take(t, step.actor, step.rows); got != step.want {
			t.Errorf("%s: %s, want %s: %v", step.rows, got, step.want, plan.Problems)
		}
	}
	a, err := tn.assets.Find(t.Context(), operator, "somu-0002")
	if err != nil || a.OwnNumber != "A-2" || a.State != asset.Registered || a.Confidentiality != "3B" || a.Version != 2 {
		t.Errorf("%+v, %v", a, err)
	}
	if a, err = tn.assets.Find(t.Context(), operator, "sangyo-0001"); err != nil || a.State != asset.Draft {
		t.Errorf("%+v, %v", a, err)
	}
	if a, err = tn.assets.Find(t.Context(), operator, "somu-0001"); err != nil {
		t.Fatal(err)
	}
	events, err := tn.assets.History(t.Context(), operator, a)
	if err != nil || len(events) != 2 || events[0].After["zone"] != asset.MyNumberZone || events[0].Why != "台帳の取り込み" {
		t.Errorf("%+v, %v", events, err)
	}
}

// What a 台帳担当者 takes in are drafts, whatever is said of them; what is registered they
// don't change, and where a file would, nothing of it is taken in.
func TestAKeepersImportMakesDrafts(t *testing.T) {
	t.Parallel()
	tn := newTown(t)
	if got, plan := tn.take(t, tn.manager, "A-1,総務課,台帳,2,2,2,無,LGWAN\n"); got != "1 0 0 0" {
		t.Fatalf("by the manager: %s %v", got, plan.Problems)
	}
	keeper := authz.Actor{Person: tn.manager.Person, Holdings: []authz.Holding{{Role: authz.RegisterKeeper, Section: tn.manager.Holdings[0].Section}}}
	const fresh = "A-2,総務課,名簿,2,2,2,無,LGWAN\n"
	if got, plan := tn.take(t, keeper, "A-1,総務課,台帳,2,2,2,無,LGWAN\n"+fresh); got != "1 0 1 0" {
		t.Errorf("by the keeper: %s %v", got, plan.Problems)
	}
	state := func(code string, want asset.State, version int) {
		t.Helper()
		if a, err := tn.assets.Find(t.Context(), tn.manager, code); err != nil || a.State != want || a.Version != version {
			t.Errorf("%s: %s of version %d, %v", code, a.State, a.Version, err)
		}
	}
	state("somu-0002", asset.Draft, 1)
	if got, plan := tn.take(t, keeper, strings.Replace(fresh, "名簿,2", "名簿,3C", 1)); got != "0 1 0 0" {
		t.Errorf("their own draft: %s %v", got, plan.Problems)
	}
	state("somu-0002", asset.Draft, 2)
	file, err := intake.Read(t.Context(), []byte(head+"A-1,総務課,台帳,3C,2,2,無,LGWAN\nA-3,総務課,図面,2,2,2,無,LGWAN\n"))
	if err != nil {
		t.Fatal(err)
	}
	if plan, err := tn.TakeIn(t.Context(), keeper, file, intake.Choices{}); err != nil || len(plan.Problems) != 1 || !strings.Contains(plan.Problems[0].Sentence(), "台帳担当者には変えられません") {
		t.Errorf("a registered one: %+v, %v", plan.Problems, err)
	}
	state("somu-0001", asset.Registered, 1)
	if _, err := tn.assets.Find(t.Context(), tn.manager, "somu-0003"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("the rest of the file: %v", err)
	}
	other, err := intake.Read(t.Context(), []byte(head+"1,産業課,図面,2,2,2,無,LGWAN\n"))
	if err != nil {
		t.Fatal(err)
	}
	if plan, err := tn.TakeIn(t.Context(), keeper, other, intake.Choices{}); err == nil && len(plan.Problems)+plan.Elsewhere == 0 {
		t.Error("another section's is taken in")
	}
}

func TestWhoMayChangeNoAssetTakesNoRegisterIn(t *testing.T) {
	t.Parallel()
	tn := newTown(t)
	file, err := intake.Read(t.Context(), []byte(head+"1,総務課,台帳,2,2,2,無,LGWAN\n"))
	if err != nil {
		t.Fatal(err)
	}
	staff := authz.Actor{Person: tn.manager.Person, Holdings: []authz.Holding{{Role: authz.Staff, Section: 1}}}
	if _, err := tn.Plan(t.Context(), staff, file, intake.Choices{}); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a plan: %v", err)
	}
	if _, err := tn.TakeIn(t.Context(), staff, file, intake.Choices{}); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("taken in: %v", err)
	}
}

// The number of an asset that has gone to another section is no third one's own, also where
// the section of its code is no more.
func TestANumberOfASectionThatIsNoMoreIsNobodysOwn(t *testing.T) {
	t.Parallel()
	tn := newTown(t)
	tn.take(t, tn.manager, ",総務課,住民名簿,2,2,2,無,LGWAN\n")
	for _, sql := range []string{
		`INSERT INTO section (code, name, kind, position, abolished_on) VALUES ('minato', '見本水道課', 'internal', 9, '2026-11-01')`,
		`INSERT INTO asset_number (code, last) VALUES ('minato', 1)`,
		`INSERT INTO section (code, name, kind, position) VALUES ('kikaku', '企画課', 'internal', 10)`,
		`UPDATE asset SET code = 'minato-0001', section_id = (SELECT id FROM section WHERE code = 'kikaku') WHERE code = 'somu-0001'`,
	} {
		if _, err := tn.db.Pool.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	for _, number := range []string{"minato-0001", "Minato-0001", "minato-0002", "sangyo-0001"} {
		got, plan := tn.take(t, tn.manager, number+",総務課,住民名簿,2,2,2,無,LGWAN\n")
		if got != "0 0 0 1" || !strings.Contains(plan.Problems[0].Reason, "この管理番号の情報資産は、あなたの課室にありません") {
			t.Errorf("%s: %s, %v", number, got, plan.Problems)
		}
	}
}

// The same file after two of its rows have ended brings nothing in anew.
func TestTheSameFileAfterAMergeIsAskedAbout(t *testing.T) {
	t.Parallel()
	tn := newTown(t)
	const rows = ",総務課,住民名簿,2,2,2,無,LGWAN\n,総務課,世帯の一覧表,2,2,2,無,LGWAN\n,総務課,誤りの行,2,2,2,無,LGWAN\n"
	tn.take(t, tn.manager, rows)
	through := door.New(tn.db.Pool, func() time.Time { return time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC) })
	merging := merge.New(tn.db.Pool, through, tn.assets)
	if err := merging.Merge(t.Context(), tn.manager, merge.Seen{Code: "somu-0002", Version: 1}, merge.Seen{Code: "somu-0001", Version: 1}, nil, "同じもの"); err != nil {
		t.Fatal(err)
	}
	if err := tn.assets.EndAsMistaken(t.Context(), tn.manager, "somu-0003", 1, "誤り"); err != nil {
		t.Fatal(err)
	}
	got, plan := tn.take(t, tn.manager, rows)
	if faults := plan.Faults(); got != "0 0 1 0" || plan.Open != 2 || len(faults) != 2 || !strings.Contains(faults[0].Reason, "「somu-0002」が、台帳から外れています（「somu-0001」に統合）") {
		t.Errorf("%s, %d open, %v", got, plan.Open, faults)
	}
	file, err := intake.Read(t.Context(), []byte(head+rows))
	if err != nil {
		t.Fatal(err)
	}
	plan, err = tn.TakeIn(t.Context(), tn.manager, file, intake.Choices{Same: map[int]string{1: "somu-0002", 2: "somu-0003"}})
	if err != nil || plan.Added+plan.Changed+plan.Open != 0 || plan.Unchanged != 3 {
		t.Errorf("%+v, %v", plan, err)
	}
}
