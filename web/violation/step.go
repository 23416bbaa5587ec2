package violation

import (
	"cmp"
	"context"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/attachment"
	"kagami/internal/rights"
	"kagami/internal/violation"
	"kagami/internal/violation/procedure"
	"kagami/internal/violation/whom"
	"kagami/web/component"
	"kagami/web/screen"
)

// step is a step as its page offers it.
type step struct {
	procedure.Event
	pattern string // of its address
	act     string // what its button says
	lead    string // what it does
	hint    string // of its text
	done    string // heads the page after it
	after   string // what the page after it says besides; empty for where it says who was told
	rest    bool   // it stands below the others, not beside the case's turn
}

// steps are what can be done with a case, in the order in which they are offered.
var steps = []step{
	{
		Event: procedure.EventInvestigate, pattern: "/violations/{case}/investigate", act: "調査すると答える", lead: "報告を調査することを、報告した人に知らせます。", done: "調査すると答えました", after: "報告した人に、「調査する」と知らせました。調べて、違反を確認するか、調査しないかを決めてください。",
	},
	{
		Event: procedure.EventDismiss, pattern: "/violations/{case}/dismiss", act: "調査しないと答える", lead: "調査しないことと理由を、報告した人に知らせます。新しい事実が分かったときは、再開できます。",
		hint: "報告した人に伝わります。4000字まで。", done: "調査しないと答えました", after: "報告した人に、「調査しない」と、理由を知らせました。",
	},
	{Event: procedure.EventPass, pattern: "/violations/{case}/pass", act: "統括に引き継ぐ", lead: "CISOあての報告を、統括情報セキュリティ責任者に引き継ぎます。統括も報告を読めるようになります。", done: "統括に引き継ぎました", rest: true},
	{Event: procedure.EventJoin, pattern: "/violations/{case}/combine", act: "ほかの事案に統合する", lead: "同じことについての報告を、1つの事案にまとめます。この報告は、統合する先の事案から見られます。", done: "ほかの事案に統合しました", after: "統合した報告は、この事案から見られます。", rest: true},
	{
		Event: procedure.EventGuide, pattern: "/violations/{case}/guide", act: "指導を記録する", lead: "何を、いつまでに改めるかを、本人に示します。本人と統括に知らせます。本人には、開庁時間に届きます。面談で手渡してください。",
		hint: "本人が読みます。どのように改めるかを、具体的に書きます。4000字まで。", done: "指導を記録しました",
	},
	{
		Event: procedure.EventImprove, pattern: "/violations/{case}/improve", act: "改善したことを記録する", lead: "改善したことを確かめて、事案を終えます。本人と統括に知らせます。", hint: "何を見て、改善したと判断したかを書きます。本人が読みます。4000字まで。", done: "改善したことを記録しました",
	},
	{
		Event: procedure.EventNotImprove, pattern: "/violations/{case}/not_improve", act: "改善されないことを記録する",
		lead: "指導しても改善されないと判断します（6(2)③）。本人と統括に知らせ、本人に弁明の機会を示します。この後に限り、統括は利用権限の停止・剥奪ができます。",
		hint: "何を見て、改善されないと判断したかを書きます。本人が読みます。4000字まで。", done: "改善されないことを記録しました",
	},
	{Event: procedure.EventAnswer, pattern: "/violations/{case}/answer", act: "弁明を出す", lead: "事実や事情を説明できます。課長（情報セキュリティ管理者）と統括が読みます。", hint: "4000字まで。書類があるときは、付けられます。", done: "弁明を記録しました", after: "課長（情報セキュリティ管理者）と統括が読みます。"},
	{Event: procedure.EventWaive, pattern: "/violations/{case}/waive", act: "弁明の放棄を記録する", lead: "弁明をしないと本人が言ったことを記録します。弁明の期限を待たずに、次の手続に進めるようになります。", hint: "いつ、どのように放棄したかを書きます。4000字まで。", done: "弁明の放棄を記録しました", after: "課長（情報セキュリティ管理者）と統括が読みます。", rest: true},
	{Event: procedure.EventHand, pattern: "/violations/{case}/hand", act: "面談で手渡したことを記録する", lead: "本人あての連絡を、面談で手渡した日を記録します。相談窓口・産業医のことも伝えてください。", hint: "気づいたことがあれば書きます。4000字まで。", done: "面談で手渡したことを記録しました", after: "だれにも知らせていません。記録は、下の経過にあります。", rest: true},
	{Event: procedure.EventAgree, pattern: "/violations/{case}/agree", act: "停止・剥奪に同意する", lead: "統括が自ら確認した違反なので、利用権限の停止・剥奪には、CISOの同意が要ります。", hint: "4000字まで。", done: "同意を記録しました"},
	{
		Event: procedure.EventSuspend, pattern: "/violations/{case}/suspend", act: "停止する",
		lead: "利用権限を停止します（6(2)③）。ほかのシステムには、連携か作業依頼で反映されます。「すべて」を選ぶと、このポータルも、次の操作から使えなくなります。止められた人も、この事案の弁明だけはできます。",
		hint: "本人が読みます。作業依頼や連携には書かれません。4000字まで。", done: "利用権限を停止しました",
	},
	{
		Event: procedure.EventRevoke, pattern: "/violations/{case}/revoke", act: "剥奪する", lead: "利用権限を剥奪します（6(2)③）。後で、利用再開か、剥奪のままの完了を選びます。",
		hint: "本人が読みます。作業依頼や連携には書かれません。4000字まで。", done: "利用権限を剥奪しました",
	},
	{Event: procedure.EventLift, pattern: "/violations/{case}/lift", act: "停止を解除する（利用再開）", lead: "この事案で止めた利用権限を、すぐに使えるようにして、事案を終えます。", hint: "本人が読みます。4000字まで。", done: "停止を解除しました"},
	{
		Event: procedure.EventLeaveRevoked, pattern: "/violations/{case}/leave_revoked", act: "剥奪のまま完了する", lead: "剥奪した利用権限を、そのまま終わらせて、事案を終えます。元には戻せません。このポータルも剥奪していたときは、アカウントの利用を止めたままにします。",
		hint: "本人が読みます。4000字まで。", done: "剥奪のまま完了しました",
	},
	{
		Event: procedure.EventCut, pattern: "/violations/{case}/cut", act: "緊急停止をする", lead: "本人の行為によって、いま被害が広がるおそれがあるときに、すぐに止めます（7(7)）。CISOが期限までに認めないと、終わります。",
		hint: "差し迫った危険と、止める理由を書きます。4000字まで。", done: "緊急停止しました", rest: true,
	},
	{Event: procedure.EventCorrect, pattern: "/violations/{case}/correct", act: "派遣元・委託先に是正を求める", lead: "契約に基づいて、派遣元・委託先に是正を求めたことを記録し、事案を終えます。本人の利用権限があれば、終わります。", hint: "だれに、何を求めたかを書きます。4000字まで。", done: "是正の求めを記録しました"},
	{Event: procedure.EventRefer, pattern: "/violations/{case}/refer", act: "懲戒審査に付する", lead: "懲戒審査に付すると判断したことを記録します（6(1)）。CISOが確認します。この後、具申書を作ります。", hint: "重大性と事案の状況を書きます。4000字まで。", done: "懲戒審査に付する判断を記録しました", rest: true},
	{Event: procedure.EventReferNot, pattern: "/violations/{case}/refer_not", act: "懲戒審査に付さない", lead: "懲戒審査に付さないと判断したことを記録します（6(1)）。CISOが確認します。", hint: "付さない理由を書きます。4000字まで。", done: "懲戒審査に付さない判断を記録しました", rest: true},
	{Event: procedure.EventSeeReferral, pattern: "/violations/{case}/see_referral", act: "判断を確認したことを記録する", lead: "懲戒審査に付するかどうかの、統括の判断を見たことを記録します。", hint: "意見があれば書きます。4000字まで。", done: "判断を確認したことを記録しました", after: "だれにも知らせていません。記録は、下の経過にあります。"},
	{Event: procedure.EventWeigh, pattern: "/violations/{case}/weigh", act: "重大性を判断する", lead: "重大な違反のときは、終える前に、懲戒審査に付するかどうかの判断が要ります。", hint: "4000字まで。", done: "重大性を記録しました", after: "だれにも知らせていません。記録は、下の経過にあります。", rest: true},
	{Event: procedure.EventSupervise, pattern: "/violations/{case}/supervise", act: "監督責任者を指定する", lead: "監督責任者として、6(1)の審査の対象にする人を記録します。その人は、この後、この事案に関わりません。", hint: "4000字まで。", done: "監督責任者を記録しました", after: "だれにも知らせていません。記録は、下の経過にあります。", rest: true},
	{Event: procedure.EventKin, pattern: "/violations/{case}/kin", act: "親族などの関係を届け出る", lead: "対象職員と親族などの関係にある人は、この事案に関わりません。その人の番は、図 1.1 でその上の人に移ります。", hint: "どのような関係かを書きます。4000字まで。", done: "関係を記録しました", rest: true},
	{Event: procedure.EventNotViolation, pattern: "/violations/{case}/not_violation", act: "違反に当たらないと判断する", lead: "違反に当たらないと判断して、事案を終えます。この事案で止めた利用権限は、すぐに使えるようになります。回数には数えません。", hint: "これまでに知らせた人と、本人が読みます。4000字まで。", done: "違反に当たらないと判断しました", rest: true},
	{Event: procedure.EventReopen, pattern: "/violations/{case}/reopen", act: "再開する", lead: "新しい事実が分かったときに、事案を再開します。", hint: "4000字まで。", done: "事案を再開しました", rest: true},
}

