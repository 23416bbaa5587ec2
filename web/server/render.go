package server

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"

	"github.com/a-h/templ"

	"kagami/internal/authz"
	"kagami/internal/org"
	"kagami/internal/sheet"
	"kagami/web/layout"
)

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// render draws a page whole before the first byte of it is sent, so that a page
// that fails halfway is never seen.
func (p *Portal) render(w http.ResponseWriter, r *http.Request, status int, c templ.Component) {
	b, _ := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(b)
	b.Reset()
	if err := c.Render(r.Context(), b); err != nil {
		p.Log.LogAttrs(r.Context(), slog.LevelError, "drawing a page", slog.String("id", requestID(r.Context())), slog.String("cause", err.Error()))
		http.Error(w, "画面を作れませんでした。もう一度お試しください。", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(b.Len()))
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // whoever has gone does not need it
}

// show answers with a page.
func (p *Portal) show(w http.ResponseWriter, r *http.Request, c templ.Component) error {
	p.render(w, r, http.StatusOK, c)
	return nil
}

// frame is what stands around a page for whoever asks for it. crumbs are the
// way to the page from home, without the page itself.
func (p *Portal) frame(r *http.Request, title string, crumbs ...layout.Link) layout.Frame {
	f := layout.Frame{Title: title, Town: p.Town, Files: p.files, Done: done(r)}
	actor := actorOf(r.Context())
	if actor.Person == 0 {
		return f
	}
	f.Person = &layout.Person{Name: actor.Name, Role: roleOf(actor)}
	f.Nav = p.navs.of(actor, area(r.URL.Path))
	if r.URL.Path != "/" {
		f.Crumbs = append(append([]layout.Link{navigation[0].Link}, crumbs...), layout.Link{Label: title})
	}
	return f
}

// roleOf says as what a person acts: the post and the role that come first.
func roleOf(actor authz.Actor) string {
	h := actor.Holdings[0]
	words := org.PostName(h.SectionName, h.Post)
	if h.Role != authz.Staff {
		words = strings.TrimPrefix(words+"・"+h.Role.Title(), "・")
	}
	if c := h.Capacity.Title(); c != "" {
		words += "（" + c + "）"
	}
	return words
}

// dones are what a page can say of what has just been done; the address names
// one of them, never a text.
var dones = map[string]layout.Done{
	"acknowledged":      {Heading: "確認を記録しました", Text: "確認の証明書は、「マイ記録」からいつでも印刷できます。"},
	"drafted":           {Heading: "下書きにしました", Text: "構成と本文を確かめてから、提出してください。"},
	"audience-changed":  {Heading: "対象を変えました", Text: "変更は、監査証跡に残りました。"},
	"draft-started":     {Heading: "下書きを始めました", Text: "いまの版の写しです。「本文を直す」から直してください。"},
	"draft-saved":       {Heading: "保存しました", Text: "構成と本文を確かめてください。"},
	"unsaved-dropped":   {Heading: "控えた本文を捨てました", Text: "いまの下書きから直せます。"},
	"words-dropped":     {Heading: "控えた入力を捨てました", Text: "項目を選んで、いまの下書きから直せます。"},
	"commented":         {Heading: "意見を書きました", Text: "下の「意見」に出ます。本文のその項目にも、印が付きます。"},
	"comment-resolved":  {Heading: "意見を済みにしました", Text: "済みにした人と日時は、意見に残ります。"},
	"clause-saved":      {Heading: "保存しました", Text: "続けて、ほかの項目を直せます。"},
	"clause-mend":       {Heading: "保存しました", Text: "自動では直せなかった参照があります。続けて、この項目を直してください。"},
	"draft-withdrawn":   {Heading: "取り下げました", Text: "取り下げたことと理由は、記録に残りました。"},
	"submitted":         {Heading: "提出しました", Text: "簡易な見直しは CISO の通知、その他の見直しは本部会議の決定を待ちます。"},
	"sent-back":         {Heading: "差し戻しました", Text: "理由は、下書きの「これまでの経過」に出ます。"},
	"taken-back":        {Heading: "下書きに引き戻しました", Text: "直してから、もう一度提出してください。"},
	"decided":           {Heading: "本部会議の記録を残しました", Text: "記録は、だれにも変えられません。"},
	"published":         {Heading: "公開しました", Text: "対象の人の「やること」に、この文書の確認が加わりました。"},
	"excused":           {Heading: "確認を免除しました", Text: "本人の「やること」には、この文書の確認は出ません。仕事に戻ったら、免除を終わらせてください。"},
	"excuse-ended":      {Heading: "免除を終わらせました", Text: "本人の「やること」に、この文書の確認がまた出ます。"},
	"abolished":         {Heading: "廃止を記録しました", Text: "廃止日から、この文書は一覧・検索に出なくなります。これまでの版は、引き続き見られます。"},
	"section-added":     {Heading: "課室を加えました", Text: "次に、この課室の職を加えてください。"},
	"post-added":        {Heading: "職を加えました", Text: "役割は「職と役割の表」で付きます。人は、職員の画面から発令してください。"},
	"changed":           {Heading: "変更しました", Text: "変更は、監査証跡に残りました。"},
	"registered":        {Heading: "職員を加えました", Text: "次に、アカウントの招待を作ると、この人がサインインできるようになります。"},
	"appointed":         {Heading: "発令を記録しました", Text: "役割は、最初の日から自動で付きます。"},
	"withdrawn":         {Heading: "取り消しました", Text: "取り消したことは、監査証跡に残りました。前任の発令を終わらせていたときは、その最後の日はそのままです。必要なら、前任の人の発令で直してください。"},
	"ended":             {Heading: "最後の日を変えました", Text: "その次の日から、役割は自動でなくなります。"},
	"role-given":        {Heading: "役割を与えました", Text: "役割は、最初の日から自動で付きます。"},
	"rule-added":        {Heading: "表に加えました", Text: "その職に就いている人の役割が、最初の日から変わります。"},
	"settled":           {Heading: "保存しました", Text: "すべての質問に答えたら、「下書きにする」を押してください。"},
	"signed-out":        {Heading: "サインアウトしました", Text: "続けるときは、もう一度サインインしてください。"},
	"account-made":      {Heading: "アカウントができました", Text: "決めたパスワードでサインインしてください。"},
	"password-set":      {Heading: "パスワードを決めました", Text: "新しいパスワードでサインインしてください。これまでのサインインは、すべて終わりました。"},
	"password-changed":  {Heading: "パスワードを変えました", Text: "ほかの端末のサインインは、すべて終わりました。次からは、新しいパスワードを使ってください。"},
	"session-ended":     {Heading: "サインインを終わらせました", Text: "その端末では、もう一度サインインするまで使えません。"},
	"sessions-ended":    {Heading: "サインインを終わらせました", Text: "それらの端末では、もう一度サインインするまで使えません。"},
	"decisions-seen":    {Heading: "確かめたことを記録しました", Text: "ホームには、もう出ません。"},
	"notices-seen":      {Heading: "すべて既読にしました", Text: "ホームには、新しいお知らせだけが出ます。"},
	"suspended":         {Heading: "利用を止めました", Text: "サインインは、すべて終わりました。再開するまで、この人はサインインできません。"},
	"resumed":           {Heading: "利用を再開しました", Text: "この人は、これまでと同じ方法でサインインできます。"},
	"key-added":         {Heading: "パスキーを登録しました", Text: "次のサインインから使えます。"},
	"removed":           {Heading: "取り外しました", Text: "次のサインインからは使えません。"},
	"sign-in-over":      {Heading: "はじめからサインインしてください", Text: "サインインの途中で時間がたったため、続けられません。"},
	"taken-away":        {Heading: "二要素認証を取り外しました", Text: "本人のサインインはすべて終わりました。本人に、もう一度設定するよう伝えてください。"},
	"admitted":          {Heading: "アカウントを作りました", Text: "パスワードはありません。この人は、シングルサインオンでサインインできます。"},
	"admitted-all":      {Heading: "アカウントを作りました", Text: "パスワードはありません。作った人は、シングルサインオンでサインインできます。"},
	"break-glass":       {Heading: "非常用のアカウントにしました", Text: "この人は、いつでも、このポータルのパスワードでサインインできます。"},
	"break-glass-ended": {Heading: "非常用をやめました", Text: "この人は、ほかの人と同じ方法でサインインします。"},
}

func done(r *http.Request) *layout.Done {
	if d, ok := dones[r.URL.Query().Get("done")]; ok {
		return &d
	}
	return nil
}

// goOn sends the browser on to where the outcome of a form is shown.
func goOn(w http.ResponseWriter, r *http.Request, address, done string) error {
	if done != "" {
		address += "?done=" + done
	}
	http.Redirect(w, r, address, http.StatusSeeOther)
	return nil
}

// serveTable answers with a table as a file.
func serveTable(w http.ResponseWriter, table sheet.Table, name string, format sheet.Format) error {
	file, err := table.File(name, format)
	if err != nil {
		return err
	}
	return serveFile(w, file)
}

// serveFile answers with a file to keep.
func serveFile(w http.ResponseWriter, file sheet.File) error {
	h := w.Header()
	h.Set("Content-Type", file.ContentType)
	h.Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(file.Name))
	h.Set("Content-Length", strconv.Itoa(len(file.Body)))
	_, _ = w.Write(file.Body) // whoever has gone does not need it
	return nil
}
