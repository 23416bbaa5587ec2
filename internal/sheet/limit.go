package sheet

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"kagami/internal/fault"
)

// What is read of a file at most: beyond it is TooLarge.
const (
	MaxSize    = 10 << 20 // bytes of the file
	maxRows    = 200_000  // of a sheet, blank ones not counted
	maxColumns = 200
	maxSheets  = 50        // that are not hidden
	maxCells   = 5_000_000 // in all sheets
	maxToken   = 1 << 20   // bytes of a row of CSV, of a cell, or of an XML tag
	headRows   = 50        // the headings stand among the first of a sheet's rows
	headBytes  = 8 << 20   // and so many bytes of all sheets, unpacked, are looked through for them

	// bytes of a workbook, unpacked: these, and no more for each of the file's own
	// than twice what Excel's tables have at most, which are all alike
	maxUnpacked   = 200 << 20
	unpackedBase  = 2 << 20
	unpackedRatio = 50
	maxShared     = 64 << 20  // bytes of the texts that the sheets share
	maxText       = 128 << 20 // bytes of them in all the cells that have one
	maxStrings    = 1_000_000
	maxFormats    = 65_490 // of cells, as Excel has it
	maxNamed      = 1_000  // parts that the workbook names, number formats that it defines
	maxDepth      = 64     // elements within each other
	maxElements   = 4 * maxCells
)

// Deadline is how long the reading of a file may take.
const Deadline = 30 * time.Second

func errTooLarge() error {
	return fault.New(fault.TooLarge, fmt.Sprintf("表が大きすぎます。%d MB まで、%d行、%d列までのファイルを選んでください。Excel では、使わない行・列・シートを消して保存し直すと、小さくなります。", MaxSize>>20, maxRows, maxColumns))
}

func errTooManySheets() error {
	return fault.New(fault.TooLarge, fmt.Sprintf("シートが多すぎます。%d枚まで読めます。取り込む表のシートだけを残して保存し直してから、選んでください。", maxSheets))
}

func errTooSlow() error {
	return fault.New(fault.TooLarge, fmt.Sprintf("%d秒で読み終えられませんでした。使わない行・列・シートを消すか、いくつかのファイルに分けてから、選んでください。", int(Deadline.Seconds())))
}

// budget is what is left for reading a file: over all of its parts, and of the
// time.
type budget struct {
	alive    func() error // nil as long as the reading may go on
	bytes    int64        // unpacked
	text     int64        // of shared texts in the cells, in bytes
	cells    int
	elements int   // of XML
	looking  bool  // for the headings
	head     int64 // bytes unpacked while it does
}

// newBudget is for a file of so many bytes. The reading ends with the context.
func newBudget(ctx context.Context, size int) *budget {
	alive := func() error {
		switch err := ctx.Err(); {
		case err == nil:
			return nil
		case errors.Is(context.Cause(ctx), errDeadline):
			return errTooSlow()
		default:
			return fault.Wrap(err, fault.Unavailable, "読み取りを途中でやめました。何も変更されていません。もう一度ファイルを選んでください。")
		}
	}
	return &budget{
		alive: alive, bytes: min(maxUnpacked, unpackedBase+unpackedRatio*int64(size)), text: maxText, cells: maxCells,
		elements: maxElements, head: headBytes,
	}
}

var errDeadline = errors.New("reading a table took too long")

func (b *budget) takeBytes(n int) error {
	b.bytes -= int64(n)
	if b.looking {
		b.head -= int64(n)
	}
	if b.bytes < 0 || b.head < 0 {
		return errTooLarge()
	}
	return nil
}

func (b *budget) takeElement() error {
	if b.elements--; b.elements < 0 {
		return errTooLarge()
	}
	return nil
}

func (b *budget) takeText(n int) error {
	if b.text -= int64(n); b.text < 0 {
		return errTooLarge()
	}
	return nil
}

func (b *budget) takeCells(n int) error {
	if b.cells -= n; b.cells < 0 {
		return errTooLarge()
	}
	return nil
}

// source hands bytes on as long as something is left of the budget, and of the
// present token, which is what the reader above it holds in memory at once.
type source struct {
	in     io.Reader
	budget *budget
	token  int64
}

var errLongToken = fault.New(fault.TooLarge, "セルの文字が多すぎます。一つのセルは32,767字までにしてください。")

// next begins a token.
func (s *source) next() { s.token = maxToken }

func (s *source) Read(p []byte) (int, error) {
	if err := s.budget.alive(); err != nil {
		return 0, err
	}
	if s.token <= 0 {
		return 0, errLongToken
	}
	n, err := s.in.Read(p[:min(int64(len(p)), s.token)])
	s.token -= int64(n)
	if over := s.budget.takeBytes(n); over != nil {
		return 0, over
	}
	return n, err
}
