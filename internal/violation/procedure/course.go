package procedure

import (
	"strings"

	"kagami/internal/authz"
	"kagami/internal/lifecycle"
)

type arrow = lifecycle.Arrow[State, Event, lifecycle.Always]

// who may take the steps, as far as the permission table says; whose seat it is, Seats say.
var (
	general   = lifecycle.Who{May: []authz.Action{authz.ConfirmViolation}}
	leader    = lifecycle.Who{May: general.May, Except: "本人"}
	receiver  = lifecycle.Who{May: []authz.Action{authz.ConfirmViolation, authz.OverseeViolation}}
	decider   = lifecycle.Who{May: receiver.May, Except: "本人"} // on what begins again, or was none
	chief     = lifecycle.Who{May: []authz.Action{authz.OverseeViolation}}
	finder    = lifecycle.Who{May: []authz.Action{authz.ConfirmViolation, authz.ConfirmOwnViolation}, Except: "本人"}
	manager   = lifecycle.Who{May: []authz.Action{authz.GiveGuidance}, Except: "本人"}
	judge     = lifecycle.Who{May: []authz.Action{authz.GiveGuidance, authz.ConfirmViolation}, Except: "本人"}
	suspender = lifecycle.Who{May: []authz.Action{authz.DecideRights}, Except: "本人"}
	answerer  = lifecycle.Who{May: []authz.Action{authz.AnswerViolation}}
	seated    = lifecycle.Who{May: []authz.Action{authz.GiveGuidance, authz.ConfirmViolation, authz.OverseeViolation}, Except: "本人"}
	cutter    = lifecycle.Who{May: []authz.Action{authz.CutAccess}, Except: "本人"}
	referrer  = lifecycle.Who{May: []authz.Action{authz.Refer}, Except: "本人"}
)

// course is the course of a case.
var course = lifecycle.Table[State, Event, lifecycle.Always]{
	Thing:  "事案",
	States: []State{Reported, Dismissed, Joined, Confirmed, Guided, NotImproved, Suspended, Revoked, Closed},
	Ends:   []State{Joined},
	Arrows: arrows(),
}

func arrows() []arrow {
	list := []arrow{
		{Event: EventReport, To: Reported, By: lifecycle.Who{May: []authz.Action{authz.ReportViolation}}, Title: "違反の疑いの報告", Asks: "何を、いつ、どこで"},
		{From: Reported, Event: EventInvestigate, To: Reported, By: receiver, Title: "調査する"},
		{From: Reported, Event: EventDismiss, To: Dismissed, By: receiver, Title: "調査しない", Needs: note("調査しない理由")},
		{From: Reported, Event: EventPass, To: Reported, By: chief, Title: "統括への引継ぎ"},
		{From: Reported, Event: EventJoin, To: Joined, By: general, Title: "ほかの事案への統合", Asks: "統合する先の事案"},
	}
	// confirmed from a report, or at once by who saw it themselves
	for _, from := range []State{"", Reported} {
		list = append(list,
			arrow{From: from, Event: EventConfirm, To: Confirmed, By: leader, Title: "違反の確認（6(2)①）", Asks: "対象職員、条項、事実、いつから"},
			arrow{From: from, Event: EventConfirmOther, To: Confirmed, By: finder, Title: "違反の確認（6(2)②）", Asks: "対象職員、システム、条項、事実、いつから"})
	}
	list = append(list,
		arrow{From: Confirmed, Event: EventGuide, To: Guided, By: manager, Title: "指導", Needs: note("何を改めるか"), Asks: "何を改めるか、いつまでに、どう確かめるか"},
		arrow{From: Guided, Event: EventGuide, To: Guided, By: manager, Title: "指導", Needs: note("何を改めるか"), Asks: "何を改めるか、いつまでに、どう確かめるか"},
		arrow{From: Guided, Event: EventImprove, To: Closed, By: manager, Title: "改善の確認", Needs: note("確かめたこと")},
		arrow{From: Guided, Event: EventNotImprove, To: NotImproved, By: judge, Title: "改善されないことの確認", Needs: note("確かめたこと"), Asks: "確かめたこと（期限の後、または行為が繰り返されたとき）"},
		arrow{From: NotImproved, Event: EventAgree, To: NotImproved, By: chief, Title: "停止・剥奪への同意", Asks: "統括が自ら確認した違反のとき"},
		arrow{From: NotImproved, Event: EventSuspend, To: Suspended, By: suspender, Title: "利用権限の停止", Needs: note("理由"), Asks: "どの利用権限か、理由、いつから、いつまで（弁明の期限の後、または弁明の放棄の後）"},
		arrow{From: Confirmed, Event: EventCorrect, To: Closed, By: leader, Title: "派遣元・委託先への是正の求め", Needs: note("求めたこと")},
		arrow{From: Suspended, Event: EventExpire, To: Closed, By: lifecycle.Who{May: []authz.Action{authz.FallsDue}}, Title: "停止の期限の経過"},
		arrow{From: Revoked, Event: EventLeaveRevoked, To: Closed, By: suspender, Title: "剥奪のまま完了", Needs: note("理由")},
		arrow{From: Dismissed, Event: EventReopen, To: Reported, By: decider, Title: "再開", Needs: note("新しい事実")},
		arrow{From: Closed, Event: EventReopen, To: Confirmed, By: decider, Title: "再開", Needs: note("新しい事実")},
	)
	for _, from := range []State{NotImproved, Suspended} {
		list = append(list, arrow{From: from, Event: EventRevoke, To: Revoked, By: suspender, Title: "利用権限の剥奪", Needs: note("理由"), Asks: "どの利用権限か、理由、いつから（弁明の期限の後、または弁明の放棄の後）"})
	}
	for _, from := range []State{Suspended, Revoked} {
		list = append(list, arrow{From: from, Event: EventLift, To: Closed, By: suspender, Title: "停止の解除・利用再開", Needs: note("理由")})
	}
	under := []State{Confirmed, Guided, NotImproved, Suspended, Revoked}
	for _, at := range under {
		list = append(list,
			arrow{From: at, Event: EventNotViolation, To: Closed, By: decider, Title: "違反に当たらないことの判断", Needs: note("理由")},
			arrow{From: at, Event: EventAnswer, To: at, By: answerer, Title: "弁明", Needs: note("弁明"), Asks: "弁明（書面などは、記録した人が、受けた日とともに）"},
			arrow{From: at, Event: EventWaive, To: at, By: answerer, Title: "弁明の放棄の記録", Needs: note("どのように放棄したか")},
			arrow{From: at, Event: EventCut, To: at, By: cutter, Title: "本人の行為による緊急停止", Needs: note("危険と理由"), Asks: "危険と理由、どの利用権限か（本人への通知を待つときは、その理由）"},
			arrow{From: at, Event: EventWeigh, To: at, By: leader, Title: "重大性の判断", Needs: note("理由")},
			arrow{From: at, Event: EventSupervise, To: at, By: leader, Title: "監督責任者の指定", Needs: note("理由")},
			arrow{From: at, Event: EventKin, To: at, By: seated, Title: "親族などの関係の届出", Asks: "だれが、どのような関係か"},
			arrow{From: at, Event: EventRefer, To: at, By: referrer, Title: "懲戒審査に付する判断", Needs: note("理由")},
			arrow{From: at, Event: EventReferNot, To: at, By: referrer, Title: "懲戒審査に付さない判断", Needs: note("理由")},
			arrow{From: at, Event: EventSeeReferral, To: at, By: chief, Title: "懲戒審査の判断の確認"})
	}
	for _, at := range append(under, Closed) { // a body may take longer than the case, and so may a talk
		list = append(list,
			arrow{From: at, Event: EventHand, To: at, By: manager, Title: "面談での手渡しの記録", Asks: "面談の日"},
			arrow{From: at, Event: EventPropose, To: at, By: referrer, Title: "懲戒審査の経過の記録"},
			arrow{From: at, Event: EventReferralEnd, To: at, By: referrer, Title: "懲戒審査の終了の記録"})
	}
	return list
}

