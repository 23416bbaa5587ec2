package bulk_test

import (
	"iter"
	"slices"
	"strings"
	"testing"

	"kagami/internal/asset"
	"kagami/internal/asset/bulk"
	"kagami/internal/asset/find"
	"kagami/internal/asset/many"
	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/fault"
)

// change changes what is looked for in bulk, and returns what it is named by.
func (o office) change(actor authz.Actor, q find.Search, c bulk.Change) string {
	o.t.Helper()
	token, err := o.Apply(o.t.Context(), actor, q, c, o.plan(actor, q, c).Digest)
	if err != nil {
		o.t.Fatal(err)
	}
	return token
}

func (o office) look(actor authz.Actor, token string) bulk.Kept {
	o.t.Helper()
	k, err := o.Look(o.t.Context(), actor, token)
	if err != nil {
		o.t.Fatal(err)
	}
	return k
}

func (o office) back(actor authz.Actor, token string) bulk.Back {
	o.t.Helper()
	b, err := o.LookBack(o.t.Context(), actor, token)
	if err != nil {
		o.t.Fatal(err)
	}
	return b
}

func (o office) takeBack(actor authz.Actor, token string) string {
	o.t.Helper()
	taken, err := o.TakeBack(o.t.Context(), actor, token, "誤り", o.back(actor, token).Digest)
	if err != nil {
		o.t.Fatal(err)
	}
	return taken
}

// touch changes an asset as anybody does on its own page.
func (o office) touch(code string, change func(*asset.Details)) {
	o.t.Helper()
	a := o.find(code)
	change(&a.Details)
	if err := o.register.Change(o.t.Context(), o.tax, code, a.Version, a.Details, ""); err != nil {
		o.t.Fatal(err)
	}
}

func codes(lines []bulk.LeftLine) (list []string) {
	for _, l := range lines {
		list = append(list, l.Code)
	}
	return list
}

func TestWhatAChangeInBulkDidIsKeptInFigures(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	code := o.add(o.tax, "zeimu", plain("台帳"))
	same := plain("控え")
	same.Place = "書庫"
	o.add(o.tax, "zeimu", same)
	ended := o.add(o.tax, "zeimu", plain("誤り"))
	if err := o.register.EndAsMistaken(t.Context(), o.tax, ended, 1, "誤り"); err != nil {
		t.Fatal(err)
	}
	o.add(o.welfare, "fukushi", plain("名簿"))
	both := authz.Actor{Person: o.tax.Person, Holdings: []authz.Holding{o.tax.Holdings[0], {Role: authz.GeneralSecurityOfficer}}}
	token := o.change(both, find.Search{States: find.Any}, bulk.Change{Texts: map[string]string{"place": "書庫"}, Zone: asset.LGWANZone, Why: "移転"})
	k := o.look(o.tax, token)
	if k.Changed != 1 || k.Same != 1 || k.Ended != 1 || k.Others != 1 || k.Refused != 0 || !k.Mine || k.Why != "移転" {
		t.Errorf("%+v", k.Record)
	}
	if got := strings.Join(k.Titles(), "、"); got != "領域、保存先" {
		t.Errorf("changed: %s", got)
	}
	if len(k.Parts) != 1 || k.Parts[0].Code != code || k.Parts[0].After["place"] != "書庫" || k.Parts[0].Made != 2 || !k.CanGoBack() {
		t.Errorf("%+v", k.Parts)
	}
	if list, err := o.Recent(t.Context(), o.tax); err != nil || len(list) != 1 || list[0].Token != token {
		t.Errorf("%+v, %v", list, err)
	}
	// another section neither reads nor takes back what is none of theirs
	if list, err := o.Recent(t.Context(), o.welfare); err != nil || len(list) != 0 {
		t.Errorf("another section's manager: %+v, %v", list, err)
	}
	for who, c := range map[string]struct {
		actor authz.Actor
		kind  fault.Kind
	}{"another section's manager": {o.welfare, fault.NotFound}, "who only drafts": {o.keeper, fault.Forbidden}} {
		if _, err := o.Look(t.Context(), c.actor, token); fault.KindOf(err) != c.kind {
			t.Errorf("%s looks: %v", who, err)
		}
		if _, err := o.LookBack(t.Context(), c.actor, token); fault.KindOf(err) != c.kind {
			t.Errorf("%s looks back: %v", who, err)
		}
		if _, err := o.TakeBack(t.Context(), c.actor, token, "誤り", ""); fault.KindOf(err) != c.kind {
			t.Errorf("%s takes back: %v", who, err)
		}
	}
	if _, err := o.Recent(t.Context(), o.keeper); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("who only drafts lists: %v", err)
	}
}

