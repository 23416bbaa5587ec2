package progress_test

import (
	"errors"
	"os"
	"testing"
	"time"

	"kagami/internal/asset/intake/progress"
	"kagami/internal/fault"
	"kagami/internal/postgres/pgtest"
)

var databases pgtest.Server

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m, &databases)) }

// aRegister is one that somebody has handed in.
func aRegister(t *testing.T) (db pgtest.DB, id int64) {
	t.Helper()
	db = databases.New(t)
	err := db.Pool.QueryRow(t.Context(), `
		WITH somebody AS (INSERT INTO person (staff_number, name, furigana) VALUES ('1', '見本 一', 'ミホン') RETURNING id)
		INSERT INTO asset_import (token, person_id, made_at, file_name, file, choices, summary, digest)
		SELECT 'T', id, now(), '台帳.csv', '', '{}', '{}', '' FROM somebody RETURNING id`).Scan(&id)
	if err != nil {
		t.Fatal(err)
	}
	return db, id
}

func TestAnActIsBegunOnceAndSaysHowFarItIs(t *testing.T) {
	t.Parallel()
	db, register := aRegister(t)
	look := func(what string, want progress.Progress) {
		t.Helper()
		if got, err := progress.Of(t.Context(), db.Pool, register); err != nil || got != want {
			t.Errorf("%s: %+v, want %+v, %v", what, got, want, err)
		}
	}
	look("nothing is done", progress.Progress{})
	work, err := progress.Begin(t.Context(), db.Pool, register, progress.Taking)
	if err != nil {
		t.Fatal(err)
	}
	look("begun", progress.Progress{Act: progress.Taking, Step: progress.Reading, UnderWay: true})
	if _, err := progress.Begin(t.Context(), db.Pool, register, progress.Choosing); !errors.Is(err, progress.ErrUnderWay) || fault.KindOf(err) != fault.Conflict {
		t.Errorf("begun twice: %v", err)
	}
	work.Say(t.Context(), progress.Reading, 1, 5000)
	look("a row", progress.Progress{Act: progress.Taking, Step: progress.Reading, UnderWay: true})
	work.Say(t.Context(), progress.Reading, 2000, 5000)
	look("rows", progress.Progress{Act: progress.Taking, Step: progress.Reading, Done: 2000, Of: 5000, UnderWay: true})
	work.Say(t.Context(), progress.Writing, 1, 3)
	look("another step", progress.Progress{Act: progress.Taking, Step: progress.Writing, Of: 3, UnderWay: true})
	work.Say(t.Context(), progress.Writing, 2, 3)
	work.Say(t.Context(), progress.Writing, 3, 3)
	look("the last row", progress.Progress{Act: progress.Taking, Step: progress.Writing, Done: 3, Of: 3, UnderWay: true})
	work.End(t.Context(), "台帳が変わりました。")
	look("refused", progress.Progress{Act: progress.Taking, Step: progress.Writing, Done: 3, Of: 3, Refused: "台帳が変わりました。"})
	if work, err = progress.Begin(t.Context(), db.Pool, register, progress.Choosing); err != nil {
		t.Fatal(err)
	}
	look("begun anew", progress.Progress{Act: progress.Choosing, Step: progress.Reading, UnderWay: true})
	work.End(t.Context(), "")
	look("done", progress.Progress{})
}

// A portal that stops in the middle leaves what nobody ends: it is over then, and what it
// says late is not said of what was begun anew.
func TestWhatBreaksOffIsOver(t *testing.T) {
	t.Parallel()
	db, register := aRegister(t)
	first, err := progress.Begin(t.Context(), db.Pool, register, progress.Taking)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Pool.Exec(t.Context(), `UPDATE asset_import_work SET until = now() - interval '1 second'`); err != nil {
		t.Fatal(err)
	}
	if p, err := progress.Of(t.Context(), db.Pool, register); err != nil || !p.BrokeOff() || p.UnderWay {
		t.Errorf("%+v, %v", p, err)
	}
	second, err := progress.Begin(t.Context(), db.Pool, register, progress.Taking)
	if err != nil {
		t.Fatal(err)
	}
	first.Say(t.Context(), progress.Writing, 1, 1)
	first.End(t.Context(), "時間がかかりすぎました。")
	first.End(t.Context(), "")
	if p, err := progress.Of(t.Context(), db.Pool, register); err != nil || p.BrokeOff() || !p.UnderWay || p.Step != progress.Reading {
		t.Errorf("begun anew: %+v, %v", p, err)
	}
	second.End(t.Context(), "")
}

// Who says how far it is has rows that others wait for: where these have all connections, it
// waits for none of them.
func TestWhereNoConnectionIsFreeItGoesOn(t *testing.T) {
	t.Parallel()
	db, register := aRegister(t)
	work, err := progress.Begin(t.Context(), db.Pool, register, progress.Taking)
	if err != nil {
		t.Fatal(err)
	}
	var release []func()
	for range db.Pool.Config().MaxConns {
		conn, err := db.Pool.Acquire(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		release = append(release, conn.Release)
	}
	said := make(chan struct{})
	go func() {
		defer close(said)
		work.Say(t.Context(), progress.Writing, 2000, 5000)
	}()
	select {
	case <-said:
	case <-time.After(10 * time.Second):
		t.Error("it waits for those who wait for it")
	}
	for _, free := range release {
		free()
	}
	<-said
	work.Say(t.Context(), progress.Writing, 4000, 5000)
	if p, err := progress.Of(t.Context(), db.Pool, register); err != nil || p.Done != 4000 {
		t.Errorf("afterwards: %+v, %v", p, err)
	}
}
