package bulk

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/asset/bulk"
	"kagami/internal/asset/find"
	"kagami/internal/calendar"
	"kagami/web/component"
	"kagami/web/component/register"
	"kagami/web/layout"
	"kagami/web/screen"
)

var recordsLink = layout.Link{Label: "まとめて変更の記録", Address: address.BulkChanges}

func (s *Screens) showRecords(w http.ResponseWriter, r *http.Request) error {
	list, err := s.changing.Recent(r.Context(), screen.Actor(r.Context()))
	if err != nil {
		return err
	}
	return screen.Show(w, r, recordsPage(recordsView{Frame: screen.Frame(r, "まとめて変更の記録", register.Link), Records: list}))
}

// showRecord shows what a change in bulk has done; the address says to which list to go on.
func (s *Screens) showRecord(w http.ResponseWriter, r *http.Request) error {
	kept, err := s.changing.Look(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "token"))
	if err != nil {
		return err
	}
	p := recordView{Frame: screen.Frame(r, title(kept.Record), register.Link, recordsLink), Kept: kept, Asked: find.AskedOf(r.URL.Query())}
	screen.Tell(r, &p.Frame, "assets-changed", "情報資産"+number(kept.Changed)+"を変えました。"+left(kept.Record))
	screen.Tell(r, &p.Frame, "assets-taken-back", "情報資産"+number(kept.Changed)+"を、変える前の内容に戻しました。"+left(kept.Record))
	return screen.Show(w, r, recordPage(p))
}

func title(r bulk.Record) string {
	if r.Undoes != "" {
		return "元に戻した内容"
	}
	return "まとめて変更した内容"
}

// left says what a change in bulk has left as it was, and why; empty where there is nothing.
// Who has not made it does not read what others were shown.
func left(r bulk.Record) string {
	var reasons, counted []string
	all := 0
	add := func(n int, why string) {
		if n > 0 {
			reasons, counted = append(reasons, why), append(counted, why+number(n))
			all += n
		}
	}
	if r.Mine {
		same := "すでに同じ内容のもの"
		if r.Undoes != "" {
			same = "すでに戻してあるか、最終確認日だけを変えたもの"
		}
		add(r.Same, same)
	}
	cant := "先に直すところがあり、変えられなかったもの"
	if r.Undoes != "" {
		cant = "その後に変えられたなどの理由で、戻せなかったもの"
	}
	add(r.Refused, cant)
	if r.Mine {
		add(r.Others, "あなたが変えられないもの")
		add(r.Ended, "終わったもの（廃棄済みなど）")
	}
	switch {
	case all == 0:
		return ""
	case len(reasons) > 1:
		reasons = counted
	}
	return "そのまま残したものは、" + number(all) + "です（" + strings.Join(reasons, "、") + "）。"
}

// rest heads what could not be changed, or not be brought back.
func (p recordView) rest() string {
	if p.Undoes != "" {
		return "戻せなかったもの"
	}
	return "先に直すところがあり、変えられなかったもの"
}

// changedOnes and refusedOnes are the assets of a record.
func (p recordView) changedOnes() []bulk.Part {
	return p.those(func(one bulk.Part) bool { return one.Made != 0 })
}

func (p recordView) refusedOnes() []bulk.Part {
	return p.those(func(one bulk.Part) bool { return one.Made == 0 })
}

func (p recordView) those(are func(bulk.Part) bool) (list []bulk.Part) {
	for _, one := range p.Parts {
		if are(one) {
			list = append(list, one)
		}
	}
	return list
}

// since is what has become of an asset after a change in bulk.
func since(one bulk.Part) string {
	switch {
	case one.Undone:
		return "元に戻しました"
	case !one.State.Changeable():
		return one.State.Title()
	case one.SinceAt != nil:
		return calendar.WarekiInstant(*one.SinceAt) + "に、" + component.OrOperator(one.SinceBy) + "が変えています"
	}
	return "このときのままです"
}

// takenBack says by whom something of it was taken back, and when.
func takenBack(r bulk.Record) string {
	return calendar.WarekiInstant(r.At) + "に、" + component.OrOperator(r.By) + "が" + number(r.Changed) + "を元に戻しました。"
}

func (s *Screens) showBack(w http.ResponseWriter, r *http.Request) error {
	return s.drawBack(w, r, nil)
}

func (s *Screens) takeBack(w http.ResponseWriter, r *http.Request) error {
	taken, err := s.changing.TakeBack(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "token"), r.PostForm.Get("why"), r.PostForm.Get("digest"))
	if err != nil {
		return s.drawBack(w, r, err)
	}
	return screen.GoOn(w, r, address.BulkChange(taken), "assets-taken-back")
}

// drawBack shows what taking a change in bulk back would do now.
func (s *Screens) drawBack(w http.ResponseWriter, r *http.Request, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	back, err := s.changing.LookBack(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "token"))
	if err != nil {
		return err
	}
	screen.Render(w, r, status, backPage(backView{
		Frame: screen.Frame(r, backTitle(back.Record), register.Link, recordsLink, layout.Link{Label: title(back.Record), Address: address.BulkChange(back.Token)}),
		Back:  back, Why: r.PostForm.Get("why"), Problems: problems,
	}))
	return nil
}

// backTitle heads taking a change in bulk back; what took another one back is itself one.
func backTitle(r bulk.Record) string {
	if r.Undoes != "" {
		return "元に戻したことを取り消す"
	}
	return "まとめて変更を元に戻す"
}

// word is one of two: for taking a change in bulk back, and for taking back that it was.
func (p backView) word(back, again string) string {
	if p.Undoes != "" {
		return again
	}
	return back
}

func (p backView) what() string { return p.word("戻すまとめて変更", "元に戻した日時") }
func (p backView) why() string  { return p.word("元に戻す理由", "取り消す理由") }
func (p backView) act() string {
	return p.word("を元に戻す", "の元に戻したことを取り消す")
}
func (p backView) does() string {
	return p.word("変える前の内容に戻し", "元に戻す前の、まとめて変更した内容にし") + "、新しい版として残します。最終確認日は、" + p.word("戻しません", "変わりません") + "。"
}

// rest says of what nothing is to be brought back; empty where there is none.
func (p backView) rest() string {
	var list []string
	if p.Undone > 0 {
		list = append(list, "すでに元に戻したもの"+number(p.Undone))
	}
	if p.Looked > 0 {
		list = append(list, "最終確認日だけを変えたもの"+number(p.Looked))
	}
	if len(list) == 0 {
		return ""
	}
	return "このほかに、" + strings.Join(list, "と、") + "があります。"
}

// mostBackWhy is how long a reason may be, as the form says it.
var mostBackWhy = strconv.Itoa(bulk.MostBackWhy) + "字まで。"