// of is a step as it is offered in a case to its person, or to others.
func (p step) of(o violation.Opened, own bool) step {
	switch {
	case p.Event == procedure.EventAnswer && !own:
		p.act, p.rest = "書面などの弁明を記録する", true
	case p.Event == procedure.EventWaive && own:
		p.act, p.lead, p.hint = "弁明をしないことを伝える", "弁明をしないことを、課長（情報セキュリティ管理者）と統括に伝えます。弁明の期限を待たずに、次の手続に進むようになります。後から弁明を出すことはできます。", "例：事実のとおりなので、弁明はしません。4000字まで。"
	case p.Event == procedure.EventGuide && o.State == procedure.Guided:
		p.act = "もう一度指導する"
	case p.Event == procedure.EventLift && o.State == procedure.Revoked:
		p.act = "利用を再開する"
	}
	return p
}

// asksFile tells whether a file can be attached to a step.
func (p step) asksFile() bool {
	return slices.Contains([]procedure.Event{
		procedure.EventGuide, procedure.EventImprove, procedure.EventNotImprove, procedure.EventAnswer, procedure.EventWaive, procedure.EventNotViolation, procedure.EventCorrect, procedure.EventReopen,
	}, p.Event)
}

// names tells whether a step names somebody who takes no part from then on: the form shows them by name
// first, since it can't be taken back.
func (p step) names() bool {
	return p.Event == procedure.EventSupervise || p.Event == procedure.EventKin
}

