package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"time"

	"kagami/cmd/bench/figure"
	"kagami/cmd/bench/portal"
	"kagami/cmd/bench/process"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/org"
	"kagami/internal/org/personnel"
	"kagami/internal/postgres"
	"kagami/internal/postgres/cluster"
	"kagami/internal/sample"
	"kagami/internal/sheet"
	"kagami/migrations"
	"kagami/web/server"
)

const (
	manyPeople        = cityPeople
	manySections      = citySections
	importLimit       = 30 * time.Second
	importMemoryLimit = 256 << 20
	previewLimit      = 100 * time.Millisecond
	previews          = 31
	clerks            = 2
	besideLimit       = time.Second
	actPause          = 100 * time.Millisecond // between what a clerk does and the next
)

// measurePeople measures the import of a personnel file on a cluster that keeps
// its promises to the disk: the command, which registers everybody, and the page
// that shows what the file of the year after would do; and how long clerks wait while
// that one is taken in.
func measurePeople(ctx context.Context, binary string) (figures []figure.Figure, err error) {
	dir, remove, err := process.Place()
	if err != nil {
		return nil, err
	}
	defer remove()
	c, err := cluster.Start(ctx, cluster.Config{Dir: dir})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, c.Stop()) }()
	if err := postgres.Migrate(ctx, c.URL(), migrations.All()); err != nil {
		return nil, err
	}
	pool, err := postgres.Open(ctx, c.URL())
	if err != nil {
		return nil, err
	}
	defer pool.Close()
	ground, err := portal.NewGround(pool)
	if err != nil {
		return nil, err
	}
	_, err = pool.Exec(ctx, `
		INSERT INTO section (code, name, kind, position) SELECT 's' || i, '見本課' || i, 'internal', i FROM generate_series(0, $1 - 1) AS i`, manySections)
	if err != nil {
		return nil, err
	}
	administrator, err := anAdministrator(ctx, ground)
	if err != nil {
		return nil, err
	}
	today := calendar.Day(time.Now())
	figures, err = measureCommand(ctx, binary, c.URL(), dir, personnelFile(today, 0))
	if err != nil {
		return nil, err
	}
	next := personnelFile(today.AddDays(1), manyPeople/10)
	preview, err := measurePreview(ctx, &town{&portal.Town{Ground: ground, Pool: pool}}, administrator, next)
	if err != nil {
		return nil, err
	}
	beside, err := measureBeside(ctx, ground, next, today)
	return append(figures, preview, beside), err
}

// measureBeside takes a file in while clerks at the desk register people without a
// pause to speak of, and measures how long the longest of their acts takes.
func measureBeside(ctx context.Context, ground server.Ground, raw []byte, today calendar.Date) (figure.Figure, error) {
	operator := authz.AsOperator()
	post, err := ground.Org.AddPost(ctx, operator, org.Post{Title: "計測"})
	if err != nil {
		return figure.Figure{}, err
	}
	files := personnel.New(ground.Pool, ground.Door)
	file, err := files.Read(ctx, operator, raw)
	if err != nil {
		return figure.Figure{}, err
	}
	var (
		wait    sync.WaitGroup
		over    = make(chan struct{})
		longest [clerks]time.Duration
		acts    [clerks]int
		failed  [clerks]error
	)
	for clerk := range clerks {
		wait.Go(func() {
			for failed[clerk] == nil {
				select {
				case <-over:
					return
				case <-time.After(actPause):
				}
				begun := time.Now()
				person := org.Person{StaffNumber: fmt.Sprintf("C%d-%d", clerk, acts[clerk]), Name: "見本", Furigana: "ミホン"}
				_, failed[clerk] = ground.Org.Register(ctx, operator, person, org.Appointment{Post: post, First: today}, org.Beside)
				longest[clerk] = max(longest[clerk], time.Since(begun))
				acts[clerk]++
			}
		})
	}
	begun := time.Now()
	_, problems, err := files.TakeIn(ctx, operator, "people.xlsx", file, personnel.Choices{})
	took := time.Since(begun)
	close(over)
	wait.Wait()
	if err = errors.Join(append(failed[:], err)...); err != nil || len(problems) > 0 {
		return figure.Figure{}, fmt.Errorf("an import beside clerks: %d problems, %w", len(problems), err)
	}
	worst := slices.Max(longest[:])
	return figure.Figure{
		Name: "import-beside", Ratio: worst.Seconds() / besideLimit.Seconds(), Limit: 1,
		Detail: fmt.Sprintf("the longest of %v acts of %d clerks in %d ms, limit %v, beside %d rows taken in after %.1f s", acts, clerks, worst.Milliseconds(), besideLimit, manyPeople, took.Seconds()),
	}, nil
}