// note is the one text that a step needs.
func note(title string) []lifecycle.Field { return []lifecycle.Field{{Name: "text", Title: title}} }

// Arrow is the step of an event from a state: Conflict where there is none.
func Arrow(from State, event Event) (State, error) {
	a, err := course.Arrow(from, event, "")
	return a.To, err
}

// Leads tells whether an event leads on from a state.
func Leads(from State, event Event) bool {
	_, err := course.Arrow(from, event, "")
	return err == nil
}

// Who may take an event, as far as the permission table says.
func Who(event Event) lifecycle.Who { return course.Who(event) }

// Needs is what the main text of an event is called; empty where it needs none.
func Needs(event Event) string {
	for _, a := range course.Arrows {
		if a.Event == event {
			if len(a.Needs) > 0 {
				return a.Needs[0].Title
			}
			break
		}
	}
	return ""
}

// Move is a step that there is.
type Move struct {
	Event    Event
	From, To State
}

// Moves are all steps that there are, which the database holds too.
func Moves() []Move {
	list := make([]Move, len(course.Arrows))
	for i, a := range course.Arrows {
		list[i] = Move{a.Event, a.From, a.To}
	}
	return list
}

// StatesDocument is the procedure as docs/violation-states.md holds it; a test keeps the two the
// same. It returns an error where the table is wrong.
func StatesDocument() (string, error) {
	if err := course.Check(); err != nil {
		return "", err
	}
	rows := course.Rows()
	for i, a := range course.Arrows {
		if seats := Acts(a.Event); len(seats) > 0 {
			rows[i].Who = seatTitles(seats)
		}
		rows[i].When = a.Event.Clause() + "：" + tellings(a)
	}
	return lifecycle.Document{
		Title: "違反の事案の手続", Sources: []string{"internal/violation/procedure/course.go", "internal/violation/procedure/tell.go"},
		Condition: "条項：知らせる人", Rows: rows,
	}.Markdown() + `
統括・課長（情報セキュリティ管理者）・CISO は、本人についてのとき、不在のときは、図 1.1 でその上の人です。総務課の職員については、指導と改善の確認をCISOが行い、統括は停止・剥奪だけを行います。CISOが統括に代わる事案で、統括が自ら確認した違反、重大な違反、懲戒審査の判断があるものは、CIOがCISOの席に着きます。
`, nil
}

func seatTitles(seats []Seat) string {
	titles := make([]string, len(seats))
	for i, s := range seats {
		titles[i] = s.Title()
	}
	return strings.Join(titles, "・")
}

// tellings are who is told of an event, with the mark of each.
func tellings(a arrow) string {
	event := a.Event
	var list []string
	for _, t := range Tells(event, a.From != Dismissed) {
		list = append(list, t.Seat.Title()+"（"+t.Mark.Title()+"）")
	}
	if AnswerTo(event, "") != "" {
		list = append(list, "報告者（「"+AnswerTo(event, "").Title()+"」）")
	}
	if len(list) == 0 {
		return "知らせません"
	}
	return strings.Join(list, "、")
}
