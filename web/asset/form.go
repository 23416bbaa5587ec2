package asset

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"kagami/internal/address"
	"kagami/internal/asset"
	"kagami/internal/asset/classify"
	"kagami/internal/fault"
	"kagami/internal/record"
	"kagami/web/component"
	"kagami/web/component/register"
	"kagami/web/screen"
)

// typed is what somebody has typed of an asset.
type typed struct {
	asset.Details
	Section             string // its code
	Registered, Checked string // days
	Why                 string
	Back                string // where they have come from, and go on to; empty for the asset's page
	Version             int
	// Preset are the levels of the aspects that no answers settled when the form was shown:
	// those of the catalogue, of what it is copied from, or of before
	Preset map[asset.Aspect]string
	Twin   twin // of a new one
}

// wayBack is where somebody goes on to who has come from a 棚卸し; empty for anything else,
// which an address may say too.
func wayBack(from string) string {
	if !strings.HasPrefix(from, address.Stocktakings+"/") {
		return ""
	}
	return from
}

// back is where the form leads to without a change, and after it.
func (t typed) back(code string) string { return cmp.Or(t.Back, address.Asset(code)) }

// typedOf is an asset as its form shows it before anything is typed.
func typedOf(d asset.Details) typed {
	t := typed{Details: d, Registered: d.RegisteredOn.String()}
	if !d.CheckedOn.IsZero() {
		t.Checked = d.CheckedOn.String()
	}
	return t
}

// readTyped reads the form; an error says which days are none.
func readTyped(r *http.Request) (typed, error) {
	form := r.PostForm
	t := typed{Section: form.Get("section"), Registered: form.Get("registered_on"), Checked: form.Get("checked_on"), Why: form.Get("why"), Back: wayBack(form.Get("back"))}
	for _, f := range asset.Fields {
		f.Set(&t.Details, strings.ReplaceAll(form.Get(f.Key), "\r\n", "\n"))
	}
	t.Kind, t.Personal, t.NumberWork, t.Zone = asset.Kind(form.Get("kind")), asset.Personal(form.Get("personal")), asset.NumberWork(form.Get("number_work")), form.Get("zone")
	t.Confidentiality, t.Integrity, t.Availability = form.Get("confidentiality"), form.Get("integrity"), form.Get("availability")
	t.MultiFactor, t.TakeoutBarred = asset.Confirmed(form.Get("multi_factor")), asset.Confirmed(form.Get("takeout_barred"))
	said := map[string]string{}
	for _, aspect := range asset.Aspects {
		for name := range form {
			if strings.HasPrefix(name, string(aspect)+"-") {
				said[name] = form.Get(name)
			}
		}
	}
	t.Answers = classify.Known(said).String()
	for _, h := range form["handling"] {
		t.Handling = append(t.Handling, asset.Handling(h))
	}
	t.Preset = map[asset.Aspect]string{}
	for _, aspect := range asset.Aspects {
		if preset := form.Get("preset_" + string(aspect)); preset != "" {
			t.Preset[aspect] = preset
		}
	}
	var read screen.Form
	t.Version = read.Version(form.Get("version"))
	t.RegisteredOn, t.CheckedOn = read.Day("registered_on", t.Registered), read.Day("checked_on", t.Checked)
	return t, read.Err()
}

func (s *Screens) showNew(w http.ResponseWriter, r *http.Request) error {
	t := typed{Registered: screen.Today(r.Context()).String()}
	if name := r.URL.Query().Get("usual"); name != "" {
		return s.showNewUsual(w, r, r.URL.Query().Get("section"), name)
	}
	if from := r.URL.Query().Get("from"); from != "" {
		like, err := s.register.Find(r.Context(), screen.Actor(r.Context()), from)
		if err != nil {
			return err
		}
		d := like.Details
		d.OwnNumber = "" // it leads to one asset
		t = typedOf(d)
		t.Section, t.Registered, t.Checked = like.SectionCode, screen.Today(r.Context()).String(), ""
		return s.drawNew(w, r, t, like.Name, nil)
	}
	return s.drawNew(w, r, t, "", nil)
}

