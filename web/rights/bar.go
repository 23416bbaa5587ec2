package rights

import (
	"net/http"
	"slices"
	"strings"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/calendar"
	"kagami/internal/fault"
	"kagami/internal/rights"
	"kagami/internal/rights/bar"
	"kagami/web/component"
	"kagami/web/layout"
	"kagami/web/screen"
)

// beginning is how a bar is begun, as its page offers it.
type beginning struct {
	rights.Event
	pattern string // of its address
	act     string // what the buttons say
	lead    string // what it does
	why     string // what its reason is called
	done    layout.Done
}

// beginnings are the ways in which rights are barred in an emergency, in the order in which they are
// offered. What is suspended or revoked is so by a case of a violation (6(2)③).
var beginnings = []beginning{
	{
		Event: rights.EventCutConduct, pattern: "/rights/people/{person}/cut_conduct", act: "本人の行為による緊急停止", why: "差し迫った危険と、止める理由",
		lead: "本人の行為によって、いま被害が広がるおそれがあるときに、すぐに止めます（基本方針7(7)）。CISOが期限までに認めないと、終わります。",
		done: layout.Done{Heading: "緊急停止しました", Text: "CISOと統括、課長（情報セキュリティ管理者）に、お知らせが届きました。"},
	},
	{
		Event: rights.EventCutAccount, pattern: "/rights/people/{person}/cut_account", act: "アカウント保護のための停止", why: "危険（乗っ取り、端末の紛失など）",
		lead: "アカウントの乗っ取りや端末の紛失のときに、本人を守るために、すぐに止めます（基本方針7(7)）。違反ではありません。解除するまで続きます。",
		done: layout.Done{Heading: "アカウントを保護するために停止しました", Text: "CISOと統括、課長（情報セキュリティ管理者）、本人に、お知らせが届きました。"},
	},
}

// barStep is a step of a bar, as its page offers it.
type barStep struct {
	rights.Event
	pattern, act, lead, note string
	needed                   bool
	done                     layout.Done
}

// barSteps are what can be done with a bar, in the order in which they are offered.
var barSteps = []barStep{
	{
		Event: rights.EventConfirmCut, pattern: "/rights/bars/{bar}/confirm_cut", act: "緊急停止を認める", note: "気づいたこと",
		lead: "認めると、解除するまで続きます。認めないときは、そのままにすると、期限に終わります。すぐに終えるときは、統括情報セキュリティ責任者が解除します。",
		done: layout.Done{Heading: "緊急停止を認めました", Text: "解除するまで続きます。"},
	},
	{
		Event: rights.EventTell, pattern: "/rights/bars/{bar}/tell", act: "本人に知らせる", note: "気づいたこと",
		lead: "証拠を確保できたら、本人に知らせます。本人は、止められたことと理由を見られるようになります。",
		done: layout.Done{Heading: "本人に知らせました", Text: "本人に、お知らせが届きました。"},
	},
	{
		Event: rights.EventReinstate, pattern: "/rights/bars/{bar}/reinstate", act: "停止を解除する（利用再開）", note: "解除する理由", needed: true,
		lead: "解除すると、すぐに使えるようになります。ほかの停止が残っているときは、それが終わるまで使えません。",
		done: layout.Done{Heading: "停止を解除しました", Text: "CISOと課長（情報セキュリティ管理者）、本人に、お知らせが届きました。"},
	},
	{
		Event: rights.EventLeaveRevoked, pattern: "/rights/bars/{bar}/leave_revoked", act: "剥奪のまま完了する", note: "完了とする理由", needed: true,
		lead: "剥奪した利用権限を、そのまま終わらせます。元には戻せません。また要るときは、新しく申請します。このポータルも剥奪していたときは、アカウントの利用を止めたままにします。もう一度使えるようにするのは、ポータル管理者です。",
		done: layout.Done{Heading: "剥奪のまま完了しました", Text: "利用権限は終わりました。"},
	},
}

// asksToBarNow asks whether the actor may bar somebody's rights so.
func (s *Screens) asksToBarNow(r *http.Request, p rights.Person, b beginning) error {
	return s.bars.AskBegin(r.Context(), screen.Actor(r.Context()), p.StaffNumber, bar.KindOf(b.Event))
}

func (s *Screens) showBeginning(b beginning) screen.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		return s.drawBeginning(w, r, b, bar.Order{}, nil)
	}
}

func (s *Screens) begin(b beginning) screen.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		form := r.PostForm
		o := bar.Order{
			Kind: bar.KindOf(b.Event), Person: chi.URLParam(r, "person"), Whole: form.Get("scope") == "whole", Reason: strings.ReplaceAll(form.Get("reason"), "\r\n", "\n"),
			Withheld: form.Get("withheld"),
		}
		if !o.Whole {
			o.Rights = form["right"]
		}
		code, err := s.bars.Begin(r.Context(), screen.Actor(r.Context()), o)
		if err != nil {
			return s.drawBeginning(w, r, b, o, err)
		}
		return screen.GoOn(w, r, address.Bar(code), "right-"+string(b.Event))
	}
}

