package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/org"
	"kagami/internal/postgres"
	"kagami/internal/postgres/cluster"
	"kagami/migrations"
)

// The test binary also plays the command itself.
func TestMain(m *testing.M) {
	if args := os.Getenv("PLAY_KAGAMI"); args != "" {
		os.Exit(run(strings.Split(args, "\n")))
	}
	os.Exit(m.Run())
}

// kagami runs the command and returns what it wrote and how it ended.
func kagami(t *testing.T, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), "PLAY_KAGAMI="+strings.Join(args, "\n"))
	var out, errOut strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errOut
	if err := cmd.Run(); cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return out.String(), errOut.String(), cmd.ProcessState.ExitCode()
}

const townsPolicy = "../../internal/sample/kihon-hoshin.txt"

func TestPolicyOutlineNeedsNoDatabase(t *testing.T) {
	t.Parallel()
	out, _, code := kagami(t, "policy", "outline", "--json", townsPolicy)
	var o struct {
		Title   string
		Clauses []struct {
			Kind, Label string
			Children    []struct{ Label string }
		}
		Questions []struct {
			Line int
			Why  string
		}
	}
	if err := json.Unmarshal([]byte(out), &o); err != nil || code != 0 {
		t.Fatalf("%d, %v", code, err)
	}
	if len(o.Clauses) != 1 || len(o.Clauses[0].Children) != 10 || len(o.Questions) != 1 || o.Questions[0].Why == "" {
		t.Errorf("read %+v", o)
	}
	out, _, code = kagami(t, "policy", "outline", townsPolicy)
	if code != 0 || !strings.Contains(out, "（2） 違反時の対応") {
		t.Errorf("%d %.300s", code, out)
	}
}

// A variable that says which version runs, as images set it, is no wish to read
// it: the command does its work.
func TestAVariableWithTheVersionChangesNothing(t *testing.T) {
	t.Setenv("KAGAMI_VERSION", "1.0.0")
	out, _, code := kagami(t, "policy", "outline", townsPolicy)
	if code != 0 || !strings.Contains(out, "（2） 違反時の対応") {
		t.Errorf("%d %.300s", code, out)
	}
	if out, _, _ := kagami(t, "--help"); strings.Contains(out, "KAGAMI_VERSION") || !strings.Contains(out, "--version") {
		t.Errorf("the help says %s", out)
	}
	if out, _, code := kagami(t, "--version"); code != 0 || strings.TrimSpace(out) != version {
		t.Errorf("the version: %d %s", code, out)
	}
}

// 0 done, 1 failed, 2 wrong use; the error is one sentence that says what to do.
func TestExitCodesAndSentences(t *testing.T) {
	t.Parallel()
	pdf := filepath.Join(t.TempDir(), "policy.pdf")
	if err := os.WriteFile(pdf, []byte("%PDF-1.7\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args  []string
		code  int
		words string
	}{
		{[]string{"nonsense"}, 2, "kagami --help"},
		{[]string{"policy", "import", townsPolicy, "--title", "見本"}, 2, "--kind"},
		{[]string{"policy", "outline", "no such file"}, 1, "ファイルを開けません"},
		{[]string{"policy", "outline", pdf}, 1, "PDF が壊れている"},
		{[]string{"policy", "import", townsPolicy, "--kind", "basic", "--title", "見本"}, 1, "--answer 175="},
		{[]string{"migrate", "status", "--database-url", "postgres://nobody@127.0.0.1:1/x?connect_timeout=1"}, 1, "データベースにつながらない"},
		{[]string{"trail", "verify", "--database-url", "postgres://nobody@127.0.0.1:1/x?connect_timeout=1"}, 1, "データベースにつながりません"},
		{[]string{"serve", "--listen", "nonsense"}, 1, "--listen"},
		{[]string{"serve", "--trusted-proxies", "nonsense"}, 2, "--trusted-proxies"},
		{[]string{"people", "import"}, 2, "<file>"},
		{[]string{"people", "import", "no such file"}, 1, "ファイルを開けません"},
		{[]string{"people", "import", pdf}, 1, "PDF は読めません"},
		{[]string{"people", "import", townsPolicy}, 1, "見出しの行が見つかりません"},
		{[]string{"assets", "import"}, 2, "<file>"},
		{[]string{"assets", "import", pdf}, 1, "PDF は読めません"},
	} {
		_, stderr, code := kagami(t, c.args...)
		if code != c.code || !strings.Contains(stderr, c.words) {
			t.Errorf("%v: %d %s", c.args, code, stderr)
		}
	}
}

// Who asks for the keys of a place that has none is told so; neither keys nor a
// database are made there.
func TestWhereThereAreNoKeysNoneAreMadeByAsking(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "data")
	for _, act := range []string{"list", "add", "renew"} {
		_, stderr, code := kagami(t, "key", act, "--data", data)
		if code != 1 || !strings.HasPrefix(stderr, "鍵ファイル "+filepath.Join(data, "kagami.key")+" がありません。") {
			t.Errorf("key %s: %d %s", act, code, stderr)
		}
		if _, err := os.Stat(data); err == nil {
			t.Errorf("key %s has made something", act)
		}
	}
}