func (s *Screens) registerNew(w http.ResponseWriter, r *http.Request) error {
	t, err := s.read(r)
	asks, failure := s.askTwin(r, &t)
	if failure != nil {
		return failure
	}
	if err == nil && !judges(r) {
		err = asks
	}
	if err != nil || judges(r) {
		return s.drawNew(w, r, t, "", err)
	}
	code, err := s.register.Register(r.Context(), screen.Actor(r.Context()), t.Section, t.Details)
	if err != nil {
		return s.drawNew(w, r, t, "", err)
	}
	a, err := s.register.Find(r.Context(), screen.Actor(r.Context()), code)
	if err != nil {
		return err
	}
	if a.State == asset.Draft {
		return screen.GoOn(w, r, address.Asset(code), "asset-drafted")
	}
	return screen.GoOn(w, r, address.Asset(code), "asset-registered")
}

// read reads the form. An answer decides of each aspect of which nobody has touched the
// level that stood there before anything was answered.
func (s *Screens) read(r *http.Request) (typed, error) {
	t, wrong := readTyped(r)
	if len(t.Preset) == 0 || t.Answers == "" {
		return t, wrong
	}
	scheme, err := s.register.Scheme(r.Context(), screen.Actor(r.Context()))
	if err != nil {
		return t, err
	}
	questions, err := s.finding.Questions(r.Context(), screen.Actor(r.Context()), scheme, screen.Today(r.Context()))
	if err != nil {
		return t, err
	}
	for _, o := range classify.Classify(questions, scheme, classify.ReadAnswers(t.Answers)) {
		level := map[asset.Aspect]*string{asset.Confidentiality: &t.Confidentiality, asset.Integrity: &t.Integrity, asset.Availability: &t.Availability}[o.Aspect]
		if preset, ok := t.Preset[o.Aspect]; ok && o.Level != "" && *level == preset {
			*level = ""
		}
	}
	return t, wrong
}

// judges tells whether somebody asks only to what level the answers come.
func judges(r *http.Request) bool { return r.PostForm.Get("do") == "judge" }

// drawNew shows the form of a new asset; like names the one that it is copied from.
func (s *Screens) drawNew(w http.ResponseWriter, r *http.Request, t typed, like string, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	ctx, actor := r.Context(), screen.Actor(r.Context())
	scheme, err := s.register.Scheme(ctx, actor)
	if err != nil {
		return err
	}
	sections, err := s.register.Sections(ctx, actor)
	if err != nil {
		return err
	}
	questions, err := s.finding.Questions(ctx, actor, scheme, screen.Today(ctx))
	if err != nil {
		return err
	}
	all, some := onlyDrafts(sections)
	screen.Render(w, r, status, formPage(formView{
		Frame: screen.Frame(r, "情報資産を登録する", register.Link), Address: address.NewAsset, Typed: t, Like: like, Scheme: scheme, Sections: sections, Problems: problems,
		Questions: questions, Drafts: all, Both: some && !all,
	}))
	return nil
}

// onlyDrafts tells whether somebody may only draft for all of the sections, and for some.
func onlyDrafts(sections []asset.Section) (all, some bool) {
	all = len(sections) > 0
	for _, s := range sections {
		all, some = all && s.Only, some || s.Only
	}
	return all, some
}

func (s *Screens) showEdit(w http.ResponseWriter, r *http.Request) error {
	a, err := s.draftable(r)
	if err != nil {
		return err
	}
	mine, err := s.proposals.Mine(r.Context(), screen.Actor(r.Context()), a)
	if err != nil {
		return err
	}
	t := typedOf(a.Apply(mine.After)) // who mends their proposal goes on from it
	t.Version, t.Why, t.Back = a.Version, mine.Why, wayBack(r.URL.Query().Get("back"))
	return s.drawEdit(w, r, a, t, nil)
}

// changeable is the asset that the address names, for who can change it.
func (s *Screens) changeable(r *http.Request) (asset.Asset, error) {
	a, err := s.asset(r)
	if err != nil {
		return a, err
	}
	return a, a.AskChange(screen.Actor(r.Context()))
}

