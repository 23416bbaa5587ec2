package review_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/org"
	"kagami/internal/postgres"
	"kagami/internal/rights"
	"kagami/internal/rights/bar"
	"kagami/internal/rights/review"
	"kagami/internal/rights/rightstest"
	"kagami/internal/task"
)

// town is an office of which the rights are confirmed.
type town struct {
	*rightstest.Office
	*review.Service
	t       *testing.T
	drifts  map[int64][]string
	carried []int64
	clerk   string // the code of a right of 税務町民課's 主事
	second  string // of its 主査
	chief   string // of its 課長
	welfare string // of 福祉こども課's 主事
}

func newTown(t *testing.T) *town {
	t.Helper()
	w := &town{t: t, drifts: map[int64][]string{}}
	w.Office = rightstest.New(t, databases.New(t), rights.Ties{Carry: func(_ context.Context, _ *door.Tx, people []int64) error {
		w.carried = append(w.carried, people...)
		return nil
	}})
	w.Service = review.New(w.DB.Pool, w.Door, w.Rights, review.Ties{Drift: func(_ context.Context, _ []int64) (map[int64][]string, error) {
		return w.drifts, nil
	}})
	w.clerk = w.Permitted("zeimu 主事", "zeimu 担当副課長", rightstest.Asking(w.Tax))
	w.second = w.Permitted("zeimu 主査", "zeimu 担当副課長", rightstest.Asking(w.Tax))
	w.chief = w.Permitted("zeimu 課長", "zeimu 担当副課長", rightstest.Asking(w.Tax))
	w.welfare = w.Permitted("fukushi 主事", "zeimu 担当副課長", rightstest.Asking(w.Tax))
	w.carried = nil
	return w
}

func plan() review.Plan {
	return review.Plan{Title: "令和8年度の利用権限の確認", Whole: true, DueOn: rightstest.Today.AddDays(30)}
}

func (w *town) open(p review.Plan) string {
	w.t.Helper()
	code, err := w.Open(w.t.Context(), w.As("soumu 統括"), p)
	w.Must(err)
	return code
}

func (w *town) refused(what string, kind fault.Kind, err error) {
	w.t.Helper()
	if err == nil || fault.KindOf(err) != kind {
		w.t.Errorf("%s: %v", what, err)
	}
}

func (w *town) place(code, section string) review.Place {
	w.t.Helper()
	p, err := w.FindSection(w.t.Context(), w.As("soumu 統括"), code, section)
	w.Must(err)
	return p
}

// lines are the rights of a section as somebody sees them.
func (w *town) lines(by, code, section string) map[string]review.Line {
	w.t.Helper()
	page, err := w.Lines(w.t.Context(), w.As(by), w.place(code, section), review.Choice{})
	w.Must(err)
	list := map[string]review.Line{}
	for _, l := range page.Lines {
		list[l.Code] = l
	}
	return list
}

// say answers by somebody on the version that there is.
func (w *town) say(by, code, section, right string, a review.Answer, words string) error {
	w.t.Helper()
	seen := w.lines("soumu 統括", code, section)[right].Version
	return w.Answer(w.t.Context(), w.As(by), code, section, review.Reply{Right: right, Answer: a, Words: words, Seen: seen})
}

// handIn hands 福祉こども課 in by its 管理者.
func (w *town) handIn(code string) error {
	w.t.Helper()
	return w.Do("fukushi 課長", code, "fukushi", review.EventHandIn, "")
}

func (w *town) Do(by, code, section string, event review.Event, note string) error {
	w.t.Helper()
	return w.Service.Do(w.t.Context(), w.As(by), code, section, event, review.Step{Version: w.place(code, section).Version, Note: note})
}

// step is Office.Do, which a town hides.
func (w *town) step(by, right string, event rights.Event, note string) error {
	w.t.Helper()
	return w.Office.Do(by, right, event, note)
}

