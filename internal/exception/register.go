package exception

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/fault"
	"kagami/internal/sheet"
)

const (
	// MostRows is how many exceptions the register has that is handed out.
	MostRows = 5_000
	// mostText is how many bytes of text there may be in it.
	mostText = 32 << 20
	// registerDeadline is how long handing it out may take.
	registerDeadline = 30 * time.Second
)

// registerColumns are its columns.
var registerColumns = []string{
	"番号", "申請日", "申請者", "条項", "対象", "理由", "リスク", "代替策", "許可者", "許可日", "期限", "状態", "見直し日", "後始末", "守るように戻した日", "課室", "だれのためか", "緊急のため先に行った日", "緊急の報告",
}

// registered is an exception with what the register says of its end.
type registered struct {
	Exception
	Settlement string // what was done to keep the rule again
}

// Register is the register that List finds, all of it and as one statement sees it. Forbidden
// for who reads none, TooLarge for more than a file has.
func (s *Service) Register(ctx context.Context, actor authz.Actor, q Search) (sheet.Table, error) {
	table := sheet.Table{Columns: registerColumns}
	if actor.Reach(authz.ReadExceptions) == authz.None {
		return table, errUnread()
	}
	errSlow := errors.New("handing out the exceptions took too long")
	ctx, cancel := context.WithTimeoutCause(ctx, registerDeadline, errSlow)
	defer cancel()
	today := calendar.Day(s.door.Now())
	where, args := q.where(actor, today)
	args["limit"] = MostRows + 1
	rows, err := s.pool.Query(ctx, `SELECT x.*, coalesce((SELECT h.note FROM exception_step h WHERE h.exception_id = x.id AND h.event = 'settle'), '') AS settlement
		FROM (`+selectException+` WHERE `+where+` ORDER BY e.id DESC LIMIT @limit) x ORDER BY x.id DESC`, args)
	if err != nil {
		return table, fmt.Errorf("reading the register of exceptions: %w", err)
	}
	defer rows.Close()
	size := 0
	for rows.Next() {
		r, err := pgx.RowToStructByName[registered](rows)
		if err != nil {
			return table, fmt.Errorf("reading the register of exceptions: %w", err)
		}
		r.Exception = r.seenBy(actor)
		row := r.row(today)
		for _, cell := range row {
			size += len(cell.String())
		}
		if table.Rows = append(table.Rows, row); len(table.Rows) > MostRows || size > mostText {
			return sheet.Table{}, fault.New(fault.TooLarge, "件数が多いため、1つのファイルにできません（"+strconv.Itoa(MostRows)+"件まで）。課室や状態で絞り込んでください。")
		}
	}
	err = rows.Err()
	if err != nil && errors.Is(context.Cause(ctx), errSlow) {
		return table, fault.Wrap(err, fault.TooLarge, "時間内に書き出し終えられませんでした。課室や状態で絞り込んでください。")
	}
	if err != nil {
		return table, fmt.Errorf("reading the register of exceptions: %w", err)
	}
	return table, nil
}

func (r registered) row(today calendar.Date) []sheet.Cell {
	permitter, permitted := "", calendar.Date{}
	if r.WasPermitted() {
		permitter, permitted = r.DecidedBy, r.DecidedOn
	}
	settlement, report := r.Settlement, ""
	if r.Unsettled(today) {
		settlement = "未了（" + calendar.Wareki(r.SettleBy) + "まで）"
	}
	if r.Late() {
		report = "遅れ（" + calendar.Wareki(r.ReportBy) + "まで）"
	}
	return []sheet.Cell{
		sheet.Text(Number(r.Code)), sheet.Day(r.ReportedOn()), sheet.Text(r.AskedBy), sheet.Text(r.Clause), sheet.Text(r.about()), sheet.Text(r.Reason), sheet.Text(r.Risk),
		sheet.Text(r.Instead), sheet.Text(permitter), sheet.Day(permitted), sheet.Day(r.Until), sheet.Text(r.InWords(today)), sheet.Day(r.ReviewOn),
		sheet.Text(settlement), sheet.Day(r.SettledOn), sheet.Text(r.SectionName), sheet.Text(r.For), sheet.Day(r.DoneSince), sheet.Text(report),
	}
}

// about is what it is about, a line each.
func (e Exception) about() string {
	var lines []string
	if e.Subject != "" {
		lines = append(lines, e.Subject)
	}
	for _, a := range e.About {
		lines = append(lines, a.Name+"（"+a.Code+"）")
	}
	if e.Hidden > 0 {
		lines = append(lines, "ほかの課室の情報資産"+strconv.Itoa(e.Hidden)+"件")
	}
	return strings.Join(lines, "\n")
}
