package personnel_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"kagami/internal/fault"
	"kagami/internal/org/personnel"
	"kagami/internal/sheet/intake"
)

const oddHead = "番号,氏名,フリガナ,配属先,職,発令日,血液型\n"

// begin hands a file in, as it is headed.
func (tn importTown) begin(file string) string {
	tn.t.Helper()
	token, err := tn.files.Start(tn.t.Context(), tn.actor, "名簿.csv", []byte(file), personnel.Choices{Whole: true})
	tn.must(err)
	return token
}

// settle chooses columns by the headings of a file; those not named are not read.
func (tn importTown) settle(token string, choices map[string]string) error {
	tn.t.Helper()
	i, err := tn.files.Headings(tn.t.Context(), tn.actor, token)
	tn.must(err)
	return tn.files.Settle(tn.t.Context(), tn.actor, token, func(field string) string {
		for _, h := range i.Headings.Headings {
			if choice, ok := choices[h.Text]; ok && h.Field() == field {
				return choice
			}
		}
		return intake.NotRead
	})
}

var oddChoices = map[string]string{"番号": "staff_number", "氏名": "name", "フリガナ": "furigana", "配属先": "section", "職": "title", "発令日": "first_day"}

// A file whose headings leave questions waits for somebody; what they settle is read
// so, and the next file of that kind asks nothing.
func TestHeadingsThatAreUnsureAreSettledOnce(t *testing.T) {
	t.Parallel()
	tn := newImportTown(t)
	const rows = "1,見本 1,,総務課,課長,2027-04-01,A\n3,見本 3,,税務町民課,職員,2027-04-01,A\n"
	token := tn.begin(oddHead + rows)
	i, lists := tn.look(token)
	if !i.Unsettled || i.Rows != 0 || len(lists.Added) > 0 || len(i.Headings.Headings) != 7 || i.Headings.Headings[3].Samples[0] != "総務課" {
		t.Fatalf("before it is settled: %+v", i)
	}
	for name, err := range map[string]error{
		"applied": failingSummary(tn.files.Apply(t.Context(), tn.actor, token, agreed)),
		"chosen":  tn.files.Choose(t.Context(), tn.actor, token, personnel.Choices{}),
	} {
		if fault.KindOf(err) != fault.Conflict {
			t.Errorf("%s before it is settled: %v", name, err)
		}
	}
	if err := tn.settle(token, map[string]string{"番号": "staff_number", "氏名": "name"}); fault.KindOf(err) != fault.Invalid {
		t.Errorf("settled without what is needed: %v", err)
	}
	if i, _ := tn.look(token); !i.Unsettled {
		t.Error("a refusal settles it")
	}
	tn.must(tn.settle(token, oddChoices))
	i, _ = tn.look(token)
	if i.Unsettled || i.Rows != 2 || i.Added != 1 || !i.Choices.Whole || i.Problems > 0 || strings.Join(i.Ignored, "") != "血液型" {
		t.Errorf("settled: %+v", i.Summary)
	}

	next := tn.begin(strings.Replace(oddHead, "番号", "番　号", 1) + rows)
	i, _ = tn.look(next)
	if i.Unsettled || i.Added != 1 || len(i.Headings.Learned()) != 2 {
		t.Errorf("the next file: %+v %+v", i.Summary, i.Headings.Learned())
	}
	// what was settled wrongly can be settled anew, as long as it is not applied
	wrong := map[string]string{"番 号": "staff_number", "氏名": "name", "フリガナ": "furigana", "配属先": "section_code", "職": "title", "発令日": "first_day"}
	tn.must(tn.settle(next, wrong))
	if i, _ := tn.look(next); i.Problems != 2 {
		t.Errorf("read by another column: %+v", i.Summary)
	}
	wrong["配属先"] = "section"
	tn.must(tn.settle(next, wrong))
	_, err := tn.files.Apply(t.Context(), tn.actor, next, agreed)
	tn.must(err)
	if _, err := tn.files.Headings(t.Context(), tn.actor, next); fault.KindOf(err) != fault.Conflict {
		t.Errorf("settled after it was applied: %v", err)
	}
	var files, originals int
	tn.must(tn.db.Pool.QueryRow(t.Context(), `SELECT count(*), count(*) FILTER (WHERE original <> '') FROM person_import`).Scan(&files, &originals))
	if files != 2 || originals != 1 {
		t.Errorf("of %d files %d are still there as they were handed in", files, originals)
	}
	// the file itself is not stored where there is nothing to settle
	if _, err := tn.files.Headings(t.Context(), tn.actor, tn.start("2,見本 2,,,,税務町民課,主任,2027-04-01,\n")); fault.KindOf(err) != fault.Conflict {
		t.Errorf("nothing to settle: %v", err)
	}
}

