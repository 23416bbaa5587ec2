package export

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/asset"
	"kagami/internal/asset/find"
	"kagami/internal/asset/intake/ledger"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/fault"
	"kagami/internal/sheet"
)

// Service hands the register out.
type Service struct {
	pool     *pgxpool.Pool
	now      func() time.Time
	register *asset.Service
	finding  *find.Service
	places   *places // one for each that is under way
}

// New makes the service.
func New(pool *pgxpool.Pool, now func() time.Time, register *asset.Service, finding *find.Service) *Service {
	return &Service{pool, now, register, finding, newPlaces()}
}

func (s *Service) today() calendar.Date { return calendar.Day(s.now()) }

const (
	// Deadline is how long one may take.
	Deadline = time.Minute
	// MostRows is how many assets a workbook has: no more than are taken in again at once.
	MostRows = 199_000
	// Blank is how many rows there are below them to be filled in.
	Blank = 500
)

// Table writes the assets that List finds, all of them. Forbidden for who reads no register, Invalid
// for too many words, TooLarge for more than a workbook has, or than are written by the
// deadline.
func (s *Service) Table(ctx context.Context, actor authz.Actor, q find.Search, format sheet.Format, to io.Writer) error {
	errSlow := errors.New("handing out the register took too long")
	ctx, cancel := context.WithTimeoutCause(ctx, Deadline, errSlow)
	defer cancel()
	leave, err := s.places.take(ctx, actor.Person)
	if err != nil {
		return fault.Wrap(err, fault.Unavailable, "前の書き出しか、ほかの人の書き出しが続いているため、始められませんでした。少し待って、もう一度お試しください。")
	}
	defer leave()
	err = s.write(ctx, actor, q, format, to)
	if err != nil && errors.Is(context.Cause(ctx), errSlow) {
		return fault.Wrap(err, fault.TooLarge, fmt.Sprintf("%d秒で書き出し終えられませんでした。課室や条件で絞り込んで、いくつかに分けてください。", int(Deadline.Seconds())))
	}
	return err
}

func (s *Service) write(ctx context.Context, actor authz.Actor, q find.Search, format sheet.Format, to io.Writer) error {
	scheme, err := s.register.Scheme(ctx, actor)
	if err != nil {
		return err
	}
	form, most := formOf(scheme), MostRows+1
	write := form.XLSX
	if format == sheet.CSV {
		write, most = form.CSV, 1<<31-1
	}
	return write(to, func(yield func([]sheet.Cell, error) bool) {
		rows := 0
		for a, err := range s.finding.All(ctx, actor, q, most) {
			if rows++; err == nil && format == sheet.XLSX && rows > MostRows {
				err = fault.New(fault.TooLarge, fmt.Sprintf("%d件を超えるため、Excel のファイルにできません。課室や条件で絞り込むか、CSV を選んでください。", MostRows))
			}
			if !yield(rowOf(scheme, a), err) || err != nil {
				return
			}
		}
	})
}

// beside are the columns before those of the register's own.
var beside = []sheet.FormColumn{
	{Title: "管理番号", Hint: "ポータルが付ける番号です。新しい情報資産の行では、空けておきます。", Locked: true, Width: 16},
	{Title: "課室", Hint: "課室の名前か、課室コードを書きます。", Width: 18},
	{Title: "状態", Hint: "取り込むときには読みません。", Locked: true, Width: 12},
}

// version is the column after them: by it an import tells what has been changed since.
var version = sheet.FormColumn{Title: ledger.VersionTitle, Hint: "書き出したときの版です。変えずに残してください。取り込むときに、書き出した後に変わったところを見分けます。", Locked: true, Width: 6}

