package referral

import (
	"slices"
	"strings"
	"time"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/violation"
	"kagami/internal/violation/procedure"
)

// Referral is one person's.
type Referral struct {
	ID             int64
	Code           string
	CaseID         int64
	Person         int64
	PersonNumber   string
	PersonName     string
	Supervisor     bool   // 監督責任者; else whom the case is about
	Post           string // on the day of the proposal
	Kind           string // of the edition violation_authority
	KindTitle      string
	Way            Way
	Appointer      string // 任命権者
	Body           string
	Requester      string
	Members        string
	Basis          string
	InvolvedOut    bool // who took part in the case does not judge it
	State          State
	StateAt        time.Time
	ProposedOn     calendar.Date
	ProposalNumber string
	Reason         string
	RequestedOn    calendar.Date // 請求日
	RequestNumber  string
	ConvenedOn     calendar.Date
	MeetsOn        calendar.Date
	Quorum         int
	Hearing        Hearing
	HeardOn        calendar.Date
	MetOn          calendar.Date // 開催日
	Present        int
	Resolved       Outcome // 議決
	ReportedOn     calendar.Date
	Outcome        Outcome // 処分内容
	DecidedOn      calendar.Date
	DecisionNumber string
	ServedOn       calendar.Date
	AppealUntil    calendar.Date
	EndedOn        calendar.Date
	ToldFrom       *time.Time
	Version        int
}

const selected = `
	SELECT r.id, r.code, r.case_id, r.person_id AS person, p.staff_number AS person_number, p.name AS person_name, r.supervisor, r.post, r.person_kind AS kind, r.kind_title, r.way,
	       r.appointer, r.body, r.requester, r.members, r.basis, r.involved_out, r.state, r.state_at, r.proposed_on, r.proposal_number, r.reason, r.requested_on, r.request_number,
	       r.convened_on, r.meets_on, coalesce(r.quorum, 0) AS quorum, r.hearing, r.heard_on, r.met_on, coalesce(r.present, 0) AS present, r.resolved, r.reported_on,
	       r.outcome, r.decided_on, r.decision_number, r.served_on, r.appeal_until, r.ended_on, r.told_from, r.version
	FROM violation_referral r JOIN person_shown p ON p.id = r.person_id`

// Role is what its person is to the case.
func (r Referral) Role() string {
	if r.Supervisor {
		return violation.Supervisor.Title()
	}
	return violation.Concerned.Title()
}

// last is the latest day that it has.
func (r Referral) last() calendar.Date {
	days := []calendar.Date{r.ProposedOn, r.RequestedOn, r.ConvenedOn, r.HeardOn, r.MetOn, r.ReportedOn, r.DecidedOn, r.ServedOn}
	return slices.MaxFunc(days, calendar.Date.Compare)
}

// asked tells whether the body or the 任命権者 has been asked to judge.
func (r Referral) asked() bool { return !r.RequestedOn.IsZero() }

// known tells whether its person knows of it: they had their chance to answer, or it was decided.
func (r Referral) known() bool {
	return !r.DecidedOn.IsZero() || r.Hearing == HearingGiven || r.Hearing == HearingWaived
}

// Step is a step that was taken.
type Step struct {
	Version int
	At      time.Time
	By      int64
	ByName  string
	Section string // of who has taken it, on that day
	Title   string // of their post there
	Event   Event
	From    State
	To      State
	Text    string
	More    More
}

// Post is that of who has taken it.
func (h Step) Post() string { return authz.PostName(h.Section, h.Title) }

// More is what is said with a step. What a step has not is zero.
type More struct {
	On       calendar.Date `json:"on,omitzero"`
	Number   string        `json:"number,omitempty"`
	Meets    calendar.Date `json:"meets,omitzero"`
	Quorum   int           `json:"quorum,omitempty"`
	Hearing  Hearing       `json:"hearing,omitempty"`
	Present  []string      `json:"present,omitempty"`  // as they were written: 副町長　見本 太郎
	Excluded []Excluded    `json:"excluded,omitempty"` // 除斥委員
	Resolved Outcome       `json:"resolved,omitempty"`
	Outcome  Outcome       `json:"outcome,omitempty"`
	Appeal   calendar.Date `json:"appeal,omitzero"`
}

// Excluded is a member who did not judge, and why.
type Excluded struct {
	Name string `json:"name"`
	Why  string `json:"why"`
}

// Involved is somebody who took part in a case (関与者), and in what.
type Involved struct {
	Person int64
	Name   string
	Did    []string
}

// involvedIn are those who took part in a case: who confirmed it, guided, decided on access or
// cut it, and who decided that it is referred or proposed it.
func involvedIn(steps []violation.Step) []Involved {
	var list []Involved
	for _, h := range steps {
		var did string
		switch h.Event {
		case procedure.EventConfirm, procedure.EventConfirmOther:
			did = "違反の確認"
		case procedure.EventGuide, procedure.EventImprove, procedure.EventNotImprove:
			did = "指導"
		case procedure.EventSuspend, procedure.EventRevoke:
			did = "停止・剥奪"
		case procedure.EventCut:
			did = "緊急停止"
		case procedure.EventRefer, procedure.EventPropose:
			did = "懲戒審査を求めた"
		default:
			continue
		}
		i := slices.IndexFunc(list, func(o Involved) bool { return o.Person == h.By })
		if i < 0 {
			list = append(list, Involved{Person: h.By, Name: h.ByName})
			i = len(list) - 1
		}
		if !slices.Contains(list[i].Did, did) {
			list[i].Did = append(list[i].Did, did)
		}
	}
	return list
}

// folded is a name as it is compared: without blanks of either width.
func folded(name string) string {
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '　' || r == '\t' {
			return -1
		}
		return r
	}, name)
}

// Marked tells of a line that names a member whether it names one of those who took part.
func Marked(line string, involved []Involved) bool {
	return slices.ContainsFunc(involved, func(p Involved) bool { return p.Name != "" && strings.Contains(folded(line), folded(p.Name)) })
}
