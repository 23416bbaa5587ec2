package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// A register by the command: all or nothing, a look at it beforehand that changes
// nothing, and what is wrong where it stands in the file.
func TestAssetsAreImportedFromTheCommandLine(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("", "kagami-command-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) }) //nolint:errcheck // a leftover in the temporary directory
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(dir, "data")
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	addSection(t, data)
	const head = "情報資産台帳\n番号,名称,機密性,完全性,可用性,個人情報,領域,電話\n"
	good := file("good.csv", head+"1,台帳,3B,2,2,無,LGWAN,1\n2,名簿,3,2,2,有,LGWAN,1\n3,図面,3,2,2,無,LGWAN,1\n計,,,,,,,\n")
	faulty := file("faulty.csv", head+"1,台帳,4,2,2,無,LGWAN,1\n4,,2,2,2,無,LGWAN,1\n3,図面,2,2,2,無,LGWAN,1\n")
	levels := file("levels.csv", head+"1,台帳,2,2,2,無,LGWAN,1\n")
	newer := file("newer.csv", "管理番号,情報資産名,機密性,版\nsomu-0001,台帳,2,9\n")
	older := file("older.csv", "管理番号,情報資産名,機密性,版\nsomu-0001,台帳,1,1\n")
	var many strings.Builder
	for i := range 10_001 {
		fmt.Fprintf(&many, "M-%d,台帳%d,2,2,2,無,LGWAN,1\n", i, i)
	}
	long := file("long.csv", head+many.String())
	headless := file("headless.csv", "氏名,職\n見本,課長\n")
	for _, c := range []struct {
		args  []string
		code  int
		words string
	}{
		{[]string{headless}, 1, "見出しの行が見つかりません。"},
		{[]string{good, "--section", "nowhere"}, 1, "「nowhere」という課室は登録されていません。"},
		{[]string{good, "--dry-run"}, 1, "3行目「課室」：どの課室のものか分かりません。"},
		{[]string{faulty, "--section", "somu"}, 1, "4行目「名称」：情報資産名を入力してください。\n直すところが2件あります。"},
		{[]string{good, "--section", "somu", "--dry-run"}, 0, "加わる情報資産 3件、変わるもの 0件、そのまま 0件\n"},
		{[]string{good, "--section", "somu", "--dry-run"}, 0, "4行目「機密性」：機密性の3A、3B、3Cのどれかが決まっていません。下書きにします。あとで選んでください。（ほかに1行）\n読まない列：電話"},
		{[]string{good, "--section", "somu", "--dry-run"}, 0, "新しい情報資産のうち2件は、決まっていないことがあるため、下書きで登録します。"},
		{[]string{good, "--section", "somu", "--dry-run", "--json"}, 0, "{\"added\":3,"}, // nothing has been taken in
		{[]string{good, "--section", "somu"}, 0, "下書きになるもの 2件"},
		{[]string{good, "--section", "総務課"}, 0, "変わるものはありませんでした。"},
		{[]string{levels, "--section", "somu", "--dry-run"}, 0, "登録済みの情報資産1件の段階が変わります。その理由があれば、取り込むとき、--why に書いてください。"},
		{[]string{levels, "--section", "somu", "--why", strings.Repeat("長", 1000)}, 1, "直すところが1件あります。"},
		{[]string{levels, "--section", "somu"}, 0, "変わるもの 1件、"},
		{[]string{newer}, 1, "2行目「版」：第9版は、まだ台帳にありません（いまは第2版です）。"},
		{[]string{older, "--dry-run"}, 1, "2行目「機密性」：ファイルと台帳の両方で変わっています。ファイルは「自治体機密性1」、いまの台帳は「自治体機密性2」（ポータル、令和"},
		{[]string{older}, 1, "どちらにするか、画面で選んで取り込んでください（コマンドでは、--prefer file か --prefer register）。"},
		{[]string{older, "--prefer", "register"}, 0, "変わるものはありませんでした。"},
		{[]string{older, "--prefer", "nobody"}, 2, "--prefer"},
		{[]string{older, "--prefer", "file", "--why", "公表した"}, 0, "取り込みました。"},
		{[]string{good, "--section", "somu", "--why", "もとに戻した"}, 0, "変わるもの 1件、"},
		{[]string{long, "--section", "somu"}, 0, "10000行まで読みました。\n10001件のうち10000件まで書き込んでいます。終わるまで、台帳は変わりません。\n10001件のうち10001件まで"},
	} {
		args := append([]string{"assets", "import", "--data", data}, c.args...)
		stdout, stderr, code := kagami(t, args...)
		if code != c.code || !strings.Contains(stdout+stderr, c.words) {
			t.Errorf("%v: %d %s%s", c.args, code, stdout, stderr)
		}
	}
	for path, want := range map[string]map[string]any{
		good: {"added": 0.0, "changed": 0.0, "unchanged": 3.0, "faults": []any{}, "ignored": []any{"電話"}},
		faulty: {"added": 0.0, "changed": 1.0, "unchanged": 0.0, "ignored": []any{"電話"}, "faults": []any{
			map[string]any{"line": 3.0, "column": "機密性", "why": "「4」は機密性として読めません。3A、3B、3C、2、1のどれかにしてください。"},
			map[string]any{"line": 4.0, "column": "名称", "why": "情報資産名を入力してください。"},
		}},
	} {
		stdout, stderr, code := kagami(t, "assets", "import", path, "--data", data, "--section", "somu", "--json")
		var got map[string]any
		if err := json.Unmarshal([]byte(stdout), &got); err != nil || !reflect.DeepEqual(got, want) || (code != 0) != (path == faulty) {
			t.Errorf("%s: %d %s %s %v", path, code, stdout, stderr, err)
		}
	}
}
