// Package overview is the screen of the register of information assets in numbers.
package overview

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"

	"kagami/internal/address"
	"kagami/internal/asset"
	"kagami/internal/asset/find"
	"kagami/internal/asset/overview"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/web/component"
	"kagami/web/component/register"
	"kagami/web/screen"
)

// Tile is a number of today of another room, with the list behind it.
type Tile struct {
	URL   string
	Count int
	Words string
}

// Beside counts what another room shows of a section, by its code, or of all that the actor
// sees.
type Beside func(ctx context.Context, actor authz.Actor, section string) ([]Tile, error)

// Screens are that screen.
type Screens struct {
	numbers *overview.Service
	finding *find.Service
	beside  []Beside
}

// New makes the screen, with what other rooms show on it.
func New(numbers *overview.Service, finding *find.Service, beside ...Beside) *Screens {
	return &Screens{numbers, finding, beside}
}

// Part is what the portal takes in.
func (s *Screens) Part() screen.Part {
	return screen.Part{
		Routes: []screen.Route{screen.Get(address.AssetOverview, authz.ReadAssets, s.show)},
		Nav:    []screen.Entry{{Label: "概要", URL: address.AssetOverview, Place: 2, Under: address.Assets, Action: authz.ReadAssets, Least: authz.Own}},
		Jobs:   s.numbers.RegisterJobs,
	}
}

func (s *Screens) show(w http.ResponseWriter, r *http.Request) error {
	ctx, actor := r.Context(), screen.Actor(r.Context())
	q := r.URL.Query()
	view := overviewView{Frame: screen.Frame(r, "台帳の概要", register.Link), Section: q.Get("section"), Typed: q.Get("day")}
	var read screen.Form
	asked := overview.Asked{Section: view.Section, Day: read.Day("day", view.Typed)}
	refusal := read.Err()
	if refusal == nil {
		view.Overview, refusal = s.numbers.Overview(ctx, actor, asked, screen.Today(ctx))
	}
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	if len(problems) > 0 {
		view.Problems = problems
		if view.Overview, err = s.numbers.Overview(ctx, actor, overview.Asked{Section: view.Section}, screen.Today(ctx)); err != nil {
			return err
		}
	}
	if view.Offered, err = s.finding.Sections(ctx, actor); err != nil {
		return err
	}
	if !view.Earlier {
		for _, count := range s.beside {
			tiles, err := count(ctx, actor, view.Section)
			if err != nil {
				return err
			}
			view.Beside = append(view.Beside, tiles...)
		}
	}
	_, view.MayHand = actor.May(authz.HandAssets, authz.Matter{})
	screen.Render(w, r, status, overviewPage(view))
	return nil
}

// left are the sections that are no more and have assets.
func (p overviewView) left() []overview.Section {
	var list []overview.Section
	for _, s := range p.Sections {
		if s.Gone && s.Assets > 0 && !p.Earlier {
			list = append(list, s)
		}
	}
	return list
}

// mostSections is how many sections the table has at most.
const mostSections = 100

// mostAttention are all sections, or where there are more than the table has, those that
// need most attention, these first.
func (p overviewView) mostAttention() []overview.Section {
	if len(p.Sections) <= mostSections {
		return p.Sections
	}
	list := slices.Clone(p.Sections)
	slices.SortStableFunc(list, func(a, b overview.Section) int {
		return cmp.Or(cmp.Compare(b.Broken, a.Broken), cmp.Compare(b.Drafts, a.Drafts), cmp.Compare(b.Assets, a.Assets))
	})
	return list[:mostSections]
}

// sectionsOrder is how the table is sorted.
func (p overviewView) sectionsOrder() string {
	if len(p.Sections) <= mostSections {
		return "組織の順"
	}
	return "要是正、下書き、件数の多い順"
}

// behind is the list of the assets that a number counts: those of the section that is
// shown, and of what the pairs of names and values ask for.
func (p overviewView) behind(pairs ...string) string {
	u := address.Assets
	if p.Section != "" {
		u = address.With(u, "section", p.Section)
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		u = address.With(u, pairs[i], pairs[i+1])
	}
	return u
}

// The measures of the grid.
const (
	gridHead   = 150 // px of the column of levels
	gridTop    = 40  // of the row of zones
	gridColumn = 156
	gridRow    = 52
	gridGap    = 4
)

// gridView is how many assets stand where, laid out: levels from the top, zones from the
// left.
type gridView struct {
	Width, Height int
	Zones         []gridLabel
	Levels        []gridLabel
	Cells         []gridCell
}

type gridLabel struct {
	Title string
	X, Y  int
}

// gridCell is a number of the grid; how strong its colour is says how many it is beside
// the others.
type gridCell struct {
	X, Y    int
	Level   string // titles
	Zone    string
	Assets  int
	Broken  int
	Address string
	Shade   float64 // of 1
}

