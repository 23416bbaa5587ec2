package exception

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"kagami/internal/address"
	"kagami/internal/exception"
	"kagami/internal/fault"
	"kagami/web/component"
	"kagami/web/screen"
)

// typed is what somebody has typed of an exception.
type typed struct {
	exception.Asking
	First, More                    string // the clauses: one of those that are offered, or any other, and further ones, one a line
	Assets                         string // 管理番号, one a line
	Rule                           string // the rule that the assets need not fit; empty for something else
	From, Until, ReviewOn, Already string // days
}

func readTyped(r *http.Request) (typed, error) {
	form := r.PostForm
	t := typed{
		Asking: exception.Asking{Section: form.Get("section"), Follows: strings.TrimPrefix(strings.TrimSpace(norm.NFKC.String(form.Get("follows"))), "例-")},
		First:  form.Get("clause"), More: strings.ReplaceAll(form.Get("more"), "\r\n", "\n"), Assets: form.Get("assets"), Rule: form.Get("rule"), From: form.Get("from_on"), Until: form.Get("until_on"), ReviewOn: form.Get("review_on"), Already: form.Get("done_since"),
	}
	for _, f := range exception.Fields {
		f.Set(&t.Details, strings.ReplaceAll(form.Get(f.Key), "\r\n", "\n"))
	}
	t.Clause, t.For, t.Warned = t.First+"\n"+t.More, form.Get("for"), strings.Split(form.Get("warned"), "\n")
	var read screen.Form
	t.Details.From, t.Details.Until = read.Day("from_on", t.From), read.Day("until_on", t.Until)
	t.Details.ReviewOn, t.DoneSince = read.Day("review_on", t.ReviewOn), read.Day("done_since", t.Already)
	return t, read.Err()
}

// showNew shows the form, with what the address says: the asset and the rule that it does
// not fit, or the exception that the new one goes on from.
func (s *Screens) showNew(w http.ResponseWriter, r *http.Request) error {
	ctx, actor, asked := r.Context(), screen.Actor(r.Context()), r.URL.Query()
	t := typed{From: screen.Today(ctx).String()}
	if code := asked.Get("asset"); code != "" {
		found, err := s.look(ctx, actor, code)
		if err != nil {
			return err
		}
		t.Section, t.Assets = found.SectionCode, found.Code
		for _, b := range found.Breaks {
			if b.Rule == asked.Get("rule") {
				t.Rule, t.First, t.Subject = b.Rule, "基本方針"+b.Clause, b.Sentence
			}
		}
	}
	if code := asked.Get("follows"); code != "" {
		before, err := s.exceptions.Find(ctx, actor, code)
		if err != nil {
			return err
		}
		t.Details, t.Follows = before.Details, before.Code
		t.First, t.More, _ = strings.Cut(strings.Join(before.Clauses, "\n"), "\n")
		t.From = before.Until.AddDays(1).String()
		var codes []string
		for _, a := range before.About {
			codes, t.Rule = append(codes, a.Code), a.Rule
		}
		t.Assets = strings.Join(codes, "\n")
	}
	return s.drawNew(w, r, t, nil)
}

func (s *Screens) ask(w http.ResponseWriter, r *http.Request) error {
	t, err := readTyped(r)
	if err == nil {
		t.Unfound, err = s.unfound(r, t)
	}
	if err == nil {
		t.About, err = s.about(r, t)
	}
	if err != nil {
		return s.drawNew(w, r, t, err)
	}
	code, err := s.exceptions.Ask(r.Context(), screen.Actor(r.Context()), t.Asking)
	if err != nil {
		return s.drawNew(w, r, t, err)
	}
	return screen.GoOn(w, r, address.Exception(code), "exception-ask")
}

// unfound are the clauses that somebody has typed and that are none of those that they may read.
func (s *Screens) unfound(r *http.Request, t typed) ([]string, error) {
	clauses, err := s.clauses(r.Context(), screen.Actor(r.Context()))
	return exception.Unfound(t.Clause, func(yield func(string) bool) {
		for _, c := range clauses {
			if !yield(c.Name) || !yield(c.Also) {
				return
			}
		}
	}), err
}