// told counts the notices of somebody with a title.
func (w *town) told(who, title string) (n int) {
	w.t.Helper()
	err := w.DB.Pool.QueryRow(w.t.Context(), `SELECT count(*) FROM notice n WHERE n.person_id = $1 AND n.title LIKE '%' || $2 || '%'`, w.People[who], title).Scan(&n)
	w.Must(err)
	return n
}

func TestARightIsAskedForOfWhoLeadsItsPerson(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	f, err := w.Foresee(t.Context(), w.As("soumu 統括"), plan())
	w.Must(err)
	if f.Rights != 4 || len(f.Sections) != 2 || f.Sections[0].Name != "税務町民課" || f.Sections[0].Rights != 3 || len(f.Unmanaged()) != 0 {
		t.Errorf("it would come to %+v", f)
	}
	code := w.open(plan())
	if code != "8-1" {
		t.Errorf("its code is %s", code)
	}
	if n := w.told("zeimu 課長", "始めてください"); n != 1 {
		t.Errorf("the 課長 has %d notices", n)
	}
	if got := w.lines("zeimu 課長", code, "zeimu"); len(got) != 3 || !got[w.clerk].May || got[w.chief].May || got[w.clerk].Stands != review.Unanswered {
		t.Errorf("the section has %+v", got)
	}
	if _, err := w.FindSection(t.Context(), w.As("zeimu 課長"), code, "fukushi"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("another section: %v", err)
	}
	if _, err := w.Service.Find(t.Context(), w.As("zeimu 主事"), code); fault.KindOf(err) != fault.NotFound {
		t.Errorf("a 職員 finds it: %v", err)
	}
	_, err = w.Open(t.Context(), w.As("soumu 責任者"), plan())
	w.refused("a second one", fault.Conflict, err)
}

func TestAPlanIsChecked(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	officer := w.As("soumu 統括")
	for name, p := range map[string]review.Plan{
		"no title":   {Whole: true, DueOn: rightstest.Today},
		"a long one": {Title: strings.Repeat("確", 101), Whole: true, DueOn: rightstest.Today},
		"no section": {Title: "確認", DueOn: rightstest.Today},
		"no day":     {Title: "確認", Whole: true},
		"a past day": {Title: "確認", Whole: true, DueOn: rightstest.Today.AddDays(-1)},
		"a far day":  {Title: "確認", Whole: true, DueOn: rightstest.Today.AddDays(367)},
		"no rights":  {Title: "確認", Sections: []string{"soumu"}, DueOn: rightstest.Today},
	} {
		_, err := w.Foresee(t.Context(), officer, p)
		w.refused(name, fault.Invalid, err)
		_, err = w.Open(t.Context(), officer, p)
		w.refused(name, fault.Invalid, err)
	}
	_, err := w.Open(t.Context(), w.As("zeimu 課長"), plan())
	w.refused("a 課長 opens", fault.Forbidden, err)
}