// What is settled is of whoever handed the file in and may change the organization.
func TestHeadingsAreSettledByWhoHandedTheFileIn(t *testing.T) {
	t.Parallel()
	tn := newImportTown(t)
	token := tn.begin(oddHead + "1,見本 1,,総務課,課長,2027-04-01,A\n")
	choose := func(string) string { return "" }
	if err := tn.files.Settle(t.Context(), operator, token, choose); fault.KindOf(err) != fault.NotFound {
		t.Errorf("another: %v", err)
	}
	clerk := tn.town.actor(tn.staff, "2026-11-24")
	if err := tn.files.Settle(t.Context(), clerk, token, choose); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a 職員: %v", err)
	}
	if _, err := tn.files.Headings(t.Context(), clerk, token); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a 職員 looks: %v", err)
	}
	if _, err := tn.files.Read(t.Context(), clerk, nil); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a 職員 reads: %v", err)
	}
	// the command reads what was settled at the portal, and says what it can't settle
	file := []byte(oddHead + "1,見本 1,,総務課,課長,2027-04-01,A\n")
	_, err := tn.files.Read(t.Context(), operator, file)
	if e, ok := errors.AsType[*fault.Error](err); !ok || e.Kind != fault.Invalid || !strings.Contains(e.Problems[0].Message, "「課室」の列がありません") {
		t.Errorf("the command: %v", err)
	}
	tn.must(tn.settle(token, oddChoices))
	if read, err := tn.files.Read(t.Context(), operator, file); err != nil || len(read.Rows) != 1 {
		t.Errorf("the command, after it was settled: %+v, %v", read, err)
	}
}

// While a file of somebody's is being read they hand in no other, and others do.
func TestOneFileOfAPersonIsReadAtATime(t *testing.T) {
	t.Parallel()
	tn := newImportTown(t)
	unsettled := tn.begin(oddHead + "1,見本 1,,総務課,課長,2027-04-01,A\n")
	done, err := intake.Turn(t.Context(), tn.db.Pool, tn.admin)
	tn.must(err)
	file := []byte(personnelHead + "2,見本 2,,,,税務町民課,主任,2027-04-01,\n")
	_, err = tn.files.Start(t.Context(), tn.actor, "x.csv", file, personnel.Choices{})
	if e, ok := errors.AsType[*fault.Error](err); !ok || e.Kind != fault.Conflict || !strings.Contains(e.Message, "読み取りが、まだ終わっていません") {
		t.Errorf("a second file: %v", err)
	}
	if err := tn.settle(unsettled, oddChoices); fault.KindOf(err) != fault.Conflict {
		t.Errorf("settling another: %v", err)
	}
	done()
	_, err = tn.files.Start(t.Context(), tn.actor, "x.csv", file, personnel.Choices{})
	tn.must(err)
	// a file that can't be read takes nobody's turn
	for range 2 {
		if _, err := tn.files.Start(t.Context(), tn.actor, "x.csv", []byte("%PDF"), personnel.Choices{}); fault.KindOf(err) != fault.Unsupported {
			t.Errorf("a PDF: %v", err)
		}
	}
}

// Whoever goes while their file is being read leaves nothing behind.
func TestAFileOfSomebodyWhoHasGoneIsNotTakenIn(t *testing.T) {
	t.Parallel()
	tn := newImportTown(t)
	ctx, leave := context.WithCancel(t.Context())
	leave()
	if _, err := tn.files.Start(ctx, tn.actor, "x.csv", []byte(personnelHead+"2,見本 2,,,,税務町民課,主任,2027-04-01,\n"), personnel.Choices{}); err == nil {
		t.Error("it was taken in")
	}
	var left int
	tn.must(tn.db.Pool.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM person_import) + (SELECT count(*) FROM table_turn)`).Scan(&left))
	if left != 0 {
		t.Errorf("%d rows are left", left)
	}
}
