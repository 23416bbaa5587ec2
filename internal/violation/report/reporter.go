package report

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"golang.org/x/text/unicode/norm"

	"kagami/internal/fault"
	"kagami/internal/postgres"
)

// reporter is who has made a report, as it is sealed.
type reporter struct {
	Report int64  `json:"report"`
	Person int64  `json:"person,omitempty"` // 0 for who is known in words, or not at all
	Name   string `json:"name,omitempty"`   // in words
}

// sealedLength is how long who has made a report is before it is sealed, whoever it is.
const sealedLength = 1024

// letters are what a number is made of: none that is read as another.
const letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// newNumber is a number by which who has made a report finds its answer: 80 bits.
func newNumber() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	for i := range b {
		b[i] = letters[int(b[i])%len(letters)]
	}
	return grouped(string(b[:]))
}

// grouped divides a number as people read it.
func grouped(s string) string { return s[:4] + "-" + s[4:8] + "-" + s[8:12] + "-" + s[12:] }

// ReadNumber is a number as somebody types it; empty for none.
func ReadNumber(typed string) string {
	var b strings.Builder
	for _, c := range strings.ToUpper(norm.NFKC.String(typed)) {
		switch {
		case c == 'O':
			b.WriteByte('0')
		case c == 'I' || c == 'L':
			b.WriteByte('1')
		case strings.ContainsRune(letters, c):
			b.WriteRune(c)
		case !strings.ContainsRune("- 　‐ー", c):
			return ""
		}
	}
	if b.Len() != 16 {
		return ""
	}
	return grouped(b.String())
}

func hashOf(number string) []byte {
	sum := sha256.Sum256([]byte("kagami report " + number))
	return sum[:]
}

func aboutNumber(report int64) string { return fmt.Sprintf("violation report %d", report) }

func aboutReporter(hash []byte) string { return "violation reporter " + hex.EncodeToString(hash) }

// keep keeps who has made a report apart from it, and returns their number.
func (s *Service) keep(ctx context.Context, tx pgx.Tx, r reporter) (string, error) {
	plain, err := json.Marshal(r)
	if err != nil || len(plain) > sealedLength {
		return "", fmt.Errorf("writing who has made a report: %d bytes, %w", len(plain), err)
	}
	plain = append(plain, bytes.Repeat([]byte(" "), sealedLength-len(plain))...)
	number := newNumber()
	hash := hashOf(number)
	if err := s.keys.Hold(ctx, tx); err != nil {
		return "", err
	}
	_, err = tx.Exec(ctx, `
		WITH apart AS (INSERT INTO violation_reporter (number_hash, sealed) VALUES (@hash, @reporter))
		INSERT INTO violation_report_number (report_id, sealed) VALUES (@report, @number)`,
		pgx.StrictNamedArgs{"hash": hash, "reporter": s.keys.Seal(plain, aboutReporter(hash)), "report": r.Report, "number": s.keys.Seal([]byte(number), aboutNumber(r.Report))})
	return number, wrap("keeping who has made a report", err)
}

// find returns who has the number; false where nobody has.
func (s *Service) find(ctx context.Context, db postgres.Querier, number string) (reporter, bool, error) {
	hash := hashOf(number)
	var sealed []byte
	err := db.QueryRow(ctx, `SELECT sealed FROM violation_reporter WHERE number_hash = @hash`, pgx.StrictNamedArgs{"hash": hash}).Scan(&sealed)
	if errors.Is(err, pgx.ErrNoRows) {
		return reporter{}, false, nil
	}
	if err != nil {
		return reporter{}, false, wrap("looking for a number", err)
	}
	plain, err := s.unseal(ctx, db, sealed, aboutReporter(hash))
	if err != nil {
		return reporter{}, false, wrap("reading who has made a report", err)
	}
	var r reporter
	return r, true, wrap("reading who has made a report", json.Unmarshal(plain, &r))
}

// errLost is that who has made a report can't be read any more.
var errLost = fault.New(fault.Unavailable, "報告した人の封を開く鍵がなくなったため、見られません。総務課（情報政策担当）に連絡してください。鍵ファイルの控えが見つかると、見られるようになります。")

// unseal is what was sealed; errLost where its key is given up.
func (s *Service) unseal(ctx context.Context, db postgres.Querier, sealed []byte, about string) ([]byte, error) {
	plain, err := s.keys.Unseal(sealed, about)
	if err == nil {
		return plain, nil
	}
	lost, looking := s.keys.IsLost(ctx, db, sealed)
	if lost {
		return nil, fmt.Errorf("%w: %w", errLost, err)
	}
	return nil, errors.Join(err, looking)
}

