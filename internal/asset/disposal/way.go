package disposal

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"kagami/internal/asset"
	"kagami/internal/asset/level"
	"kagami/internal/calendar"
	"kagami/internal/edition"
	"kagami/internal/sheet/intake"
)

// Medium is what is destroyed or emptied.
type Medium string

// The media.
const (
	HDD     Medium = "hdd"
	Flash   Medium = "flash"
	Optical Medium = "optical"
	Tape    Medium = "tape"
	Paper   Medium = "paper"
	Data    Medium = "data" // a service ends: there is no medium of the town's own
	Lease   Medium = "lease"
)

// Media are the media, in the order in which they are offered.
var Media = []asset.Choice[Medium]{
	{Value: HDD, Title: "HDD"}, {Value: Flash, Title: "SSD・USBメモリ"}, {Value: Optical, Title: "光学ディスク"}, {Value: Tape, Title: "磁気テープ"},
	{Value: Paper, Title: "紙"}, {Value: Data, Title: "データのみ（サービスの終了など）"}, {Value: Lease, Title: "機器のリース返却"},
}

// Title is what the medium is called.
func (m Medium) Title() string { return asset.TitleOf(Media, m) }

// numbered tells whether the medium bears a serial number.
func (m Medium) numbered() bool { return slices.Contains([]Medium{HDD, Flash, Tape, Lease}, m) }

// Sort is what a way does.
type Sort string

// The sorts.
const (
	Destroys Sort = "destroy" // 破壊: nobody uses it again
	Empties  Sort = "empty"   // 除去: it may be used again
)

var sorts = []asset.Choice[Sort]{{Value: Destroys, Title: "破壊"}, {Value: Empties, Title: "除去"}}

// Title is what the sort is called.
func (s Sort) Title() string { return asset.TitleOf(sorts, s) }

// Way is one in which a medium is destroyed or emptied.
type Way struct {
	Name   string // HDD：暗号化消去
	Medium Medium
	Sort   Sort
}

// Demand is how thoroughly something is destroyed or emptied, by what was on it.
type Demand string

// The demands, each stricter than the one before.
const (
	AnyWay      Demand = "any"
	TwiceStood  Demand = "twice" // destroyed, or emptied in two ways while somebody stands by
	Destruction Demand = "destruction"
)

var demands = []asset.Choice[Demand]{
	{Value: AnyWay, Title: "破壊、または除去"}, {Value: TwiceStood, Title: "破壊、または立会いのある2つの除去"}, {Value: Destruction, Title: "破壊のみ"},
}

// Title is what the demand is called.
func (d Demand) Title() string { return asset.TitleOf(demands, d) }

func (d Demand) rank() int {
	return slices.IndexFunc(demands, func(c asset.Choice[Demand]) bool { return c.Value == d })
}

// Class is what something of a 機密性 or in a zone demands.
type Class struct {
	Key    string // a level's, a zone's, or others
	Demand Demand
}

// others is the class of what no other row is about.
const others = "others"

const othersTitle = "そのほか"

const (
	ministry  = "総務省「地方公共団体における情報セキュリティポリシーに関するガイドライン」（令和8年3月版）、町の情報セキュリティ基本方針7(3)"
	mostTitle = 100
)

