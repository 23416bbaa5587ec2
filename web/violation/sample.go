package violation

import (
	"context"
	"fmt"
	"slices"
	"time"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/sample"
	"kagami/internal/violation"
	"kagami/internal/violation/find"
	"kagami/internal/violation/procedure"
)

// fill puts cases over all stages into the sample town: one of a 管理者, one of the 総務課長, one in
// which access is cut, one of a vendor's staff. None is a real one.
func (s *Screens) fill(ctx context.Context, t sample.Town) error {
	town, whole := newSampling(s, t)
	if !whole {
		return nil
	}
	for _, play := range []func(context.Context) error{
		town.dismissed, town.confirmed, town.guided, town.silent, town.heard, town.agreeing, town.suspended, town.revoked, town.spot, town.none, town.lifted, town.ofManager, town.ofGeneral, town.cut, town.vendor,
	} {
		if err := play(ctx); err != nil {
			return fmt.Errorf("playing a sample case: %w", err)
		}
	}
	return nil
}

// sampling is the people by whom the sample cases are played.
type sampling struct {
	*Screens
	sample.Town
	general, chief authz.Actor
	led            []led
	next           int
	failed         error
}

// led is a 課室 with its 管理者 and somebody who works there.
type led struct {
	manager authz.Actor
	staff   []sample.Account
}

// newSampling finds them: 課室 of which nobody reads in the sample's texts. false where the town is too
// small.
func newSampling(s *Screens, t sample.Town) (*sampling, bool) {
	town := &sampling{Screens: s, Town: t, general: t.Holder(authz.GeneralSecurityOfficer), chief: t.Holder(authz.CISO)}
	for i := len(t.Actors) - 1; i >= 0; i-- { // the last sections first: the others play in much else
		a := t.Actors[i]
		at := slices.IndexFunc(a.Holdings, func(h authz.Holding) bool { return h.Role == authz.SecurityManager && h.Capacity == authz.AsHolder })
		if at < 0 || a.Has(authz.GeneralSecurityOfficer) {
			continue
		}
		l := led{manager: a}
		for j, other := range t.Actors {
			if other.Person != a.Person && other.Reach(authz.GiveGuidance) == authz.None && !other.Has(authz.Auditor) && !other.Has(authz.Administrator) &&
				slices.ContainsFunc(other.Holdings, func(h authz.Holding) bool { return h.Section == a.Holdings[at].Section }) {
				l.staff = append(l.staff, t.Accounts[j])
			}
		}
		if len(l.staff) > 0 {
			town.led = append(town.led, l)
		}
	}
	return town, town.general.Person != 0 && town.chief.Person != 0 && len(town.led) > 2
}

// someone is the next who plays, with their 管理者.
func (t *sampling) someone() (sample.Account, authz.Actor) {
	l := t.led[t.next%(len(t.led)-1)]
	who := l.staff[(t.next/(len(t.led)-1))%len(l.staff)]
	t.next++
	return who, l.manager
}

// on is the service on a day before the sample town's, in the morning.
func (t *sampling) on(ago int) *violation.Service {
	return t.cases.At(t.Today().AddDays(-ago).Start().Add(10 * time.Hour))
}

func finding(number, facts string, since calendar.Date) violation.Finding {
	return violation.Finding{Person: number, Kind: "executive", Clauses: "対策基準 5(2)", Facts: "例です。" + facts, Since: since}
}

// confirm confirms some days ago what somebody has done.
func (t *sampling) confirm(ctx context.Context, by authz.Actor, number string, ago int, facts string) string {
	if t.failed != nil {
		return ""
	}
	code, err := t.on(ago).Confirm(ctx, by, finding(number, facts, t.Today().AddDays(-ago-1)))
	t.failed = err
	return code
}

