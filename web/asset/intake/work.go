package intake

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"kagami/internal/asset/intake"
	"kagami/internal/asset/intake/progress"
	"kagami/internal/fault"
	"kagami/web/component"
	"kagami/web/component/register"
	"kagami/web/layout"
	"kagami/web/screen"
)

// errPlannedAnew says that a register was not taken in, but planned anew as somebody has chosen.
var errPlannedAnew = fault.New(fault.Conflict, "選んだことを保存し、下の内容を作り直しました。まだ取り込んでいません。確かめてから、もう一度「取り込む」を押してください。")

// beside does something with a register that may take long. Where nobody hears of it any
// more, its page says how far it is, and why it was not done.
func (s *Screens) beside(r *http.Request, token string, act progress.Act, do func(context.Context, *intake.Service) error) (heard bool, err error) {
	work, err := s.files.Begin(r.Context(), screen.Actor(r.Context()), token, act)
	if err != nil {
		return true, err
	}
	heard, err = screen.Aside(r, progress.Limit, func(ctx context.Context) error {
		return do(ctx, s.files.Telling(func(step progress.Step, done, of int) { work.Say(ctx, step, done, of) }))
	}, func(ctx context.Context, err error) { work.End(ctx, refusal(err)) })
	if heard {
		work.End(r.Context(), "")
	}
	return heard, err
}

// refusal is why something was not done, in words for whoever looks later; empty where it was.
func refusal(err error) string {
	e, ok := errors.AsType[*fault.Error](err)
	switch {
	case err == nil:
		return ""
	case ok && len(e.Problems) > 0:
		list := make([]string, len(e.Problems))
		for i, p := range e.Problems {
			list[i] = p.Message
		}
		return strings.Join(list, "\n")
	case ok && e.Message != "":
		return e.Message
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Sprintf("%d秒で終わらなかったため、やめました。何も変わっていません。少し待ってからもう一度行うか、いくつかのファイルに分けてください。", int(progress.Limit.Seconds()))
	}
	return "ポータルの不具合です。何も変わっていません。もう一度行ってください。続くときは、総務課（情報政策担当）に連絡してください。"
}

// refreshEvery is after how many seconds a page looks anew how far it is.
const refreshEvery = 3

// drawWork shows how far it is with a register.
func (s *Screens) drawWork(w http.ResponseWriter, r *http.Request, i intake.Import) error {
	title := "台帳を取り込んでいます"
	if i.Progress.Act == progress.Choosing {
		title = "選んだことを確かめています"
	}
	w.Header().Set("Refresh", strconv.Itoa(refreshEvery))
	return screen.Show(w, r, workPage(workView{Frame: screen.Frame(r, title, register.Link, uploadLink), Import: i}))
}

// workView is the page that shows how far it is with a register.
type workView struct {
	layout.Frame
	intake.Import
}

// steps are the names of the steps of what is done, in their order.
func (p workView) steps() []workStep {
	list := []workStep{{progress.Reading, "ファイルを読む"}, {progress.Comparing, "台帳と比べる"}}
	if p.Progress.Act == progress.Taking {
		list = append(list, workStep{progress.Writing, "台帳に書き込む"})
	}
	return list
}

type workStep struct {
	step progress.Step
	name string
}

// state says how far a step is.
func (p workView) state(at int) string {
	now := 0
	for i, s := range p.steps() {
		if s.step == p.Progress.Step {
			now = i
		}
	}
	w := p.Progress
	switch {
	case at < now:
		return "終わりました"
	case at > now:
		return "これから"
	case w.Step == progress.Comparing:
		return fmt.Sprintf("%s行を比べています", component.Thousands(w.Of))
	case w.Done == 0:
		return "始めています"
	case w.Step == progress.Writing && w.Done == w.Of:
		return fmt.Sprintf("%s件を書き、仕上げています", component.Thousands(w.Of))
	case w.Step == progress.Writing:
		return fmt.Sprintf("%s件のうち、%s件まで進みました", component.Thousands(w.Of), component.Thousands(w.Done))
	}
	return fmt.Sprintf("%s行のうち、%s行まで進みました", component.Thousands(w.Of), component.Thousands(w.Done))
}
