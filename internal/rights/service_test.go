package rights_test

import (
	"slices"
	"testing"
	"time"

	"kagami/internal/fault"
	"kagami/internal/rights"
	"kagami/internal/rights/rightstest"
)

func TestARightIsAskedForPermittedAndInForceFromItsFirstDay(t *testing.T) {
	t.Parallel()
	o := rightstest.New(t, databases.New(t), rights.Ties{})
	asking := rightstest.Asking(o.Tax)
	asking.From = rightstest.Today.AddDays(1)
	code := o.Ask("fukushi 主事", asking)
	o.Stands(code, rights.Asked)
	o.Must(o.Do("zeimu 担当副課長", code, rights.EventPermit, ""))
	o.Stands(code, rights.Upcoming)
	*o.Time = o.Time.Add(24 * time.Hour)
	o.Stands(code, rights.InForce)
}

// Nobody permits what they have asked for, or what they would use themselves.
func TestNobodyPermitsTheirOwn(t *testing.T) {
	t.Parallel()
	o := rightstest.New(t, databases.New(t), rights.Ties{})
	for _, c := range []struct{ asks, user, permits string }{
		{"zeimu 課長", "", "zeimu 課長"},
		{"zeimu 課長", "zeimu 主事", "zeimu 課長"},
		{"zeimu 課長", "zeimu 担当副課長", "zeimu 担当副課長"},
		{"zeimu 担当副課長", "", "zeimu 担当副課長"},
	} {
		asking := rightstest.Asking(o.Tax)
		asking.Person = o.Number[c.user]
		code := o.Ask(c.asks, asking)
		if err := o.Do(c.permits, code, rights.EventPermit, ""); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("%s asks for %s, and %s permits: %v", c.asks, c.user, c.permits, err)
		}
		o.Must(o.Do(c.asks, code, rights.EventWithdraw, ""))
	}
}

// At midnight of a transfer a right for the work of a section is not in force any more, and
// nothing has run; one that goes along still is.
func TestATransferEndsARightAtMidnight(t *testing.T) {
	t.Parallel()
	o := rightstest.New(t, databases.New(t), rights.Ties{})
	bound := o.Permitted("fukushi 主事", "zeimu 担当副課長", rightstest.Asking(o.Tax))
	o.Must(o.Rights.SetSystem(t.Context(), o.As("zeimu 課長"), o.Mail, rights.Setting{Everywhere: true}))
	along := o.Permitted("fukushi 主事", "zeimu 担当副課長", rightstest.Asking(o.Mail))
	o.Transfer("fukushi 主事", "zeimu 主査", rightstest.Today.AddDays(1))
	o.Stands(bound, rights.InForce)
	*o.Time = rightstest.Today.AddDays(1).Start()
	o.Stands(bound, rights.Moved)
	o.Stands(along, rights.InForce)
	o.Must(o.Do("zeimu 課長", bound, rights.EventKeep, ""))
	o.Stands(bound, rights.InForce)
}

// Where rights of a system go along from now on, who was transferred before may use it again, and
// the directories are told.
func TestWhatGoesAlongFromNowOnIsCarried(t *testing.T) {
	t.Parallel()
	var told rightstest.Carried
	o := rightstest.New(t, databases.New(t), told.Ties())
	code := o.Permitted("fukushi 主事", "zeimu 担当副課長", rightstest.Asking(o.Mail))
	o.Transfer("fukushi 主事", "zeimu 主査", rightstest.Today.AddDays(1))
	*o.Time = rightstest.Today.AddDays(1).Start()
	o.Stands(code, rights.Moved)
	told.People = nil
	o.Must(o.Rights.SetSystem(t.Context(), o.As("zeimu 課長"), o.Mail, rights.Setting{Everywhere: true}))
	o.Stands(code, rights.InForce)
	if !slices.Equal(told.People, []int64{o.People["fukushi 主事"]}) {
		t.Errorf("carried are %v", told.People)
	}
}

// Who works nowhere any more is permitted nothing.
func TestNothingIsPermittedToWhoHasLeft(t *testing.T) {
	t.Parallel()
	o := rightstest.New(t, databases.New(t), rights.Ties{})
	code := o.Ask("fukushi 主事", rightstest.Asking(o.Tax))
	o.Leave("fukushi 主事", rightstest.Today)
	*o.Time = rightstest.Today.AddDays(1).Start()
	if err := o.Do("zeimu 担当副課長", code, rights.EventPermit, ""); fault.KindOf(err) != fault.Conflict {
		t.Errorf("it is permitted: %v", err)
	}
	o.Stands(code, rights.Asked)
}