func TestAnswersAreCarriedOutInTheLedger(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	third := w.Permitted("zeimu 主事", "zeimu 担当副課長", rightstest.Asking(w.Mail))
	w.carried = nil
	code := w.open(plan())
	w.Must(w.say("zeimu 課長", code, "zeimu", w.clerk, review.Needed, ""))
	if r := w.Office.Find(w.clerk); r.ConfirmedOn != rightstest.Today || r.ConfirmedBy != "見本 zeimu 課長" {
		t.Errorf("it is confirmed on %v by %s", r.ConfirmedOn, r.ConfirmedBy)
	}
	w.Must(w.say("zeimu 課長", code, "zeimu", w.second, review.Unneeded, ""))
	if r := w.Office.Find(w.second); r.Standing != rights.Ended {
		t.Errorf("what is not needed is %s", r.Standing)
	}
	history, err := w.Rights.History(t.Context(), w.As("soumu 統括"), w.second)
	w.Must(err)
	if history[0].Note != "利用権限の確認で不要とした" {
		t.Errorf("its reason is %q", history[0].Note)
	}
	if !slices.Equal(w.carried, []int64{w.People["zeimu 主査"]}) || w.told("zeimu 主査", "終了") != 1 {
		t.Errorf("carried %v, and its person has %d notices", w.carried, w.told("zeimu 主査", "終了"))
	}
	w.refused("without words", fault.Invalid, w.say("zeimu 課長", code, "zeimu", third, review.Change, " "))
	w.Must(w.say("zeimu 課長", code, "zeimu", third, review.Change, "照会だけにする"))
	if n := w.told("zeimu 担当副課長", "電子メールの利用権限を変えてください"); n != 1 {
		t.Errorf("the 情報システム管理者 has %d notices", n)
	}
	c, err := w.Count(t.Context(), w.As("zeimu 課長"), w.place(code, "zeimu"))
	w.Must(err)
	if c != (review.Counts{Asked: 4, Needed: 1, Unneeded: 1, Change: 1}) || c.Left() != 1 {
		t.Errorf("it comes to %+v", c)
	}
	if n := count(w, `SELECT count(*) FROM right_review_answer`); n != 3 {
		t.Errorf("%d answers are kept", n)
	}
}

func count(w *town, sql string) (n int) {
	w.t.Helper()
	w.Must(w.DB.Pool.QueryRow(w.t.Context(), sql).Scan(&n))
	return n
}

func TestAnAnswerIsTakenBackButThatByWhichARightHasEnded(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	code := w.open(plan())
	for _, a := range []review.Answer{review.Needed, review.Change, review.Later} {
		w.Must(w.say("zeimu 課長", code, "zeimu", w.clerk, a, "変える"))
		if got := w.lines("zeimu 課長", code, "zeimu")[w.clerk].Stands; got != a {
			t.Errorf("it stands as %s, not %s", got, a)
		}
		w.Must(w.say("zeimu 課長", code, "zeimu", w.clerk, review.Unanswered, ""))
		if got := w.lines("zeimu 課長", code, "zeimu")[w.clerk]; got.Stands != review.Unanswered || got.Words != "" || got.AnsweredBy != "" {
			t.Errorf("taken back it stands as %+v", got)
		}
	}
	w.Must(w.say("zeimu 課長", code, "zeimu", w.clerk, review.Unneeded, ""))
	w.refused("what has ended", fault.Conflict, w.say("zeimu 課長", code, "zeimu", w.clerk, review.Unanswered, ""))
	if n := count(w, `SELECT count(*) FROM right_review_answer`); n != 7 {
		t.Errorf("%d answers are kept", n)
	}
}

// Nobody answers for their own rights: for who leads a section alone, who stands above does.
func TestNobodyAnswersForTheirOwn(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	code := w.open(plan())
	w.refused("their own", fault.Forbidden, w.say("zeimu 課長", code, "zeimu", w.chief, review.Needed, ""))
	for _, by := range []string{"zeimu 担当副課長", "zeimu 主事", "soumu 統括", "soumu 監査"} {
		if err := w.say(by, code, "zeimu", w.clerk, review.Needed, ""); err == nil {
			t.Errorf("%s answers for another", by)
		}
	}
	above := "soumu 責任者"
	if _, may := w.As(above).May(authz.ReviewRights, chiefMatter(w)); !may {
		above = "soumu 統括"
	}
	if got := w.lines(above, code, "zeimu"); !got[w.chief].May || got[w.clerk].May {
		t.Errorf("%s may answer: %v, %v", above, got[w.chief].May, got[w.clerk].May)
	}
	if got := w.waits(above); len(got) != 1 || got[0].What != review.ToJudge || got[0].Count != 1 || got[0].SectionCode != "zeimu" {
		t.Errorf("for %s waits %+v", above, got)
	}
	w.Must(w.say(above, code, "zeimu", w.chief, review.Needed, ""))
	if got := w.waits(above); len(got) != 0 {
		t.Errorf("afterwards waits %+v", got)
	}
}

