package communication

import (
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

// Rule is which safeguards a sort of communications may have, or for which one waits.
type Rule struct {
	Key      string // as it is stored: mynumber
	Allowed  []Safeguard
	Sentence string // what to do where it is broken
	Clause   string // 7(3)①（原則）
}

// The rules.
const (
	myNumberRule = "mynumber"
	dividedRule  = "lgwan-internet" // 通信経路の分割 (2(11))
	confirmRule  = "confirm"
)

// knownRule is one that the register knows how to weigh.
type knownRule struct {
	key, title string    // as it is stored, and as people call it
	without    Safeguard // without which it would mean something else
}

var knownRules = []knownRule{
	{myNumberRule, "マイナンバー利用事務系の通信に認める安全対策", AsListed},
	{dividedRule, "LGWAN接続系とインターネット接続系の間に認める安全対策", Sanitized},
	{confirmRule, "確かめるまで要是正としない安全対策", Unconfirmed},
}

// CommunicationRules are the rules of communications.
var CommunicationRules = edition.New(edition.Kind{
	Name: "communication_rule", Title: "領域間の通信の決まり",
	Help: "領域間の通信の台帳で「基準に合わない（要是正）」とする決まりです。値には、認める安全対策を書きます。2つ以上のときは、読点で区切ります。" +
		"町で使わない決まりは、外してください。対象外の領域との通信と、終わった通信は、どの決まりでも要是正になりません。",
	Columns: []intake.Column{
		{Key: "rule", Words: []string{"決まり"}, Needed: true},
		{Key: "values", Words: []string{"値"}, Needed: true},
		{Key: "sentence", Words: []string{"示す文"}, Needed: true},
		{Key: "clause", Words: []string{"根拠"}, Needed: true},
	},
	Key: ruleKey, Fold: foldRule, Show: showRule, Whole: eachRule, MostOwn: 10,
	Shipped: []edition.Edition{{
		Name: "三層の対策", Source: "町の情報セキュリティ基本方針7(3)①・②、総務省のガイドライン（令和6年10月2日。令和8年3月27日の版でも同じ）", First: calendar.NewDate(2024, time.October, 2),
		Rows: []edition.Row{
			{myNumberRule, string(AsListed), "マイナンバー利用事務系は、原則として、ほかの領域や庁外と通信できません。一覧の特定通信に当たるときは、安全対策を「特定通信」にして、どれかを選んでください。当たらないときは、通信をやめて、この登録を終えてください。", "7(3)①（原則）"},
			{dividedRule, string(Sanitized), "LGWAN接続系とインターネット接続系の間の通信は、無害化通信（本文のテキスト化、画面転送など）にして、安全対策を直してください。できないときは、通信をやめて、この登録を終えてください。", "7(3)②"},
			{confirmRule, string(Unconfirmed), "安全対策が未確認です。保守の事業者や情報政策の担当に確かめて、安全対策を選び直してください。", "7(3)"},
		},
	}},
}, readRule)

// EditionKinds are what the register goes by that law or guideline fixes.
func EditionKinds() []edition.Kind {
	return []edition.Kind{ListedCommunications.Kind, CommunicationRules.Kind}
}

// ruleKey reads a rule as people call it, or as it is stored.
func ruleKey(typed string) (key, problem string) {
	folded := norm.NFKC.String(strings.TrimSpace(typed))
	for _, r := range knownRules {
		if folded == norm.NFKC.String(r.title) || strings.ToLower(folded) == r.key {
			return r.key, ""
		}
	}
	return "", fmt.Sprintf("「%s」という決まりはありません。決まりの名前は、いまの一覧のとおりに書いてください。", edition.Short(typed))
}

func foldRule(cells []string) (edition.Row, string) {
	key, problem := ruleKey(cells[0])
	if problem != "" {
		return nil, problem
	}
	values, problem := foldSafeguards(key, cells[1])
	if problem != "" {
		return nil, problem
	}
	sentence, problem := edition.LineOf("示す文", cells[2], maxSentence)
	if problem != "" {
		return nil, problem
	}
	clause, problem := edition.LineOf("根拠", cells[3], maxTitle)
	return edition.Row{key, values, sentence, clause}, problem
}

// foldSafeguards reads the safeguards of a rule, divided by commas or blanks.
func foldSafeguards(key, typed string) (values, problem string) {
	rule := knownRules[slices.IndexFunc(knownRules, func(r knownRule) bool { return r.key == key })]
	var list []string
	for _, word := range edition.Words(typed) {
		i := slices.IndexFunc(Safeguards, func(c asset.Choice[Safeguard]) bool {
			return norm.NFKC.String(c.Title) == word || string(c.Value) == strings.ToLower(word)
		})
		if i < 0 {
			return "", fmt.Sprintf("「%s」という安全対策はありません。%sのどれかを書いてください。", edition.Short(word), safeguardTitles())
		}
		if value := string(Safeguards[i].Value); !slices.Contains(list, value) {
			list = append(list, value)
		}
	}
	if !slices.Contains(list, string(rule.without)) {
		return "", fmt.Sprintf("「%s」の値には、「%s」を入れてください。決まりを使わないときは、その行を外してください。", rule.title, rule.without.Title())
	}
	return strings.Join(list, " "), ""
}

func safeguardTitles() string {
	titles := make([]string, len(Safeguards))
	for i, c := range Safeguards {
		titles[i] = c.Title
	}
	return strings.Join(titles, "、")
}

func showRule(column int, cell string) string {
	switch column {
	case 0:
		for _, r := range knownRules {
			if r.key == cell {
				return r.title
			}
		}
	case 1:
		values := strings.Fields(cell)
		for i, v := range values {
			values[i] = Safeguard(v).Title()
		}
		return strings.Join(values, "、")
	}
	return cell
}

// eachRule asks for all rules: one that a town does not use it strikes, for a reason.
func eachRule(rows []edition.Row) string {
	for _, r := range knownRules {
		if !slices.ContainsFunc(rows, func(row edition.Row) bool { return row.Key() == r.key }) {
			return fmt.Sprintf("「%s」の行がありません。使わない決まりは、ファイルからなくさずに、読み込んだあとで外してください。", r.title)
		}
	}
	return ""
}

func readRule(row edition.Row) Rule {
	rule := Rule{Key: row[0], Sentence: row[2], Clause: row[3]}
	for _, value := range strings.Fields(row[1]) {
		rule.Allowed = append(rule.Allowed, Safeguard(value))
	}
	return rule
}

// Scheme is what the register goes by on a day.
type Scheme struct {
	Ends   []asset.Zone // where a communication may begin and end, in the order of the edition
	Listed []Listed     // in the order of keys
	Rules  []Rule       // without those that the town has struck
}

// SchemeOn is what holds on a day. What is on no network communicates with nothing.
func SchemeOn(values edition.Values, day calendar.Date) Scheme {
	s := Scheme{Listed: ListedCommunications.On(values, day), Rules: CommunicationRules.On(values, day)}
	for _, zone := range asset.SchemeOn(values, day).Zones {
		if zone.Key != asset.OfflineZone {
			s.Ends = append(s.Ends, zone)
		}
	}
	s.Ends = append(s.Ends, external)
	return s
}

// End is the zone, or what lies outside, that is stored as key; false where the scheme has
// none such.
func (s Scheme) End(key string) (asset.Zone, bool) {
	i := slices.IndexFunc(s.Ends, func(z asset.Zone) bool { return z.Key == key })
	if i < 0 {
		return asset.Zone{Key: key, Title: level.ZoneTitle(key)}, false
	}
	return s.Ends[i], true
}

func (s Scheme) endTitle(key string) string {
	zone, _ := s.End(key)
	return zone.Title
}

// ListedOf is the 特定通信 stored as key; false where the scheme has none such.
func (s Scheme) ListedOf(key string) (Listed, bool) {
	i := slices.IndexFunc(s.Listed, func(l Listed) bool { return l.Key == key })
	if i < 0 {
		return Listed{Key: key, Title: key}, false
	}
	return s.Listed[i], true
}

// Between says between which two a 特定通信 is.
func (s Scheme) Between(l Listed) string {
	titles := make([]string, len(l.Ends))
	for i, key := range l.Ends {
		titles[i] = s.endTitle(key)
	}
	return strings.Join(titles, "と") + "の間"
}

// Shown is a field's text as people read it, by the scheme of a day.
func (s Scheme) Shown(field, text string) string {
	switch field {
	case "from_zone", "to_zone":
		return s.endTitle(text)
	case "direction":
		return Direction(text).Title()
	case "safeguard":
		return Safeguard(text).Title()
	case "listed":
		listed, _ := s.ListedOf(text)
		return listed.Title
	case "since", "ended_on":
		if day, err := calendar.ParseDay(text); err == nil {
			return calendar.Wareki(day)
		}
	}
	return text
}

// Break is that a communication does not fit a rule.
type Break struct {
	Rule     string
	Clause   string
	Sentence string        // what to do
	Since    calendar.Date // zero where it has only now been found
}

// Breaks are the rules that a communication does not fit. With what is out of the policy's
// reach (4(1)) there are none, nor while its safeguard is to be confirmed.
func (s Scheme) Breaks(d Details) []Break {
	if d.From == asset.OutsideZone || d.To == asset.OutsideZone || s.ToConfirm(d) != "" {
		return nil
	}
	var list []Break
	for _, rule := range s.Rules {
		if rule.isAbout(d) && (!slices.Contains(rule.Allowed, d.Safeguard) || !s.isWhatItSays(d)) {
			list = append(list, Break{Rule: rule.Key, Clause: rule.Clause, Sentence: rule.Sentence})
		}
	}
	return list
}

// isAbout tells whether a rule says which safeguards a communication may have.
func (r Rule) isAbout(d Details) bool {
	ends := []string{d.From, d.To}
	switch r.Key {
	case myNumberRule:
		return slices.Contains(ends, asset.MyNumberZone)
	case dividedRule:
		return slices.Contains(ends, asset.LGWANZone) && slices.Contains(ends, asset.InternetZone)
	}
	return false
}

// isWhatItSays tells whether a communication that is called a 特定通信 is one of those that
// are listed today, between its ends.
func (s Scheme) isWhatItSays(d Details) bool {
	if d.Safeguard != AsListed {
		return true
	}
	listed, ok := s.ListedOf(d.Listed)
	return ok && listed.isBetween(d.From, d.To)
}

// ToConfirm is what to do about a safeguard that nobody has confirmed, which is no break;
// empty where there is nothing to do.
func (s Scheme) ToConfirm(d Details) (sentence string) {
	for _, rule := range s.Rules {
		if rule.Key == confirmRule && slices.Contains(rule.Allowed, d.Safeguard) && d.From != asset.OutsideZone && d.To != asset.OutsideZone {
			return rule.Sentence
		}
	}
	return ""
}