// What the sample town has sealed (passwords of connectors, who has made reports) is read by the keys
// of the place where it is made, and sealed anew by new ones.
func TestWhatTheSampleTownHasSealedIsOfItsOwnKeys(t *testing.T) {
	t.Parallel()
	data := place(t)
	for _, c := range []struct {
		args  []string
		words string
	}{
		{[]string{"demo", "--people", "0", "--assets", "0"}, "で動かせます"},
		{[]string{"key", "add"}, "新しい鍵を加えました"},
		{[]string{"key", "renew"}, "秘密を、新しい鍵で封じ直しました"},
		{[]string{"key", "list"}, "使っていない（消してよい）"},
	} {
		stdout, stderr, code := kagami(t, append(c.args, "--data", data)...)
		if code != 0 || !strings.Contains(stdout, c.words) || strings.Contains(stdout, "封じ直せません") || strings.HasPrefix(stdout, "0件") {
			t.Errorf("%v: %d %s%s", c.args, code, stdout, stderr)
		}
	}
}

// place is where a portal has its own database.
func place(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "kagami-command-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) }) //nolint:errcheck // a leftover in the temporary directory
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "data")
}

// The commands on the portal's own database: a text becomes a draft, and the
// trail proves itself.
func TestCommandsOnADatabaseOfItsOwn(t *testing.T) {
	t.Parallel()
	data := place(t)
	for _, c := range []struct {
		args  []string
		code  int
		words string
	}{
		{[]string{"migrate", "status"}, 0, "まだ　0001_organization.sql"},
		{[]string{"trail", "verify"}, 1, ""},
		{[]string{"migrate", "up"}, 0, "スキーマは最新です"},
		{[]string{"migrate", "status"}, 0, "済み　0001_organization.sql"},
		{[]string{"migrate", "status"}, 0, "済み　0013_jobs_and_notices.go"},
		{[]string{"policy", "import", townsPolicy, "--kind", "basic", "--title", "基本方針", "--answer", "175=figure"}, 0, "文書コード：kihon"},
		{[]string{"policy", "import", townsPolicy, "--kind", "basic", "--title", "基本方針", "--answer", "175=figure"}, 1, ""},
		{[]string{"trail", "verify"}, 0, "監査証跡の1行は"},
	} {
		stdout, stderr, code := kagami(t, append(c.args, "--data", data)...)
		if code != c.code || !strings.Contains(stdout, c.words) {
			t.Errorf("%v: %d %s%s", c.args, code, stdout, stderr)
		}
	}
}

