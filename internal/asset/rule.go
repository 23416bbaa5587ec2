package asset

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"kagami/internal/asset/level"
	"kagami/internal/calendar"
	"kagami/internal/edition"
	"kagami/internal/sheet/intake"
)

// Rule is one of what may stand in which zone (7(3)), or what such a rule goes by.
type Rule struct {
	Key      string // as it is stored: number-use
	Values   []string
	Sentence string // what to do where it is broken
	Clause   string // 7(3)①
}

// InternetRule is the key of a break of the rule of インターネット接続系, of any model.
const InternetRule = "internet"

// The rules. Which of those of インターネット接続系 holds hangs on the town's model.
const (
	modelRule     = "model"
	numberUseRule = "number-use"
	specificRule  = "specific"
	settleRule    = "settle"
	factorRule    = "multi-factor"
	takeoutRule   = "takeout"
)

// takes is what the values of a rule are.
type takes int

const (
	takesModel takes = iota
	takesZones
	takesConfidentiality
)

// knownRule is one that the register knows how to weigh.
type knownRule struct {
	key, title string // as it is stored, and as people call it
	takes      takes
	without    string // the value without which the rule would mean something else; empty for none
}

var knownRules = []knownRule{
	{modelRule, "三層の対策のモデル", takesModel, ""},
	{numberUseRule, "個人番号利用事務を置ける領域", takesZones, MyNumberZone},
	{specificRule, "特定個人情報を置けない領域", takesZones, InternetZone},
	{"internet-a", "インターネット接続系に置けない機密性（α）", takesConfidentiality, ""},
	{"internet-a2", "インターネット接続系に置けない機密性（α′）", takesConfidentiality, ""},
	{"internet-b", "インターネット接続系に置けない機密性（β）", takesConfidentiality, ""},
	{"internet-b2", "インターネット接続系に置けない機密性（β′）", takesConfidentiality, ""},
	{factorRule, "端末に多要素認証が要る領域", takesZones, MyNumberZone},
	{takeoutRule, "端末からの持出しをできなくする領域", takesZones, MyNumberZone},
	{settleRule, "選び直す機密性", takesConfidentiality, ""},
}

// models are the ways in which a town may arrange the three layers, each with its rule of
// インターネット接続系. The first, the strictest, holds where a town names none.
var models = []struct{ title, rule string }{{"α", "internet-a"}, {"α′", "internet-a2"}, {"β", "internet-b"}, {"β′", "internet-b2"}}

const (
	notFrom3B = "自治体機密性3A・3Bのものは、インターネット接続系に置けません。インターネット接続系から移すか、機密性が違うときは、機密性を直してください。"
	notFrom3A = "自治体機密性3Aのものは、インターネット接続系に置けません。インターネット接続系から移すか、機密性が違うときは、機密性を直してください。"
)

