//go:build browser

package browsertest

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/xuri/excelize/v2"
)

// download is the file to which the link that reads so leads.
func (p *person) download(words string) []byte {
	p.t.Helper()
	text := evaluate[string](p, fmt.Sprintf(`(async () => {
		const link = [...document.querySelectorAll('a')].find(e => e.innerText.trim().startsWith(%q));
		const response = await fetch(link.href);
		if (!response.ok) throw new Error(link.href + ' answers ' + response.status);
		return (await response.bytes()).toBase64();
	})()`, words), chromedp.EvalAwaitPromise)
	content, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		p.t.Fatal(err)
	}
	return content
}

// handInRegister hands a register in as a file.
func (p *person) handInRegister(name string, content []byte) {
	p.t.Helper()
	file := filepath.Join(p.t.TempDir(), name)
	if err := os.WriteFile(file, content, 0o600); err != nil {
		p.t.Fatal(err)
	}
	p.goTo("/assets/import")
	p.do(chromedp.SetUploadFiles(chromedp.CSS("#file"), []string{file}))
	p.press("読み取って確かめる")
}

// mustCount looks for how many lines a register adds, changes and leaves, and how many
// can't be read.
func (p *person) mustCount(want string) {
	p.t.Helper()
	if got := evaluate[string](p, `[...document.querySelectorAll('table:first-of-type td[data-label="件数"]')].map(e => e.innerText.trim()).join(' ')`); got != want {
		p.t.Fatalf("added, changed, the same, unreadable: %s, want %s, on a page that reads: %.1500s", got, want, p.text())
	}
}

// oldRows is how many lines the register of a section has that it has kept by itself.
const oldRows = 200

// oldRegister is a section's own workbook, as many towns keep one: a title, the section
// above the table, headings in two rows of merged cells, levels in three steps, days in both
// calendars. faults are put in by their line's number.
func oldRegister(t *testing.T, faults bool) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close() //nolint:errcheck // it is in memory only
	put := func(line int, cells ...any) {
		if err := f.SetSheetRow("Sheet1", "A"+strconv.Itoa(line), &cells); err != nil {
			t.Fatal(err)
		}
	}
	put(1, "令和８年度　情報資産台帳")
	put(2, "課名：税務町民課")
	put(4, "整理番号", "所属", "情報資産の名称", "種別", "重要性分類", nil, nil, "個人情報", "系統", "保管", nil, "管理責任者", "登録年月日", "備考")
	put(5, nil, nil, nil, nil, "機密性", "完全性", "可用性", "（有・無）", nil, "場所", "媒体")
	for _, merged := range [][2]string{{"A1", "N1"}, {"A4", "A5"}, {"B4", "B5"}, {"C4", "C5"}, {"D4", "D5"}, {"E4", "G4"}, {"I4", "I5"}, {"J4", "K4"}, {"L4", "L5"}, {"M4", "M5"}, {"N4", "N5"}} {
		if err := f.MergeCell("Sheet1", merged[0], merged[1]); err != nil {
			t.Fatal(err)
		}
	}
	days := []string{"R6.4.1", "令和５年１０月１日", "2024/04/01", "H31.4.30", "2022-12-28"}
	levels := [][3]string{{"２", "低", "低"}, {"1", "1", "1"}, {"Ⅱ", "Ⅱ", "Ⅰ"}, {"2", "中", "1"}}
	for n := range oldRows {
		level := levels[n%len(levels)]
		if n < 6 {
			level[0] = []string{"３", "高", "Ⅲ"}[n%3]
		}
		number, section, zone := fmt.Sprintf("Z%03d", n+1), "", "ＬＧＷＡＮ"
		if faults {
			switch n {
			case 20:
				level[0] = "未定"
			case 40:
				level[1] = "９"
			case 60:
				level[2] = "特高"
			case 80:
				number = "Z080" // that of the line above
			case 100:
				section = "福祉こども課"
			}
		}
		put(6+n, number, section, fmt.Sprintf("見本の資料その%s", kanji(n+1)), "データ", level[0], level[1], level[2], "無", zone, "共有フォルダ", "サーバ", "税務町民課長", days[n%len(days)], "見本")
	}
	put(6+oldRows, "", "", "合計", oldRows)
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// kanji writes a number by its digits, so that names differ in more than a figure.
func kanji(n int) string {
	return strings.NewReplacer("0", "〇", "1", "一", "2", "二", "3", "三", "4", "四", "5", "五", "6", "六", "7", "七", "8", "八", "9", "九").Replace(strconv.Itoa(n))
}

