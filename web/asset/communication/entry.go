package communication

import (
	"net/http"
	"slices"
	"strconv"

	"kagami/internal/asset/communication"
	"kagami/internal/calendar"
	"kagami/internal/record"
	"kagami/web/component/history"
	"kagami/web/screen"
)

func (s *Screens) showEntry(w http.ResponseWriter, r *http.Request) error {
	ctx, actor := r.Context(), screen.Actor(r.Context())
	c, err := s.communication(r)
	if err != nil {
		return err
	}
	scheme, err := s.communications.Scheme(ctx, actor)
	if err != nil {
		return err
	}
	history, err := s.communications.History(ctx, actor, c.Code)
	if err != nil {
		return err
	}
	view := entryView{
		Frame: screen.Frame(r, c.Name, listWay...), Communication: c, Scheme: scheme, History: history, MayChange: c.MayChange(actor), Today: screen.Today(ctx),
	}
	screen.Tell(r, &view.Frame, "communication-registered", "「"+c.Name+"」に、番号 "+c.Code+" を付けました。下の「変更する」から、いつでも直せます。")
	screen.Tell(r, &view.Frame, "communication-changed", "「"+c.Name+"」を変えました。変える前の内容は、下の履歴に残ります。")
	screen.Tell(r, &view.Frame, "communication-ended", "「"+c.Name+"」を終えました。番号 "+c.Code+" は、ほかの通信には使いません。")
	return screen.Show(w, r, entryPage(view))
}

// state is where the communication stands.
func (p entryView) state() string {
	if p.Ended() {
		return "終了"
	}
	return "いまの通信"
}

// age is since when a rule is broken, in words.
func (p entryView) age(b communication.Break) string {
	since := b.Since
	if since.IsZero() {
		since = p.Today
	}
	return calendar.Wareki(since) + "から、" + strconv.Itoa(p.Today.Sub(since)+1) + "日目"
}

// listed is the 特定通信 that it is.
func (p entryView) listed() communication.Listed {
	listed, _ := p.Scheme.ListedOf(p.Listed)
	return listed
}

// told are the columns of the register, and what its history says besides.
var told = slices.Concat(communication.Fields, []communication.Field{{Key: "ended_on", Title: "終わった日"}, {Key: "section", Title: "課室"}})

// changes are those of the communication, with what each has changed, in the order of the
// columns.
func (p entryView) changes() []history.Change {
	list := make([]history.Change, len(p.History))
	for i, e := range p.History {
		list[i] = history.Change{Event: e, Differences: record.Differences(told, e, p.Scheme.Shown)}
	}
	return list
}
