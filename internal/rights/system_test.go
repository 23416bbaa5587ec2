package rights_test

import (
	"slices"
	"testing"

	"kagami/internal/rights"
	"kagami/internal/rights/rightstest"
)

// A system that was said to be for everybody by a slip is one of sections again.
func TestRightsOfASystemForEverybodyAreBoundAgain(t *testing.T) {
	t.Parallel()
	o := rightstest.New(t, databases.New(t), rights.Ties{})
	code := o.Permitted("fukushi 主事", "zeimu 担当副課長", rightstest.Asking(o.Tax))
	o.Must(o.Rights.SetSystem(t.Context(), o.As("zeimu 課長"), o.Tax, rights.Setting{Everywhere: true}))
	o.Must(o.Rights.SetSystem(t.Context(), o.As("zeimu 課長"), o.Tax, rights.Setting{Version: 1}))
	if r := o.Find(code); r.SectionName != "福祉こども課" {
		t.Errorf("it is for the work of %q", r.SectionName)
	}
	o.Transfer("fukushi 主事", "zeimu 主査", rightstest.Today.AddDays(1))
	*o.Time = rightstest.Today.AddDays(1).Start()
	o.Stands(code, rights.Moved)
}

// Where a system is for everybody from now on, who was transferred may use it again at once:
// the directories are told, and nobody is asked any more.
func TestASystemForEverybodyIsUsedAgainAtOnce(t *testing.T) {
	t.Parallel()
	var told rightstest.Carried
	o := rightstest.New(t, databases.New(t), told.Ties())
	code := o.Permitted("fukushi 主事", "zeimu 担当副課長", rightstest.Asking(o.Tax))
	o.Permitted("zeimu 主事", "zeimu 担当副課長", rightstest.Asking(o.Tax))
	o.Transfer("fukushi 主事", "zeimu 主査", rightstest.Today.AddDays(1))
	*o.Time = rightstest.Today.AddDays(1).Start()
	o.Must(o.Settling.Settle(t.Context()))
	told.People = nil
	o.Must(o.Rights.SetSystem(t.Context(), o.As("zeimu 課長"), o.Tax, rights.Setting{Everywhere: true}))
	o.Stands(code, rights.InForce)
	if list, err := o.Rights.Moved(t.Context(), o.As("zeimu 課長")); err != nil || len(list) != 0 {
		t.Errorf("asked is %+v, %v", list, err)
	}
	if !slices.Equal(told.People, []int64{o.People["fukushi 主事"]}) {
		t.Errorf("the directories were told of %v", told.People)
	}
}
