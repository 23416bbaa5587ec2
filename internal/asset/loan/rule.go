package loan

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"kagami/internal/asset"
	"kagami/internal/asset/level"
	"kagami/internal/asset/life"
	"kagami/internal/calendar"
	"kagami/internal/edition"
	"kagami/internal/sheet/intake"
)

// Safeguard is how something is kept safe while it is out.
type Safeguard struct {
	Key, Title, Clause string
	data, paper        use
}

// use is what a safeguard is for one sort of things: not offered, offered, or needed by some.
type use struct {
	offered bool
	needed  []string // keys of 機密性, and specificWord
}

// Offered tells whether it is offered for a thing.
func (s Safeguard) Offered(t Thing) bool { return s.use(t).offered }

// Needed tells whether a thing can't be asked for without it.
func (s Safeguard) Needed(t Thing) bool {
	needed := s.use(t).needed
	return slices.Contains(needed, t.Confidentiality) || t.Personal == asset.MyNumberBorne && slices.Contains(needed, specificWord)
}

func (s Safeguard) use(t Thing) use {
	if t.Kind == asset.Paper {
		return s.paper
	}
	return s.data
}

const (
	specificWord  = "specific" // 特定個人情報
	specificTitle = "特定個人情報"
	notOffered    = "―"
	offered       = "選べる"
)

// Safeguards are how things are kept safe while they are out, and for which it is needed.
var Safeguards = edition.New(edition.Kind{
	Name: "loan_safeguard", Title: "持出しの安全のための措置",
	Help: "持出し・貸出しの申請で選べる措置と、それがないと申請できない情報資産です。「データ・機器」と「紙」の欄には、選べないとき「―」、選べるとき「選べる」、" +
		"なくてはならないとき、その機密性（3A、3B など）と「特定個人情報」を読点で区切って書きます。",
	Columns: []intake.Column{
		{Key: "safeguard", Words: []string{"略称", "記号"}, Needed: true},
		{Key: "title", Words: []string{"名称", "措置"}, Needed: true},
		{Key: "data", Words: []string{"データ・機器"}, Needed: true},
		{Key: "paper", Words: []string{"紙"}, Needed: true},
		{Key: "clause", Words: []string{"根拠"}, Needed: true},
	},
	Key: safeguardKey, Fold: foldSafeguard, Show: showSafeguard, Whole: someSafeguard, MostOwn: 20,
	Shipped: []edition.Edition{{
		Name: "持出しの措置", Source: "町の情報セキュリティ基本方針7(2)、総務省のガイドライン（令和8年3月27日）、個人情報保護委員会「特定個人情報の適正な取扱いに関するガイドライン（行政機関等編）」",
		First: calendar.NewDate(2024, time.October, 2),
		Rows: []edition.Row{
			{"blind", "目隠し", notOffered, offered, "7(2)"},
			{"encryption", "暗号化", "3A 3B " + specificWord, notOffered, "7(2)"},
			{"locked-case", "施錠容器", offered, "3A 3B " + specificWord, "7(2)"},
			{"password", "パスワード", offered, notOffered, "7(2)"},
			{"sealed", "封緘", notOffered, offered, "7(2)"},
			{"tracked", "追跡できる輸送", offered, offered, "7(2)"},
		},
	}},
}, readSafeguard)

func safeguardKey(typed string) (key, problem string) { return level.ZoneKey(typed) }

func foldSafeguard(cells []string) (edition.Row, string) {
	key, problem := safeguardKey(cells[0])
	if problem != "" {
		return nil, problem
	}
	title, problem := edition.LineOf("名称", cells[1], level.MaxTitle)
	if problem != "" {
		return nil, problem
	}
	data, problem := foldUse("データ・機器", cells[2])
	if problem != "" {
		return nil, problem
	}
	paper, problem := foldUse("紙", cells[3])
	if problem != "" {
		return nil, problem
	}
	clause, problem := edition.LineOf("根拠", cells[4], level.MaxTitle)
	return edition.Row{key, title, data, paper, clause}, problem
}