// ZoneRules are the rules of zones.
var ZoneRules = edition.New(edition.Kind{
	Name: "asset_rule", Title: "情報資産と領域の決まり",
	Help: "情報資産台帳で「基準に合わない（要是正）」とする決まりです。町の三層の対策のモデルは、「三層の対策のモデル」の行に書きます（α、α′、β、β′）。" +
		"領域が2つ以上のときは、読点で区切ります。町で使わない決まりは、外してください。対象外の領域のものと紙文書は、どの決まりでも要是正になりません。",
	Columns: []intake.Column{
		{Key: "rule", Words: []string{"決まり"}, Needed: true},
		{Key: "values", Words: []string{"値"}, Needed: true},
		{Key: "sentence", Words: []string{"示す文"}, Needed: true},
		{Key: "clause", Words: []string{"根拠"}, Needed: true},
	},
	Key: ruleKey, Fold: foldRule, Show: showRule, Whole: eachRule, MostOwn: 10,
	Shipped: []edition.Edition{{
		Name: "三層の対策", Source: "町の情報セキュリティ基本方針7(2)・7(3)、総務省のガイドライン（令和6年10月2日。令和8年3月27日の版でも同じ）", First: calendar.NewDate(2024, time.October, 2),
		Rows: []edition.Row{
			{modelRule, "α", "町の三層の対策のモデルです。インターネット接続系に置けない機密性は、そのモデルの行のとおりになります。", "7(3)"},
			{numberUseRule, MyNumberZone + " " + OfflineZone, "個人番号利用事務（税・福祉・戸籍など）のものは、マイナンバー利用事務系に移すか、ネットワークにつながない紙・媒体にしてください。関係事務のときは、個人番号の事務を直してください。", "7(3)①"},
			{specificRule, InternetZone, "特定個人情報は、インターネット接続系に置けません。インターネット接続系から移してください。", "7(3)①"},
			{"internet-a", "3A 3B", notFrom3B, "7(3)③"},
			{"internet-a2", "3A 3B", notFrom3B, "7(3)③"},
			{"internet-b", "3A 3B", notFrom3B, "7(3)③"},
			{"internet-b2", "3A", notFrom3A, "7(3)③"},
			{factorRule, MyNumberZone, "マイナンバー利用事務系の端末には、多要素認証が要ります。導入して、「端末の多要素認証」を「している」に直してください。", "7(3)①"},
			{takeoutRule, MyNumberZone, "マイナンバー利用事務系の端末からは、情報を持ち出せない設定にします。設定して、「端末からの持出しの禁止」を「している」に直してください。", "7(3)①"},
			{settleRule, Unsettled, "機密性3は、3A・3B・3Cのどれかを選び直してください。", "7(2)"},
		},
	}},
}, readRule)

// ruleKey reads a rule as people call it, or as it is stored.
func ruleKey(typed string) (key, problem string) {
	folded := norm.NFKC.String(strings.TrimSpace(typed))
	for _, r := range knownRules {
		if folded == norm.NFKC.String(r.title) || strings.ToLower(folded) == r.key {
			return r.key, ""
		}
	}
	return "", fmt.Sprintf("「%s」という決まりはありません。「情報資産と領域の決まり」にある決まりの名のとおりに書いてください。", edition.Short(typed))
}

const maxSentence = 300

func foldRule(cells []string) (edition.Row, string) {
	key, problem := ruleKey(cells[0])
	if problem != "" {
		return nil, problem
	}
	values, problem := foldRuleValues(key, cells[1])
	if problem != "" {
		return nil, problem
	}
	sentence, problem := edition.LineOf("示す文", cells[2], maxSentence)
	if problem != "" {
		return nil, problem
	}
	clause, problem := edition.LineOf("根拠", cells[3], level.MaxTitle)
	return edition.Row{key, values, sentence, clause}, problem
}

// primes are what people type for the stroke of α′.
var primes = strings.NewReplacer("'", "′", "’", "′", "ʹ", "′", "´", "′", "＇", "′", "ダッシュ", "′")

// foldRuleValues reads the values of a rule, divided by commas or blanks.
func foldRuleValues(key, typed string) (values, problem string) {
	rule := knownRules[slices.IndexFunc(knownRules, func(r knownRule) bool { return r.key == key })]
	if rule.takes == takesModel {
		model := primes.Replace(strings.TrimSpace(typed))
		for _, m := range models {
			if model == m.title {
				return model, ""
			}
		}
		return "", fmt.Sprintf("「%s」というモデルはありません。α、α′、β、β′のどれかを書いてください。", edition.Short(typed))
	}
	var list []string
	for _, one := range edition.Words(typed) {
		value, problem := level.ZoneKey(one)
		if rule.takes == takesConfidentiality {
			value, problem = level.Key(Confidentiality, one)
		}
		if problem != "" {
			return "", problem
		}
		if !slices.Contains(list, value) {
			list = append(list, value)
		}
	}
	switch {
	case len(list) == 0 || len(list) > maxRuleValues:
		return "", fmt.Sprintf("値を、1つから%dまで、読点で区切って書いてください。決まりを使わないときは、その行を外してください。", maxRuleValues)
	case rule.without != "" && !slices.Contains(list, rule.without):
		return "", fmt.Sprintf("「%s」の値には、「%s」を入れてください。決まりを使わないときは、その行を外してください。", rule.title, level.ZoneTitle(rule.without))
	}
	return strings.Join(list, " "), ""
}