// hints say of a field what is filled in.
var hints = map[string]string{
	"own_number":      "課で付けている番号があれば書きます。同じ課の中で、同じ番号は使えません。",
	"kind":            "一覧から選びます。",
	"name":            "1件ずつではなく、同じに扱うまとまりの名前を、1行で書きます。",
	"confidentiality": "一覧から選びます。",
	"integrity":       "一覧から選びます。",
	"availability":    "一覧から選びます。",
	"personal":        "一覧から選びます。下書きで空いている行は、無いことを確かめたら「無」を選びます。",
	"number_work":     "特定個人情報のときに選びます。ほかのときは、空けておきます。",
	"zone":            "一覧から選びます。ネットワークにない紙や媒体にも、そのための領域があります。",
	"registered_on":   "2026-04-01 のように書きます。今日までの日です。空けておくと、取り込んだ日になります。",
	"checked_on":      "2026-04-01 のように書きます。登録日から今日までの日です。まだのときは、空けておきます。",
	"multi_factor":    "システムのときに、一覧から選びます。ほかのときは、空けておきます。",
	"takeout_barred":  "システムのときに、一覧から選びます。ほかのときは、空けておきます。",
	"outsourced":      "外部に委託しているときに、委託先を書きます。",
}

var widths = map[string]float64{"name": 32, "content": 36, "place": 24, "note": 30, "handling": 24}

// fields are the columns of the register that people fill in.
func fields() []asset.Field {
	return slices.DeleteFunc(slices.Clone(asset.Fields), func(f asset.Field) bool { return f.Inner })
}

// formOf is the form of the register by the levels and zones of a day.
func formOf(scheme asset.Scheme) sheet.Form {
	form := sheet.Form{Columns: append([]sheet.FormColumn{}, beside...), Blank: Blank}
	for _, f := range fields() {
		c := sheet.FormColumn{Title: f.Title, Hint: hints[f.Key], Width: 16, Choices: choices(scheme, f.Key), Days: isDay(f)}
		if f.Key == "handling" {
			c.Hint = "次から当てはまるものを、「、」で区切って書きます：" + strings.Join(titles(asset.Handlings), "、")
		}
		if width, wide := widths[f.Key]; wide {
			c.Width = width
		}
		if c.Hint == "" && f.Most > 0 {
			c.Hint = fmt.Sprintf("%d字まで。空けておいても構いません。", f.Most)
		}
		form.Columns = append(form.Columns, c)
	}
	form.Columns = append(form.Columns, version)
	return form
}

func isDay(f asset.Field) bool { return f.Key == "registered_on" || f.Key == "checked_on" }

// choices are the words of which a field is one.
func choices(scheme asset.Scheme, key string) []string {
	switch key {
	case "kind":
		return titles(asset.Kinds)
	case "personal":
		return titles(asset.PersonalData)
	case "number_work":
		return titles(asset.NumberWorks)
	case "multi_factor", "takeout_barred":
		return titles(asset.Confirmations)
	case "zone":
		var list []string
		for _, z := range scheme.Zones {
			list = append(list, z.Title)
		}
		return list
	}
	var list []string
	for _, l := range scheme.Of(asset.Aspect(key)) {
		if l.Aspect != asset.Confidentiality || l.Key != asset.Unsettled { // one that is chosen is settled
			list = append(list, l.Title)
		}
	}
	return list
}

func titles[T ~string](list []asset.Choice[T]) []string {
	words := make([]string, len(list))
	for i, c := range list {
		words[i] = c.Title
	}
	return words
}

// rowOf is an asset as a row of the form.
func rowOf(scheme asset.Scheme, a asset.Asset) []sheet.Cell {
	cells := make([]sheet.Cell, 0, len(beside)+len(asset.Fields)+1)
	cells = append(cells, sheet.Texts(a.Code, a.SectionName, a.State.Title())...)
	for _, f := range fields() {
		switch f.Key {
		case "registered_on":
			cells = append(cells, sheet.Day(a.RegisteredOn))
		case "checked_on":
			cells = append(cells, sheet.Day(a.CheckedOn))
		default:
			cells = append(cells, sheet.Text(scheme.Written(f, a)))
		}
	}
	return append(cells, sheet.Text(strconv.Itoa(a.Version)))
}