// Ways are the ways for each medium.
var Ways = edition.New(edition.Kind{
	Name: "disposal_way", Title: "媒体の廃棄の方法",
	Help: "情報資産を廃棄するときに選べる方法です。媒体ごとに、破壊（二度と使えない）か除去（再利用できる）かを決めます。" +
		"OSの初期化は、データが残るため、方法に入れません。使わなくなった方法は、外してください。廃棄を待つものに選ばれていれば、選び直すまで記録できません。",
	Columns: []intake.Column{
		{Key: "way", Words: []string{"方法"}, Needed: true},
		{Key: "medium", Words: []string{"媒体"}, Needed: true},
		{Key: "sort", Words: []string{"区分"}, Needed: true},
	},
	Key: wayKey, Fold: foldWay, Show: showWay, Whole: someWays, MostOwn: 50,
	Shipped: []edition.Edition{{
		Name: "媒体の廃棄の方法", Source: ministry, First: calendar.NewDate(2026, time.March, 27),
		Rows: []edition.Row{
			{"HDD：プラッタの破壊（多数の穴、切断、変形）", "hdd", "destroy"},
			{"HDD：暗号化消去", "hdd", "empty"},
			{"HDD：ATA SECURITY ERASE（Enhanced）", "hdd", "empty"},
			{"HDD：SCSI SANITIZE・FORMAT", "hdd", "empty"},
			{"HDD：消磁", "hdd", "empty"},
			{"SSD・USB：メモリチップの破壊", "flash", "destroy"},
			{"SSD・USB：暗号化消去", "flash", "empty"},
			{"SSD・USB：BLOCK ERASE", "flash", "empty"},
			{"SSD・USB：SCSI SANITIZE・FORMAT", "flash", "empty"},
			{"SSD・USB：NVMe FORMAT・SANITIZE", "flash", "empty"},
			{"光学ディスク：記録層の破壊（細断、粉砕）", "optical", "destroy"},
			{"磁気テープ：細断・焼却", "tape", "destroy"},
			{"磁気テープ：消磁", "tape", "empty"},
			{"紙：細断", "paper", "destroy"},
			{"紙：溶解", "paper", "destroy"},
			{"紙：焼却", "paper", "destroy"},
			{"データ：暗号鍵の消去（暗号化消去）", "data", "empty"},
			{"データ：データの消去", "data", "empty"},
			{"データ：事業者による消去と証明書", "data", "empty"},
			{"リース返却：記憶装置を抜き取って破壊", "lease", "destroy"},
			{"リース返却：町による消去（暗号化消去、SANITIZEなど）", "lease", "empty"},
			{"リース返却：事業者による消去と証明書", "lease", "empty"},
		},
	}},
}, func(r edition.Row) Way { return Way{r[0], Medium(r[1]), Sort(r[2])} })

// Classes are what each 機密性 and zone demands.
var Classes = edition.New(edition.Kind{
	Name: "disposal_class", Title: "分類ごとの廃棄の決まり",
	Help: "情報資産の機密性と領域ごとに、どこまでの廃棄が要るかの決まりです。機密性と領域の決まりが違うときは、厳しい方によります。" +
		"「破壊、または除去」「破壊、または立会いのある2つの除去」「破壊のみ」のどれかを書きます。行のない分類は、「そのほか」の行によります。",
	Columns: []intake.Column{
		{Key: "class", Words: []string{"分類"}, Needed: true},
		{Key: "demand", Words: []string{"決まり"}, Needed: true},
	},
	Key: classKey, Fold: foldClass, Show: showClass, Whole: othersToo, MostOwn: 20,
	Shipped: []edition.Edition{{
		Name: "分類ごとの廃棄の決まり", Source: ministry, First: calendar.NewDate(2026, time.March, 27),
		Rows: []edition.Row{
			{asset.MyNumberZone, "twice"}, {"3A", "twice"}, {"3B", "twice"}, {"3C", "any"}, {"2", "any"}, {"1", "any"}, {others, "twice"},
		},
	}},
}, func(r edition.Row) Class { return Class{r[0], Demand(r[1])} })

// EditionKinds are what disposals go by that law or guideline fixes.
func EditionKinds() []edition.Kind { return []edition.Kind{Ways.Kind, Classes.Kind} }

func wayKey(typed string) (key, problem string) {
	return edition.LineOf("方法", norm.NFC.String(typed), mostTitle)
}

// choice reads a value of a closed list as people call it, or as it is stored.
func choice[T ~string](list []asset.Choice[T], typed, what string) (value T, problem string) {
	folded := strings.ToLower(norm.NFKC.String(strings.TrimSpace(typed)))
	var titles []string
	for _, c := range list {
		if folded == strings.ToLower(norm.NFKC.String(c.Title)) || folded == string(c.Value) {
			return c.Value, ""
		}
		titles = append(titles, c.Title)
	}
	return "", fmt.Sprintf("「%s」という%sはありません。「%s」のどれかを書いてください。", edition.Short(typed), what, strings.Join(titles, "」「"))
}

func foldWay(cells []string) (edition.Row, string) {
	name, problem := wayKey(cells[0])
	if problem != "" {
		return nil, problem
	}
	medium, problem := choice(Media, cells[1], "媒体")
	if problem != "" {
		return nil, problem
	}
	sort, problem := choice(sorts, cells[2], "区分")
	return edition.Row{name, string(medium), string(sort)}, problem
}

func showWay(column int, cell string) string {
	switch column {
	case 1:
		return Medium(cell).Title()
	case 2:
		return Sort(cell).Title()
	}
	return cell
}