// draftable is the asset that the address names, for who can at least draft of it.
func (s *Screens) draftable(r *http.Request) (asset.Asset, error) {
	a, err := s.asset(r)
	if err != nil {
		return a, err
	}
	return a, a.AskDraft(screen.Actor(r.Context()))
}

// proposes tells whether what somebody drafts of an asset is a proposal.
func proposes(r *http.Request, a asset.Asset) bool {
	return a.State == asset.Registered && asset.Drafts(screen.Actor(r.Context()), a.Section)
}

func (s *Screens) change(w http.ResponseWriter, r *http.Request) error {
	a, err := s.draftable(r)
	if err != nil {
		return err
	}
	t, err := s.read(r)
	if judges(r) {
		return s.drawEdit(w, r, a, t, err)
	}
	if err == nil && proposes(r, a) {
		err = s.proposals.Propose(r.Context(), screen.Actor(r.Context()), a.Code, t.Version, t.Details, t.Why)
		if err == nil {
			return screen.GoOn(w, r, t.back(a.Code), "asset-proposed")
		}
	} else if err == nil {
		err = s.register.Change(r.Context(), screen.Actor(r.Context()), a.Code, t.Version, t.Details, t.Why)
	}
	now, failure := s.asset(r)
	switch {
	case failure != nil:
		return failure
	case err != nil:
		return s.drawEdit(w, r, now, t, err)
	case now.Version == t.Version:
		return screen.GoOn(w, r, t.back(a.Code), "asset-same")
	}
	return screen.GoOn(w, r, t.back(a.Code), "asset-changed")
}

// drawEdit shows the form of a change. Where somebody else has changed the asset since it
// was opened, it shows what stands there now beside what was typed, and goes on from the
// newer version.
func (s *Screens) drawEdit(w http.ResponseWriter, r *http.Request, now asset.Asset, t typed, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	ctx, actor := r.Context(), screen.Actor(r.Context())
	scheme, err := s.register.Scheme(ctx, actor)
	if err != nil {
		return err
	}
	title := now.Name + "を変更する"
	if proposes(r, now) {
		title = now.Name + "の変更を提案する"
	}
	view := formView{
		Frame: screen.Frame(r, title, register.Way(now.Code)...), Proposes: proposes(r, now), Address: address.AssetEdit(now.Code), Typed: t, Scheme: scheme,
		Of: now, Problems: problems,
	}
	if view.Questions, err = s.finding.Questions(ctx, actor, scheme, screen.Today(ctx)); err != nil {
		return err
	}
	if view.Mine, err = s.proposals.Mine(ctx, actor, now); err != nil {
		return err
	}
	if view.Draft, err = s.proposals.Draft(ctx, actor, now); err != nil {
		return err
	}
	if fault.KindOf(refusal) == fault.Conflict && t.Version != now.Version {
		history, err := s.register.History(ctx, actor, now)
		if err != nil {
			return err
		}
		settled := scheme.Settled(t.Details)
		view.Newer = record.Overtake(asset.Fields, history, t.Version,
			func(f asset.Field) string { return f.Text(now.Details) }, func(f asset.Field) string { return f.Text(settled) })
		view.Typed.Version = now.Version
	}
	screen.Render(w, r, status, formPage(view))
	return nil
}

// value is what the form shows of a column.
func (p formView) value(key string) string {
	switch key {
	case "section":
		return p.Typed.Section
	case "registered_on":
		return p.Typed.Registered
	case "checked_on":
		return p.Typed.Checked
	case "why":
		return p.Typed.Why
	}
	return columnOf(key).Text(p.Typed.Details)
}

func columnOf(key string) asset.Field {
	return asset.Fields[slices.IndexFunc(asset.Fields, func(f asset.Field) bool { return f.Key == key })]
}

// input is the field of a column, headed as the column is; its hint says how much may be
// written.
func (p formView) input(key, hint string) component.Input {
	f := columnOf(key)
	if f.Most > 0 {
		hint += strconv.Itoa(f.Most) + "字まで。"
	}
	return component.Input{Name: key, Label: f.Title, Hint: hint, Value: p.value(key), Problems: p.Problems}
}