func (s *Screens) drawBeginning(w http.ResponseWriter, r *http.Request, b beginning, o bar.Order, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	ctx, actor := r.Context(), screen.Actor(r.Context())
	p, err := s.rights.FindPerson(ctx, actor, chi.URLParam(r, "person"))
	if err != nil {
		return err
	}
	list, err := s.rights.OfPerson(ctx, actor, p)
	if err != nil {
		return err
	}
	view := beginningView{Frame: screen.Frame(r, b.act+"："+p.Name+"さんの利用権限", personWay(p)...), Person: p, Beginning: b, Order: o, Problems: problems, Typed: map[string]string{}}
	for _, name := range []string{"scope"} {
		view.Typed[name] = r.PostForm.Get(name)
	}
	for _, right := range list {
		if _, err := rights.Arrow(right.Standing, b.Event); err == nil {
			view.Rights = append(view.Rights, right)
		}
	}
	screen.Render(w, r, status, beginningPage(view))
	return nil
}

// barOf is the bar that the address names.
func (s *Screens) barOf(r *http.Request) (bar.Bar, error) {
	return s.bars.Find(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "bar"))
}

func (s *Screens) showBar(w http.ResponseWriter, r *http.Request) error {
	ctx, actor := r.Context(), screen.Actor(r.Context())
	b, err := s.barOf(r)
	if err != nil {
		return err
	}
	history, err := s.bars.History(ctx, actor, b.Code)
	if err != nil {
		return err
	}
	next, err := s.bars.Next(ctx, actor, b)
	if err != nil {
		return err
	}
	view := barView{Frame: screen.Frame(r, b.PersonName+"さんの利用権限の"+b.Kind.Title(), barWay(b)...), Bar: b, History: history}
	for _, p := range barSteps {
		if slices.Contains(next, p.Event) {
			view.Steps = append(view.Steps, p)
		}
	}
	return screen.Show(w, r, barPage(view))
}

func barWay(b bar.Bar) []layout.Link {
	return append(listWay[:len(listWay):len(listWay)], layout.Link{Label: b.PersonName, Address: address.PersonRights(b.StaffNumber)})
}

func (s *Screens) showBarStep(p barStep) screen.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		b, err := s.barOf(r)
		if err != nil {
			return err
		}
		return s.drawBarStep(w, r, p, b, nil)
	}
}

func (s *Screens) takeBarStep(p barStep) screen.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		b, err := s.barOf(r)
		if err != nil {
			return err
		}
		var read screen.Form
		said := bar.Step{Version: read.Version(r.PostForm.Get("version")), Note: r.PostForm.Get("note")}
		if err := s.bars.Do(r.Context(), screen.Actor(r.Context()), b.Code, p.Event, said); err != nil {
			return s.drawBarStep(w, r, p, b, err)
		}
		return screen.GoOn(w, r, address.Bar(b.Code), "right-"+string(p.Event))
	}
}

func (s *Screens) drawBarStep(w http.ResponseWriter, r *http.Request, p barStep, b bar.Bar, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	next, err := s.bars.Next(r.Context(), screen.Actor(r.Context()), b)
	if err != nil {
		return err
	}
	screen.Render(w, r, status, barStepPage(barStepView{
		Frame: screen.Frame(r, p.act, append(barWay(b), layout.Link{Label: b.Kind.Title(), Address: address.Bar(b.Code)})...), Bar: b, Step: p, Possible: slices.Contains(next, p.Event), Problems: problems,
		Note: component.Input{Name: "note", Label: p.note, Hint: "2000字まで。", Value: r.PostForm.Get("note"), Required: p.needed, Problems: problems},
	}))
	return nil
}

// barWhat is which rights a bar is of, in words.
func barWhat(b bar.Bar) string {
	if b.Whole {
		return "すべての利用権限（このポータルを含む）です。"
	}
	var words []string
	for _, r := range b.Rights {
		words = append(words, r.System)
	}
	words = slices.Compact(words)
	if b.Portal {
		return strings.Join(words, "、") + "（このポータルを含む）です。"
	}
	return strings.Join(words, "、") + "です。"
}

// stopWords say to its person what one stops and until when, after the day from which it does.
func stopWords(b bar.Bar) string {
	until := "解除されるまで"
	if b.ToAt != nil {
		until = calendar.WarekiInstant(*b.ToAt) + "まで"
	}
	return "から" + until + "、使えません：" + strings.TrimSuffix(barWhat(b), "です。")
}

// barUntil is until when a bar is, in words.
func barUntil(b bar.Bar) string {
	switch {
	case b.ToAt == nil:
		return "解除するまで"
	case b.Kind == bar.ConductCut && b.ConfirmedBy == "" && !b.Over:
		return calendar.WarekiInstant(*b.ToAt) + "まで（CISOが認めると、解除するまで）"
	}
	return calendar.WarekiInstant(*b.ToAt) + "まで"
}

// showLetter shows what the person is handed on paper. Conflict where they are not to be told
// yet.
func (s *Screens) showLetter(w http.ResponseWriter, r *http.Request) error {
	b, err := s.barOf(r)
	if err != nil {
		return err
	}
	if b.Withheld != "" {
		return fault.New(fault.Conflict, "本人に知らせるのを待っているため、通知書はまだ作れません。先に、「本人に知らせる」を選んでください。")
	}
	return screen.Show(w, r, letterPage(letterView{Frame: screen.Frame(r, letterTitle(b), append(barWay(b), layout.Link{Label: b.Kind.Title(), Address: address.Bar(b.Code)})...), Bar: b}))
}

func letterTitle(b bar.Bar) string {
	return "利用権限の" + b.Kind.Title() + "について（通知）"
}

// letterClause is by which clause rights are barred.
func letterClause(b bar.Bar) string {
	if b.Standing() == rights.Cut {
		return "7(7)"
	}
	return "6(2)③"
}
