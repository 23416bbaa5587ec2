package main

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"kagami/cmd/bench/figure"
	"kagami/cmd/bench/film"
	"kagami/cmd/bench/portal"
	"kagami/cmd/bench/process"
	"kagami/internal/address"
	"kagami/internal/attachment"
	"kagami/internal/calendar"
	"kagami/internal/policy"
	"kagami/internal/policy/draft"
	"kagami/internal/policy/publish"
)

const videoMemory = 64 << 20 // bytes, of all who watch together

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
		cmd := exec.CommandContext(ctx, binary, "serve", "--database-url", t.URL, "--listen", listen, "--key-file", filepath.Join(dir, "key"), "--second-factor-roles", "none")
		if err := cmd.Start(); err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, process.Stop(cmd)) }()
		page := &httptest.Server{URL: "http://" + strings.Replace(listen, "127.0.0.1", "localhost", 1)}
		if err := process.AwaitReady(ctx, page.URL+"/readyz"); err != nil {
			return nil, err
		}
		cookie, err := portal.SignIn(ctx, page, t.Logins[officer])
		if err != nil {
			return nil, err
		}
		rest, err := process.ResidentBytes(cmd.Process.Pid)
		if err != nil {
			return nil, err
		}
		viewed, err := film.Watch(ctx, page.URL+address.MinutesShown("kihon", 2), cookie)
		if err != nil {
			return nil, err
		}
		peak, err := process.MostResidentBytes(cmd.Process.Pid)
		return []figure.Figure{{
			Name: "video", Ratio: float64(peak-rest) / videoMemory, Limit: 1,
			Detail: fmt.Sprintf("%.0f MB more at most than the %.0f MB at rest, while %d watched a video of %d MB, %.0f MB/s together; limit %d MB",
				float64(peak-rest)/(1<<20), float64(rest)/(1<<20), film.Views, film.Size>>20, float64(viewed)/(1<<20)/film.Time.Seconds(), videoMemory>>20),
		}}, err
	})
}

// film lets a video be the minutes of the decision on the second revision.
func (t *town) film(ctx context.Context) error {
	today := calendar.Day(time.Now())
	general, err := t.Org.ActorOn(ctx, t.Logins[officer].Person, today)
	if err != nil {
		return err
	}
	file, err := t.Attachments.Upload(ctx, general, "録画.mp4", film.Read(), attachment.Video)
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
	chair := t.Logins[0].StaffNumber
	return errors.Join(
		t.Draft.Submit(ctx, general, "kihon", draft.Submission{Scale: draft.Major, Why: policy.AfterOther, WhyText: "計測", SHA256: d.SHA256}),
		t.Publish.RecordDecision(ctx, general, "kihon", publish.Decision{On: today, Adopted: true, Chair: chair, Attendees: []string{chair}, File: file.Token, SHA256: d.SHA256}))
}
