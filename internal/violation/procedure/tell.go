package procedure

// Seat is what somebody is to a case.
type Seat string

// The seats.
const (
	Person   Seat = "person"   // 対象職員
	Manager  Seat = "manager"  // the 情報セキュリティ管理者 of the person's 課室
	General  Seat = "general"  // the 統括
	Chief    Seat = "chief"    // the CISO
	Finder   Seat = "finder"   // who has confirmed it by 6(2)②
	Cutter   Seat = "cutter"   // who cuts access in an emergency
	Everyone Seat = "everyone" // whoever was told of it before
	Receiver Seat = "receiver" // the 統括 or the CISO, as who reports it chooses
)

// Title is what the seat is called.
func (s Seat) Title() string {
	switch s {
	case Person:
		return "対象職員"
	case Manager:
		return "課長（情報セキュリティ管理者）"
	case General:
		return "統括情報セキュリティ責任者"
	case Chief:
		return "CISO"
	case Finder:
		return "違反を確認した人"
	case Cutter:
		return "緊急停止をした人"
	case Everyone:
		return "これまでに知らせた人"
	case Receiver:
		return "報告のあて先（統括またはCISO）"
	}
	return ""
}

// Mark says of a notice whether a clause demands it.
type Mark string

// The marks.
const (
	ClauseNotice Mark = "notice" // 条項による通知 (6(2)①, ③)
	ClauseReport Mark = "report" // 条項による報告 (6(2)②)
	OtherNotice  Mark = "other"
)

// Title is what the mark is called.
func (m Mark) Title() string {
	switch m {
	case ClauseNotice:
		return "条項による通知"
	case ClauseReport:
		return "条項による報告"
	case OtherNotice:
		return "その他の連絡"
	}
	return ""
}

// Telling is who is told of a step, and as what.
type Telling struct {
	Seat Seat
	Mark Mark
}

// Tells are those who are told of an event, no more and no fewer. Of several seats of one
// person the first counts. What was only reported, and is not confirmed, is known to who it was
// reported to: nobody is told when it is reopened.
func Tells(event Event, confirmed bool) []Telling {
	switch event {
	case EventReport:
		return []Telling{{Receiver, OtherNotice}}
	case EventConfirm:
		return []Telling{{Manager, ClauseNotice}}
	case EventConfirmOther:
		return []Telling{{General, ClauseReport}, {Manager, ClauseReport}}
	case EventGuide, EventImprove, EventNotImprove:
		return []Telling{{General, OtherNotice}, {Person, OtherNotice}}
	case EventAnswer, EventWaive:
		return []Telling{{Manager, OtherNotice}, {General, OtherNotice}}
	case EventSuspend, EventRevoke:
		return []Telling{{Chief, ClauseNotice}, {Manager, ClauseNotice}, {Person, OtherNotice}}
	case EventLift, EventExpire, EventLeaveRevoked:
		return []Telling{{Chief, OtherNotice}, {Manager, OtherNotice}, {Person, OtherNotice}}
	case EventNotViolation:
		return []Telling{{Everyone, OtherNotice}, {Person, OtherNotice}}
	case EventCut:
		return []Telling{{Chief, OtherNotice}, {General, OtherNotice}, {Manager, OtherNotice}, {Person, OtherNotice}}
	case EventCorrect:
		return []Telling{{Manager, OtherNotice}}
	case EventAgree, EventKin:
		return []Telling{{General, OtherNotice}}
	case EventRefer, EventReferNot:
		return []Telling{{Chief, OtherNotice}}
	case EventReferralEnd:
		return []Telling{{Chief, OtherNotice}, {Manager, OtherNotice}}
	case EventPass:
		return []Telling{{General, OtherNotice}}
	case EventReopen:
		if !confirmed {
			return nil
		}
		return []Telling{{Manager, OtherNotice}, {Person, OtherNotice}} // the person where they knew
	default:
		return nil
	}
}

// Acts are the seats of which one takes an event; none where only the permission table says who.
func Acts(event Event) []Seat {
	switch event {
	case EventConfirm, EventJoin, EventCorrect, EventSuspend, EventRevoke, EventLift, EventLeaveRevoked,
		EventWeigh, EventSupervise, EventRefer, EventReferNot, EventPropose, EventReferralEnd:
		return []Seat{General}
	case EventNotViolation: // the CISO where the 統括 has found it themselves
		return []Seat{General, Chief}
	case EventGuide, EventImprove, EventHand:
		return []Seat{Manager}
	case EventNotImprove: // the 統括 where the 管理者 is silent
		return []Seat{Manager, General}
	case EventAgree, EventSeeReferral, EventPass:
		return []Seat{Chief}
	case EventInvestigate, EventDismiss, EventReopen:
		return []Seat{General, Chief}
	case EventKin:
		return []Seat{Manager, General, Chief}
	default:
		return nil
	}
}

// Asked is what is asked of somebody who is told of an event.
func Asked(event Event, seat Seat, vendor bool) string {
	switch {
	case vendor && seat == Manager:
		return "内容を見てください。派遣元・委託先への是正は、統括が求めます。"
	case seat == Manager && (event == EventConfirm || event == EventConfirmOther):
		return "適正な措置（指導）をしてください。"
	case event == EventNotImprove && seat == General:
		return "弁明の機会の後に、利用権限の停止などを判断してください。"
	}
	return "内容を見てください。"
}
