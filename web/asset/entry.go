package asset

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"kagami/internal/address"
	"kagami/internal/asset"
	"kagami/internal/asset/classify"
	"kagami/internal/asset/find"
	"kagami/internal/asset/life"
	"kagami/internal/asset/paper"
	"kagami/internal/asset/relation"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/record"
	"kagami/web/component/history"
	"kagami/web/component/register"
	"kagami/web/screen"
)

func (s *Screens) showAsset(w http.ResponseWriter, r *http.Request) error {
	ctx, actor := r.Context(), screen.Actor(r.Context())
	a, err := s.asset(r)
	if err != nil {
		return err
	}
	scheme, err := s.register.Scheme(ctx, actor)
	if err != nil {
		return err
	}
	history, err := s.register.History(ctx, actor, a)
	if err != nil {
		return err
	}
	questions, err := s.finding.Questions(ctx, actor, scheme, screen.Today(ctx))
	if err != nil {
		return err
	}
	view := entryView{
		Frame: screen.Frame(r, a.Name, register.Link), Asset: a, Scheme: scheme, History: history, Questions: questions, Today: screen.Today(ctx),
		MayChange: a.MayChange(actor), MayDraft: a.AskDraft(actor) == nil, MayRegister: actor.Reach(authz.DraftAssets) != authz.None,
	}
	if a.Kind == asset.System || a.Kind == asset.Network {
		_, view.SeesRights = actor.May(authz.ReadSystemRights, authz.Matter{SystemsSection: a.Section})
	}
	view.MayDispose, view.MayReport = a.Ask(actor, life.Dispose) == nil && a.State != life.Missing, a.Ask(actor, life.Lose) == nil
	if view.Draft, err = s.proposals.Draft(ctx, actor, a); err != nil {
		return err
	}
	if view.Draft.Waits(a) {
		waits := a.SectionName + "の情報セキュリティ管理者の確認を待っています。"
		if view.Draft.Again {
			waits = "もう一度、" + a.SectionName + "の情報セキュリティ管理者の確認を待ちます。"
		}
		screen.Tell(r, &view.Frame, "asset-drafted", waits)
		screen.Tell(r, &view.Frame, "asset-changed", "「"+a.Name+"」を変えました。"+waits)
	} else {
		screen.Tell(r, &view.Frame, "asset-changed", "「"+a.Name+"」を変えました。変える前の内容は、下の履歴に残ります。")
	}
	screen.Tell(r, &view.Frame, "asset-proposed", a.SectionName+"の情報セキュリティ管理者が確認すると、「"+a.Name+"」の台帳が変わります。")
	back := view.Draft.By
	if view.Draft.SentBack == "" && r.URL.Query().Get("done") == "draft-sent-back" {
		last, err := s.proposals.Last(ctx, actor, a)
		if err != nil {
			return err
		}
		if back = last.By; !last.SentBack {
			back = ""
		}
	}
	if back != "" {
		screen.Tell(r, &view.Frame, "draft-sent-back", back+"に差し戻し、お知らせで伝えました。")
	}
	view.Withdrawn = asset.Withdrawal(a, history)
	if view.Merged, err = s.finding.Named(ctx, actor, mergedInto(history)); err != nil {
		return err
	}
	if len(view.Merged) > 0 { // the newest first
		screen.Tell(r, &view.Frame, "asset-merged", view.Merged[0].Code+"『"+view.Merged[0].Name+"』を統合しました。その内容と履歴は、下の「統合したもの」から見られます。")
	}
	view.Wrote = slices.Contains(view.Draft.Writers, actor.Person) || view.Draft.Person == actor.Person
	view.Mends = !view.MayChange || view.Draft.Person == actor.Person
	if view.Proposal, err = s.proposals.Open(ctx, actor, a); err != nil {
		return err
	}
	if view.Again, err = s.finding.Again(ctx, actor, a); err != nil {
		return err
	}
	if view.Low, err = s.low(r, a); err != nil {
		return err
	}
	if view.Excepted, err = s.finding.Excepted(ctx, actor, a); err != nil {
		return err
	}
	if view.Out, err = s.finding.Out(ctx, actor, a); err != nil {
		return err
	}
	_, view.MayExcept = actor.May(authz.AskExceptions, authz.Matter{OwnersSection: a.Section})
	if view.Papers, err = s.papers.List(ctx, actor, a); err != nil {
		return err
	}
	view.Papers = there(view.Papers)
	if view.Beside.Above, view.Beside.Below, err = s.relations.Beside(ctx, actor, a); err != nil {
		return err
	}
	if view.Communications, err = s.communications(r, a); err != nil {
		return err
	}
	screen.Tell(r, &view.Frame, "asset-registered", "「"+a.Name+"」に、管理番号 "+a.Code+" を付けました。下の「変更する」から、いつでも直せます。")
	screen.Tell(r, &view.Frame, "asset-looked-at", "「"+a.Name+"」の最終確認日を、今日にしました。内容は変わっていません。")
	screen.Tell(r, &view.Frame, "asset-mistaken", "「"+a.Name+"」を終えました。管理番号 "+a.Code+" は、ほかの情報資産には使いません。")
	return screen.Show(w, r, entryPage(view))
}