// bars tells whether a step bars rights.
func (p step) bars() bool {
	return p.Event == procedure.EventSuspend || p.Event == procedure.EventRevoke || p.Event == procedure.EventCut
}

// open is the case that the address names, as the viewer reads it.
func (s *Screens) open(r *http.Request, what procedure.What) (violation.Opened, error) {
	return s.cases.Open(r.Context(), screen.Actor(r.Context()), strings.ToUpper(chi.URLParam(r, "case")), what)
}

func (s *Screens) showStep(p step) screen.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		return s.drawStep(w, r, p, attachment.File{}, whom.Person{}, nil)
	}
}

// field reads a form, and takes in its file; without one, the file that was sent before with a
// form that was refused. Zero for none.
func (s *Screens) field(w http.ResponseWriter, r *http.Request) (attachment.File, error) {
	ctx, actor := r.Context(), screen.Actor(r.Context())
	var sent attachment.File
	err := screen.ReadStream(w, r, attachment.Field, func(name string, body io.Reader) (err error) {
		sent, err = s.attached.Upload(ctx, actor, name, body, violation.Files...)
		return err
	})
	before := r.PostForm.Get("sent")
	if err != nil || sent.Token != "" || before == "" {
		return sent, err
	}
	if sent, err = s.attached.Untied(ctx, actor, before); err != nil {
		err = screen.AtField(attachment.Field, err)
	}
	return sent, err
}

func (s *Screens) take(p step) screen.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		var (
			sent attachment.File
			err  error
			read screen.Form
		)
		if p.asksFile() {
			sent, err = s.field(w, r)
		}
		form := r.PostForm
		said := violation.Said{
			Version: read.Version(form.Get("version")), Text: plain(form.Get("text")), Alone: plain(form.Get("alone")), AtOnce: form.Get("at_once") != "",
			Whole: form.Get("scope") == "whole", Number: form.Get("number"), Other: form.Get("other"),
			More: violation.More{
				On: read.Day("on", form.Get("on")), From: read.Day("from_on", form.Get("from_on")), Until: read.Day("until_on", form.Get("until_on")),
				Method: plain(form.Get("method")), Withheld: plain(form.Get("withheld")), Repeated: form.Get("repeated") != "", Grave: form.Get("grave") == "1",
			},
		}
		if !said.Whole {
			said.Rights = form["right"]
		}
		if sent.Token != "" {
			said.Papers = []string{sent.Token}
		}
		if err == nil {
			err = read.Err()
		}
		code := strings.ToUpper(chi.URLParam(r, "case"))
		var named whom.Person
		if err == nil && p.names() {
			if named, err = s.lists.NamedForPortal(r.Context(), said.Number); err == nil && form.Get("shown") != named.Number {
				return s.drawStep(w, r, p, sent, named, nil)
			}
		}
		if err == nil {
			err = s.cases.Do(r.Context(), screen.Actor(r.Context()), code, p.Event, said)
		}
		if err != nil {
			return s.drawStep(w, r, p, sent, named, err)
		}
		if p.Event == procedure.EventJoin {
			code = strings.ToUpper(strings.TrimSpace(said.Other))
		}
		return screen.GoOn(w, r, address.Violation(code), "violation-"+string(p.Event))
	}
}

