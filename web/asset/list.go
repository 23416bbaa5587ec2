package asset

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"kagami/internal/address"
	"kagami/internal/asset"
	"kagami/internal/asset/find"
	"kagami/internal/asset/life"
	"kagami/internal/asset/view"
	"kagami/internal/authz"
	"kagami/web/component"
	"kagami/web/screen"
)

// further tells whether something is asked for by a field that stands folded away.
func further(a find.Asked) bool {
	for _, name := range []string{"kind", "integrity", "availability", "personal", "state", "overdue", "unowned", "broken", "by_hand", "again", "handed"} {
		if a[name] != "" {
			return true
		}
	}
	return false
}

func (s *Screens) showList(w http.ResponseWriter, r *http.Request) error {
	ctx, actor, a := r.Context(), screen.Actor(r.Context()), find.AskedOf(r.URL.Query())
	after := r.URL.Query().Get("after")
	q := a.Search(after)
	q.Exact = r.URL.Query().Get("count") == "exact"
	found, refusal := s.finding.List(ctx, actor, q)
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	sections, err := s.finding.Sections(ctx, actor)
	if err != nil {
		return err
	}
	waiting, err := s.proposals.Counts(ctx, actor)
	if err != nil {
		return err
	}
	own, err := s.proposals.OwnCounts(ctx, actor)
	if err != nil {
		return err
	}
	views, err := s.views.List(ctx, actor)
	if err != nil {
		return err
	}
	p := listView{
		Frame: screen.Frame(r, "情報資産台帳"), Page: found, Asked: a, Sections: sections, Sort: q.Sorted(), Backward: q.Backward, Exact: q.Exact, Later: after != "", Problems: problems,
		MayRegister: actor.Reach(authz.DraftAssets) != authz.None, MayChange: actor.Reach(authz.ChangeAssets) != authz.None,
		MayName: actor.Reach(authz.NameKeepers) != authz.None, Waiting: waiting.Drafts + waiting.Proposals, Own: own.All, Views: views, KeepsTowns: view.MayKeepTowns(actor), Today: screen.Today(ctx),
	}
	if len(found.Assets) == 0 && after == "" && refusal == nil {
		if p.Ended, err = s.finding.Ended(ctx, actor, a["q"]); err == nil && p.Ended.State == asset.Mistaken {
			var history []asset.Event
			history, err = s.register.History(ctx, actor, p.Ended)
			p.EndedWithdrawn = asset.Withdrawal(p.Ended, history).Version != 0
		}
		if err != nil {
			return err
		}
	}
	if p.Table, err = s.table(ctx, p); err != nil {
		return err
	}
	screen.Render(w, r, status, listPage(p))
	return nil
}

// tableKey names a table as it is drawn: what it lists, and to where its headings lead.
type tableKey struct {
	find.Stamp
	address string
}

// cachedTables is how many tables are cached, those used last: of some 50 KB each.
const cachedTables = 100

// table draws the table of the list, or takes it as it was drawn before.
func (s *Screens) table(ctx context.Context, p listView) (templ.Component, error) {
	if p.Stamp == (find.Stamp{}) {
		return lines(p), nil
	}
	return s.tables.Get(tableKey{p.Stamp, p.Asked.At(address.Assets, "", "")}, func() (templ.Component, error) {
		var drawn bytes.Buffer
		if err := lines(p).Render(ctx, &drawn); err != nil {
			return nil, fmt.Errorf("drawing the list: %w", err)
		}
		return templ.Raw(drawn.String()), nil
	})
}

// counted is how many there are, in words.
func counted(p find.Page) string {
	n := strconv.Itoa(p.Count)
	for i := len(n) - 3; i > 0; i -= 3 {
		n = n[:i] + "," + n[i:]
	}
	if p.More {
		return n + "件以上"
	}
	return n + "件"
}

// where names the sections that the list is of.
func (p listView) where() string {
	for _, s := range p.Sections {
		if s.Code == p.Asked["section"] || len(p.Sections) == 1 {
			return s.Name
		}
	}
	return strconv.Itoa(len(p.Sections)) + "課室"
}

// column is a column of the list that it can be sorted by.
type column struct {
	Title  string
	Sort   find.Sort
	Order  string // how it is sorted then
	Turned string // and the other way round
}