// foldUse reads for what a safeguard is offered or needed.
func foldUse(column, typed string) (kept, problem string) {
	switch norm.NFKC.String(strings.TrimSpace(typed)) {
	case "―", "ー", "-", "—", "なし", "選べない":
		return notOffered, ""
	case offered:
		return offered, ""
	}
	var keys []string
	for _, word := range edition.Words(typed) {
		key := specificWord
		if word != specificTitle && word != specificWord {
			if key, problem = level.Key(asset.Confidentiality, word); problem != "" {
				return "", problem
			}
		}
		if !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	if len(keys) == 0 || len(keys) > maxNeeded {
		return "", fmt.Sprintf("「%s」の欄は、「―」、「選べる」、または機密性と「特定個人情報」を読点で区切って書いてください。", column)
	}
	return strings.Join(keys, " "), ""
}

const maxNeeded = 10

func showSafeguard(column int, cell string) string {
	if column == 2 || column == 3 {
		return strings.ReplaceAll(strings.ReplaceAll(cell, " ", "、"), specificWord, specificTitle)
	}
	return cell
}

// someSafeguard asks that there is one for each sort of things.
func someSafeguard(rows []edition.Row) string {
	for column, title := range map[int]string{2: "データ・機器", 3: "紙"} {
		if !slices.ContainsFunc(rows, func(row edition.Row) bool { return row[column] != notOffered }) {
			return fmt.Sprintf("「%s」で選べる措置がありません。すべての措置を1つのファイルに入れてください。", title)
		}
	}
	return ""
}

func readSafeguard(row edition.Row) Safeguard {
	return Safeguard{Key: row[0], Title: row[1], data: readUse(row[2]), paper: readUse(row[3]), Clause: row[4]}
}

func readUse(cell string) use {
	switch cell {
	case notOffered:
		return use{}
	case offered:
		return use{offered: true}
	}
	return use{true, strings.Fields(cell)}
}

// EditionKinds are what loans go by that law or guideline fixes.
func EditionKinds() []edition.Kind { return []edition.Kind{Safeguards.Kind} }

// Thing is an asset as far as loans ask of it.
type Thing struct {
	ID, Section     int64 // the section that holds it today
	Code, Name      string
	SectionName     string
	Kind            asset.Kind
	Confidentiality string
	Personal        asset.Personal
	Zone            string
	Handling        []asset.Handling
	State           life.State
	Offered         bool // to other sections
	OfferNote       string
	OfferVersion    int // 0 where nobody has said anything yet
}

// Bar is a rule by which something can't be taken out or lent.
type Bar struct{ Rule, Clause, Sentence string }

// barred are the rules by which a thing can't be taken out or lent with some safeguards, as a
// town decides of マイナンバー利用事務系; exception is the number of an exception for the thing
// that is in force for all the days, empty for none.
func barred(t Thing, safeguards []string, known []Safeguard, mynumber, exception string) (bars []Bar) {
	bar := func(rule, clause, sentence string) { bars = append(bars, Bar{rule, clause, sentence}) }
	switch {
	case t.State == life.Draft:
		bar("draft", "7(2)", "まだ下書きの情報資産です。台帳に登録されてから、申請してください。")
	case t.State != life.Registered:
		bar("state", "7(2)", "「"+t.State.Title()+"」の情報資産です。管理番号を確かめてください。")
	}
	if slices.Contains(t.Handling, asset.NoTakeOut) {
		bar("no-takeout", "7(2)", "取扱制限が「持出禁止」の情報資産です。持ち出さずに済む方法を、課長（情報セキュリティ管理者）と相談してください。")
	}
	if t.Zone == asset.MyNumberZone && t.Kind != asset.Paper { // paper is on no network
		switch {
		case mynumber == never:
			bar("mynumber", "7(3)①", "マイナンバー利用事務系の情報資産は、持ち出せません。")
		case mynumber == byException && exception == "":
			bar("mynumber", "7(3)①", "マイナンバー利用事務系の情報資産は、持ち出せません。どうしても要るときは、先に、この情報資産の例外措置（条項が「基本方針7(3)①」で、期間の全部を含むもの）の許可を受けてください。")
		}
	}
	for _, s := range known {
		if s.Needed(t) && !slices.Contains(safeguards, s.Key) {
			bar("safeguard-"+s.Key, s.Clause, "この情報資産の持出し・貸出しには、「"+s.Title+"」が要ります。行うことを確かめて、選んでください。")
		}
	}
	return bars
}
