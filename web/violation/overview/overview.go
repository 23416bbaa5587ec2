// Package overview is the screens of the town's cases of violations in numbers: the page, the
// paper of the 本部会議, and what was done as 兼務.
package overview

import (
	"net/http"
	"strconv"

	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/trail"
	"kagami/internal/violation/find"
	"kagami/internal/violation/keeping"
	"kagami/internal/violation/procedure"
	"kagami/web/component"
	"kagami/web/layout"
	"kagami/web/screen"
)

// Screens are those screens.
type Screens struct {
	lists   *find.Service
	keeping *keeping.Service
}

// New makes the screens.
func New(lists *find.Service, kept *keeping.Service) *Screens { return &Screens{lists, kept} }

// Part is what the portal takes in.
func (s *Screens) Part() screen.Part {
	return screen.Part{
		Routes: []screen.Route{
			screen.Get(address.ViolationFigures, authz.ReadViolation, s.show),
			screen.Get(address.ViolationFiguresPrint, authz.ReadViolation, s.showPrint),
			screen.Get(address.ViolationsAlone, authz.ReadViolation, s.showAlone),
		},
		Subjects: []trail.Named{{Kind: "violation_figures", Title: "違反の件数の資料"}},
	}
}

var listWay = layout.Link{Label: "違反", Address: address.Violations}

func (s *Screens) show(w http.ResponseWriter, r *http.Request) error {
	actor := screen.Actor(r.Context())
	if !find.ReadsTown(actor) {
		return screen.ErrNotFound() // to everybody else there is nothing
	}
	figures, err := s.lists.Figures(r.Context(), actor)
	if err != nil {
		return err
	}
	return screen.Show(w, r, figuresPage(figuresView{
		Frame: screen.Frame(r, "違反の事案の件数", listWay), Figures: figures, Year: calendar.FiscalYear(screen.Today(r.Context())), ReadsAlone: find.ReadsAlone(actor),
	}))
}

const mostYears = 6

// years are the fiscal years of which there is a paper, from this one back.
func years(this int) []component.Choice {
	list := make([]component.Choice, mostYears)
	for i := range list {
		list[i] = component.Choice{Value: strconv.Itoa(this - i), Label: yearWords(this - i)}
	}
	return list
}

func yearWords(year int) string {
	return "令和" + strconv.Itoa(year-2018) + "年度"
}

func (s *Screens) showPrint(w http.ResponseWriter, r *http.Request) error {
	ctx, actor, this := r.Context(), screen.Actor(r.Context()), calendar.FiscalYear(screen.Today(r.Context()))
	year, err := strconv.Atoi(r.URL.Query().Get("year"))
	if err != nil || !find.ReadsTown(actor) || year <= this-mostYears || year > this {
		return screen.ErrNotFound()
	}
	counted, err := s.lists.Year(ctx, actor, year)
	if err != nil {
		return err
	}
	if err := s.keeping.NotePrint(ctx, actor, year); err != nil {
		return err
	}
	return screen.Show(w, r, printPage(printView{
		Frame: screen.Frame(r, "情報セキュリティポリシー違反の状況", listWay, layout.Link{Label: "件数", Address: address.ViolationFigures}),
		Year:  counted, Of: year, This: this, By: actor.Name, Today: screen.Today(ctx),
	}))
}

func (s *Screens) showAlone(w http.ResponseWriter, r *http.Request) error {
	actor := screen.Actor(r.Context())
	if !find.ReadsAlone(actor) {
		return screen.ErrNotFound()
	}
	list, err := s.lists.Alone(r.Context(), actor)
	if err != nil {
		return err
	}
	return screen.Show(w, r, alonePage(aloneView{Frame: screen.Frame(r, "兼務（やむを得ない理由）で行った手続", listWay), List: list}))
}

// split is a split of a total, each part with its name.
type split struct {
	Title string
	Shown find.Shown
}

func splitOf(titles []string, numbers []int) []split {
	list := make([]split, len(titles))
	for i, shown := range find.Mask(numbers) {
		list[i] = split{titles[i], shown}
	}
	return list
}

// words are what stands for a number.
func (s split) words() string {
	switch {
	case s.Shown.Small:
		return strconv.Itoa(find.Least) + "未満"
	case s.Shown.Apart:
		return "示さない"
	}
	return strconv.Itoa(s.Shown.Number)
}

var outcomes = []procedure.Outcome{
	procedure.OutcomeDismissed, procedure.OutcomeNotViolation, procedure.OutcomeImproved, procedure.OutcomeLifted, procedure.OutcomeLeftRevoked, procedure.OutcomeVendor,
}

func (p printView) ended() []split {
	var titles []string
	var numbers []int
	for _, o := range outcomes {
		titles, numbers = append(titles, o.Title()), append(numbers, p.Outcomes[o])
	}
	return splitOf(titles, numbers)
}

func (p printView) open() []split {
	var titles []string
	var numbers []int
	for _, state := range procedure.States() {
		if state.Open() {
			titles, numbers = append(titles, state.Title()), append(numbers, p.States[state])
		}
	}
	return splitOf(titles, numbers)
}

// beside are two numbers that are no split of the total; each stands against the rest of it.
func (p printView) beside() []split {
	list := []split{{Title: "緊急に利用を停止した事案"}, {Title: "2回目以降の人の事案"}}
	for i, n := range []int{p.Cuts, p.Repeated} {
		list[i].Shown = find.Shown{Number: n, Small: n < find.Least}
	}
	return list
}