// grid lays the grid out. A level or a zone without an asset has no line, unless the scheme
// has it.
func (p overviewView) grid() gridView {
	levels, zones := p.Scheme.Of(asset.Confidentiality), p.Scheme.Zones
	for _, c := range p.Grid { // of a scheme before this one
		if _, ok := p.Scheme.Level(asset.Confidentiality, c.Confidentiality); !ok {
			levels = appendOnce(levels, asset.Level{Key: c.Confidentiality, Title: orOpen(c.Confidentiality)})
		}
		if _, ok := p.Scheme.Zone(c.Zone); !ok {
			zones = appendOnce(zones, asset.Zone{Key: c.Zone, Title: orOpen(c.Zone)})
		}
	}
	levels = slices.DeleteFunc(levels, func(l asset.Level) bool { return l.Key == asset.Unsettled && !p.has(l.Key) })
	g := gridView{Width: gridHead + len(zones)*gridColumn, Height: gridTop + len(levels)*gridRow}
	most := 1
	for _, c := range p.Grid {
		most = max(most, c.Assets)
	}
	for i, z := range zones {
		g.Zones = append(g.Zones, gridLabel{z.Title, gridHead + i*gridColumn + gridColumn/2, gridTop - 16})
	}
	for i, l := range levels {
		y := gridTop + i*gridRow
		g.Levels = append(g.Levels, gridLabel{short(l), gridHead - 12, y + gridRow/2 + 5})
		for j, z := range zones {
			cell := gridCell{X: gridHead + j*gridColumn, Y: y, Level: short(l), Zone: z.Title}
			if at := slices.IndexFunc(p.Grid, func(c overview.Cell) bool { return c.Confidentiality == l.Key && c.Zone == z.Key }); at >= 0 {
				cell.Assets, cell.Broken = p.Grid[at].Assets, p.Grid[at].Broken
				cell.Shade = 0.08 + 0.42*float64(cell.Assets)/float64(most)
				cell.Address = p.cell(l.Key, z.Key)
			}
			g.Cells = append(g.Cells, cell)
		}
	}
	return g
}

// cell is the list behind a cell; what a draft leaves open is among the drafts.
func (p overviewView) cell(level, zone string) string {
	if level == "" || zone == "" {
		return p.behind("state", string(asset.Draft))
	}
	return p.behind("confidentiality", level, "zone", zone)
}

func (p overviewView) has(level string) bool {
	return slices.ContainsFunc(p.Grid, func(c overview.Cell) bool { return c.Confidentiality == level })
}

func appendOnce[T comparable](list []T, one T) []T {
	if slices.Contains(list, one) {
		return list
	}
	return append(list, one)
}

// short is a level's title without what all of them begin with: 3B of 自治体機密性3B.
func short(l asset.Level) string {
	if l.Key == "" {
		return orOpen("")
	}
	return asset.Confidentiality.Title() + l.Key
}

// The measures of the trend.
const (
	trendWidth, trendHeight = 760, 220
	trendLeft, trendBottom  = 64, 36
)

// trendView is the numbers of a year as a line.
type trendView struct {
	Line   string // points of a polyline
	Dots   []trendDot
	Most   int
	Bottom int // where 0 is
}

type trendDot struct {
	X, Y  int
	Point overview.Point
	Label bool // whether its day is written below
}

// trend lays the line out; nothing where there are less than two days.
func (p overviewView) trend() trendView {
	t := trendView{Bottom: trendHeight - trendBottom}
	if len(p.Trend) < 2 {
		return t
	}
	for _, point := range p.Trend {
		t.Most = max(t.Most, point.Assets)
	}
	t.Most = max(1, t.Most)
	first, last := p.Trend[0].Day, p.Trend[len(p.Trend)-1].Day
	for i, point := range p.Trend {
		x := trendLeft + (trendWidth-trendLeft-40)*point.Day.Sub(first)/max(1, last.Sub(first))
		y := t.Bottom - (t.Bottom-20)*point.Assets/t.Most
		t.Line += fmt.Sprintf("%d,%d ", x, y)
		t.Dots = append(t.Dots, trendDot{x, y, point, i == 0 || i == len(p.Trend)-1})
	}
	return t
}

// monthDay is a day as the line names it: 11月24日.
func monthDay(day calendar.Date) string {
	_, month, d := day.Date()
	return fmt.Sprintf("%d月%d日", month, d)
}

// offeredSections are the sections to choose from.
func (p overviewView) offeredSections() []component.Choice {
	var list []component.Choice
	for _, s := range p.Offered {
		list = append(list, component.Choice{Value: s.Code, Label: s.Name})
	}
	return list
}

// orOpen is a text of what has to be settled, of a draft that it is not settled of.
func orOpen(text string) string {
	if text == "" {
		return "未定"
	}
	return text
}

// where names what the numbers are of.
func (p overviewView) where() string {
	if len(p.Sections) == 1 {
		return p.Sections[0].Name
	}
	return fmt.Sprintf("%d課室", len(p.Sections))
}
