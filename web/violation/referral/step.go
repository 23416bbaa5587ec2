package referral

import (
	"net/http"

	"kagami/internal/address"
	"kagami/internal/calendar"
	"kagami/internal/violation/procedure"
	"kagami/internal/violation/referral"
	"kagami/web/component"
	"kagami/web/layout"
	"kagami/web/screen"
)

// step is a step as its page offers it.
type step struct {
	referral.Event
	pattern   string // of its address
	act, lead string
	note      string // what its text is called; empty for none
	done      layout.Done
}

const untold = "お知らせが届いた人はいません。"

// steps are what can be done with a referral, in the order of its course.
var steps = []step{
	{
		Event: referral.EventRequest, pattern: "/violations/{case}/referrals/{referral}/request", act: "依頼を記録する",
		lead: "任命権者が審査を依頼したことを記録します。依頼書（委任書）は、審査の画面から印刷できます。",
		done: layout.Done{Heading: "審査の依頼を記録しました", Text: untold + "審査の機関が招集されたら、招集を記録してください。"},
	},
	{
		Event: referral.EventDecline, pattern: "/violations/{case}/referrals/{referral}/decline", act: "依頼しないことを記録する", note: "依頼しない理由",
		lead: "任命権者が、審査を依頼しないと決めたことを記録します。この人の審査は、ここで終わります。元には戻せません。",
		done: layout.Done{Heading: "依頼しないことを記録しました", Text: "この人の審査は終わりました。"},
	},
	{
		Event: referral.EventConvene, pattern: "/violations/{case}/referrals/{referral}/convene", act: "招集を記録する",
		lead: "審査の機関が招集されたことを記録します。定足数に足りなかったときや、別の日に続けるときも、あらためて記録します。",
		done: layout.Done{Heading: "招集を記録しました", Text: untold + "弁明の機会と、会議の結果を記録してください。"},
	},
	{
		Event: referral.EventHear, pattern: "/violations/{case}/referrals/{referral}/hear", act: "弁明の機会を記録する",
		lead: "審査の機関での弁明の機会をどうしたかを記録します。本人が求めたときは、必ず機会を設けます。弁明の内容は、ここには書きません。",
		done: layout.Done{Heading: "弁明の機会を記録しました", Text: untold},
	},
	{
		Event: referral.EventMeet, pattern: "/violations/{case}/referrals/{referral}/meet", act: "審査と議決を記録する",
		lead: "審査の機関の会議を記録します。審査の内容は、ここには書きません。",
		done: layout.Done{Heading: "審査と議決を記録しました", Text: untold},
	},
	{
		Event: referral.EventReport, pattern: "/violations/{case}/referrals/{referral}/report", act: "審査結果の報告を記録する",
		lead: "審査の機関が、任命権者に結果を報告したことを記録します。報告書は、人事記録とともに保管してください。",
		done: layout.Done{Heading: "審査結果の報告を記録しました", Text: untold + "任命権者が決めたら、決定を記録してください。"},
	},
	{
		Event: referral.EventDecide, pattern: "/violations/{case}/referrals/{referral}/decide", act: "任命権者の決定を記録する",
		lead: "任命権者が決めたことを記録します。残すのは、日、文書番号と、懲戒処分・訓告等の措置・なしの別だけです。処分の種類や理由は、人事記録に残します。後から直せません。",
		done: layout.Done{Heading: "任命権者の決定を記録しました", Text: untold + "懲戒処分のときは、処分説明書の交付を記録してください。"},
	},
	{
		Event: referral.EventServe, pattern: "/violations/{case}/referrals/{referral}/serve", act: "処分説明書の交付を記録する",
		lead: "処分説明書を本人に交付したことを記録します。審査請求ができるのは、交付の翌日から3か月です。",
		done: layout.Done{Heading: "処分説明書の交付を記録しました", Text: untold + "すべて終わったら、審査の終了を記録してください。"},
	},
	{
		Event: referral.EventEnd, pattern: "/violations/{case}/referrals/{referral}/end", act: "審査の終了を記録する",
		lead: "この人の審査が終わったことを記録します。本人には、終わったことだけを知らせます。元には戻せません。",
		done: layout.Done{Heading: "審査の終了を記録しました", Text: "前の画面に名前のあった人に、審査が終わったことだけを知らせます。"},
	},
	{
		Event: referral.EventWithdraw, pattern: "/violations/{case}/referrals/{referral}/withdraw", act: "取下げを記録する", note: "取り下げる理由",
		lead: "具申か依頼を取り下げたことを記録します。この人の審査は、ここで終わります。元には戻せません。",
		done: layout.Done{Heading: "取下げを記録しました", Text: "この人の審査は終わりました。"},
	},
}

// stepOf is the one of an event.
func stepOf(e referral.Event) step {
	for _, p := range steps {
		if p.Event == e {
			return p
		}
	}
	return step{}
}

// linkTo leads to one of them.
func linkTo(code, referral string) layout.Link {
	return layout.Link{Label: referral, Address: address.Referral(code, referral)}
}

func (s *Screens) showStep(p step) screen.Handler {
	return func(w http.ResponseWriter, r *http.Request) error { return s.drawStep(w, r, p, nil) }
}

func (s *Screens) take(p step) screen.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		form := r.PostForm
		code, o, err := s.open(r, procedure.AsCase)
		if err != nil {
			return err
		}
		var read screen.Form
		typed := referral.Said{
			Version: read.Version(form.Get("version")), On: read.Day("on", form.Get("on")), Number: form.Get("number"), Text: plain(form.Get("text")),
			Meets: read.Day("meets_on", form.Get("meets_on")), Quorum: read.Number("quorum", form.Get("quorum")), Hearing: referral.Hearing(form.Get("hearing")),
			Present: plain(form.Get("present")), Excluded: plain(form.Get("excluded")), Resolved: referral.Outcome(form.Get("resolved")), Outcome: referral.Outcome(form.Get("outcome")),
			Appeal: read.Day("appeal_until", form.Get("appeal_until")), Alone: form.Get("alone"),
		}
		if err = read.Err(); err == nil {
			err = s.referrals.Do(r.Context(), screen.Actor(r.Context()), code, o.Code, p.Event, typed)
		}
		if err != nil {
			return s.drawStep(w, r, p, err)
		}
		return screen.GoOn(w, r, address.Referral(code, o.Code), "referral-"+string(p.Event))
	}
}

// drawStep shows the form of a step. Where it can't be taken any more, it says so without the
// form.
func (s *Screens) drawStep(w http.ResponseWriter, r *http.Request, p step, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	code, o, err := s.open(r, procedure.AsCase)
	if err != nil {
		return err
	}
	v := stepView{
		Frame: screen.Frame(r, p.act, append(way(code), linkTo(code, o.Code))...), Opened: o, Code: code, Step: p, Problems: problems,
		Typed: r.PostForm, Alone: o.Case.Seats.General.Alone, On: calendar.Day(o.At).String(),
	}
	if refusal != nil {
		v.On = r.PostForm.Get("on")
	}
	for _, e := range o.Next() {
		v.Possible = v.Possible || e == p.Event
	}
	if v.Possible {
		if v.Told, err = s.referrals.Told(r.Context(), screen.Actor(r.Context()), o, p.Event); err != nil {
			return err
		}
	}
	screen.Render(w, r, status, stepPage(v))
	return nil
}

func (v stepView) input(name, label, hint, kind string) component.Input {
	return component.Input{Name: name, Label: label, Hint: hint, Type: kind, Value: v.Typed.Get(name), Problems: v.Problems}
}
