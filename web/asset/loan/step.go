package loan

import (
	"net/http"
	"slices"
	"time"

	"kagami/internal/address"
	"kagami/internal/asset/loan"
	"kagami/internal/calendar"
	"kagami/web/component"
	"kagami/web/layout"
	"kagami/web/screen"
)

// step is a step as its page offers it.
type step struct {
	loan.Event
	act      string // what the buttons say
	lead     string // what it does
	note     string // what its text is called
	noteHint string
	needed   bool // whether the text is
	done     layout.Done
}

// steps are what can be done with a loan, in the order in which they are offered.
var steps = []step{
	{
		Event: loan.EventPermit, act: "許可する", note: "条件など", noteHint: "あるときに書きます。2000字まで。",
		lead: "許可すると、この期間は、ほかの人に貸せなくなります。渡すまでは、持ち出せません。",
		done: layout.Done{Heading: "持出し・貸出しを許可しました", Text: "申請した人と持ち出す人に、お知らせが届きました。使う日に、票に2人の名前を書いて渡してください。"},
	},
	{
		Event: loan.EventRefuse, act: "許可しない", note: "許可しない理由", noteHint: "申請した人に伝わります。2000字まで。", needed: true,
		lead: "許可しないと、申請は終わります。もう一度求めるときは、新しく申請してもらいます。",
		done: layout.Done{Heading: "持出し・貸出しを不許可にしました", Text: "申請した人と持ち出す人に、お知らせが届きました。"},
	},
	{
		Event: loan.EventHand, act: "渡す", note: "渡したときのこと", noteHint: "あるときに書きます。例：ケースと鍵も渡した。2000字まで。",
		lead: "票を印刷し、渡す人と受け取る人の2人の名前を書いてから、渡します。渡したことを記録すると、返す日が決まります。",
		done: layout.Done{Heading: "渡したことを記録しました", Text: "返してもらったら、「返却を確かめる」から記録してください。返す日を過ぎると、本人と課長にお知らせが届きます。"},
	},
	{
		Event: loan.EventClose, act: "返却を確かめる", note: "気づいたこと", noteHint: "壊れているか、データを消していないときは、どうなっているか、どうするかを書きます。2000字まで。",
		lead: "返ってきたものを見て、次の3つを確かめます。全部そろっていないときは、「一部の返却」か「紛失の届出」で記録してください。",
		done: layout.Done{Heading: "返却を確かめました", Text: "持出し・貸出しは終わりました。また使うときは、「同じ内容で借りる」から申請できます。"},
	},
	{
		Event: loan.EventPart, act: "一部の返却を記録する", note: "返ったものと、まだのもの", noteHint: "例：本体は返った。充電器はまだ。2000字まで。", needed: true,
		lead: "一部だけ返ったことを、言葉で残します。残りが返るまで、持出し・貸出しは続きます。",
		done: layout.Done{Heading: "一部の返却を記録しました", Text: "残りが返ったら、「返却を確かめる」から記録してください。"},
	},
	{
		Event: loan.EventLose, act: "紛失を届け出る", note: "何があったか", noteHint: "どこで、どうして、何が入っていたかを、分かるだけ書きます。2000字まで。", needed: true,
		lead: "見つからないときは、探すのと一緒に、すぐに届け出てください。統括情報セキュリティ責任者と CSIRT に、すぐに知らせます。個人情報が入っているときは、国への報告の期限が、気づいた日から始まることがあります。",
		done: layout.Done{Heading: "紛失を届け出ました", Text: "統括情報セキュリティ責任者と CSIRT、課長に、お知らせが届きました。"},
	},
	{
		Event: loan.EventRevoke, act: "許可を取り消す", note: "取り消す理由", noteHint: "申請した人に伝わります。2000字まで。", needed: true,
		lead: "許可を取り消すと、渡せなくなります。元には戻せません。",
		done: layout.Done{Heading: "持出し・貸出しの許可を取り消しました", Text: "申請した人と持ち出す人に、お知らせが届きました。"},
	},
	{
		Event: loan.EventWithdraw, act: "取り下げる", note: "取り下げる理由", noteHint: "あるときに書きます。2000字まで。",
		lead: "申請を取り下げます。内容を直すときも、取り下げてから、新しく申請します。元には戻せません。",
		done: layout.Done{Heading: "持出し・貸出しを取り下げました", Text: "内容と履歴は残ります。"},
	},
}