// of returns who has made a report, and their number.
func (s *Service) of(ctx context.Context, db postgres.Querier, report int64) (reporter, string, error) {
	var sealed []byte
	err := db.QueryRow(ctx, `SELECT sealed FROM violation_report_number WHERE report_id = @report`, pgx.StrictNamedArgs{"report": report}).Scan(&sealed)
	if err != nil {
		return reporter{}, "", wrap("looking for the number of a report", err)
	}
	number, err := s.unseal(ctx, db, sealed, aboutNumber(report))
	if err != nil {
		return reporter{}, "", wrap("reading the number of a report", err)
	}
	r, there, err := s.find(ctx, db, string(number))
	if err == nil && (!there || r.Report != report) {
		err = fmt.Errorf("the number of report %d leads to another", report)
	}
	return r, string(number), err
}

// Forget finds who has made the reports of a case that is about to be disposed of, and of what is joined
// to it; the function that it returns forgets them, once the case is gone. Whose key is lost can't be
// found, and nothing leads to them any more.
func (s *Service) Forget(ctx context.Context, tx pgx.Tx, caseID int64) (func() error, error) {
	reports, err := postgres.List[struct{ ID int64 }](ctx, tx, "listing the reports of a case", `
		WITH RECURSIVE part (id) AS (SELECT @case::bigint UNION SELECT o.id FROM violation_case o JOIN part ON o.joined_to = part.id)
		SELECT r.id FROM violation_report r JOIN part ON part.id = r.case_id`, pgx.StrictNamedArgs{"case": caseID})
	if err != nil {
		return nil, err
	}
	var hashes [][]byte
	for _, r := range reports {
		_, number, err := s.of(ctx, tx, r.ID)
		if errors.Is(err, errLost) {
			continue
		}
		if err != nil {
			return nil, err
		}
		hashes = append(hashes, hashOf(number))
	}
	return func() error {
		_, err := tx.Exec(ctx, `SELECT forget_reporters(@hashes)`, pgx.StrictNamedArgs{"hashes": hashes})
		return wrap("forgetting who has made a report", err)
	}, nil
}

// SealForPortal seals by the newest key what is not sealed by it, and returns how many secrets
// those were, and how many there are of which the key is given up.
func (s *Service) SealForPortal(ctx context.Context) (sealed, lost int, err error) {
	type row struct {
		Key    []byte // as the table's key is written
		About  string
		Sealed []byte
	}
	numbers, err := postgres.List[row](ctx, s.pool, "listing numbers of reports",
		`SELECT convert_to(report_id::text, 'UTF8') AS key, 'violation report ' || report_id AS about, sealed FROM violation_report_number ORDER BY report_id`)
	if err != nil {
		return 0, 0, err
	}
	reporters, err := postgres.List[row](ctx, s.pool, "listing who has made reports",
		`SELECT number_hash AS key, 'violation reporter ' || encode(number_hash, 'hex') AS about, sealed FROM violation_reporter ORDER BY number_hash`)
	if err != nil {
		return 0, 0, err
	}
	for _, list := range []struct {
		rows   []row
		update string
	}{
		{numbers, `UPDATE violation_report_number SET sealed = $3 WHERE report_id = convert_from($1, 'UTF8')::bigint AND sealed = $2`},
		{reporters, `UPDATE violation_reporter SET sealed = $3 WHERE number_hash = $1 AND sealed = $2`},
	} {
		for _, r := range list.rows {
			if s.keys.SealedByNewest(r.Sealed) {
				continue
			}
			if err := again(ctx, s, r.Sealed, r.About, func(tx pgx.Tx, anew []byte) error {
				_, err := tx.Exec(ctx, list.update, r.Key, r.Sealed, anew)
				return err
			}); errors.Is(err, errLost) {
				lost++
				continue
			} else if err != nil {
				return sealed, lost, err
			}
			sealed++
		}
	}
	return sealed, lost, nil
}

// again seals something by the newest key.
func again(ctx context.Context, s *Service, was []byte, about string, write func(tx pgx.Tx, anew []byte) error) error {
	plain, err := s.unseal(ctx, s.pool, was, about)
	if err != nil {
		return wrap("reading what is sealed of a report", err)
	}
	return wrap("sealing what is sealed of a report", postgres.InTx(ctx, s.pool, func(tx pgx.Tx) error {
		if err := s.keys.Hold(ctx, tx); err != nil {
			return err
		}
		return write(tx, s.keys.Seal(plain, about))
	}))
}