// anAdministrator is a ポータル管理者 who is in no file.
func anAdministrator(ctx context.Context, s server.Ground) (sample.Account, error) {
	operator := authz.AsOperator()
	a := sample.Account{StaffNumber: "ADMIN", Password: "a password for measuring"}
	var err error
	if a.Person, err = s.Org.AddPerson(ctx, operator, org.Person{StaffNumber: a.StaffNumber, Name: "見本 管理", Furigana: "ミホン"}); err != nil {
		return a, err
	}
	grant := org.Grant{Person: a.Person, Role: authz.Administrator, First: calendar.Day(time.Now()), Reason: "計測"}
	return a, errors.Join(s.Org.GiveRole(ctx, operator, grant), s.Accounts.SetPassword(ctx, operator, a.Person, a.Password))
}

// personnelFile is a workbook of many people who hold their posts from a day on;
// so many of them in another section than at first.
func personnelFile(from calendar.Date, moved int) []byte {
	table := sheet.Table{Columns: personnel.Columns()}
	for i := range manyPeople {
		section, title := i%manySections, "職員"
		if i < manySections {
			title = "課長"
		} else if i >= manyPeople-moved {
			section = (section + 1) % manySections
		}
		number := fmt.Sprintf("%05d", i)
		table.Rows = append(table.Rows, sheet.Texts(
			number, "見本 "+number, "ミホン タロウ", "m"+number+"@town.example", "正規職員",
			fmt.Sprintf("s%d", section), fmt.Sprintf("見本課%d", section), title, calendar.Wareki(from), "", "",
		))
	}
	file, err := table.File("x", sheet.XLSX)
	if err != nil {
		panic(err) // texts can be written
	}
	return file.Body
}

// measureCommand runs `kagami people import` and looks at the most memory it
// had.
func measureCommand(ctx context.Context, binary, databaseURL, dir string, file []byte) ([]figure.Figure, error) {
	name := filepath.Join(filepath.Dir(dir), "people.xlsx")
	if err := os.WriteFile(name, file, 0o600); err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, binary, "people", "import", name, "--database-url", databaseURL)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	begun := time.Now()
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("kagami people import: %w: %.500s", err, out.String())
	}
	took := time.Since(begun)
	usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return nil, errors.New("this system does not tell how much memory a process had")
	}
	peak := usage.Maxrss << 10
	return []figure.Figure{
		{Name: "people-import", Ratio: took.Seconds() / importLimit.Seconds(), Limit: 1, Detail: fmt.Sprintf("%d rows of an .xlsx of %.1f MB taken in after %.1f s, limit %v", manyPeople, float64(len(file))/(1<<20), took.Seconds(), importLimit)},
		{Name: "people-import-memory", Ratio: float64(peak) / importMemoryLimit, Limit: 1, Detail: fmt.Sprintf("%.0f MB resident at most, without PostgreSQL, limit %d MB", float64(peak)/(1<<20), importMemoryLimit>>20)},
	}, nil
}

// measurePreview hands a file in at the portal, and measures the page that shows
// what it would do.
func measurePreview(ctx context.Context, t *town, who sample.Account, file []byte) (figure.Figure, error) {
	page, stop, err := t.Serve()
	if err != nil {
		return figure.Figure{}, err
	}
	defer stop()
	cookie, err := portal.SignIn(ctx, page, who)
	if err != nil {
		return figure.Figure{}, err
	}
	begun := time.Now()
	path, err := handIn(ctx, page, cookie, file)
	if err != nil {
		return figure.Figure{}, err
	}
	uploaded := time.Since(begun)
	var took []float64
	for range previews {
		begun := time.Now()
		if _, err := portal.Get(ctx, page.URL+path, cookie); err != nil {
			return figure.Figure{}, err
		}
		took = append(took, time.Since(begun).Seconds())
	}
	seconds := figure.Median(took)
	return figure.Figure{
		Name: "import-preview", Ratio: seconds / previewLimit.Seconds(), Limit: 1,
		Detail: fmt.Sprintf("the preview of %d rows, with %d people and %d sections, in %.1f ms, limit %v; handing the file in took %.1f s", manyPeople, manyPeople, manySections, seconds*1000, previewLimit, uploaded.Seconds()),
	}, nil
}

// handIn uploads a file and returns where its preview is.
func handIn(ctx context.Context, page *httptest.Server, cookie *http.Cookie, file []byte) (string, error) {
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	part, err := form.CreateFormFile("file", "people.xlsx")
	if err == nil {
		_, err = part.Write(file)
	}
	if err := errors.Join(err, form.Close()); err != nil {
		return "", err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, page.URL+"/personnel", &b)
	if err != nil {
		return "", err
	}
	request.Header.Set("Content-Type", form.FormDataContentType())
	request.AddCookie(cookie)
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close() //nolint:errcheck // it was read only
	if response.StatusCode != http.StatusSeeOther {
		return "", fmt.Errorf("handing a file in answers %s", response.Status)
	}
	return response.Header.Get("Location"), nil
}
