package personnel

import "kagami/internal/sheet/intake"

// column is a column of a personnel file, by its place in the table.
type column int

const (
	staffNumberColumn column = iota
	nameColumn
	furiganaColumn
	emailColumn
	kindColumn
	sectionCodeColumn
	sectionColumn
	titleColumn
	firstColumn
	lastColumn
	noteColumn
)

// table is the columns of a personnel file.
var table = intake.Table{Kind: "personnel", Columns: []intake.Column{
	staffNumberColumn: {Key: "staff_number", Words: []string{"職員番号", "職員コード", "職員no", "社員番号"}, Needed: true},
	nameColumn:        {Key: "name", Words: []string{"氏名", "職員氏名", "名前"}, Needed: true},
	furiganaColumn:    {Key: "furigana", Words: []string{"フリガナ", "ふりがな", "カナ氏名", "氏名カナ", "氏名フリガナ", "カナ"}},
	emailColumn:       {Key: "email", Words: []string{"メールアドレス", "メール", "E-mail", "Eメール"}},
	kindColumn:        {Key: "kind", Words: []string{"職員区分", "区分", "任用区分"}},
	sectionCodeColumn: {Key: "section_code", Words: []string{"課室コード", "所属コード", "部署コード"}},
	sectionColumn:     {Key: "section", Words: []string{"課室", "所属", "所属名", "課室名", "所属課", "部署", "部署名"}, Needed: true, Or: "section_code"},
	titleColumn:       {Key: "title", Words: []string{"職", "職名", "役職", "役職名", "補職名"}, Needed: true},
	firstColumn:       {Key: "first_day", Words: []string{"発令日", "発令年月日", "異動日", "異動年月日", "開始日"}, Needed: true},
	lastColumn:        {Key: "last_day", Words: []string{"終了日", "退職日", "退職年月日", "任期満了日"}},
	noteColumn:        {Key: "note", Words: []string{"備考", "摘要"}, Note: true},
}}

// Columns are the headings of the file as the template has them.
func Columns() []string { return table.Names() }

// title is what a column is headed.
func (c column) title() string { return table.Columns[c].Name() }