// do takes a step some days ago, as version n of the case.
func (t *sampling) do(ctx context.Context, by authz.Actor, code string, ago, version int, event procedure.Event, said violation.Said) {
	if t.failed != nil {
		return
	}
	said.Version = version
	if said.Text == "" {
		said.Text = "例です。"
	}
	if err := t.on(ago).Do(ctx, by, code, event, said); err != nil {
		t.failed = fmt.Errorf("%s: %w", event, err)
	}
}

// guide guides some days ago, until a day from then.
func (t *sampling) guide(ctx context.Context, by authz.Actor, code string, ago, days int) {
	t.do(ctx, by, code, ago, 1, procedure.EventGuide, violation.Said{
		Text: "例です。名簿を削除し、共有サービスの使い方を確かめる。", More: violation.More{Until: t.Today().AddDays(days - ago), Method: "画面で確かめる"},
	})
}

// held is a right of somebody's: to stop it leaves them the portal.
func (t *sampling) held(ctx context.Context, code string) []string {
	if t.failed != nil {
		return nil
	}
	opened, err := t.cases.Open(ctx, t.general, code, procedure.AsCase)
	if err != nil {
		t.failed = err
		return nil
	}
	list, err := t.rightsOf(ctx, t.general, opened.PersonNumber)
	t.failed = err
	if len(list) == 0 {
		return nil
	}
	return []string{list[len(list)-1].Code}
}

// failing is a case of somebody who was guided in vain, begun some days ago: it is the 統括's turn
// after the chance to answer.
func (t *sampling) failing(ctx context.Context, ago int, facts string) string {
	who, manager := t.someone()
	code := t.confirm(ctx, manager, who.StaffNumber, ago, facts)
	t.guide(ctx, manager, code, ago-1, 5)
	t.do(ctx, manager, code, ago-8, 2, procedure.EventNotImprove, violation.Said{})
	return code
}

// dismissed answers the newest report.
func (t *sampling) dismissed(ctx context.Context) error {
	page, err := t.lists.List(ctx, t.general, find.Search{State: procedure.Reported})
	if err != nil || len(page.Lines) == 0 {
		return err
	}
	return t.cases.Do(ctx, t.general, page.Lines[0].Code, procedure.EventDismiss, violation.Said{Version: 1, Text: "例です。窓口の画面には、のぞき見を防ぐフィルターが貼ってあることを確かめました。"})
}

func (t *sampling) confirmed(ctx context.Context) error {
	who, _ := t.someone()
	t.confirm(ctx, t.general, who.StaffNumber, 2, "私物の USB メモリーに、業務のファイルを保存していた。")
	return t.failed
}

func (t *sampling) guided(ctx context.Context) error {
	who, manager := t.someone()
	code := t.confirm(ctx, manager, who.StaffNumber, 5, "庁外のファイル共有サービスに、納付勧奨の名簿を置いていた。")
	t.guide(ctx, manager, code, 4, 14)
	return t.failed
}

func (t *sampling) silent(ctx context.Context) error {
	who, manager := t.someone()
	code := t.confirm(ctx, t.general, who.StaffNumber, 30, "離席のときに、画面を閉じていなかった。")
	t.guide(ctx, manager, code, 28, 7)
	return t.failed
}

func (t *sampling) heard(ctx context.Context) error {
	t.failing(ctx, 11, "許可のないソフトウェアを、端末に入れていた。")
	return t.failed
}

func (t *sampling) agreeing(ctx context.Context) error {
	who, manager := t.someone()
	if t.failed == nil {
		f := finding(who.StaffNumber, "利用者IDを、ほかの職員に貸していた。", t.Today().AddDays(-31))
		f.OwnFinding = true
		code, err := t.on(30).Confirm(ctx, t.general, f)
		t.failed = err
		t.guide(ctx, manager, code, 28, 5)
		t.do(ctx, manager, code, 20, 2, procedure.EventNotImprove, violation.Said{})
	}
	return t.failed
}