// plain is a text as it was typed, with the line ends of the portal.
func plain(text string) string { return strings.ReplaceAll(text, "\r\n", "\n") }

// drawStep shows the form of a step. Where it can't be taken any more, it says so without the
// form.
func (s *Screens) drawStep(w http.ResponseWriter, r *http.Request, p step, sent attachment.File, named whom.Person, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	ctx, actor := r.Context(), screen.Actor(r.Context())
	o, err := s.open(r, procedure.AsCase)
	if err != nil {
		return err
	}
	next, err := s.cases.Next(ctx, actor, o)
	if err != nil {
		return err
	}
	p = p.of(o, actor.Person == o.Person)
	view := stepView{
		Frame: screen.Frame(r, p.act, way(o.Code)...), Opened: o, Step: p, Named: named, Possible: slices.Contains(next, p.Event), Problems: problems, Sent: sent, Today: screen.Today(ctx),
		Typed: map[string]string{}, Rights: map[string]bool{},
	}
	if !view.Possible {
		if view.Hindrance, err = s.cases.Hindrance(ctx, actor, o, p.Event); err != nil {
			return err
		}
	}
	for name := range r.PostForm {
		view.Typed[name] = r.PostForm.Get(name)
	}
	for _, code := range r.PostForm["right"] {
		view.Rights[code] = true
	}
	if view.Told, err = s.cases.Preview(ctx, actor, o, p.Event); err != nil {
		return err
	}
	if p.bars() && o.PersonNumber != "" {
		if view.Held, err = s.held(ctx, r, o.PersonNumber, p); err != nil {
			return err
		}
	}
	screen.Render(w, r, status, stepPage(view))
	return nil
}

// held are the rights of the person that the step can bar.
func (s *Screens) held(ctx context.Context, r *http.Request, number string, p step) ([]rights.Right, error) {
	actor := screen.Actor(r.Context())
	person, err := s.rights.FindPerson(ctx, actor, number)
	if err != nil {
		return nil, err
	}
	list, err := s.rights.OfPerson(ctx, actor, person)
	event := rights.EventSuspend
	switch p.Event {
	case procedure.EventRevoke:
		event = rights.EventRevoke
	case procedure.EventCut:
		event = rights.EventCutConduct
	default:
	}
	return slices.DeleteFunc(list, func(right rights.Right) bool {
		_, err := rights.Arrow(right.Standing, event)
		return err != nil
	}), err
}

// input is a field of the form of a step.
func (p stepView) input(name, label, hint, kind string) component.Input {
	return component.Input{Name: name, Label: label, Hint: hint, Type: kind, Value: p.Typed[name], Problems: p.Problems}
}

// is tells whether the step is one of some.
func (p stepView) is(events ...procedure.Event) bool { return slices.Contains(events, p.Step.Event) }

// byOther tells whether the viewer records for the person what they have said.
func (p stepView) byOther() bool {
	return p.is(procedure.EventAnswer, procedure.EventWaive) && p.Reading != violation.Parts
}

// alone tells whether the viewer acts since nobody else can.
func (p stepView) alone() bool {
	for _, seat := range procedure.Acts(p.Step.Event) {
		if sat := p.Seats.Of(seat); sat.Alone && len(sat.People) > 0 {
			return true
		}
	}
	return false
}

// answers is what who has reported the case is told of the step; empty for nothing, and for who does not
// see that it was reported.
func (p stepView) answers() procedure.Answer {
	var reported bool
	var before procedure.Answer
	for _, h := range p.Steps {
		reported = reported || h.Event == procedure.EventReport
		before = cmp.Or(procedure.AnswerTo(h.Event, before), before)
	}
	if !reported {
		return ""
	}
	return procedure.AnswerTo(p.Step.Event, before)
}

// needs is what the text of the step must say, in words; empty for one that may be left out.
func (p stepView) needs() string {
	if p.is(procedure.EventWaive) && !p.byOther() {
		return "伝えること"
	}
	return procedure.Needs(p.Step.Event)
}

// namedAs says whom the step names.
func (p stepView) namedAs() string {
	if p.is(procedure.EventKin) {
		return "対象職員と関係のある人（自分のときは自分）"
	}
	return "監督責任者にする人"
}

// scopes are of which rights a bar may be.
var scopes = []component.Choice{{Value: "some", Label: "次から選んだもの"}, {Value: "whole", Label: "すべて（このポータルと、これから許可されるものを含む）"}}

// enctype is how the form of a step is sent.
func (p step) enctype() string {
	if p.asksFile() {
		return "multipart/form-data"
	}
	return "application/x-www-form-urlencoded"
}
