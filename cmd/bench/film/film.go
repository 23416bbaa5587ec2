// Package film is a large video of the bench, and those who watch it.
package film

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// What is watched.
const (
	Size  = 500 << 20 // bytes
	Views = 100       // at once
	Time  = 20 * time.Second
)

const viewedLeast = 1 << 20 // bytes, of each

// Read is the video.
func Read() io.Reader {
	return io.MultiReader(strings.NewReader("\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2avc1mp41"), io.LimitReader(noise{}, Size-32))
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

// Watch has many watch a video for a while, and returns how many bytes they got.
func Watch(ctx context.Context, at string, cookie *http.Cookie) (int64, error) {
	ctx, cancel := context.WithTimeout(ctx, Time)
	defer cancel()
	client := &http.Client{Transport: &http.Transport{MaxConnsPerHost: Views, DisableCompression: true}}
	var (
		all  atomic.Int64
		wait sync.WaitGroup
		errs [Views]error
	)
	for i := range Views {
		wait.Go(func() {
			var got int64
			for ctx.Err() == nil && errs[i] == nil {
				n, err := view(ctx, client, at, cookie, int64(i)*Size/Views)
				got += n
				if ctx.Err() == nil {
					errs[i] = err
				}
			}
			all.Add(got)
			if errs[i] == nil && got < viewedLeast {
				errs[i] = fmt.Errorf("somebody got %d bytes of the video in %v", got, Time)
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