// chiefMatter is the matter of the 課長 of 税務町民課, who leads it alone.
func chiefMatter(w *town) authz.Matter {
	w.t.Helper()
	chief := w.As("zeimu 課長")
	at := slices.IndexFunc(chief.Holdings, func(h authz.Holding) bool { return h.Role == authz.SecurityManager })
	return authz.Matter{Person: chief.Person, PersonsSection: chief.Holdings[at].Section, Decision: true, Alone: []authz.Holding{{Role: authz.SecurityManager, Section: chief.Holdings[at].Section}}}
}

// waits is what waits for somebody.
func (w *town) waits(who string) (list review.Waiting) {
	w.t.Helper()
	var b task.Batch
	w.QueueWaiting(&b, w.As(who), func(rows review.Waiting) { list = rows })
	w.Must(b.Run(w.t.Context(), w.DB.Pool))
	return list
}

func TestASectionIsHandedInOnceAllIsAnswered(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	code := w.open(plan())
	if got := w.waits("fukushi 課長"); len(got) != 1 || got[0].What != review.ToAnswer || got[0].Count != 1 {
		t.Errorf("waits %+v", got)
	}
	w.refused("with one open", fault.Conflict, w.handIn(code))
	w.Must(w.say("fukushi 課長", code, "fukushi", w.welfare, review.Later, ""))
	w.refused("with one put off", fault.Conflict, w.handIn(code))
	w.Must(w.say("fukushi 課長", code, "fukushi", w.welfare, review.Needed, ""))
	if got := w.waits("fukushi 課長"); len(got) != 1 || got[0].What != review.ToHandIn {
		t.Errorf("waits %+v", got)
	}
	w.refused("of a version of before", fault.Conflict, w.Service.Do(t.Context(), w.As("fukushi 課長"), code, "fukushi", review.EventHandIn, review.Step{Version: 1}))
	w.Must(w.handIn(code))
	w.refused("afterwards", fault.Conflict, w.say("fukushi 課長", code, "fukushi", w.welfare, review.Later, ""))
	w.refused("without a reason", fault.Invalid, w.Do("fukushi 課長", code, "fukushi", review.EventTakeUp, ""))
	w.Must(w.Do("fukushi 課長", code, "fukushi", review.EventTakeUp, "見間違い"))
	w.Must(w.say("fukushi 課長", code, "fukushi", w.welfare, review.Change, "更新に"))
	w.Must(w.handIn(code))
	if got := w.waits("fukushi 課長"); len(got) != 0 {
		t.Errorf("waits %+v", got)
	}
}

// Another answer meanwhile is not overwritten.
func TestTheSecondOfTwoIsTold(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	code := w.open(plan())
	reply := review.Reply{Right: w.clerk, Answer: review.Needed}
	w.Must(w.Answer(t.Context(), w.As("zeimu 課長"), code, "zeimu", reply))
	w.Must(w.Answer(t.Context(), w.As("zeimu 課長"), code, "zeimu", reply)) // a double click
	reply.Answer = review.Later
	err := w.Answer(t.Context(), w.As("zeimu 課長"), code, "zeimu", reply)
	w.refused("another answer", fault.Conflict, err)
	if !strings.Contains(err.Error(), "「要る」と答えました") {
		t.Error(err)
	}
}