var columns = []column{
	{"管理番号", find.ByCode, "管理番号の順", "管理番号の逆順"},
	{"情報資産名", find.ByName, "情報資産名の順", "情報資産名の逆順"},
	{"機密性", find.ByConfidentiality, "機密性の高い順", "機密性の低い順"},
	{"完全性", find.ByIntegrity, "完全性の高い順", "完全性の低い順"},
	{"可用性", find.ByAvailability, "可用性の高い順", "可用性の低い順"},
	{"領域", find.ByZone, "領域の順", "領域の逆順"},
	{"最終確認", find.ByCheck, "最終確認の古い順", "最終確認の新しい順"},
}

// order is how the list is sorted, in words.
func (p listView) order() string {
	for _, c := range columns {
		if c.Sort == p.Sort && p.Backward {
			return c.Turned
		}
		if c.Sort == p.Sort {
			return c.Order
		}
	}
	return ""
}

// direction is what aria-sort says of a column that the list is sorted by.
func (c column) direction(backward bool) string {
	falling := c.Sort == find.ByConfidentiality || c.Sort == find.ByIntegrity || c.Sort == find.ByAvailability
	if falling != backward {
		return "descending"
	}
	return "ascending"
}

// turn is the list sorted by a column the other way round.
func (p listView) turn(c column) (url, title string) {
	if p.Backward {
		return p.Asked.At(address.Assets, "sort", string(c.Sort)), c.Order + "に並べる"
	}
	return p.Asked.At(address.Assets, "sort", "-"+string(c.Sort)), c.Turned + "に並べる"
}

// sorted is how the list is sorted, as its address says.
func (p listView) sorted() string {
	if p.Backward {
		return "-" + string(p.Sort)
	}
	return string(p.Sort)
}

func sortChoices() []component.Choice {
	var list []component.Choice
	for _, c := range columns {
		list = append(list, component.Choice{Value: string(c.Sort), Label: c.Order}, component.Choice{Value: "-" + string(c.Sort), Label: c.Turned})
	}
	return list
}

// offered are the values of a closed list, to choose one of.
func offered[T ~string](list []asset.Choice[T]) []component.Choice {
	var choices []component.Choice
	for _, c := range list {
		choices = append(choices, component.Choice{Value: string(c.Value), Label: c.Title})
	}
	return choices
}

func sectionChoices(sections []asset.Section) []component.Choice {
	var list []component.Choice
	for _, s := range sections {
		list = append(list, component.Choice{Value: s.Code, Label: s.Name})
	}
	return list
}

func levelChoices(levels []asset.Level) []component.Choice {
	var list []component.Choice
	for _, l := range levels {
		list = append(list, component.Choice{Value: l.Key, Label: l.Title})
	}
	return list
}

func zoneChoices(zones []asset.Zone) []component.Choice {
	var list []component.Choice
	for _, z := range zones {
		list = append(list, component.Choice{Value: z.Key, Label: z.Title})
	}
	return list
}

// brokenChoices are for how long what is listed has not fitted the rules.
func brokenChoices() []component.Choice {
	list := []component.Choice{{Value: string(find.AnyBroken), Label: "基準に合わない（要是正）"}}
	list = append(list, component.Choice{Value: string(find.ExceptedBroken), Label: "基準に合わないが、例外措置あり"})
	for _, age := range asset.Ages {
		list = append(list, component.Choice{Value: string(age.Value), Label: "要是正のうち、見つかってから" + age.Title})
	}
	return list
}

// standChoices are the states to list, beside what counts.
func standChoices() []component.Choice {
	list := []component.Choice{}
	for _, state := range life.States() {
		title := state.Title()
		if state == asset.Mistaken {
			title += "・" + asset.WithdrawnTitle
		}
		list = append(list, component.Choice{Value: string(state), Label: title})
	}
	return append(list, component.Choice{Value: string(find.Any), Label: "終わったものも含めて、すべて"})
}

// levelWords are a level as the list shows it; one that is still to be settled says so.
func levelWords(aspect asset.Aspect, key string) string {
	if aspect == asset.Confidentiality && key == asset.Unsettled {
		return key + "（未分類）"
	}
	return orOpen(key)
}

// orOpen is a text of what has to be settled, of a draft that it is not settled of.
func orOpen(text string) string {
	if text == "" {
		return "未定"
	}
	return text
}

// heavyRank is from where on a level stands out in the list: 自治体機密性3C and above.
const heavyRank = 30

func levelClass(scheme asset.Scheme, key string) string {
	if level, ok := scheme.Level(asset.Confidentiality, key); ok && level.Rank >= heavyRank {
		return "chip fill"
	}
	return "chip"
}
