//go:build browser

package browsertest

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"kagami/cmd/kagami/parts"
	"kagami/internal/calendar"
	"kagami/internal/policy/policytest"
	"kagami/internal/sample"
	"kagami/web/server/servertest"
)

//go:embed testdata/axe.min.js
var axe string

var (
	town    = servertest.Town{Parts: parts.List}
	browser context.Context // one for all stories, which are told side by side
)

// texts are the documents of a portal.
func texts(p *servertest.Portal) policytest.Rooms { return policytest.NewRooms(p.Pool, p.Door, p.Now) }

func revise(t *testing.T, p *servertest.Portal, code string, words ...string) {
	t.Helper()
	policytest.Revise(t, texts(p), p.Org, p.Pool, calendar.Day(p.Now()), code, words...)
}

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	program, err := chromium()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	allocator, stop := chromedp.NewExecAllocator(context.Background(), append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(program), chromedp.NoSandbox,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("font-render-hinting", "none"))...)
	defer stop()
	var closeBrowser context.CancelFunc
	browser, closeBrowser = chromedp.NewContext(allocator)
	defer closeBrowser()
	if err := chromedp.Do(browser); err != nil {
		fmt.Fprintln(os.Stderr, "starting Chromium:", err)
		return 1
	}
	return town.Run(m)
}

// chromium is the browser's program: best the one without windows, which draws
// the same pages and has no frame to draw around each.
func chromium() (string, error) {
	for _, name := range []string{"chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("no Chromium: run scripts/install chromium")
}

// person is someone at a browser.
type person struct {
	t       *testing.T
	ctx     context.Context
	portal  *servertest.Portal
	pressed int // how often something was pressed, to mark what is next
}

// sitDown opens a browser of their own for a person, and signs them in.
func sitDown(t *testing.T, portal *servertest.Portal, account sample.Account) *person {
	t.Helper()
	p := openBrowser(t, portal)
	p.goTo("/login")
	p.do(
		chromedp.SendKeys(chromedp.CSS("#login"), account.StaffNumber),
		chromedp.SendKeys(chromedp.CSS("#password"), account.Password),
	)
	p.press("サインインする")
	p.mustSee("さんのホーム")
	return p
}

// openBrowser opens a window with a profile of its own: it shares no cookie and
// nothing kept with another person's, and believes that it has the focus.
func openBrowser(t *testing.T, portal *servertest.Portal) *person {
	t.Helper()
	ctx, closeWindow := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	t.Cleanup(closeWindow)
	p := &person{t: t, ctx: ctx, portal: portal}
	p.do(chromedp.EmulateViewport(wide, height))
	if _, err := chromedp.Call(ctx, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *person) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, steps...); err != nil {
		p.t.Fatalf("%v, on a page that reads: %.600s", err, p.text())
	}
}

func (p *person) goTo(path string) {
	p.t.Helper()
	p.do(chromedp.Navigate(p.portal.URL + path))
}

// patience is how long a page may take to come after something was pressed; it
// never comes where the browser itself holds a form back.
const patience = time.Minute

// press presses the button, or follows the link, that reads so, and waits for
// the page it leads to.
func (p *person) press(words string) {
	p.t.Helper()
	id := fmt.Sprintf("press-%d", p.pressed)
	p.pressed++
	found := evaluate[bool](p, fmt.Sprintf(`(() => {
		const e = [...document.querySelectorAll('a, button, summary')].find(e => e.innerText.trim().startsWith(%q));
		if (!e) return false;
		e.setAttribute('data-press', %q);
		return true;
	})()`, words, id))
	if !found {
		p.t.Fatalf("nothing to press reads %q on: %.600s", words, p.text())
	}
	click := chromedp.Click(chromedp.CSS(`[data-press="` + id + `"]`))
	loaded := chromedp.WaitEvent(page.LoadEventFired, func(page.EventLoadEventFired) bool { return true }, click)
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if _, err := chromedp.Run(ctx, loaded); err != nil {
		p.t.Fatalf("pressing %q: %v, on a page that reads: %.600s", words, err, p.text())
	}
}

func evaluate[T any](p *person, script string, opts ...chromedp.EvaluateOption) T {
	p.t.Helper()
	v, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](script, opts...))
	if err != nil {
		p.t.Fatal(err)
	}
	return v
}

func (p *person) text() string {
	text, err := chromedp.Run(p.ctx, chromedp.Evaluate[string](`document.body.innerText`))
	if err != nil {
		return err.Error()
	}
	return text
}

func (p *person) mustSee(words string) {
	p.t.Helper()
	if text := p.text(); !strings.Contains(text, words) {
		p.t.Fatalf("want %q on a page that reads: %.1500s", words, text)
	}
}

func (p *person) mustNotSee(words string) {
	p.t.Helper()
	if text := p.text(); strings.Contains(text, words) {
		p.t.Fatalf("%q must not be on a page that reads: %.1500s", words, text)
	}
}

// The sizes of the screens that pages are looked at on, in px.
const (
	narrow = 375
	wide   = 1280
	height = 800
)

// look keeps screenshots of the page at both widths, and lets axe-core find
// nothing on it at either; nor may anything be wider than the screen.
func (p *person) look(name string) {
	p.t.Helper()
	evaluate[bool](p, axe+"; true")
	for _, width := range []int64{narrow, wide} {
		p.do(chromedp.EmulateViewport(width, height))
		// PNG that is quick to make, for its makers look at it once
		picture, err := chromedp.Call(p.ctx, page.CaptureScreenshot, page.CaptureScreenshotParams{CaptureBeyondViewport: new(true), OptimizeForSpeed: new(true)})
		if err != nil {
			p.t.Fatal(err)
		}
		p.keep(fmt.Sprintf("%s-%d.png", name, width), picture.Data)
		if over := evaluate[int](p, `document.documentElement.scrollWidth - window.innerWidth`); over > 0 {
			p.t.Errorf("%s is %d px wider than a screen of %d px", name, over, width)
		}
		p.axe(fmt.Sprintf("%s at %d px", name, width))
	}
}

// axe lets axe-core, which the page has loaded, find nothing. It reports
// violations alone: collecting what is in order takes it as long again.
func (p *person) axe(name string) {
	p.t.Helper()
	report := evaluate[string](p, `axe.run({resultTypes: ['violations']}).then(r => JSON.stringify(r.violations.map(v => ({rule: v.id, help: v.help, nodes: v.nodes.map(n => n.html + ' ' + n.failureSummary)}))))`, chromedp.EvalAwaitPromise)
	var violations []struct {
		Rule, Help string
		Nodes      []string
	}
	if err := json.Unmarshal([]byte(report), &violations); err != nil {
		p.t.Fatal(err)
	}
	for _, v := range violations {
		p.t.Errorf("axe on %s: %s (%s):\n%s", name, v.Rule, v.Help, strings.Join(v.Nodes, "\n"))
	}
}

// screens is where what was on the screens is kept.
const screens = "../../../test-output/screens"

// takenBy is which story has kept a file, by its name: two that keep the same
// would each lose what the other shows.
var takenBy sync.Map

func (p *person) keep(name string, content []byte) {
	p.t.Helper()
	if other, taken := takenBy.LoadOrStore(name, p.t.Name()); taken && other != p.t.Name() {
		p.t.Errorf("%s is kept by %s too", name, other)
	}
	if err := os.MkdirAll(screens, 0o755); err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(screens, name), content, 0o644); err != nil {
		p.t.Fatal(err)
	}
}