// stepOf is the step of an event.
func stepOf(event loan.Event) step {
	return steps[slices.IndexFunc(steps, func(p step) bool { return p.Event == event })]
}

func (s *Screens) showStep(event loan.Event) screen.Handler {
	p := stepOf(event)
	return func(w http.ResponseWriter, r *http.Request) error {
		l, err := s.loan(r)
		if err != nil {
			return err
		}
		return s.drawStep(w, r, p, l, nil)
	}
}

func (s *Screens) take(event loan.Event) screen.Handler {
	p := stepOf(event)
	return func(w http.ResponseWriter, r *http.Request) error {
		l, err := s.loan(r)
		if err != nil {
			return err
		}
		said, err := readStep(r)
		if err == nil {
			err = s.loans.Do(r.Context(), screen.Actor(r.Context()), l.Code, p.Event, said)
		}
		if err != nil {
			return s.drawStep(w, r, p, l, err)
		}
		return screen.GoOn(w, r, address.Loan(l.Code), "loan-"+string(p.Event))
	}
}

func readStep(r *http.Request) (loan.Step, error) {
	form := r.PostForm
	var read screen.Form
	said := loan.Step{
		Version: read.Version(form.Get("version")), Note: form.Get("note"),
		Return: loan.Return{Whole: loan.Answer(form.Get("whole")), Sound: loan.Answer(form.Get("sound")), Erased: loan.Answer(form.Get("erased"))},
		Loss:   loan.Loss{LastSeen: read.Day("last_seen", form.Get("last_seen")), NoticedBy: form.Get("noticed_by")},
	}
	said.NoticedAt = noticedAt(&read, form.Get("noticed_on"), form.Get("noticed_time"))
	return said, read.Err()
}

// noticedAt is a day and an hour of it, in Tokyo; without an hour its beginning.
func noticedAt(read *screen.Form, day, hour string) time.Time {
	on := read.Day("noticed_on", day)
	if on.IsZero() {
		return time.Time{}
	}
	if hour == "" {
		return on.Start()
	}
	at, err := time.ParseInLocation("2006-01-02 15:04", on.String()+" "+hour, calendar.Tokyo)
	if err != nil {
		read.Wrong("noticed_time", "時刻は、14:30 のように入力してください。分からないときは、空のままにします。")
	}
	return at
}

// drawStep shows the form of a step. Where it can't be taken any more, it says so without
// the form.
func (s *Screens) drawStep(w http.ResponseWriter, r *http.Request, p step, l loan.Loan, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	ctx, actor := r.Context(), screen.Actor(r.Context())
	next, err := s.loans.Next(ctx, actor, l)
	if err != nil {
		return err
	}
	scheme, err := s.loans.SchemeForPortal(ctx)
	if err != nil {
		return err
	}
	typed := map[string]string{"noticed_by": actor.Name, "noticed_on": screen.Today(ctx).String()}
	for _, name := range []string{"note", "whole", "sound", "erased", "noticed_on", "noticed_time", "noticed_by", "last_seen"} {
		if r.PostForm.Has(name) {
			typed[name] = r.PostForm.Get(name)
		}
	}
	screen.Render(w, r, status, stepPage(stepView{
		Frame: screen.Frame(r, p.act+"："+loan.Number(l.Code), way(l)...), Loan: l, Safeguards: scheme.Titles(l.Safeguards), Step: p, Possible: slices.Contains(next, p.Event), Problems: problems,
		Typed: typed, Today: screen.Today(ctx),
	}))
	return nil
}

// answers are the choices of a question of the return.
func answers(q loan.Question) []component.Choice {
	var choices []component.Choice
	for _, a := range q.Answers {
		choices = append(choices, component.Choice{Value: string(a.Answer), Label: a.Title})
	}
	return choices
}

// input is a field of the step.
func (p stepView) input(name, label, hint, kind string) component.Input {
	return component.Input{Name: name, Label: label, Hint: hint, Type: kind, Value: p.Typed[name], Problems: p.Problems}
}
