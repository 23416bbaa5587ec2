package portal

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"kagami/cmd/bench/figure"
)

// Reader is somebody who looks at pages, by their place among the accounts of the sample town.
type Reader struct {
	Name string
	Who  int
}

// Slow is how long pages take: the slowest of them, and all in words.
type Slow struct {
	Took  time.Duration
	Which string
	All   string
}

// rounds are how often a page is asked for.
const rounds = 11

// Slowest asks for pages as each reader, each time after a change as SQL of the schema's owner:
// nothing is shown as it was drawn before. How long a page takes is the median.
func (t *Town) Slowest(ctx context.Context, page *httptest.Server, readers []Reader, paths []string, change string) (slow Slow, err error) {
	owner, err := pgx.Connect(ctx, t.URL)
	if err != nil {
		return slow, err
	}
	defer func() { err = errors.Join(err, owner.Close(ctx)) }()
	var all []string
	for _, reader := range readers {
		cookie, err := SignIn(ctx, page, t.Logins[reader.Who])
		if err != nil {
			return slow, err
		}
		for _, path := range paths {
			var seconds []float64
			for range rounds {
				if _, err := owner.Exec(ctx, change); err != nil {
					return slow, err
				}
				begun := time.Now()
				if _, err := Get(ctx, page.URL+path, cookie); err != nil {
					return slow, fmt.Errorf("%s: %w", path, err)
				}
				seconds = append(seconds, time.Since(begun).Seconds())
			}
			took := time.Duration(figure.Median(seconds) * float64(time.Second))
			all = append(all, fmt.Sprintf("%s of %s %.1f ms", path, reader.Name, took.Seconds()*1000))
			if took > slow.Took {
				slow.Took, slow.Which = took, path+" of "+reader.Name
			}
		}
	}
	slow.All = strings.Join(all, ", ")
	return slow, nil
}