func TestAChangeInBulkIsTakenBackWhereNobodyHasChangedItSince(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	var list []string
	for _, name := range []string{"戻る", "変わる", "終わる", "見られる"} {
		d := plain(name)
		d.Place = "棚"
		list = append(list, o.add(o.tax, "zeimu", d))
	}
	token := o.change(o.tax, find.Search{}, bulk.Change{
		Texts: map[string]string{"place": "倉庫"}, Add: []asset.Handling{asset.Encryption}, Levels: map[asset.Aspect]string{asset.Confidentiality: "2"}, Checked: true, Why: "軽くする",
	})
	o.touch(list[1], func(d *asset.Details) { d.Note = "追記" })
	if err := o.register.EndAsMistaken(t.Context(), o.tax, list[2], 2, "誤り"); err != nil {
		t.Fatal(err)
	}
	b := o.back(o.tax, token)
	if len(b.Lines) != 2 || !slices.Equal(codes(b.Left), list[1:3]) || !strings.Contains(b.Left[0].Why, "見本が変えています") || !strings.Contains(b.Left[1].Why, "登録の誤り") {
		t.Fatalf("%d are brought back; %+v", len(b.Lines), b.Left)
	}
	for what, c := range map[string]struct {
		why, digest string
		kind        fault.Kind
	}{
		"no reason":         {" ", b.Digest, fault.Invalid},
		"too long a reason": {strings.Repeat("理", 401), b.Digest, fault.Invalid},
		"another plan":      {"誤り", "x", fault.Conflict},
	} {
		if _, err := o.TakeBack(t.Context(), o.tax, token, c.why, c.digest); fault.KindOf(err) != c.kind {
			t.Errorf("%s: %v", what, err)
		}
	}
	taken := o.takeBack(o.tax, token)
	a := o.find(list[0])
	was := plain("戻る")
	was.Place, was.CheckedOn = "棚", today // that somebody looked stays so
	if a.Version != 3 || len(asset.Differing(a.Details, was)) != 0 {
		t.Errorf("%+v", a)
	}
	history, err := o.register.History(t.Context(), o.tax, a)
	if err != nil || history[0].Why != "まとめて変更（令和8年11月24日 9時00分）を元に戻した。誤り" {
		t.Errorf("%q, %v", history[0].Why, err)
	}
	if o.find(list[1]).Place != "倉庫" {
		t.Error("what was changed since has changed")
	}
	k := o.look(o.tax, token)
	if k.CanGoBack() || len(k.Undone) != 1 || k.Undone[0].Token != taken || k.Undone[0].Changed != 2 {
		t.Errorf("%+v", k.Undone)
	}
	if own := o.look(o.tax, taken); own.Undoes != token || own.Refused != 2 || own.Why != "誤り" || own.Parts[1].Refusal == "" {
		t.Errorf("%+v", own.Record)
	}
	if again := o.back(o.tax, token); len(again.Lines) != 0 || again.Undone != 2 || len(again.Left) != 2 {
		t.Errorf("again: %+v", again)
	}
	if _, err := o.TakeBack(t.Context(), o.tax, token, "誤り", o.back(o.tax, token).Digest); fault.KindOf(err) != fault.Conflict {
		t.Errorf("again: %v", err)
	}
	// what was taken back by mistake is taken back likewise
	o.takeBack(o.tax, taken)
	if a := o.find(list[0]); a.Place != "倉庫" || a.Confidentiality != "2" || a.LevelReason != "見本；軽くする" {
		t.Errorf("%+v", a.Details)
	}
}

// Who looks at an asset and finds all of it so changes nothing.
func TestALookIsNoChange(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	d := plain("台帳")
	d.RegisteredOn = today.AddDays(-1)
	code := o.add(o.tax, "zeimu", d)
	token := o.change(o.tax, find.Search{}, bulk.Change{Texts: map[string]string{"place": "倉庫"}})
	looked := o.change(o.tax, find.Search{}, bulk.Change{Checked: true})
	if b := o.back(o.tax, looked); len(b.Lines) != 0 || b.Looked != 1 || o.look(o.tax, looked).CanGoBack() {
		t.Errorf("the look: %+v", b)
	}
	if b := o.back(o.tax, token); len(b.Lines) != 1 || b.Lines[0].LooksBy != "見本" {
		t.Fatalf("%+v", b)
	}
	o.takeBack(o.tax, token)
	if a := o.find(code); a.Place != "" || a.CheckedOn != today {
		t.Errorf("%+v", a.Details)
	}
}