// needed is input for what has to be filled in.
func (p formView) needed(key, hint string) component.Input {
	i := p.input(key, hint)
	i.Required = true
	return i
}

// day is input for a day.
func (p formView) day(key, hint string) component.Input {
	i := p.input(key, hint)
	i.Type = "date"
	return i
}

// judgement is an aspect on the form: its questions, and what they come to.
type judgement struct {
	Aspect    asset.Aspect
	Questions []classify.Question
	classify.Outcome
}

// judgements are the three aspects on the form.
func (p formView) judgements() []judgement {
	var list []judgement
	for _, o := range classify.Classify(p.Questions, p.Scheme, classify.ReadAnswers(p.Typed.Answers)) {
		j := judgement{Aspect: o.Aspect, Outcome: o}
		for _, q := range p.Questions {
			if q.Aspect == o.Aspect {
				j.Questions = append(j.Questions, q)
			}
		}
		list = append(list, j)
	}
	return list
}

// asking are the problems of the form. A level that is missing is asked for by the question
// that is to be answered.
func (p formView) asking() []fault.Problem {
	problems := slices.Clone(p.Problems)
	for _, j := range p.judgements() {
		for i, f := range problems {
			if f.Field == string(j.Aspect) && p.Typed.Level(j.Aspect) == "" && len(j.Open) > 0 {
				problems[i] = fault.Problem{Field: j.Open[0].Key, Message: j.Reason}
			}
		}
	}
	return problems
}

// answer is what a question is answered on the form; empty where it is not.
func (p formView) answer(q classify.Question) string {
	return string(classify.ReadAnswers(p.Typed.Answers)[q.Key])
}

// chosen is the level that somebody has chosen by hand; empty where it is that to which
// the answers come.
func (p formView) chosen(j judgement) string {
	if level := p.Typed.Level(j.Aspect); level != j.Level {
		return level
	}
	return ""
}

// levels are what can be chosen by hand, each with what it means.
func (p formView) levels(aspect asset.Aspect) []component.Choice {
	list := []component.Choice{{Label: "問いの答えのとおり"}}
	for _, l := range p.Scheme.Of(aspect) {
		if aspect == asset.Confidentiality && l.Key == asset.Unsettled && p.Typed.Confidentiality != asset.Unsettled {
			continue // only what came with it may stay so
		}
		list = append(list, component.Choice{Value: l.Key, Label: l.Title + "：" + l.Meaning})
	}
	return list
}

// byHand tells whether a level is chosen by hand, or the reason for it.
func (p formView) byHand() bool {
	for _, j := range p.judgements() {
		if p.chosen(j) != "" {
			return true
		}
	}
	return p.Typed.LevelReason != "" || slices.ContainsFunc(p.Problems, func(f fault.Problem) bool { return f.Field == "level_reason" })
}

// rest are the columns that can be filled in later: they stand folded away on the form of
// a new asset.
var rest = []string{
	"work", "content", "own_number", "medium", "users", "handling", "disposal", "keep_until", "outsourced", "evaluated_by", "seat", "multi_factor", "takeout_barred",
	"checked_on", "note",
}

// restOpen tells whether something stands in the columns that are folded away, or is wrong
// there.
func (p formView) restOpen() bool {
	return !p.isNew() || slices.ContainsFunc(rest, func(key string) bool { return p.value(key) != "" }) ||
		slices.ContainsFunc(p.Problems, func(f fault.Problem) bool { return f.Field == "registered_on" || slices.Contains(rest, f.Field) })
}

// answers are the answers that a question may have, as the form offers them.
func answers(q classify.Question) []component.Choice { return offered(q.Choices()) }

// zonesWithMeaning are the zones to choose from, each with what it means.
func (p formView) zonesWithMeaning() []component.Choice {
	var list []component.Choice
	for _, z := range p.Scheme.Zones {
		list = append(list, component.Choice{Value: z.Key, Label: z.Title + "：" + z.Meaning})
	}
	return list
}

// limited tells whether a limit is ticked.
func (p formView) limited(h asset.Handling) bool { return slices.Contains(p.Typed.Handling, h) }