// about are the assets that somebody has typed; an error says which are none.
func (s *Screens) about(r *http.Request, t typed) (list []exception.About, err error) {
	var read screen.Form
	codes := strings.FieldsFunc(norm.NFKC.String(t.Assets), func(c rune) bool { return strings.ContainsRune(" ,、\r\n\t", c) })
	slices.Sort(codes)
	codes = slices.Compact(codes)
	if len(codes) > exception.MostAbout {
		read.Wrong("assets", "1つの例外措置の情報資産は、"+strconv.Itoa(exception.MostAbout)+"件までです。分けて申請してください。")
		return nil, read.Err()
	}
	for _, code := range codes {
		found, err := s.look(r.Context(), screen.Actor(r.Context()), code)
		switch {
		case fault.KindOf(err) == fault.NotFound:
			read.Wrong("assets", "管理番号"+code+"の情報資産は、見つかりません。番号を確かめてください。")
			continue
		case err != nil:
			return nil, err
		case found.Ended:
			read.Wrong("assets", code+"は、廃棄や統合などで、すでに台帳から外れています。この番号を消してください。")
			continue
		case t.Rule != "" && !slices.ContainsFunc(found.Breaks, func(b Break) bool { return b.Rule == t.Rule }):
			read.Wrong("assets", code+"は、この基準に合っています。例外措置は要りません。この番号を消してください。")
			continue
		}
		found.Rule = t.Rule
		list = append(list, found.About)
	}
	return list, read.Err()
}

func (s *Screens) drawNew(w http.ResponseWriter, r *http.Request, t typed, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	ctx := r.Context()
	sections, err := s.exceptions.Sections(ctx, screen.Actor(ctx))
	if err != nil {
		return err
	}
	most, err := s.exceptions.LongestForPortal(ctx)
	if err != nil {
		return err
	}
	clauses, err := s.clauses(ctx, screen.Actor(ctx))
	if err != nil {
		return err
	}
	screen.Render(w, r, status, formPage(formView{
		Frame: screen.Frame(r, "例外措置を申請する", listWay...), Typed: t, Sections: sections, Clauses: clauses, Most: most, Problems: problems,
	}))
	return nil
}

// text is the field of a text.
func (p formView) text(key, hint string) component.Input {
	f := exception.Fields[slices.IndexFunc(exception.Fields, func(f exception.Field) bool { return f.Key == key })]
	return component.Input{
		Name: key, Label: f.Title, Hint: hint + strconv.Itoa(f.Most) + "字まで。", Value: f.Text(p.Typed.Details), Required: f.Needed, Problems: p.Problems,
	}
}

// clause is the field of the clause: one of those that who asks may read, or typed.
func (p formView) clause() component.Input {
	input := component.Input{
		Name: "clause", Label: "条項", Hint: "「" + exampleClause + "」のように書くか、候補（施行中の基本方針、対策基準、実施手順）から選びます。紙の規程の条項も書けます。", Value: p.Typed.First, Required: true, Problems: p.Problems,
	}
	for _, c := range p.Clauses {
		input.Offers = append(input.Offers, component.Choice{Value: c.Name, Label: c.Heading})
	}
	return input
}

// more is the field of further clauses.
func (p formView) more() component.Input {
	return component.Input{Name: "more", Label: "ほかに守れない条項", Hint: "あるときだけ、1行に1つずつ書きます。上の条項と合わせて" + strconv.Itoa(exception.MostClauses) + "つまで。", Value: p.Typed.More}
}

const exampleClause = "基本方針7(3)①"

// day is the field of a day.
func (p formView) day(key, label, hint, value string, needed bool) component.Input {
	return component.Input{Name: key, Label: label, Hint: hint, Type: "date", Value: value, Required: needed, Problems: p.Problems}
}

func sectionChoices(sections []exception.Section) []component.Choice {
	var list []component.Choice
	for _, s := range sections {
		list = append(list, component.Choice{Value: s.Code, Label: s.Name})
	}
	return list
}
