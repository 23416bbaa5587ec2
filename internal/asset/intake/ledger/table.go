package ledger

import (
	"kagami/internal/sheet/intake"
)

// Column is a column of a register, by its place in the table.
type Column int

// The columns.
const (
	NumberColumn Column = iota
	OwnColumn
	SectionColumn
	NameColumn
	WorkColumn
	KindColumn
	ContentColumn
	ConfidentialityColumn
	IntegrityColumn
	AvailabilityColumn
	LevelReasonColumn
	PersonalColumn
	NumberWorkColumn
	ZoneColumn
	PlaceColumn
	MediumColumn
	OwnerColumn
	UsersColumn
	HandlingColumn
	DisposalColumn
	KeepUntilColumn
	OutsourcingColumn
	OutsourcedColumn
	EvaluatedByColumn
	SeatColumn
	MultiFactorColumn
	TakeoutBarredColumn
	RegisteredOnColumn
	CheckedOnColumn
	NoteColumn
	VersionColumn // of what was handed out
	Columns
)

// VersionTitle heads the version of an asset in a table that is handed out.
const VersionTitle = "版"

// Table is the columns of a register, each with the words that head it in towns'
// registers, the most telling first: where two headings stand for a column, that of the
// earlier word does. Those that are fields of an asset have their keys.
var Table = intake.Table{Kind: "asset", Columns: []intake.Column{
	NumberColumn: {Key: "number", Words: []string{
		"管理番号", "資産管理番号", "情報資産管理番号", "資産番号", "情報資産番号", "台帳番号", "資産ID", "情報資産ID", "整理番号", "登録番号", "資産No", "管理No", "番号", "No", "ID", "通番", "連番", "項番",
	}},
	OwnColumn: {Key: "own_number", Words: []string{"課の番号", "課内番号", "課の管理番号"}},
	SectionColumn: {Key: "section", Words: []string{
		"課室", "課室名", "課室コード", "所属", "所属名", "所属課", "所属コード", "部署", "部署名", "担当課", "担当課名", "担当課室", "担当部署", "所管課", "所管課名", "所管課室", "所管部署", "所管", "主管課",
		"管理部署", "管理課", "所属部署", "部課名", "部課", "担当部課", "所管部課", "課名", "課等", "課等名", "課", "担当",
	}},
	NameColumn: {Key: "name", Words: []string{
		"情報資産名", "情報資産名称", "情報資産の名称", "資産名", "資産名称", "資産の名称", "情報資産", "名称", "情報システム名", "システム名", "システム名称", "文書名", "文書名称", "ファイル名", "件名",
	}},
	WorkColumn: {Key: "work", Words: []string{"業務分類", "業務名", "業務名称", "業務の名称", "業務区分", "業務", "事務分類", "事務名", "事務事業名", "事務"}},
	KindColumn: {Key: "kind", Words: []string{
		"種別", "資産種別", "情報資産種別", "情報資産の種別", "資産の種別", "種類", "資産の種類", "情報資産の種類", "資産分類", "資産区分", "情報資産区分", "分類", "区分",
	}},
	ContentColumn:         {Key: "content", Words: []string{"内容", "資産の内容", "情報の内容", "主な内容", "概要", "説明", "内容説明"}},
	ConfidentialityColumn: {Key: "confidentiality", Words: aspectWords("機密性", "C")},
	IntegrityColumn:       {Key: "integrity", Words: aspectWords("完全性", "I")},
	AvailabilityColumn:    {Key: "availability", Words: aspectWords("可用性", "A")},
	LevelReasonColumn:     {Key: "level_reason", Words: []string{"分類の理由", "分類理由", "重要度の理由"}},
	PersonalColumn: {Key: "personal", Words: []string{
		"個人情報の有無", "個人情報有無", "個人情報の区分", "個人情報区分", "個人情報の種類", "個人情報の種別", "個人情報等の有無", "個人情報",
	}},
	NumberWorkColumn: {Key: "number_work", Words: []string{"個人番号の事務", "個人番号事務", "番号事務"}},
	ZoneColumn: {Key: "zone", Words: []string{
		"領域", "ネットワーク領域", "接続領域", "接続系", "接続系統", "ネットワーク系統", "系統", "ネットワーク区分", "接続ネットワーク", "利用ネットワーク", "接続先ネットワーク", "ネットワーク", "NW", "接続先",
	}},
	PlaceColumn:         {Key: "place", Words: []string{"保存先", "保存場所", "保管場所", "保管先", "設置場所", "保存場所等", "所在場所", "所在", "場所"}},
	MediumColumn:        {Key: "medium", Words: []string{"媒体", "保存媒体", "保管媒体", "記録媒体", "媒体種別", "媒体の種類", "媒体区分", "保存形態", "保管形態", "形態"}},
	OwnerColumn:         {Key: "owner", Words: []string{"管理責任者", "管理責任者名", "情報資産管理者", "情報資産の管理者", "資産管理者", "管理者", "責任者", "所有者"}},
	UsersColumn:         {Key: "users", Words: []string{"利用者範囲", "利用者の範囲", "利用範囲", "閲覧範囲", "利用者", "利用部署"}},
	HandlingColumn:      {Key: "handling", Words: []string{"取扱制限", "取扱いの制限", "取扱い制限", "取り扱い制限", "取扱制限等", "取扱の制限", "取扱"}},
	DisposalColumn:      {Key: "disposal", Words: []string{"廃棄方法", "廃棄の方法", "廃棄"}},
	KeepUntilColumn:     {Key: "keep_until", Words: []string{"保存期限", "保存期間", "保存年限", "保存年数", "保管期限", "保管期間"}},
	OutsourcingColumn:   {Key: "outsourcing", Words: []string{"外部委託の有無", "外部委託有無", "委託の有無", "委託有無", "外部委託", "委託"}},
	OutsourcedColumn:    {Key: "outsourced", Words: []string{"外部委託先", "委託先", "委託先名", "委託先名称", "委託先事業者", "委託事業者", "委託業者"}},
	EvaluatedByColumn:   {Key: "evaluated_by", Words: []string{"評価制度", "評価の制度"}},
	SeatColumn:          {Key: "seat", Words: []string{"供給者の所在国", "所在国"}},
	MultiFactorColumn:   {Key: "multi_factor", Words: []string{"端末の多要素認証", "多要素認証", "二要素認証"}},
	TakeoutBarredColumn: {Key: "takeout_barred", Words: []string{"端末からの持出しの禁止", "端末からの持ち出しの禁止", "持出し不可設定", "持ち出し不可設定"}},
	RegisteredOnColumn:  {Key: "registered_on", Words: []string{"登録日", "登録年月日", "作成日", "作成年月日", "取得日", "取得年月日"}},
	CheckedOnColumn: {Key: "checked_on", Words: []string{
		"最終確認日", "最終確認年月日", "確認日", "確認年月日", "最終棚卸日", "棚卸日", "棚卸し日", "棚卸年月日", "点検日", "見直し日",
	}},
	NoteColumn:    {Key: "note", Words: []string{"備考", "備考欄", "摘要", "注記", "特記事項"}},
	VersionColumn: {Key: "version", Words: []string{VersionTitle}},
}}

func aspectWords(title, letter string) []string {
	return []string{title, title + "分類", title + "区分", title + "レベル", title + "の分類", title + "の区分", title + "ランク", letter, letter + title, title + letter}
}

// Title is what a column is headed.
func (c Column) Title() string { return Table.Columns[c].Name() }

// word is a word of the table: its column, and how telling it is, from 0.
type word struct {
	column Column
	rank   int
}

// words are the words of the table, folded.
var words = func() map[string]word {
	list := map[string]word{}
	for c, one := range Table.Columns {
		for rank, text := range one.Words {
			list[intake.Fold(text)] = word{Column(c), rank}
		}
	}
	return list
}()

// ByKey are the columns by their keys.
var ByKey = func() map[string]Column {
	list := map[string]Column{}
	for c, one := range Table.Columns {
		list[one.Key] = Column(c)
	}
	return list
}()

// doubtless are the columns of which a register has one: of two that are headed alike
// there is no telling which is meant.
var doubtless = []Column{NumberColumn, SectionColumn, NameColumn, ConfidentialityColumn, IntegrityColumn, AvailabilityColumn, PersonalColumn, ZoneColumn}