// A draft in which a change in bulk settled what was open is a draft again.
func TestADraftThatWasRegisteredInBulkIsADraftAgain(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	if err := o.many.Change(t.Context(), o.tax, many.Asked{}, func(_ *door.Tx, s many.Standing) (iter.Seq[asset.Entry], error) {
		d := plain("下書き")
		d.Zone = ""
		of := s.Places[slices.IndexFunc(s.Places, func(p many.Place) bool { return p.Mine })].ID
		return slices.Values([]asset.Entry{{Section: of, Is: d, State: asset.Draft}}), nil
	}); err != nil {
		t.Fatal(err)
	}
	token := o.change(o.tax, find.Search{}, bulk.Change{Zone: asset.InternetZone})
	if a := o.find("zeimu-0001"); a.State != asset.Registered {
		t.Fatalf("it is %s", a.State)
	}
	taken := o.takeBack(o.tax, token)
	if a := o.find("zeimu-0001"); a.State != asset.Draft || a.Zone != "" || !a.BrokenSince.IsZero() {
		t.Errorf("%s in %q since %v", a.State, a.Zone, a.BrokenSince)
	}
	o.takeBack(o.tax, taken)
	if a := o.find("zeimu-0001"); a.State != asset.Registered || a.Zone != asset.InternetZone {
		t.Errorf("%s in %q", a.State, a.Zone)
	}
}

// A change that is proposed of it would be on nobody's list any more if it were a draft again.
func TestADraftIsNoneAgainWhileAChangeOfItIsProposed(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	of := o.tax.Holdings[0].Section
	if err := o.many.Change(t.Context(), o.tax, many.Asked{}, func(*door.Tx, many.Standing) (iter.Seq[asset.Entry], error) {
		d := plain("下書き")
		d.Zone = ""
		return slices.Values([]asset.Entry{{Section: of, Is: d, State: asset.Draft}}), nil
	}); err != nil {
		t.Fatal(err)
	}
	registered := o.add(o.tax, "zeimu", plain("台帳"))
	token := o.change(o.tax, find.Search{}, bulk.Change{Zone: asset.InternetZone})
	for _, code := range []string{"zeimu-0001", registered} {
		a := o.find(code)
		a.Note = "追記"
		if err := o.proposing.Propose(t.Context(), o.keeper, code, a.Version, a.Details, "見本"); err != nil {
			t.Fatal(err)
		}
	}
	b := o.back(o.tax, token)
	if len(b.Lines) != 1 || b.Lines[0].Code != registered || len(b.Left) != 1 || !strings.Contains(b.Left[0].Why, "提案が確認を待っている") {
		t.Fatalf("%+v", b)
	}
	o.takeBack(o.tax, token)
	if a := o.find("zeimu-0001"); a.State != asset.Registered || a.Zone != asset.InternetZone {
		t.Errorf("%s in %q", a.State, a.Zone)
	}
}

func TestATakingBackThatIsOvertakenChangesNothing(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	first, second := o.add(o.tax, "zeimu", plain("台帳")), o.add(o.tax, "zeimu", plain("名簿"))
	token := o.change(o.tax, find.Search{}, bulk.Change{Texts: map[string]string{"place": "倉庫"}})
	digest := o.back(o.tax, token).Digest
	o.touch(second, func(d *asset.Details) { d.Note = "追記" })
	if _, err := o.TakeBack(t.Context(), o.tax, token, "誤り", digest); fault.KindOf(err) != fault.Conflict || o.find(first).Place != "倉庫" {
		t.Errorf("%v", err)
	}
}

// Changes of other sections, however many and new, hide none.
func TestTheLastChangesAreThoseOfOnesOwnSections(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.add(o.tax, "zeimu", plain("台帳"))
	o.add(o.welfare, "fukushi", plain("名簿"))
	place := func(actor authz.Actor, place string) string {
		return o.change(actor, find.Search{}, bulk.Change{Texts: map[string]string{"place": place}})
	}
	first, second := place(o.tax, "書庫"), place(o.tax, "倉庫")
	for _, where := range []string{"書庫", "倉庫", "金庫"} {
		place(o.welfare, where)
	}
	list, err := o.Recent(t.Context(), o.tax)
	if err != nil || len(list) != 2 || list[0].Token != second || list[1].Token != first {
		t.Errorf("%+v, %v", list, err)
	}
}

// What is kept of a taking back says of how many assets nothing was to be brought back.
func TestWhatWasOnlyLookedAtIsCountedWhereTheRestIsTakenBack(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.add(o.tax, "zeimu", plain("台帳"))
	there := plain("名簿")
	there.Place = "倉庫"
	o.add(o.tax, "zeimu", there)
	token := o.change(o.tax, find.Search{}, bulk.Change{Texts: map[string]string{"place": "倉庫"}, Checked: true})
	if b := o.back(o.tax, token); len(b.Lines) != 1 || b.Looked != 1 {
		t.Fatalf("%+v", b)
	}
	if k := o.look(o.tax, o.takeBack(o.tax, token)); k.Changed != 1 || k.Same != 1 || k.Refused != 0 {
		t.Errorf("%+v", k.Record)
	}
}