const maxRuleValues = 10

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
			values[i] = level.ZoneTitle(v)
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
	return Rule{Key: row[0], Values: strings.Fields(row[1]), Sentence: row[2], Clause: row[3]}
}

// Rules are the rules in effect on a day.
type Rules []Rule

// RulesOn is what holds on a day.
func RulesOn(values edition.Values, day calendar.Date) Rules { return ZoneRules.On(values, day) }

// rule is the one of that key; false where the town has struck it.
func (r Rules) rule(key string) (Rule, bool) {
	i := slices.IndexFunc(r, func(rule Rule) bool { return rule.Key == key })
	if i < 0 {
		return Rule{}, false
	}
	return r[i], true
}

// internet is the rule of インターネット接続系 by the town's model. Its key is that of what
// it forbids, whichever the model: what neither α nor β allows does not begin anew to break
// a rule on the day on which a town goes over from one to the other.
func (r Rules) internet() (rule Rule, holds bool) {
	key := models[0].rule
	model, named := r.rule(modelRule)
	for _, m := range models {
		if named && model.Values[0] == m.title {
			key = m.rule
		}
	}
	rule, holds = r.rule(key)
	rule.Key = InternetRule
	return rule, holds
}

// Break is that an asset does not fit a rule.
type Break struct {
	Rule     string
	Clause   string
	Sentence string        // what to do
	Fields   []string      // the keys of the fields that it rests on
	Since    calendar.Date // zero where it has only now been found
}

// Breaks are the rules that an asset does not fit. Where its zone is not settled yet there
// are none; nor where it is out of the policy's reach, or paper, which is on no network.
func Breaks(d Details, rules Rules) []Break {
	if d.Zone == "" || d.Zone == OutsideZone || d.Kind == Paper {
		return nil
	}
	var list []Break
	weigh := func(rule Rule, broken bool, fields ...string) {
		if broken {
			list = append(list, Break{Rule: rule.Key, Clause: rule.Clause, Sentence: rule.Sentence, Fields: fields})
		}
	}
	if rule, holds := rules.rule(numberUseRule); holds {
		weigh(rule, d.NumberWork == NumberUse && !slices.Contains(rule.Values, d.Zone), "zone", "number_work")
	}
	if rule, holds := rules.rule(specificRule); holds {
		weigh(rule, d.Personal == MyNumberBorne && slices.Contains(rule.Values, d.Zone), "zone", "personal")
	}
	if rule, holds := rules.internet(); holds {
		weigh(rule, d.Zone == InternetZone && slices.Contains(rule.Values, d.Confidentiality), "zone", "confidentiality")
	}
	for _, s := range safeguards {
		if rule, holds := rules.rule(s.rule); holds {
			weigh(rule, d.Kind == System && s.given(d) == Missing && slices.Contains(rule.Values, d.Zone), "zone", s.field)
		}
	}
	return list
}

// safeguards are what a zone asks of the terminals of its systems.
var safeguards = []struct {
	rule, field string
	given       func(Details) Confirmed
}{
	{factorRule, "multi_factor", func(d Details) Confirmed { return d.MultiFactor }},
	{takeoutRule, "takeout_barred", func(d Details) Confirmed { return d.TakeoutBarred }},
}

// ToConfirm are the fields of safeguards that a rule asks for, and of which nobody has
// said yet whether they are there.
func ToConfirm(d Details, rules Rules) (fields []string) {
	for _, s := range safeguards {
		if rule, holds := rules.rule(s.rule); holds && d.Kind == System && s.given(d) == Unknown && slices.Contains(rule.Values, d.Zone) {
			fields = append(fields, s.field)
		}
	}
	return fields
}

// ToSettle is what to do about a 機密性 that is to be chosen anew, which is no break; empty
// where it is settled.
func ToSettle(d Details, rules Rules) (sentence string) {
	if rule, holds := rules.rule(settleRule); holds && slices.Contains(rule.Values, d.Confidentiality) {
		return rule.Sentence
	}
	return ""
}
