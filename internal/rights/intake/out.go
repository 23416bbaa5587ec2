package intake

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"strings"
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
	personColumn:     "使う人の氏名です。同じ氏名の人がいるときは、職員番号も書きます。保守のときは、責任を持つ職員を書きます。",
	numberColumn:     "この番号で、登録されている職員と照らし合わせます。",
	sectionColumn:    "どの課室の仕事で使うかです。空けておくと、その人の本務の課室になります。",
	systemColumn:     "情報資産台帳にあるシステムかネットワークの名前です。同じ名前のものがあるときは、管理番号も書きます。",
	codeColumn:       "情報資産台帳の管理番号です。",
	loginColumn:      "システムでの利用者ID（アカウント名）です。100字まで。",
	gradeColumn:      "できること（照会、更新など）です。100字まで。",
	kindColumn:       "一覧から選びます。空けておくと「一般」になります。",
	purposeColumn:    "何のために使うかです。1000字まで。",
	fromColumn:       "2026-04-01 のように書きます。",
	untilColumn:      "最後の日です。期限がないときは、空けておきます。保守のときは、必ず書きます。",
	confirmedColumn:  "まだ要ることを最後に確かめた日です。まだのときは、空けておきます。",
	outsiderColumn:   "区分が「保守」で、職員でない人が使うときに、会社名と氏名を書きます。",
	rightColumn:      "ポータルが付けた番号です。取り込むときには読みません。",
	standingColumn:   "書き出したときの状態です。取り込むときには読みません。",
	stateColumn:      "システムや町のディレクトリ（利用者の名簿）に、どこまで反映されたかです。見られないシステムでは空です。取り込むときには読みません。",
	differenceColumn: "台帳と、町のディレクトリ（利用者の名簿）との食い違いです。ないときは空です。取り込むときには読みません。",
	sinceColumn:      "その食い違いが、いつから分かっているかです。取り込むときには読みません。",
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
		if at == purposeColumn || at == systemColumn || at == differenceColumn {
			width = 30
		}
		fc := sheet.FormColumn{
			Title: c.Name(), Hint: hints[at], Width: width, Days: at == fromColumn || at == untilColumn || at == confirmedColumn, Locked: at >= rightColumn,
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
// that is taken in again: of one person, one system, or all. Beside each right stands how far
// it has reached its system, and on a sheet of their own the accounts that only a directory
// has. TooLarge for more than a file that is taken in may have, or than is written by the
// deadline.
func (s *Service) Ledger(ctx context.Context, actor authz.Actor, q rights.Search, to io.Writer) error {
	errSlow := errors.New("handing out the ledger took too long")
	ctx, cancel := context.WithTimeoutCause(ctx, outDeadline, errSlow)
	defer cancel()
	f := form()
	alone, err := s.alone(ctx, actor, q)
	if err == nil {
		f.Also = alone
		err = f.XLSX(to, s.lines(ctx, actor, q))
	}
	if err != nil && errors.Is(context.Cause(ctx), errSlow) {
		return fault.Wrap(err, fault.TooLarge, fmt.Sprintf("%d秒で書き出し終えられませんでした。システムか課室で絞り込んでください。", int(outDeadline.Seconds())))
	}
	return err
}

// beside is of how many rights at once is asked how far they are carried out.
const beside = 1000

// lines are the lines of the ledger.
func (s *Service) lines(ctx context.Context, actor authz.Actor, q rights.Search) iter.Seq2[[]sheet.Cell, error] {
	return func(yield func([]sheet.Cell, error) bool) {
		some := make([]rights.Right, 0, beside)
		write := func() bool {
			carried, err := s.carried(ctx, actor, some)
			if err != nil {
				yield(nil, err)
				return false
			}
			for _, r := range some {
				c := Carried{}
				if r.Standing != rights.Asked {
					c = carried[Use{r.Person, r.System}]
				}
				if !yield(rowOf(r, c), nil) {
					return false
				}
			}
			some = some[:0]
			return true
		}
		rows := 0
		for r, err := range s.rights.Counting(ctx, actor, q) {
			if rows++; err == nil && rows > MostRows {
				err = fault.New(fault.TooLarge, fmt.Sprintf("%d件を超えるため、1つのファイルにできません。システムか課室で絞り込んでください。", MostRows))
			}
			if err != nil {
				yield(nil, err)
				return
			}
			if some = append(some, r); len(some) == beside && !write() {
				return
			}
		}
		write()
	}
}

func (s *Service) carried(ctx context.Context, actor authz.Actor, some []rights.Right) (map[Use]Carried, error) {
	if s.ties.Carried == nil || len(some) == 0 {
		return nil, nil
	}
	uses := map[Use]bool{}
	for _, r := range some {
		uses[Use{r.Person, r.System}] = true
	}
	return s.ties.Carried(ctx, actor, slices.Collect(maps.Keys(uses)))
}

// alone are the accounts that only a directory has, of the system or the person that is looked
// for; none where the work of a section is, to which no such account belongs yet.
func (s *Service) alone(ctx context.Context, actor authz.Actor, q rights.Search) (sheet.Beside, error) {
	b := sheet.Beside{Name: "名簿だけにあるアカウント", Columns: []string{"システムの管理番号", "名簿の利用者ID", "名簿の職員番号", "職員", "分かった日"}}
	if s.ties.Accounts == nil || q.Section != "" {
		return sheet.Beside{}, nil
	}
	list, err := s.ties.Accounts(ctx, actor, MostRows)
	for _, a := range list {
		if (q.System == "" || q.System == a.System) && (q.Person == "" || strings.EqualFold(q.Person, a.Number)) {
			b.Rows = append(b.Rows, []string{a.System, a.Login, a.Number, a.Name, a.Since.String()})
		}
	}
	return b, err
}

func rowOf(r rights.Right, c Carried) []sheet.Cell {
	row := append(
		sheet.Texts(r.PersonName, r.StaffNumber, r.SectionName, r.SystemName, r.SystemCode, r.Login, r.Grade, r.Kind.Title(), r.Purpose),
		sheet.Day(r.From), sheet.Day(r.Until), sheet.Day(r.ConfirmedOn), sheet.Text(r.Outsider), sheet.Text(rights.Number(r.Code)), sheet.Text(r.Standing.Title()),
		sheet.Text(c.State), sheet.Text(strings.Join(c.Differences, "\n")))
	if c.Since.IsZero() {
		return append(row, sheet.Cell{})
	}
	return append(row, sheet.Text(c.Since.String()))
}
