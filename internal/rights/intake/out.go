package intake

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"kagami/internal/authz"
	"kagami/internal/fault"
	"kagami/internal/rights"
	"kagami/internal/sheet"
)

const (
	// outDeadline is how long handing the ledger out may take.
	outDeadline = time.Minute
	// blank is how many rows there are below it to be filled in.
	blank = 200
)

var hints = map[column]string{
	personColumn:    "使う人の氏名です。同じ氏名の人がいるときは、職員番号も書きます。保守のときは、責任を持つ職員を書きます。",
	numberColumn:    "この番号で、登録されている職員と照らし合わせます。",
	sectionColumn:   "どの課室の仕事で使うかです。空けておくと、その人の本務の課室になります。",
	systemColumn:    "情報資産台帳にあるシステムかネットワークの名前です。同じ名前のものがあるときは、管理番号も書きます。",
	codeColumn:      "情報資産台帳の管理番号です。",
	loginColumn:     "システムでの利用者ID（アカウント名）です。100字まで。",
	gradeColumn:     "できること（照会、更新など）です。100字まで。",
	kindColumn:      "一覧から選びます。空けておくと「一般」になります。",
	purposeColumn:   "何のために使うかです。1000字まで。",
	fromColumn:      "2026-04-01 のように書きます。",
	untilColumn:     "最後の日です。期限がないときは、空けておきます。保守のときは、必ず書きます。",
	confirmedColumn: "まだ要ることを最後に確かめた日です。まだのときは、空けておきます。",
	outsiderColumn:  "区分が「保守」で、職員でない人が使うときに、会社名と氏名を書きます。",
	rightColumn:     "ポータルが付けた番号です。取り込むときには読みません。",
	standingColumn:  "書き出したときの状態です。取り込むときには読みません。",
}

// form is the ledger as a workbook, which is taken in again.
func form() sheet.Form {
	f := sheet.Form{Blank: blank}
	for i, c := range table.Columns {
		at := column(i)
		if at == noteColumn {
			continue
		}
		width := 16.0
		if at == purposeColumn || at == systemColumn {
			width = 30
		}
		fc := sheet.FormColumn{
			Title: c.Name(), Hint: hints[at], Width: width, Days: at == fromColumn || at == untilColumn || at == confirmedColumn, Locked: at == rightColumn || at == standingColumn,
		}
		if at == kindColumn {
			for _, k := range rights.Kinds() {
				fc.Choices = append(fc.Choices, k.Title())
			}
		}
		f.Columns = append(f.Columns, fc)
	}
	return f
}

// Template writes the form with nothing in it.
func (s *Service) Template(to io.Writer) error {
	return form().XLSX(to, func(func([]sheet.Cell, error) bool) {})
}

// Ledger writes what is asked for and permitted, as far as the actor may see it, as a workbook
// that is taken in again: of one person, one system, or all. TooLarge for more than a file
// that is taken in may have, or than is written by the deadline.
func (s *Service) Ledger(ctx context.Context, actor authz.Actor, q rights.Search, to io.Writer) error {
	errSlow := errors.New("handing out the ledger took too long")
	ctx, cancel := context.WithTimeoutCause(ctx, outDeadline, errSlow)
	defer cancel()
	err := form().XLSX(to, func(yield func([]sheet.Cell, error) bool) {
		rows := 0
		for r, err := range s.rights.Counting(ctx, actor, q) {
			if rows++; err == nil && rows > MostRows {
				err = fault.New(fault.TooLarge, fmt.Sprintf("%d件を超えるため、1つのファイルにできません。システムか課室で絞り込んでください。", MostRows))
			}
			if !yield(rowOf(r), err) || err != nil {
				return
			}
		}
	})
	if err != nil && errors.Is(context.Cause(ctx), errSlow) {
		return fault.Wrap(err, fault.TooLarge, fmt.Sprintf("%d秒で書き出し終えられませんでした。システムか課室で絞り込んでください。", int(outDeadline.Seconds())))
	}
	return err
}

func rowOf(r rights.Right) []sheet.Cell {
	return append(
		sheet.Texts(r.PersonName, r.StaffNumber, r.SectionName, r.SystemName, r.SystemCode, r.Login, r.Grade, r.Kind.Title(), r.Purpose),
		sheet.Day(r.From), sheet.Day(r.Until), sheet.Day(r.ConfirmedOn), sheet.Text(r.Outsider), sheet.Text(rights.Number(r.Code)), sheet.Text(r.Standing.Title()))
}