func (t *sampling) suspended(ctx context.Context) error {
	code := t.failing(ctx, 40, "持出しの許可を得ずに、端末を持ち帰っていた。")
	t.do(ctx, t.general, code, 15, 3, procedure.EventSuspend, violation.Said{Rights: t.held(ctx, code), More: violation.More{Until: t.Today().AddDays(10)}})
	return t.failed
}

func (t *sampling) revoked(ctx context.Context) error {
	code := t.failing(ctx, 60, "業務と関係のない人の情報を、繰り返し見ていた。")
	t.do(ctx, t.general, code, 30, 3, procedure.EventWeigh, violation.Said{More: violation.More{Grave: true}})
	t.do(ctx, t.general, code, 29, 4, procedure.EventRevoke, violation.Said{Rights: t.held(ctx, code)})
	t.do(ctx, t.general, code, 28, 5, procedure.EventRefer, violation.Said{})
	t.do(ctx, t.chief, code, 27, 6, procedure.EventSeeReferral, violation.Said{})
	return t.failed
}

func (t *sampling) spot(ctx context.Context) error {
	who, manager := t.someone()
	if t.failed == nil {
		_, t.failed = t.on(9).OnTheSpot(ctx, manager, violation.Talk{
			Finding: finding(who.StaffNumber, "パスワードを付箋に書いて貼っていた。", t.Today().AddDays(-9)), Text: "例です。付箋を捨て、パスワードを変える。", Method: "席で確かめた。", Seen: "例です。変えたことを確かめた。",
		})
	}
	return t.failed
}

func (t *sampling) none(ctx context.Context) error {
	who, _ := t.someone()
	code := t.confirm(ctx, t.general, who.StaffNumber, 20, "外部の会議サービスで、資料を共有していた。")
	t.do(ctx, t.general, code, 18, 1, procedure.EventNotViolation, violation.Said{Text: "例です。公開の資料だった。"})
	return t.failed
}

func (t *sampling) lifted(ctx context.Context) error {
	code := t.failing(ctx, 90, "ウイルス対策を止めていた。")
	t.do(ctx, t.general, code, 60, 3, procedure.EventSuspend, violation.Said{Rights: t.held(ctx, code)})
	t.do(ctx, t.general, code, 50, 4, procedure.EventLift, violation.Said{})
	return t.failed
}

func (t *sampling) ofManager(ctx context.Context) error {
	last := t.led[len(t.led)-1].manager
	at := slices.IndexFunc(t.Accounts, func(a sample.Account) bool { return a.Person == last.Person })
	t.confirm(ctx, t.general, t.Accounts[at].StaffNumber, 3, "部下の利用者IDで、システムに入っていた。")
	return t.failed
}

func (t *sampling) ofGeneral(ctx context.Context) error {
	at := slices.IndexFunc(t.Accounts, func(a sample.Account) bool { return a.Person == t.general.Person })
	t.confirm(ctx, t.chief, t.Accounts[at].StaffNumber, 1, "会議の資料を、私用の電子メールに送っていた。")
	return t.failed
}

func (t *sampling) cut(ctx context.Context) error {
	who, _ := t.someone()
	code := t.confirm(ctx, t.general, who.StaffNumber, 1, "大量のファイルを、庁外に送り続けていた。")
	t.do(ctx, t.general, code, 0, 1, procedure.EventCut, violation.Said{Rights: t.held(ctx, code)})
	return t.failed
}

func (t *sampling) vendor(ctx context.Context) error {
	if t.failed != nil {
		return t.failed
	}
	f := finding("", "保守の作業で、許可のない機器をつないでいた。", t.Today().AddDays(-13))
	f.Outsider, f.Company, f.Kind = "見本 作業員", "見本システム株式会社", "contractor"
	code, err := t.on(12).Confirm(ctx, t.general, f)
	t.failed = err
	t.do(ctx, t.general, code, 10, 1, procedure.EventCorrect, violation.Said{})
	return t.failed
}
