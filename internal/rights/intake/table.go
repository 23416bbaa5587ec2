package intake

import "kagami/internal/sheet/intake"

// column is a column of a ledger, by its place in the table.
type column int

const (
	personColumn column = iota
	numberColumn
	sectionColumn
	systemColumn
	codeColumn
	loginColumn
	gradeColumn
	kindColumn
	purposeColumn
	fromColumn
	untilColumn
	confirmedColumn
	outsiderColumn
	rightColumn
	standingColumn
	stateColumn
	differenceColumn
	sinceColumn
	noteColumn
)

// table is the columns of a ledger.
var table = intake.Table{Kind: "rights", Columns: []intake.Column{
	personColumn:     {Key: "person", Words: []string{"利用者", "利用者名", "氏名", "利用者氏名", "職員氏名", "職員名", "使用者"}, Needed: true, Or: "staff_number"},
	numberColumn:     {Key: "staff_number", Words: []string{"職員番号", "職員コード", "職員no", "利用者番号"}},
	sectionColumn:    {Key: "section", Words: []string{"課室", "所属", "所属名", "課室名", "所属課", "部署", "部署名"}},
	systemColumn:     {Key: "system", Words: []string{"システム", "システム名", "情報システム", "利用システム", "業務システム"}, Needed: true, Or: "system_code"},
	codeColumn:       {Key: "system_code", Words: []string{"管理番号", "システム管理番号", "システムの管理番号", "情報資産の管理番号"}},
	loginColumn:      {Key: "login", Words: []string{"利用者ID", "ユーザーID", "ユーザID", "アカウント", "アカウント名", "ログインID", "ID"}},
	gradeColumn:      {Key: "grade", Words: []string{"権限", "権限名", "利用権限", "アクセス権", "アクセス権限", "ロール"}},
	kindColumn:       {Key: "kind", Words: []string{"区分", "アカウント区分", "権限区分", "アカウント種別"}},
	purposeColumn:    {Key: "purpose", Words: []string{"目的", "利用目的", "使用目的", "利用業務"}, Needed: true},
	fromColumn:       {Key: "from_on", Words: []string{"開始日", "利用開始日", "開始年月日", "利用開始年月日", "登録日"}, Needed: true},
	untilColumn:      {Key: "until_on", Words: []string{"終了日", "利用終了日", "終了年月日", "有効期限", "利用期限", "期限"}},
	confirmedColumn:  {Key: "confirmed_on", Words: []string{"最終確認日", "確認日", "最終確認", "棚卸日"}},
	outsiderColumn:   {Key: "outsider", Words: []string{"使う人（職員でないとき）", "職員でない利用者", "委託先の利用者"}},
	rightColumn:      {Key: "right", Words: []string{"利用権限の番号"}, Note: true},
	standingColumn:   {Key: "standing", Words: []string{"状態"}, Note: true},
	stateColumn:      {Key: "state", Words: []string{"反映の状態"}, Note: true},
	differenceColumn: {Key: "difference", Words: []string{"台帳と名簿の差"}, Note: true},
	sinceColumn:      {Key: "since", Words: []string{"差がある日（いつから）"}, Note: true},
	noteColumn:       {Key: "note", Words: []string{"備考", "摘要", "メモ"}, Note: true},
}}

// title is what a column is headed.
func (c column) title() string { return table.Columns[c].Name() }

// columnOf is the column of a field of a right.
func columnOf(field string) column {
	for i, c := range table.Columns {
		if c.Key == field {
			return column(i)
		}
	}
	return purposeColumn
}
