package fault_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"kagami/internal/fault"
)

// What a person typed, and a sentence repeats to them.
const (
	typed    = "見本 太郎"
	sentence = "「" + typed + "」は登録されていません。職員番号を確かめてください。"
)

var errRefused = errors.New("connection refused")

func kinds() []fault.Kind {
	return []fault.Kind{
		fault.Internal, fault.Invalid, fault.NotFound, fault.Forbidden, fault.Conflict, fault.Unauthenticated,
		fault.TooLarge, fault.Unsupported, fault.WrongMethod, fault.TooMany, fault.Unavailable,
	}
}

func TestEachKindHasANameOfItsOwn(t *testing.T) {
	t.Parallel()
	seen := map[string]fault.Kind{}
	for _, kind := range kinds() {
		name := kind.String()
		if other, taken := seen[name]; taken || name == "" {
			t.Errorf("kinds %d and %d are both called %q", other, kind, name)
		}
		seen[name] = kind
	}
}

func TestAKindIsFoundHoweverDeepItIsWrapped(t *testing.T) {
	t.Parallel()
	for _, kind := range kinds() {
		for name, err := range map[string]error{
			"bare":         fault.New(kind, sentence),
			"with a cause": fault.Wrap(errRefused, kind, sentence),
			"in another":   fmt.Errorf("making a change: %w", fmt.Errorf("in a transaction: %w", fault.New(kind, sentence))),
			"among others": errors.Join(errRefused, fault.New(kind, sentence)),
		} {
			if got := fault.KindOf(err); got != kind {
				t.Errorf("%s: %s, want %s", name, got, kind)
			}
		}
	}
	if got := fault.KindOf(errRefused); got != fault.Internal {
		t.Errorf("an error that is no fault is %s", got)
	}
	// of two, the outer one says what has become of it
	outer := fault.Wrap(fault.New(fault.NotFound, sentence), fault.Conflict, "変わりました。")
	if got := fault.KindOf(outer); got != fault.Conflict {
		t.Errorf("a fault of a fault is %s", got)
	}
}

func TestAFaultTellsItsCauseAndItsSentence(t *testing.T) {
	t.Parallel()
	err := fault.Wrap(errRefused, fault.Unavailable, "少し待ってください。")
	if !errors.Is(err, errRefused) {
		t.Error("its cause is not found in it")
	}
	for _, part := range []string{"unavailable", "少し待ってください。", "connection refused"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q does not say %q", err.Error(), part)
		}
	}
	if got := fault.New(fault.Conflict, "変わりました。").Error(); got != "conflict: 変わりました。" {
		t.Errorf("without a cause it is %q", got)
	}
	e, ok := errors.AsType[*fault.Error](fmt.Errorf("x: %w", err))
	if !ok || e.Message != "少し待ってください。" {
		t.Errorf("the sentence for the person is %+v", e)
	}
}

func TestProblemsMakeAnInvalidFaultAndNoneMakeNone(t *testing.T) {
	t.Parallel()
	for _, none := range [][]fault.Problem{nil, {}} {
		if err := fault.InvalidFields(none); err != nil { // not a nil pointer in an error
			t.Errorf("no problems make %v", err)
		}
	}
	problems := []fault.Problem{{Field: "name", Message: "氏名を入力してください。"}, {Message: "どれかを選んでください。"}}
	err := fault.InvalidFields(problems)
	e, ok := errors.AsType[*fault.Error](fmt.Errorf("adding: %w", err))
	if !ok || e.Kind != fault.Invalid || len(e.Problems) != 2 || e.Problems[0] != problems[0] || e.Problems[1] != problems[1] || e.Message == "" {
		t.Errorf("got %+v", e)
	}
}

// The sentence can repeat what somebody typed; what is typed is not for the log.
func TestTheCauseSaysNothingThatIsForThePerson(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err  error
		want string
	}{
		{errRefused, "connection refused"},
		{fault.New(fault.NotFound, sentence), "not found"},
		{fault.Wrap(errRefused, fault.Unavailable, sentence), "connection refused"},
		{fmt.Errorf("adding %s: %w", typed, fault.Wrap(errRefused, fault.Unavailable, sentence)), "connection refused"},
		{fault.InvalidFields([]fault.Problem{{Field: "name", Message: sentence}}), "invalid"},
		{fault.Wrap(fault.New(fault.NotFound, sentence), fault.Conflict, "変わりました。"), "not found"},
		{fault.Wrap(fmt.Errorf("looking: %w", fault.Wrap(errRefused, fault.Internal, sentence)), fault.Conflict, "変わりました。"), "connection refused"},
	} {
		if got := fault.Cause(c.err); got != c.want || strings.Contains(got, typed) {
			t.Errorf("the log says %q of %v, want %q", got, c.err, c.want)
		}
	}
}