// mergedInto are the numbers of what was merged into an asset, the newest first.
func mergedInto(history []asset.Event) []string {
	var codes []string
	for _, e := range history {
		if code := e.After["merged"]; code != "" {
			codes = append(codes, code)
		}
	}
	return codes
}

// first is what its history calls the first version: it may have been a draft then.
func (p entryView) first() string {
	state := p.State
	for _, e := range p.History { // the newest first
		if before := e.Before["state"]; before != "" {
			state = asset.State(before)
		}
	}
	if state == asset.Draft {
		return "下書きを作成"
	}
	return "登録"
}

// stand is where the asset stands, in words.
func (p entryView) stand() string {
	if p.Withdrawn.Version != 0 {
		return asset.WithdrawnTitle
	}
	return p.State.Title()
}

// lookAt says that somebody has looked at an asset, and that all of it is still so.
func (s *Screens) lookAt(w http.ResponseWriter, r *http.Request) error {
	a, err := s.changeable(r)
	if err != nil {
		return err
	}
	var read screen.Form
	version := read.Version(r.PostForm.Get("version"))
	if err := read.Err(); err != nil {
		return err
	}
	if err := s.register.LookAt(r.Context(), screen.Actor(r.Context()), a.Code, version); err != nil {
		return err
	}
	return screen.GoOn(w, r, address.Asset(a.Code), "asset-looked-at")
}

// communications are those of an asset, as far as the reader may see them.
func (s *Screens) communications(r *http.Request, a asset.Asset) (c communications, err error) {
	ctx, actor := r.Context(), screen.Actor(r.Context())
	if c.Lines, err = s.talks.OfAsset(ctx, actor, a.ID); err == nil && len(c.Lines) > 0 {
		c.Scheme, err = s.talks.Scheme(ctx, actor)
	}
	return c, err
}

// excepted is the exception by which the asset need not fit a rule today; nil for none.
func (p entryView) excepted(rule string) *find.Excepted {
	for i := range p.Excepted {
		if p.Excepted[i].Rule == rule {
			return &p.Excepted[i]
		}
	}
	return nil
}

// allExcepted tells whether the asset need fit none of some rules today that it does not fit.
func (p entryView) allExcepted(breaks []asset.Break) bool {
	return !slices.ContainsFunc(breaks, func(b asset.Break) bool { return p.excepted(b.Rule) == nil })
}

// low are the levels of an asset that stand below those of what rests on it; it asks only
// where the register has found that there are some.
func (s *Screens) low(r *http.Request, a asset.Asset) ([]relation.Floor, error) {
	if a.Breaks[asset.FloorRule] == "" {
		return nil, nil
	}
	floors, err := s.relations.Floors(r.Context(), screen.Actor(r.Context()), a)
	return relation.Broken(floors), err
}

// open names what is still to be settled of a draft.
func (p entryView) open() string {
	var titles []string
	for _, key := range p.Open() {
		titles = append(titles, columnOf(key).Title)
	}
	return strings.Join(titles, "、")
}

// described are the columns that say what the asset is, beside its levels.
func described() []asset.Field {
	var list []asset.Field
	for _, f := range asset.Fields {
		if f.Key != "name" && f.Key != "level_reason" && !f.Inner && !isAspect(f.Key) {
			list = append(list, f)
		}
	}
	return list
}

func isAspect(key string) bool {
	for _, aspect := range asset.Aspects {
		if string(aspect) == key {
			return true
		}
	}
	return false
}

// asked tells whether a column is asked of assets of a kind.
func asked(key string, kind asset.Kind) bool {
	switch key {
	case "multi_factor", "takeout_barred": // of their terminals
		return kind == asset.System
	case "evaluated_by", "seat": // of what is bought from a supplier
		return kind == asset.System || kind == asset.Network || kind == asset.Medium
	}
	return true
}