// someWays asks for a way for each medium.
func someWays(rows []edition.Row) string {
	for _, m := range Media {
		if !slices.ContainsFunc(rows, func(r edition.Row) bool { return r[1] == string(m.Value) }) {
			return "「" + m.Title + "」の方法が、1つもありません。"
		}
	}
	return ""
}

// levelPrefixes are what stands before the step of a 機密性.
var levelPrefixes = strings.NewReplacer("自治体", "", "機密性", "")

func classKey(typed string) (key, problem string) {
	if text := strings.TrimSpace(typed); text == othersTitle || text == others {
		return others, ""
	}
	read := level.ZoneKey
	if folded := levelPrefixes.Replace(norm.NFKC.String(strings.TrimSpace(typed))); folded != "" && folded[0] >= '0' && folded[0] <= '9' {
		read = func(typed string) (string, string) { return level.Key(asset.Confidentiality, typed) } // a level begins with its step
	}
	if key, problem := read(typed); problem == "" {
		return key, ""
	}
	return "", fmt.Sprintf("「%s」という機密性も領域もありません。機密性か領域の名前、または「そのほか」を書いてください。", edition.Short(typed))
}

func foldClass(cells []string) (edition.Row, string) {
	key, problem := classKey(cells[0])
	if problem != "" {
		return nil, problem
	}
	demand, problem := choice(demands, cells[1], "決まり")
	return edition.Row{key, string(demand)}, problem
}

func showClass(column int, cell string) string {
	switch {
	case column == 1:
		return Demand(cell).Title()
	case cell == others:
		return othersTitle
	}
	return level.ZoneTitle(cell)
}

// othersToo asks for the row of what no other is about: it is the strictest that holds then.
func othersToo(rows []edition.Row) string {
	if !slices.ContainsFunc(rows, func(r edition.Row) bool { return r.Key() == others }) {
		return "「" + othersTitle + "」の行がありません。"
	}
	return ""
}

// Rules are the ways and the demands of a day.
type Rules struct {
	Ways    []Way
	Classes []Class
}

// RulesOn is what holds on a day.
func RulesOn(values edition.Values, day calendar.Date) Rules {
	return Rules{Ways.On(values, day), Classes.On(values, day)}
}

// For are the ways for a medium: those that destroy first.
func (r Rules) For(m Medium) []Way {
	var list []Way
	for _, w := range r.Ways {
		if w.Medium == m {
			list = append(list, w)
		}
	}
	slices.SortStableFunc(list, func(x, y Way) int { return cmp.Compare(x.Sort, y.Sort) })
	return list
}

// Demand is what something of a 機密性 in a zone demands: the stricter of the two. Where no
// row says, not even that of the others, nothing but destroying it is enough.
func (r Rules) Demand(confidentiality, zone string) Demand {
	of := func(key string) (Demand, bool) {
		i := slices.IndexFunc(r.Classes, func(c Class) bool { return c.Key == key })
		if i < 0 {
			return Destruction, false
		}
		return r.Classes[i].Demand, true
	}
	demand, said := of(confidentiality)
	if !said {
		demand, _ = of(others)
	}
	if byZone, said := of(zone); said && byZone.rank() > demand.rank() {
		demand = byZone
	}
	return demand
}

// Strictest is the strictest of what is demanded of each.
func (r Rules) Strictest(items []Item) Demand {
	demand := AnyWay
	for _, i := range items {
		if d := r.Demand(i.Confidentiality, i.Zone); d.rank() > demand.rank() {
			demand = d
		}
	}
	return demand
}

// Barred are those of some ways that can't be taken for a medium by these rules.
func (r Rules) Barred(m Medium, ways []string) []string {
	return slices.DeleteFunc(slices.Clone(ways), func(name string) bool {
		return slices.ContainsFunc(r.Ways, func(w Way) bool { return w.Name == name && w.Medium == m })
	})
}

// Suffice tells whether ways of these rules are enough for a demand.
func (r Rules) Suffice(ways []string, demand Demand, stood bool) bool {
	var destroys, empties int
	for _, w := range r.Ways {
		switch {
		case !slices.Contains(ways, w.Name):
		case w.Sort == Destroys:
			destroys++
		default:
			empties++
		}
	}
	switch demand {
	case AnyWay:
		return destroys+empties > 0
	case TwiceStood:
		return destroys > 0 || empties > 1 && stood
	case Destruction:
	}
	return destroys > 0
}
