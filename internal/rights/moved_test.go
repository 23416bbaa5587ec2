package rights_test

import (
	"testing"

	"kagami/internal/fault"
	"kagami/internal/rights"
	"kagami/internal/rights/rightstest"
)

// moved is an office to whose 税務町民課 somebody has come with two rights for the work of
// another, and their codes.
func moved(t *testing.T) (o *rightstest.Office, codes []string) {
	o = rightstest.New(t, databases.New(t), rights.Ties{})
	for _, system := range []string{o.Tax, o.Mail} {
		codes = append(codes, o.Permitted("fukushi 主事", "zeimu 担当副課長", rightstest.Asking(system)))
	}
	o.Transfer("fukushi 主事", "zeimu 主査", rightstest.Today.AddDays(1))
	*o.Time = rightstest.Today.AddDays(1).Start()
	o.Must(o.Settling.Settle(t.Context()))
	return o, codes
}

func TestAllOfSomebodyWhoHasComeAreKeptAtOnce(t *testing.T) {
	t.Parallel()
	o, codes := moved(t)
	list, err := o.Rights.MovedOf(t.Context(), o.As("zeimu 課長"), o.Number["fukushi 主事"])
	if err != nil || len(list) != 2 {
		t.Fatalf("%d are asked, %v", len(list), err)
	}
	o.Must(o.Rights.AnswerMoved(t.Context(), o.As("zeimu 課長"), codes, rights.EventKeep, ""))
	for _, code := range codes {
		o.Stands(code, rights.InForce)
	}
	if list, err := o.Rights.Moved(t.Context(), o.As("zeimu 課長")); err != nil || len(list) != 0 {
		t.Errorf("%d are asked still, %v", len(list), err)
	}
	if err := o.Rights.AnswerMoved(t.Context(), o.As("zeimu 課長"), codes, rights.EventKeep, ""); fault.KindOf(err) != fault.Conflict {
		t.Errorf("answered twice: %v", err)
	}
}

func TestAllOfSomebodyWhoHasComeEndWithAReason(t *testing.T) {
	t.Parallel()
	o, codes := moved(t)
	if err := o.Rights.AnswerMoved(t.Context(), o.As("zeimu 課長"), codes, rights.EventEnd, " "); fault.KindOf(err) != fault.Invalid {
		t.Errorf("without a reason: %v", err)
	}
	o.Must(o.Rights.AnswerMoved(t.Context(), o.As("zeimu 課長"), codes, rights.EventEnd, "前の課の仕事のため"))
	for _, code := range codes {
		o.Stands(code, rights.Ended)
	}
}

// One of which nothing is asked lets none be answered.
func TestAllOrNoneOfSomebodyWhoHasComeIsAnswered(t *testing.T) {
	t.Parallel()
	o, codes := moved(t)
	asking := rightstest.Asking(o.Tax)
	asking.From = rightstest.Today.AddDays(1)
	other := o.Permitted("zeimu 主事", "zeimu 担当副課長", asking)
	for _, event := range []rights.Event{rights.EventKeep, rights.EventEnd} {
		if err := o.Rights.AnswerMoved(t.Context(), o.As("zeimu 課長"), append(codes[:2:2], other), event, "見本"); fault.KindOf(err) != fault.Conflict {
			t.Errorf("%s with another's: %v", event, err)
		}
	}
	for _, code := range codes {
		o.Stands(code, rights.Moved)
	}
	o.Stands(other, rights.InForce)
}

func TestWhoDoesNotLeadThemAnswersForNobody(t *testing.T) {
	t.Parallel()
	o, codes := moved(t)
	for who, want := range map[string]fault.Kind{"fukushi 課長": fault.Forbidden, "zeimu 主事": fault.NotFound, "fukushi 主事": fault.Forbidden} {
		if err := o.Rights.AnswerMoved(t.Context(), o.As(who), codes, rights.EventKeep, ""); fault.KindOf(err) != want {
			t.Errorf("%s: %v", who, err)
		}
	}
	for _, code := range codes {
		o.Stands(code, rights.Moved)
	}
}

// What lets somebody do more than most is not kept together with the rest.
func TestWhatIsPrivilegedIsAnsweredByItself(t *testing.T) {
	t.Parallel()
	o := rightstest.New(t, databases.New(t), rights.Ties{})
	asking := rightstest.Asking(o.Tax)
	asking.Kind = rights.Privileged
	code := o.Permitted("fukushi 主事", "zeimu 担当副課長", asking)
	o.Transfer("fukushi 主事", "zeimu 主査", rightstest.Today.AddDays(1))
	*o.Time = rightstest.Today.AddDays(1).Start()
	o.Must(o.Settling.Settle(t.Context()))
	if list, err := o.Rights.MovedOf(t.Context(), o.As("zeimu 課長"), o.Number["fukushi 主事"]); err != nil || len(list) != 0 {
		t.Errorf("%d are offered, %v", len(list), err)
	}
	if err := o.Rights.AnswerMoved(t.Context(), o.As("zeimu 課長"), []string{code}, rights.EventKeep, ""); fault.KindOf(err) != fault.Conflict {
		t.Errorf("it is kept: %v", err)
	}
}
