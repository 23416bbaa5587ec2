package disposal

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"kagami/internal/calendar"
	"kagami/internal/fault"
)

// Asking is what is asked for: assets of one section, by their 管理番号.
type Asking struct {
	Codes   []string
	Medium  Medium   // empty where they are written off, since nobody finds them
	Ways    []string // by their names
	Witness string   // who is to stand by
	Reason  string
	Due     calendar.Date // by when it is to be done
}

// Record is what somebody records of what was done.
type Record struct {
	Ways        []string
	Serials     map[string]string // by the assets' 管理番号
	DoneBy      string            // also a supplier
	Witness     string
	Place       string
	At          time.Time
	LeaseReturn string // to whom a leased device went back, and when; empty for none
}

// Item is an asset that is disposed of, as it was when that was asked for.
type Item struct {
	AssetID         int64     `json:"asset_id"`
	Code            string    `json:"code"`
	Name            string    `json:"name"`
	Confidentiality string    `json:"confidentiality"`
	Zone            string    `json:"zone"`
	Serial          string    `json:"serial"`
	State           ItemState `json:"state"`
}

// ItemState is where one of a disposal's assets stands.
type ItemState string

// The states of an item.
const (
	ItemWaiting ItemState = "waiting"
	ItemRetired ItemState = "retired"
	ItemSpared  ItemState = "spared"
)

// Title is what the state is called.
func (s ItemState) Title() string {
	switch s {
	case ItemWaiting:
		return "廃棄待ち"
	case ItemRetired:
		return "廃棄済み"
	case ItemSpared:
		return "取りやめ"
	}
	return ""
}

const (
	// MostItems is how many assets one disposal may be of.
	MostItems  = 300
	mostPerson = 100
	mostDoer   = 200
	mostPlace  = 300
	mostText   = 2000
	mostSerial = 100
	mostWays   = 5
	farthest   = 366 // days to the day by which it is to be done
)

func tidied(list []string) []string {
	var kept []string
	known := map[string]bool{} // a form may hold tens of thousands
	for _, one := range list {
		if one = strings.TrimSpace(one); one != "" && !known[one] {
			kept, known[one] = append(kept, one), true
		}
	}
	return kept
}

func (a Asking) tidy() Asking {
	a.Codes, a.Ways = tidied(a.Codes), tidied(a.Ways)
	slices.Sort(a.Codes) // so that two of these don't wait for each other
	a.Witness, a.Reason = strings.TrimSpace(a.Witness), strings.TrimSpace(a.Reason)
	if a.Medium == "" {
		a.Ways, a.Witness = nil, ""
	}
	return a
}

func (r Record) tidy() Record {
	r.Ways, r.DoneBy, r.Witness = tidied(r.Ways), strings.TrimSpace(r.DoneBy), strings.TrimSpace(r.Witness)
	r.Place, r.LeaseReturn = strings.TrimSpace(r.Place), strings.TrimSpace(r.LeaseReturn)
	return r
}

// problems gathers what is wrong with a form.
type problems []fault.Problem

func (p *problems) add(field, message string) {
	*p = append(*p, fault.Problem{Field: field, Message: message})
}

// line finds what is wrong with a text of one line.
func (p *problems) line(field, title, text string, most int, needed bool) {
	if needed && text == "" || utf8.RuneCountInString(text) > most || strings.ContainsAny(text, "\r\n\x00") {
		p.add(field, fmt.Sprintf("%sを、1行、%d字までで入力してください。", title, most))
	}
}

// ways finds what is wrong with the ways that were chosen for assets of one medium.
func (p *problems) ways(rules Rules, medium Medium, ways []string, items []Item, stood bool) {
	demand := rules.Strictest(items)
	switch barred := rules.Barred(medium, ways); {
	case len(ways) == 0:
		p.add("ways", "廃棄の方法を選んでください。")
	case len(ways) > mostWays:
		p.add("ways", fmt.Sprintf("方法は、%dつまで選べます。", mostWays))
	case len(barred) > 0:
		p.add("ways", "「"+strings.Join(barred, "」「")+"」は、いまの基準では使えません。ほかの方法を選び直してください。")
	case !rules.Suffice(ways, demand, stood):
		p.add("ways", "この分類のものは、「"+demand.Title()+"」が要ります。"+wayOut[demand])
	}
}

// wayOut is what to choose where what was chosen is not enough.
var wayOut = map[Demand]string{
	TwiceStood:  "「破壊」の方法を選ぶか、「除去」の方法を2つ選んで、立会者を入力してください。",
	Destruction: "「破壊」の方法を選んでください。",
}

// check finds what is wrong with what is asked for, of assets, on a day.
func (a Asking) check(rules Rules, items []Item, today calendar.Date) []fault.Problem {
	var p problems
	if n := utf8.RuneCountInString(a.Reason); n == 0 || n > mostText {
		p.add("reason", fmt.Sprintf("理由を、%d字までで書いてください。", mostText))
	}
	switch {
	case a.Due.IsZero():
		p.add("due", "廃棄する予定の日を入力してください。")
	case a.Due.Before(today) || a.Due.Sub(today) > farthest:
		p.add("due", "廃棄する予定の日は、今日から1年の間の日にしてください。")
	}
	if a.Medium == "" {
		return p
	}
	if a.Medium.Title() == string(a.Medium) {
		p.add("medium", "媒体を選んでください。")
		return p
	}
	p.line("witness", "立会者", a.Witness, mostPerson, false)
	p.ways(rules, a.Medium, a.Ways, items, a.Witness != "")
	return p
}

// check finds what is wrong with what was recorded of a disposal, by the rules of a day.
func (r Record) check(rules Rules, medium Medium, items []Item, now time.Time) []fault.Problem {
	var p problems
	p.line("done_by", "実施者", r.DoneBy, mostDoer, true)
	p.line("witness", "立会者", r.Witness, mostPerson, false)
	if r.Witness != "" && Same(r.DoneBy, r.Witness) {
		p.add("witness", "立会者は、実施者とは別の人にしてください。")
	}
	p.line("place", "場所", r.Place, mostPlace, true)
	p.line("lease_return", "リース返却", r.LeaseReturn, mostPlace, medium == Lease)
	switch {
	case r.At.IsZero():
		p.add("done_on", "廃棄した日時を入力してください。")
	case r.At.After(now):
		p.add("done_on", "廃棄した日時は、いままでの日時にしてください。")
	}
	for _, i := range items {
		p.line("serial-"+i.Code, i.Code+"のシリアル番号", strings.TrimSpace(r.Serials[i.Code]), mostSerial, medium.numbered())
	}
	p.ways(rules, medium, r.Ways, items, r.Witness != "")
	return p
}

// Same tells whether two names are the same person's, however they are written.
func Same(one, other string) bool { return folded(one) == folded(other) }

// Names tells whether a text names a person, among others or with their post: 税務町民課長
// 見本 夏子.
func Names(text, person string) bool {
	return folded(person) != "" && strings.Contains(folded(text), folded(person))
}

func folded(name string) string { return strings.Join(strings.Fields(norm.NFKC.String(name)), "") }

// Number is the disposal's number as people write it.
func Number(code string) string { return "廃-" + code }