// Who is transferred takes their rights along to who leads them now, and a right that is needed
// there is kept for the work of that section.
func TestARightFollowsItsPerson(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	code := w.open(review.Plan{Title: "福祉だけ", Sections: []string{"fukushi"}, DueOn: rightstest.Today.AddDays(30)})
	w.Transfer("fukushi 主事", "zeimu 主査", rightstest.Today.AddDays(1))
	*w.Time = rightstest.Today.AddDays(1).Start()
	if _, err := w.FindSection(t.Context(), w.As("soumu 統括"), code, "zeimu"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("before it is tended: %v", err)
	}
	w.Must(w.Tend(t.Context()))
	if n := len(w.lines("fukushi 課長", code, "fukushi")); n != 0 {
		t.Errorf("the section of before has %d", n)
	}
	l := w.lines("zeimu 課長", code, "zeimu")[w.welfare]
	if !l.May || l.CameFrom != "福祉こども課" || !slices.Contains(l.Flags, review.FlagMoved) || l.Standing != rights.Moved {
		t.Errorf("the new section has %+v", l)
	}
	v, err := w.Service.Find(t.Context(), w.As("soumu 統括"), code)
	w.Must(err)
	for _, section := range []string{"zeimu", "fukushi"} { // counted by itself, and with all
		c, err := w.Count(t.Context(), w.As("soumu 統括"), w.place(code, section))
		w.Must(err)
		all, err := w.Sections(t.Context(), w.As("soumu 統括"), v, section)
		w.Must(err)
		if all[0].Counts != c {
			t.Errorf("%s comes to %+v, and with all to %+v", section, c, all[0].Counts)
		}
	}
	w.carried = nil
	w.Must(w.say("zeimu 課長", code, "zeimu", w.welfare, review.Needed, ""))
	if r := w.Office.Find(w.welfare); r.Standing != rights.InForce || r.SectionName != "税務町民課" || len(w.carried) != 1 {
		t.Errorf("it is %s for %s, carried %v", r.Standing, r.SectionName, w.carried)
	}
}

// What has ended otherwise needs no answer.
func TestWhatHasEndedNeedsNoAnswer(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	code := w.open(plan())
	w.Must(w.step("fukushi 主事", w.welfare, rights.EventGiveUp, ""))
	if got := w.lines("fukushi 課長", code, "fukushi")[w.welfare].Stands; got != review.Ended {
		t.Errorf("it stands as %s", got)
	}
	w.refused("answered", fault.Conflict, w.say("fukushi 課長", code, "fukushi", w.welfare, review.Needed, ""))
	c, err := w.Count(t.Context(), w.As("fukushi 課長"), w.place(code, "fukushi"))
	w.Must(err)
	if c != (review.Counts{Ended: 1}) {
		t.Errorf("it comes to %+v", c)
	}
}

// What is suspended is not ended here, and nobody reads more than that it is.
func TestWhatIsSuspendedIsNotEndedHere(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	code := w.open(plan())
	_, err := w.DB.Pool.Exec(t.Context(), `INSERT INTO right_bar (code, person_id, kind, whole, reason, from_at, withheld, made_by, made_at)
		SELECT 'abcdefghijklmnop', $1, 'revocation', true, '秘密の理由', now() - interval '1 year', '', $2, now()`, w.People["zeimu 主事"], w.People["soumu 統括"])
	w.Must(err)
	l := w.lines("zeimu 課長", code, "zeimu")[w.clerk]
	if l.Standing != rights.Suspended || !slices.Contains(l.Flags, review.FlagBarred) {
		t.Errorf("it stands as %s, %v", l.Standing, l.Flags)
	}
	w.refused("ended", fault.Conflict, w.say("zeimu 課長", code, "zeimu", w.clerk, review.Unneeded, ""))
	w.Must(w.say("zeimu 課長", code, "zeimu", w.clerk, review.Needed, ""))
	if r := w.Office.Find(w.clerk); !r.ConfirmedOn.IsZero() {
		t.Error("what is suspended was confirmed in the ledger")
	}
}

