package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"kagami/cmd/bench/figure"
	"kagami/cmd/bench/process"
	"kagami/internal/address"
	"kagami/internal/attachment"
	"kagami/internal/calendar"
	"kagami/internal/policy"
	"kagami/internal/policy/draft"
	"kagami/internal/policy/publish"
)

const (
	videoSize   = 500 << 20 // bytes
	videoViews  = 100       // at once
	videoTime   = 20 * time.Second
	videoMemory = 64 << 20 // bytes, of all of them together
	viewedLeast = 1 << 20  // bytes, of each
)

// measureVideo measures how much more memory the real binary has at most while many
// watch one large video, each from a place of their own in it.
func measureVideo(ctx context.Context, binary string) ([]figure.Figure, error) {
	return onTown(ctx, func(t *town) (figures []figure.Figure, err error) {
		if err := t.film(ctx); err != nil {
			return nil, err
		}
		dir, err := os.MkdirTemp("", "kagami-bench-")
		if err != nil {
			return nil, err
		}
		defer os.RemoveAll(dir) //nolint:errcheck // a leftover in the temporary directory
		listen, err := process.FreeAddress(ctx)
		if err != nil {
			return nil, err
		}
		cmd := exec.CommandContext(ctx, binary, "serve", "--database-url", t.url, "--listen", listen, "--key-file", filepath.Join(dir, "key"), "--second-factor-roles", "none")
		if err := cmd.Start(); err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, process.Stop(cmd)) }()
		page := &httptest.Server{URL: "http://" + strings.Replace(listen, "127.0.0.1", "localhost", 1)}
		if err := process.AwaitReady(ctx, page.URL+"/readyz"); err != nil {
			return nil, err
		}
		cookie, err := signIn(ctx, page, t.accounts[officer])
		if err != nil {
			return nil, err
		}
		rest, err := process.ResidentBytes(cmd.Process.Pid)
		if err != nil {
			return nil, err
		}
		viewed, err := watch(ctx, page.URL+address.MinutesShown("kihon", 2), cookie)
		if err != nil {
			return nil, err
		}
		peak, err := mostResidentBytes(cmd.Process.Pid)
		return []figure.Figure{{
			Name: "video", Ratio: float64(peak-rest) / videoMemory, Limit: 1,
			Detail: fmt.Sprintf("%.0f MB more at most than the %.0f MB at rest, while %d watched a video of %d MB, %.0f MB/s together; limit %d MB",
				float64(peak-rest)/(1<<20), float64(rest)/(1<<20), videoViews, videoSize>>20, float64(viewed)/(1<<20)/videoTime.Seconds(), videoMemory>>20),
		}}, err
	})
}

// film lets a video be the minutes of the decision on the second revision.
func (t *town) film(ctx context.Context) error {
	today := calendar.Day(time.Now())
	general, err := t.Org.ActorOn(ctx, t.accounts[officer].Person, today)
	if err != nil {
		return err
	}
	video := io.MultiReader(strings.NewReader("\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2avc1mp41"), io.LimitReader(noise{}, videoSize-32))
	file, err := t.Attachments.Upload(ctx, general, "録画.mp4", video, attachment.Video)
	if err != nil {
		return err
	}
	if err := t.Draft.StartDraft(ctx, general, "kihon", 1); err != nil {
		return err
	}
	d, err := t.Draft.Draft(ctx, general, "kihon")
	if err != nil {
		return err
	}
	chair := t.accounts[0].StaffNumber
	return errors.Join(
		t.Draft.Submit(ctx, general, "kihon", draft.Submission{Scale: draft.Major, Why: policy.AfterOther, WhyText: "計測", SHA256: d.SHA256}),
		t.Publish.RecordDecision(ctx, general, "kihon", publish.Decision{On: today, Adopted: true, Chair: chair, Attendees: []string{chair}, File: file.Token, SHA256: d.SHA256}))
}

// noise is bytes without end.
type noise struct{}

func (noise) Read(p []byte) (int, error) {
	for i, n := 0, uint32(1); i < len(p); i++ {
		n = n*1664525 + 1013904223
		p[i] = byte(n >> 24)
	}
	return len(p), nil
}

// watch has many watch a video for a while, and returns how many bytes they got.
func watch(ctx context.Context, at string, cookie *http.Cookie) (int64, error) {
	ctx, cancel := context.WithTimeout(ctx, videoTime)
	defer cancel()
	client := &http.Client{Transport: &http.Transport{MaxConnsPerHost: videoViews, DisableCompression: true}}
	var (
		all  atomic.Int64
		wait sync.WaitGroup
		errs [videoViews]error
	)
	for i := range videoViews {
		wait.Go(func() {
			var got int64
			for ctx.Err() == nil && errs[i] == nil {
				n, err := view(ctx, client, at, cookie, int64(i)*videoSize/videoViews)
				got += n
				if ctx.Err() == nil {
					errs[i] = err
				}
			}
			all.Add(got)
			if errs[i] == nil && got < viewedLeast {
				errs[i] = fmt.Errorf("somebody got %d bytes of the video in %v", got, videoTime)
			}
		})
	}
	wait.Wait()
	return all.Load(), errors.Join(errs[:]...)
}

// view watches a video from a byte of it on.
func view(ctx context.Context, client *http.Client, at string, cookie *http.Cookie, from int64) (int64, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, at, nil)
	if err != nil {
		return 0, err
	}
	request.AddCookie(cookie)
	request.Header.Set("Range", fmt.Sprintf("bytes=%d-", from))
	response, err := client.Do(request)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close() //nolint:errcheck // it was read only
	if response.StatusCode != http.StatusPartialContent {
		return 0, fmt.Errorf("the video answers %s", response.Status)
	}
	return io.Copy(io.Discard, response.Body)
}

// mostResidentBytes is the most memory that a process has had in use.
func mostResidentBytes(pid int) (int64, error) { return process.StatusBytes(pid, "VmHWM:") }