// rewrite changes cells of a workbook that was handed out, by the 課の番号 of their line and
// the heading of their column.
func rewrite(t *testing.T, book []byte, cells ...[3]string) []byte {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(book))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() //nolint:errcheck // it is in memory only
	rows, err := f.GetRows("台帳")
	if err != nil {
		t.Fatal(err)
	}
	column := map[string]int{}
	for i, title := range rows[0] {
		column[title] = i
	}
	for _, c := range cells {
		found := false
		for line, row := range rows {
			if number := column["課の番号"]; len(row) <= number || row[number] != c[0] {
				continue
			}
			found = true
			at, err := excelize.CoordinatesToCellName(column[c[1]]+1, line+1)
			if err == nil {
				err = f.SetCellStr("台帳", at, c[2])
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if !found {
			t.Fatalf("no line has the number %s", c[0])
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// A section's workbook with faults is looked at, put right and taken in; then the register
// goes out, three cells are changed in it, and those three alone come back.
func TestASectionsWorkbookComesInAndGoesOutAndComesBack(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager := sitDown(t, portal, town.Holder("税務町民課長"))
	count := func(sql string) (n int) {
		t.Helper()
		if err := portal.DB.Pool.QueryRow(t.Context(), sql).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	const assets, changes = `SELECT count(*) FROM asset`, `SELECT count(*) FROM asset_change`
	before := count(assets)

	manager.goTo("/assets")
	manager.press("Excelの台帳を取り込む")
	manager.look("assets-import")
	manager.handInRegister("情報資産台帳.xlsx", oldRegister(t, true))
	manager.mustSee("読めない行が4行あります")
	manager.mustCount("189件 6件 0件 0件 4行 1行")
	for _, fault := range []string{"「未定」は機密性として読めません", "「９」は完全性として読めません", "「特高」は可用性として読めません", "と同じ番号です", "その課室の情報セキュリティ管理者か台帳担当者が取り込みます"} {
		manager.mustSee(fault)
	}
	manager.look("assets-import-faults")
	faulty := string(manager.download("読めない行をダウンロードする"))
	if lines := strings.Count(strings.TrimSpace(faulty), "\n"); lines != 4 || !strings.Contains(faulty, "未定") || !strings.Contains(faulty, "理由と直し方") {
		t.Errorf("%d faulty lines: %s", lines, faulty)
	}
	manager.press("取り込む")
	manager.mustSee("読めない行を除いて取り込む")
	if now := count(assets); now != before {
		t.Fatalf("%d assets are registered while lines can't be read", now-before)
	}

	manager.press("直したファイルを選ぶ")
	manager.handInRegister("情報資産台帳（直した）.xlsx", oldRegister(t, false))
	manager.mustCount("194件 6件 0件 0件 0行")
	manager.mustSee("機密性3の内訳を選んでください（6行）")
	manager.choose("level", "3C")
	manager.press("取り込む")
	manager.mustSee("まだ取り込んでいません")
	manager.mustCount("200件 0件 0件 0件 0行")
	manager.look("assets-import-preview")
	manager.press("取り込む")
	manager.mustSee("台帳を取り込みました")
	manager.mustSee("登録 200件、下書き 0件、変更 0件")
	manager.look("assets-import-done")
	if now := count(assets); now != before+oldRows {
		t.Errorf("%d assets are registered, want %d", now-before, oldRows)
	}

	manager.press("情報資産台帳を見る")
	book := manager.download("この一覧をExcelで")
	changed := rewrite(t, book, [3]string{"Z010", "情報資産名", "見本の資料（名前を改めた）"}, [3]string{"Z020", "保存先", "文書管理システム"}, [3]string{"Z030", "完全性", "自治体完全性2"})
	events := count(changes)
	manager.handInRegister("税務町民課の台帳.xlsx", changed)
	manager.mustSee("変更")
	if got := evaluate[int](manager, `document.querySelectorAll('#changed li').length`); got != 3 {
		t.Errorf("%d changes are shown: %s", got, manager.text())
	}
	manager.mustSee("見本の資料その一〇 → 見本の資料（名前を改めた）")
	manager.mustSee("共有フォルダ → 文書管理システム")
	manager.mustSee("自治体完全性1 → 自治体完全性2")
	manager.look("assets-import-three")
	manager.put("why", "帳票の間違いが支払に響くため。")
	manager.press("取り込む")
	manager.mustSee("登録 0件、下書き 0件、変更 3件")
	if now := count(changes); now != events+3 {
		t.Errorf("the history has %d more lines, want 3", now-events)
	}
	manager.goTo("/assets?q=Z020")
	manager.press("見本の資料その二〇")
	manager.mustSee("共有フォルダ → 文書管理システム")
	manager.mustSee("台帳の取り込み")

	manager.handInRegister("税務町民課の台帳.xlsx", changed)
	manager.mustSee("台帳は、このファイルのとおりになっています。取り込むものはありません。")
	if now := count(changes); now != events+3 {
		t.Errorf("the same file again makes %d lines of history", now-events-3)
	}
}
