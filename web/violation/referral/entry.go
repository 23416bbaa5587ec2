package referral

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/violation/procedure"
	"kagami/internal/violation/referral"
	"kagami/web/screen"
)

// open returns the referral that the address names, as the actor reads it.
func (s *Screens) open(r *http.Request, what procedure.What) (code string, o referral.Opened, err error) {
	code = strings.ToUpper(chi.URLParam(r, "case"))
	o, err = s.referrals.Open(r.Context(), screen.Actor(r.Context()), code, strings.ToUpper(chi.URLParam(r, "referral")), what)
	return code, o, err
}

func (s *Screens) showEntry(w http.ResponseWriter, r *http.Request) error {
	code, o, err := s.open(r, procedure.AsCase)
	if err != nil {
		return err
	}
	if o.Own {
		return screen.Show(w, r, ownPage(ownView{Frame: screen.Frame(r, "総務課からの連絡"), Appointer: o.Appointer, EndedOn: o.EndedOn}))
	}
	v := entryView{Frame: screen.Frame(r, "懲戒審査 "+o.Code, way(code)...), Opened: o, Code: code, Members: members(o)}
	if o.MayRecord {
		for _, e := range o.Next() {
			v.Steps = append(v.Steps, stepOf(e))
		}
	}
	return screen.Show(w, r, entryPage(v))
}

// member is somebody who has judged.
type member struct {
	Name     string
	Involved bool // 関与者
}

// members are those of the last meeting, marked where they took part in the case.
func members(o referral.Opened) []member {
	var list []member
	for _, line := range o.Meeting().Present {
		list = append(list, member{line, referral.Marked(line, o.Involved)})
	}
	return list
}

// said is what a step says, in words.
func said(h referral.Step) string {
	var words []string
	add := func(title, text string) {
		if text != "" {
			words = append(words, title+text)
		}
	}
	m := h.More
	add("文書番号：", m.Number)
	if !m.Meets.IsZero() {
		add("開催する日：", fmt.Sprintf("%s、定足数：%d人", calendar.Wareki(m.Meets), m.Quorum))
	}
	add("", m.Hearing.Title())
	if len(m.Present) > 0 {
		add("出席：", fmt.Sprintf("%d人（%s）", len(m.Present), strings.Join(m.Present, "、")))
	}
	for _, x := range m.Excluded {
		add("除斥：", x.Name+"（"+x.Why+"）")
	}
	add("議決：", m.Resolved.Resolution())
	add("処分内容：", m.Outcome.Title())
	if !m.Appeal.IsZero() {
		add("審査請求期限：", calendar.Wareki(m.Appeal))
	}
	add("", h.Text)
	return strings.Join(words, "\n")
}

// paper is a paper as it is printed.
type paper string

// The papers.
const (
	proposalPaper paper = "proposal" // 具申書
	requestPaper  paper = "request"  // 依頼書（委任書）
	recordPaper   paper = "record"   // 審査の記録
)

func (s *Screens) showPaper(w http.ResponseWriter, r *http.Request) error {
	kind := paper(chi.URLParam(r, "paper"))
	title := map[paper]string{proposalPaper: "具申書", requestPaper: "依頼書（委任書）", recordPaper: "審査の記録"}[kind]
	if title == "" {
		return screen.ErrNotFound()
	}
	code, o, err := s.open(r, procedure.AsPrint)
	if err != nil {
		return err
	}
	if kind == requestPaper && o.Way == referral.OnRecord {
		return screen.ErrNotFound()
	}
	v := paperView{
		Frame: screen.Frame(r, title, append(way(code), linkTo(code, o.Code))...), Opened: o, Code: code, Kind: kind, Record: referral.RecordOf(o.Case.Steps),
		Members: members(o), PrintedBy: signature(screen.Actor(r.Context())),
	}
	return screen.Show(w, r, paperPage(v))
}

// signature is who prints, with the post that comes first.
func signature(actor authz.Actor) string {
	for _, h := range actor.Holdings {
		if h.Post != "" {
			return authz.PostName(h.SectionName, h.Post) + "　" + actor.Name
		}
	}
	return actor.Name
}
