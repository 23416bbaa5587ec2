package main

import (
	"context"
	"fmt"
	"runtime"
	"runtime/metrics"
	"time"

	"kagami/cmd/bench/figure"
	"kagami/internal/asset"
	"kagami/internal/asset/intake"
	"kagami/internal/authz"
	"kagami/internal/sheet"
)

const (
	registerRows        = 100_000
	registerImportLimit = 15 * time.Second
	registerImportHeap  = 256 << 20
	heapPause           = 5 * time.Millisecond
)

// registerFile is a workbook of many assets of the sample town.
func registerFile(places []string) []byte {
	table := sheet.Table{Columns: []string{"番号", "課室", "情報資産名", "業務分類", "種別", "内容", "機密性", "完全性", "可用性", "個人情報の有無", "領域", "保存先", "媒体", "管理責任者", "取扱制限", "保存期限", "登録日", "備考"}}
	for i := range registerRows {
		table.Rows = append(table.Rows, sheet.Texts(
			fmt.Sprint("K-", i), places[i%len(places)], fmt.Sprintf("見本の台帳%d", i), "見本の業務", "情報", fmt.Sprintf("見本の内容%d", i%1000), []string{"3B", "3C", "2", "1"}[i%4], "2", "1", "個人情報",
			[]string{"マイナンバー利用事務系", "LGWAN接続系"}[i%2], "共有フォルダ", "電子", "課長", "持出禁止、暗号化必須", "5年", "令和6年4月1日", "",
		))
	}
	file, err := table.File("x", sheet.XLSX)
	if err != nil {
		panic(err) // texts can be written
	}
	return file.Body
}

// heapPeak watches the heap while something is done: how much more of it there was than
// before.
func heapPeak(do func() error) (peak uint64, took time.Duration, err error) {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	read := func() uint64 {
		metrics.Read(sample)
		return sample[0].Value.Uint64()
	}
	runtime.GC()
	idle, over, seen := read(), make(chan struct{}), make(chan uint64)
	go func() {
		most := idle
		for {
			select {
			case <-over:
				seen <- most - idle
				return
			case <-time.After(heapPause):
				most = max(most, read())
			}
		}
	}()
	begun := time.Now()
	err = do()
	took = time.Since(begun)
	close(over)
	return <-seen, took, err
}

// measureAssetImport measures how long a register of many rows takes to be taken in, and
// how much memory beside what the portal has anyway: read, planned and written,
// as the command does it, and then the same file once more, of which nothing is new.
func measureAssetImport(ctx context.Context, _ string) ([]figure.Figure, error) {
	return onTown(ctx, func(t *town) ([]figure.Figure, error) {
		register := asset.New(t.Pool, t.Door)
		files := intake.New(t.Pool, t.Door, register)
		sections, err := register.Sections(ctx, authz.AsOperator())
		if err != nil {
			return nil, err
		}
		places := make([]string, len(sections))
		for i, s := range sections {
			places[i] = s.Name
		}
		raw := registerFile(places)
		var reading time.Duration
		peak, took, err := heapPeak(func() error {
			begun := time.Now()
			file, err := intake.Read(ctx, raw)
			if err != nil {
				return err
			}
			reading = time.Since(begun)
			plan, err := files.TakeIn(ctx, authz.AsOperator(), file, intake.Choices{})
			if err == nil && plan.Added != registerRows {
				err = fmt.Errorf("%d of %d rows taken in: %v", plan.Added, registerRows, plan.Problems[:1])
			}
			return err
		})
		if err != nil {
			return nil, err
		}
		again, againTook, err := heapPeak(func() error {
			file, err := intake.Read(ctx, raw)
			if err == nil {
				_, err = files.TakeIn(ctx, authz.AsOperator(), file, intake.Choices{})
			}
			return err
		})
		return []figure.Figure{
			{Name: "assets-import", Ratio: took.Seconds() / registerImportLimit.Seconds(), Limit: 1, Detail: fmt.Sprintf("%d rows of an .xlsx of %.1f MB taken in after %.1f s, %.1f s of them reading, limit %v", registerRows, float64(len(raw))/(1<<20), took.Seconds(), reading.Seconds(), registerImportLimit)},
			{Name: "assets-import-memory", Ratio: float64(peak) / registerImportHeap, Limit: 1, Detail: fmt.Sprintf("%.0f MB of heap at most, limit %d MB; the same file again: %.1f s, %.0f MB", float64(peak)/(1<<20), registerImportHeap>>20, againTook.Seconds(), float64(again)/(1<<20))},
		}, err
	})
}