// What is suspended when its person is transferred is kept for the new work by the same answer,
// and is there when the suspension is over.
func TestWhatIsSuspendedIsKeptAfterATransfer(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	code := w.open(plan())
	_, err := w.Bars.Begin(t.Context(), w.As("soumu 統括"), bar.Order{
		Kind: bar.Suspension, Person: w.Number["fukushi 主事"], Whole: true, Reason: "見本", Until: rightstest.Today.AddDays(3),
	})
	w.Must(err)
	w.Transfer("fukushi 主事", "zeimu 主査", rightstest.Today.AddDays(1))
	*w.Time = rightstest.Today.AddDays(1).Start()
	w.Must(w.Settling.Settle(t.Context()))
	w.Must(w.say("zeimu 課長", code, "zeimu", w.welfare, review.Needed, ""))
	*w.Time = rightstest.Today.AddDays(16).Start()
	w.Must(w.Settling.Settle(t.Context()))
	if r := w.Office.Find(w.welfare); r.Standing != rights.InForce || r.SectionName != "税務町民課" {
		t.Errorf("it is %s, for the work of %s", r.Standing, r.SectionName)
	}
}

// What somebody has said of a right already is not overwritten by the rest of a page.
func TestTheRestLeavesWhatIsAnswered(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	code := w.open(plan())
	w.Must(w.say("zeimu 課長", code, "zeimu", w.clerk, review.Unneeded, ""))
	if n, err := w.AnswerRest(t.Context(), w.As("zeimu 課長"), w.place(code, "zeimu"), []string{w.clerk}); err != nil || n != 0 {
		t.Errorf("%d answered, %v", n, err)
	}
	if l := w.lines("zeimu 課長", code, "zeimu")[w.clerk]; l.Stands != review.Unneeded {
		t.Errorf("it is answered %s", l.Stands)
	}
}

// Only that of which nothing is to be noticed is answered with the rest of a page.
func TestTheRestIsWhatHasNoFlag(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	privileged := rightstest.Asking(w.Mail)
	privileged.Kind = rights.Privileged
	special := w.Permitted("zeimu 主事", "zeimu 担当副課長", privileged)
	code := w.open(plan())
	w.drifts[w.People["zeimu 主査"]] = []string{"庁内LANのアカウントは、台帳にありません"}
	if l := w.lines("zeimu 課長", code, "zeimu")[w.second]; !slices.Contains(l.Flags, review.FlagDrift) || len(l.Drifts) != 1 {
		t.Errorf("the directory's difference: %+v", l.Flags)
	}
	n, err := w.AnswerRest(t.Context(), w.As("zeimu 課長"), w.place(code, "zeimu"), []string{w.clerk, w.second, special, w.chief})
	w.Must(err)
	got := w.lines("zeimu 課長", code, "zeimu")
	if n != 1 || got[w.clerk].Stands != review.Needed || got[w.second].Stands != review.Unanswered || got[special].Stands != review.Unanswered || got[w.chief].Stands != review.Unanswered {
		t.Errorf("%d answered: %v, %v, %v, %v", n, got[w.clerk].Stands, got[w.second].Stands, got[special].Stands, got[w.chief].Stands)
	}
}

func TestWhatIsToBeChangedIsSettled(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	code := w.open(plan())
	w.Must(w.say("fukushi 課長", code, "fukushi", w.welfare, review.Change, "更新もできるように"))
	if got := w.waits("zeimu 担当副課長"); len(got) != 1 || got[0].What != review.ToChange || got[0].Count != 1 {
		t.Errorf("waits %+v", got)
	}
	wishes, err := w.Wishes(t.Context(), w.As("zeimu 担当副課長"))
	w.Must(err)
	if len(wishes) != 1 || wishes[0].Words != "更新もできるように" || wishes[0].Section != "福祉こども課" {
		t.Fatalf("they are %+v", wishes)
	}
	w.refused("of another section", fault.NotFound, w.Settle(t.Context(), w.As("fukushi 担当副課長"), code, w.welfare, wishes[0].Version, ""))
	w.refused("on another answer", fault.Conflict, w.Settle(t.Context(), w.As("zeimu 担当副課長"), code, w.welfare, 9, ""))
	w.Must(w.Settle(t.Context(), w.As("zeimu 担当副課長"), code, w.welfare, wishes[0].Version, "更新を加えた"))
	w.refused("twice", fault.Conflict, w.Settle(t.Context(), w.As("zeimu 担当副課長"), code, w.welfare, wishes[0].Version, ""))
	if got := w.waits("zeimu 担当副課長"); len(got) != 0 {
		t.Errorf("afterwards waits %+v", got)
	}
	if l := w.lines("fukushi 課長", code, "fukushi")[w.welfare]; !l.Settled || l.Stands != review.Change {
		t.Errorf("it stands as %+v", l)
	}
}