// blank names the columns in which nothing stands.
func (p entryView) blank() string {
	var titles []string
	for _, f := range described() {
		if p.shown(f.Key, f.Text(p.Details)) == "" && asked(f.Key, p.Kind) {
			titles = append(titles, f.Title)
		}
	}
	return strings.Join(titles, "、")
}

// shown is a column's text as people read it.
func (p entryView) shown(key, text string) string {
	if key == "state" {
		return asset.State(text).Title()
	}
	if key == "answers" {
		return strings.Join(classify.Words(p.Questions, classify.ReadAnswers(text)), "、")
	}
	if (key == "multi_factor" || key == "takeout_barred") && text == "" {
		return ""
	}
	if key == "number_work" && text == "" {
		return "" // 使わない says the column of personal data
	}
	return p.Scheme.Shown(key, text)
}

// told are the columns of the register, and what its history says besides.
var told = slices.Concat(asset.Fields, []asset.Field{{Key: "state", Title: "状態"}, {Key: "section", Title: "課室"}, {Key: "merged_into", Title: "統合した先"}, {Key: "merged", Title: "統合したもの"}})

// changes are those of the asset, with what each has changed, in the order of the columns.
func (p entryView) changes() []history.Change {
	list := make([]history.Change, len(p.History))
	for i, e := range p.History {
		list[i] = history.Change{Event: e, Differences: record.Differences(told, e, func(key, text string) string {
			if key == "state" && e.Version == p.Withdrawn.Version && asset.State(text).Ended() {
				return asset.WithdrawnTitle
			}
			return p.shown(key, text)
		})}
		if p.MayChange && e.Version < p.Version {
			list[i].Back = address.AssetVersion(p.Code, e.Version)
		}
	}
	return list
}

// level is the asset's level in an aspect.
func (p entryView) level(aspect asset.Aspect) asset.Level {
	level, _ := p.Scheme.Level(aspect, p.Level(aspect))
	return level
}

// ground says why the asset has the level that it has in an aspect: what the questions were
// answered, or why it was chosen.
func (p entryView) ground(aspect asset.Aspect) string {
	for _, o := range classify.Classify(p.Questions, p.Scheme, classify.ReadAnswers(p.Answers)) {
		switch {
		case o.Aspect != aspect || p.Level(aspect) == "":
		case o.Level == p.Level(aspect):
			return o.Reason
		case p.LevelReason != "":
			return "選んだ理由：" + p.LevelReason
		default:
			return "理由は書かれていません。"
		}
	}
	return ""
}

// decision is the change by which the asset has the level that it has in an aspect; the
// zero value where it has none.
func (p entryView) decision(aspect asset.Aspect) asset.Event {
	for _, e := range p.History { // the newest first
		if _, changed := e.After[string(aspect)]; changed {
			return e
		}
	}
	return asset.Event{}
}

// age is for how long something is so, in words.
func (p entryView) age(since calendar.Date) string {
	if days := p.Today.Sub(since); days > 0 {
		return strconv.Itoa(days) + "日前から"
	}
	return "今日から"
}

// toConfirm names the safeguards that nobody has looked at yet.
func (p entryView) toConfirm() string {
	var titles []string
	for _, key := range asset.ToConfirm(p.Details, p.Scheme.Rules) {
		titles = append(titles, "「"+columnOf(key).Title+"」")
	}
	return strings.Join(titles, "と")
}

// ended says why nothing can be changed any more; empty where it can.
func (p entryView) ended() string {
	if p.Withdrawn.Version != 0 {
		return "登録する前に取り下げられた下書きです。台帳の件数には入りません。"
	}
	switch p.State {
	case asset.Mistaken:
		return "登録の誤りとして終わったものです。台帳の件数には入りません。"
	case asset.Retired:
		return "廃棄済みのものです。台帳の件数には入りません。"
	case asset.Merged:
		return "ほかの情報資産と同じものだったため、1つにまとめました。いまの内容は、まとめた先を見てください。"
	}
	if p.State.Ended() {
		return "「" + p.State.Title() + "」として終わったものです。台帳の件数には入りません。"
	}
	return ""
}

// there are the papers that were not removed.
func there(papers []paper.Paper) []paper.Paper {
	return slices.DeleteFunc(slices.Clone(papers), func(p paper.Paper) bool { return p.RemovedAt != nil })
}