func TestRolesThatDemandASecondFactorAreThose(t *testing.T) {
	t.Parallel()
	for _, roles := range []string{"ciso,boss", "none,ciso", "staff"} {
		_, errOut, code := kagami(t, "serve", "--second-factor-roles", roles)
		if code != 2 || !strings.Contains(errOut, "general_security_officer") {
			t.Errorf("%s: %d %s", roles, code, errOut)
		}
	}
	for _, c := range []struct {
		command serveCommand
		trying  bool
		want    int
	}{
		{serveCommand{}, false, 3},
		{serveCommand{Demo: true}, false, 3}, // on a real town's database
		{serveCommand{Demo: true}, true, 0},
		{serveCommand{SecondFactorRoles: []string{"none"}}, false, 0},
		{serveCommand{SecondFactorRoles: []string{"ciso"}, Demo: true}, true, 1},
	} {
		if got := c.command.demanded(c.trying); len(got) != c.want || c.command.Validate() != nil {
			t.Errorf("%+v demands it of %v", c.command, got)
		}
	}
}

// The personnel office's file by the command: the same reader as the pages, all
// or nothing, and a look at it beforehand that changes nothing.
func TestPeopleAreImportedFromTheCommandLine(t *testing.T) {
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
	file := func(name, rows string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte("職員番号,氏名,フリガナ,課室,職,発令日,血液型\n"+rows), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	addSection(t, data)
	good := file("good.csv", "1,見本 太郎,ミホン,総務課,職員,2026-04-01,A\n")
	faulty := file("faulty.csv", "1,見本 太郎,ミホン,見本課,職員,2027-04-01,A\n2,見本 花子,ミホン,見本課,職員,来年,A\n")
	for _, c := range []struct {
		args  []string
		code  int
		words string
	}{
		{[]string{"people", "import", faulty}, 1, "2行目「課室」：「見本課」という課室は登録されていません。"},
		{[]string{"people", "import", faulty, "--dry-run"}, 1, "3行目「発令日」：日付を読めません。"},
		{[]string{"people", "import", faulty}, 1, "直すところが3件あります。"},
		{[]string{"people", "import", good, "--dry-run"}, 0, "加わる発令 1件（新しい職員 1人、新しい職 1件）"},
		{[]string{"people", "import", good, "--dry-run"}, 0, "読まない列：血液型"},
		{[]string{"people", "import", good}, 0, "取り込みました。"},
		{[]string{"people", "import", good, "--whole"}, 1, "発令日が今日以降の行がない"},
		{[]string{"people", "import", good, "--dry-run"}, 0, "加わる発令 0件（新しい職員 0人、新しい職 0件）、変わるもの 0件、終わる発令 0件、そのまま 1件"},
		{[]string{"trail", "verify"}, 0, "書かれたときのままです"},
	} {
		stdout, stderr, code := kagami(t, append(c.args, "--data", data)...)
		if code != c.code || !strings.Contains(stdout+stderr, c.words) {
			t.Errorf("%v: %d %s%s", c.args, code, stdout, stderr)
		}
	}
}

// addSection lays the portal's own database out and adds 総務課 to it.
func addSection(t *testing.T, data string) {
	t.Helper()
	withDatabase(t, data, func(pool *pgxpool.Pool) error {
		section := org.Section{Code: "somu", Name: "総務課", Kind: org.Internal}
		_, err := org.New(pool, door.New(pool, time.Now)).AddSection(t.Context(), authz.AsOperator(), section)
		return err
	})
}

// withDatabase lays the portal's own database out and does something in it.
func withDatabase(t *testing.T, data string, do func(pool *pgxpool.Pool) error) {
	t.Helper()
	c, err := cluster.Start(t.Context(), cluster.Config{Dir: data, Fast: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := c.Stop(); err != nil {
			t.Error(err)
		}
	}()
	if err := postgres.Migrate(t.Context(), c.URL(), migrations.All()); err != nil {
		t.Fatal(err)
	}
	pool, err := postgres.Open(t.Context(), c.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	if err := do(pool); err != nil {
		t.Fatal(err)
	}
}
