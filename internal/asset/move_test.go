package asset_test

import (
	"testing"

	"kagami/internal/asset"
	"kagami/internal/asset/life"
	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/fault"
)

// move takes steps with an asset one after another.
func (o office) move(t *testing.T, code string, steps ...life.Step) error {
	t.Helper()
	for _, step := range steps {
		err := o.through().Do(t.Context(), o.tax, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
			a, err := asset.FindIn(t.Context(), tx, actor, code)
			if err != nil {
				return door.Unchanged(), err
			}
			if err := asset.AllowStep(tx, actor, a, step); err != nil {
				return door.Unchanged(), err
			}
			return o.MoveIn(t.Context(), tx, actor, a, step, "見本")
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (o office) state(t *testing.T, code string) asset.State {
	t.Helper()
	a, err := o.Find(t.Context(), o.tax, code)
	if err != nil {
		t.Fatal(err)
	}
	return a.State
}

// What is disposed of or missing counts until it is retired, and is found as it was.
func TestWhatIsDisposedOfCountsUntilItIsRetired(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for n, c := range []struct {
		steps []life.Step
		want  asset.State
	}{
		{[]life.Step{life.Dispose}, life.Disposing},
		{[]life.Step{life.Dispose, life.Spare}, asset.Registered},
		{[]life.Step{life.Dispose, life.Lose}, life.Missing},
		{[]life.Step{life.Lose, life.Find}, asset.Registered},
		{[]life.Step{life.Lose, life.Dispose}, life.Missing},
		{[]life.Step{life.Lose, life.Dispose, life.Retire}, asset.Retired},
		{[]life.Step{life.Dispose, life.Retire}, asset.Retired},
	} {
		d := onInternet() // fits no rule, which what is retired need not
		d.OwnNumber = numbered(n).OwnNumber
		code := o.register(t, d)
		if err := o.move(t, code, c.steps...); err != nil {
			t.Fatalf("%v: %v", c.steps, err)
		}
		a, err := o.Find(t.Context(), o.tax, code)
		if err != nil || a.State != c.want || (len(a.Breaks) == 0) != a.State.Ended() {
			t.Errorf("%v: %s, breaks %v, %v", c.steps, a.State, a.Breaks, err)
		}
		o.sums(t, string(a.State))
	}
}

func TestWhatIsDisposedOfIsChangedByNoOtherWay(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for n, step := range []life.Step{life.Dispose, life.Lose} {
		code := o.register(t, numbered(n))
		if err := o.move(t, code, step); err != nil {
			t.Fatal(err)
		}
		changed := numbered(n)
		changed.Place = "書庫"
		for name, err := range map[string]error{
			"changed":           o.Change(t.Context(), o.tax, code, 2, changed, ""),
			"changed with many": o.take(t, o.tax, "zeimu", asset.Registered, changed),
			"mistaken":          o.EndAsMistaken(t.Context(), o.tax, code, 2, "誤り"),
			"retired and again": o.move(t, code, life.Retire, life.Find),
		} {
			if fault.KindOf(err) != fault.Conflict {
				t.Errorf("%s, %s: %v", step, name, err)
			}
		}
	}
}

// Its section's own number stands for it until it is retired, and is free then.
func TestTheNumberOfWhatIsDisposedOfIsItsOwn(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	code := o.register(t, numbered(1))
	if err := o.move(t, code, life.Dispose); err != nil {
		t.Fatal(err)
	}
	if _, err := o.Register(t.Context(), o.tax, "zeimu", numbered(1)); fault.KindOf(err) != fault.Conflict {
		t.Errorf("the number is given again: %v", err)
	}
	if err := o.move(t, code, life.Retire); err != nil {
		t.Fatal(err)
	}
	if _, err := o.Register(t.Context(), o.tax, "zeimu", numbered(1)); err != nil {
		t.Errorf("the number is not free: %v", err)
	}
}

// A draft that can't be found stays a draft, and what waits is handed over as it stands.
func TestADraftThatIsMissingStaysADraft(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	if err := o.take(t, o.tax, "zeimu", asset.Draft, numbered(1)); err != nil {
		t.Fatal(err)
	}
	if err := o.move(t, "zeimu-0001", life.Lose); err != nil || o.state(t, "zeimu-0001") != asset.Draft {
		t.Errorf("it is %s, %v", o.state(t, "zeimu-0001"), err)
	}
	if err := o.move(t, "zeimu-0001", life.Dispose); fault.KindOf(err) != fault.Conflict {
		t.Errorf("a draft is disposed of: %v", err)
	}
}