// With what it came to it is closed, and never changed again.
// What is closed says of each right what was shown until then: the section that it has come to,
// by a transfer or by a second post for the work of which it is, and what has ended.
func TestWhatIsClosedIsAsItStood(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	officer, tomorrow := w.As("soumu 統括"), rightstest.Today.AddDays(1)
	code := w.open(plan())
	w.Must(w.step("zeimu 課長", w.chief, rights.EventGiveUp, ""))
	w.Transfer("zeimu 主事", "fukushi 主査", tomorrow)
	w.Must(w.Town.Appoint(t.Context(), authz.AsOperator(), org.Appointment{Person: w.People["zeimu 主査"], Post: w.Posts["fukushi 主査"], First: tomorrow}, org.Beside))
	_, err := w.DB.Pool.Exec(t.Context(), `UPDATE access_right SET section_id = (SELECT id FROM section_shown WHERE code = 'fukushi') WHERE code = @code`, pgx.StrictNamedArgs{"code": w.second})
	w.Must(err)
	*w.Time = tomorrow.Start()
	stood := func() map[string][2]string {
		v, err := w.Service.Find(t.Context(), officer, code)
		w.Must(err)
		list, err := w.All(t.Context(), officer, v, "")
		w.Must(err)
		found := map[string][2]string{}
		for _, l := range list {
			found[l.Code] = [2]string{l.SectionName, string(l.Stands)}
		}
		return found
	}
	want := map[string][2]string{
		w.clerk:   {"福祉こども課", string(review.Unanswered)},
		w.second:  {"福祉こども課", string(review.Unanswered)},
		w.chief:   {"税務町民課", string(review.Ended)},
		w.welfare: {"福祉こども課", string(review.Unanswered)},
	}
	if before := stood(); !maps.Equal(before, want) {
		t.Fatalf("before it is closed they stand so: %v", before)
	}
	missing, err := w.Lacking(t.Context(), officer, code)
	w.Must(err)
	w.Must(w.Close(t.Context(), officer, code, len(missing), "年度が終わる"))
	if after := stood(); !maps.Equal(after, want) {
		t.Errorf("once it is closed they stand so: %v", after)
	}
}

