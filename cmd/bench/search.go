package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"kagami/cmd/bench/figure"
	"kagami/cmd/bench/portal"
	"kagami/internal/policy/outline"
)

const (
	searchedDocuments   = 200
	clausesOfADocument  = 5_000
	searchLimit         = 50 * time.Millisecond
	rareWord            = "鵺鴒" // in a few clauses of all
	rareOnceIn          = 100_000
	commonWord          = "情報" // in a third of the clauses
	vocabulary          = 1_000
	wordsOfAClause      = 14
	firstKanji, manyOff = 0x4e00, 2_000
)

// measureSearch measures the first page of hits in a million clauses, for the
// slowest of words of different kinds.
func measureSearch(ctx context.Context, _ string) ([]figure.Figure, error) {
	return onTown(ctx, func(t *town) ([]figure.Figure, error) {
		if err := t.growLibrary(ctx); err != nil {
			return nil, err
		}
		page, stop, err := t.Serve()
		if err != nil {
			return nil, err
		}
		defer stop()
		cookie, err := portal.SignIn(ctx, page, t.Logins[officer])
		if err != nil {
			return nil, err
		}
		var (
			slowest time.Duration
			which   string
			all     []string
		)
		for _, words := range []string{rareWord, commonWord, "の", "鵺", commonWord + " " + rareWord, commonWord + " 管理", commonWord + "管理の", "無い言葉"} {
			took, err := medianTime(ctx, page.URL+"/search?q="+url.QueryEscape(words), cookie)
			if err != nil {
				return nil, err
			}
			all = append(all, fmt.Sprintf("%s %.1f ms", words, took.Seconds()*1000))
			if took > slowest {
				slowest, which = took, words
			}
		}
		return []figure.Figure{{
			Name: "search", Ratio: slowest.Seconds() / searchLimit.Seconds(), Limit: 1,
			Detail: fmt.Sprintf("the first page for %s in %v in %d clauses, limit %v (%s)", which, slowest.Round(time.Millisecond/10),
				searchedDocuments*clausesOfADocument, searchLimit, strings.Join(all, ", ")),
		}}, nil
	})
}

// growLibrary adds documents straight into the tables, and lets them be found as
// the portal does at its start. Some words are common and most are rare, as in
// real texts.
func (t *town) growLibrary(ctx context.Context) (err error) {
	owner, err := pgx.Connect(ctx, t.URL)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, owner.Close(ctx)) }()
	writer := newWriter()
	for i := range searchedDocuments {
		stored, err := json.Marshal(writer.outline())
		if err != nil {
			return err
		}
		if err := addStandard(ctx, owner, i, stored); err != nil {
			return fmt.Errorf("adding a document: %w", err)
		}
	}
	if _, err := t.Find.IndexForPortal(ctx); err != nil {
		return err
	}
	_, err = owner.Exec(ctx, `ANALYZE`)
	return err
}

// addStandard puts a 対策基準 in force straight into the tables, as what was
// published before the 本部会議's decisions were recorded.
func addStandard(ctx context.Context, owner *pgx.Conn, i int, outline []byte) error {
	var revision int64
	err := owner.QueryRow(ctx, `
		WITH d AS (INSERT INTO document (code, kind, title) VALUES ($1, 'standard', $2) RETURNING id)
		INSERT INTO revision (document_id, number, state, source, text, text_sha256, outline, drafted_at)
		SELECT id, 1, 'draft', '', '', sha256(''), $3, now() FROM d RETURNING id`,
		fmt.Sprintf("s%04d", i), "見本の対策基準 "+strconv.Itoa(i), outline).Scan(&revision)
	if err != nil {
		return err
	}
	_, err = owner.Exec(ctx, `
		WITH decision AS (
			INSERT INTO headquarters_decision (revision_id, text_sha256, decided_on, result, recorded_at, carried_over)
			VALUES ($1, sha256(''), '2026-04-01', 'adopted', now(), true) RETURNING id)
		UPDATE revision SET state = 'published', scale = 'major', why = 'other', why_text = '計測', submitted_at = now(),
			decision_id = (SELECT id FROM decision), decided_on = '2026-04-01', effective_on = '2026-04-01', published_at = now(), counts_from = number, asked_from = '2026-04-01'
		WHERE id = $1`, revision)
	return err
}

// writer writes texts that are like those of policies to an index: words of two
// characters, a few of which stand everywhere, joined by particles.
type writer struct {
	random *rand.Rand
	often  *rand.Zipf
	words  []string
}

func newWriter() *writer {
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the same texts in each run
	w := &writer{random: random, often: rand.NewZipf(random, 1.1, 8, vocabulary-1)}
	for range vocabulary {
		w.words = append(w.words, string([]rune{rune(firstKanji + random.IntN(manyOff)), rune(firstKanji + random.IntN(manyOff))}))
	}
	return w
}

func (w *writer) outline() *outline.Outline {
	o := &outline.Outline{Title: "見本"}
	for n := range clausesOfADocument {
		o.Clauses = append(o.Clauses, outline.Clause{Kind: outline.Article, Label: fmt.Sprintf("第%d条", n+1), Text: w.clause()})
	}
	return o
}

func (w *writer) clause() string {
	var b strings.Builder
	if w.random.IntN(3) == 0 {
		b.WriteString(commonWord + "資産の")
	}
	if w.random.IntN(4) == 0 {
		b.WriteString("管理者は、")
	}
	if w.random.IntN(rareOnceIn) == 0 {
		b.WriteString(rareWord + "を")
	}
	for range wordsOfAClause {
		b.WriteString(w.words[w.often.Uint64()])
		b.WriteString([]string{"の", "を", "は、", "に", "による", "及び", "について", ""}[w.random.IntN(8)])
	}
	b.WriteString("する。")
	return b.String()
}