func TestItIsClosedOverWhatIsMissing(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	officer := w.As("soumu 統括")
	code := w.open(plan())
	w.Must(w.say("fukushi 課長", code, "fukushi", w.welfare, review.Needed, ""))
	w.Must(w.handIn(code))
	missing, err := w.Lacking(t.Context(), officer, code)
	w.Must(err)
	if len(missing) != 1 || missing[0].SectionCode != "zeimu" || missing[0].Left != 3 {
		t.Fatalf("missing are %+v", missing)
	}
	w.refused("without a reason", fault.Invalid, w.Close(t.Context(), officer, code, 1, " "))
	w.refused("on what was otherwise", fault.Conflict, w.Close(t.Context(), officer, code, 0, "急ぐ"))
	w.refused("by a 課長", fault.Forbidden, w.Close(t.Context(), w.As("fukushi 課長"), code, 1, "急ぐ"))
	w.Must(w.Close(t.Context(), officer, code, 1, "年度が終わる"))
	w.refused("afterwards", fault.Conflict, w.say("zeimu 課長", code, "zeimu", w.clerk, review.Needed, ""))
	v, err := w.Service.Find(t.Context(), officer, code)
	w.Must(err)
	before, err := w.Record(t.Context(), officer, v, "")
	w.Must(err)
	if before.Sum != (review.Counts{Asked: 4, Needed: 1}) || len(before.Lacking()) != 1 || len(before.Listed) != 3 || v.Reason != "年度が終わる" {
		t.Errorf("its record is %+v of %+v", before, v)
	}
	w.Transfer("zeimu 主事", "fukushi 主査", rightstest.Today.AddDays(1))
	w.Must(w.step("zeimu 主査", w.second, rights.EventGiveUp, ""))
	*w.Time = rightstest.Today.AddDays(1).Start()
	after, err := w.Record(t.Context(), officer, v, "")
	w.Must(err)
	if after.Sum != before.Sum || !slices.EqualFunc(before.Listed, after.Listed, func(x, y review.Listed) bool {
		return x.Code == y.Code && x.SectionName == y.SectionName && x.Stands == y.Stands
	}) {
		t.Errorf("the record has changed: %+v", after)
	}
	for _, sql := range []string{
		`UPDATE right_review_item SET answer = 'needed', answered_by = 1, answered_at = now() WHERE answer IS NULL`, `UPDATE right_review SET title = '別'`,
		`UPDATE right_review_section SET name = '別'`, `DELETE FROM right_review_item`, `INSERT INTO right_review_item (review_id, right_id, person_id, section_id) VALUES (1, 99, 1, 1)`,
		`DELETE FROM right_review_answer`,
	} {
		if _, err := w.DB.Pool.Exec(t.Context(), sql); !strings.Contains(postgres.Constraint(err)+errorText(err), "right_review") && err == nil {
			t.Errorf("%s is let through", sql)
		}
	}
	if _, err := w.Open(t.Context(), officer, plan()); err != nil {
		t.Errorf("the next one: %v", err)
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// 24 November is a Tuesday: the 統括 is told on the Monday after it, and who leads a section by
// the steps that the town has set, each once.
func TestThoseWhoAreLateAreReminded(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.open(plan())
	at := func(days int) {
		*w.Time = rightstest.Today.AddDays(days).Start().Add(9 * time.Hour)
		w.Must(w.Tend(t.Context()))
		w.Must(w.Tend(t.Context()))
	}
	at(1)
	if n := w.told("soumu 統括", "提出していない課室は"); n != 0 {
		t.Errorf("in the week of the opening the 統括 is told %d times", n)
	}
	at(6)
	if n := w.told("soumu 統括", "提出していない課室は、2課室です"); n != 1 {
		t.Errorf("on Monday the 統括 is told %d times", n)
	}
	at(16)
	if n := w.told("zeimu 課長", "の期限は"+calendar.Wareki(rightstest.Today.AddDays(30))+"です"); n != 1 {
		t.Errorf("two weeks before it the 課長 is told %d times", n)
	}
	at(37)
	if n := w.told("zeimu 課長", "でした"); n != 1 {
		t.Errorf("after it the 課長 is told %d times", n)
	}
	if n := w.told("soumu 統括", "でした"); n != 1 {
		t.Errorf("a week after it the 統括 is told %d times", n)
	}
}

func TestTheLastDayIsMoved(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	officer := w.As("soumu 統括")
	code := w.open(plan())
	due := plan().DueOn
	w.refused("without a reason", fault.Invalid, w.MoveDue(t.Context(), officer, code, due, due.AddDays(7), ""))
	w.refused("from another day", fault.Conflict, w.MoveDue(t.Context(), officer, code, due.AddDays(1), due.AddDays(7), "議会"))
	w.Must(w.MoveDue(t.Context(), officer, code, due, due.AddDays(7), "議会"))
	if w.told("zeimu 課長", "期限が変わりました") != 1 {
		t.Error("the 課長 is not told")
	}
}
