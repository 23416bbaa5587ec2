// Package load asks a server as fast as it answers, and holds two of them beside each other.
package load

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"kagami/cmd/bench/figure"
)

// Load sends the same request over a few connections for a while and returns
// the rate of answers. It reads answers as cheaply as it can, so that it is the
// server that is measured.
type Load struct {
	Address string // host:port
	Request []byte // as it goes over the line
}

const (
	// Rounds is how often each side is measured; the first is not counted.
	Rounds      = 16
	connections = 4
	roundTime   = 500 * time.Millisecond
)

// Rate is how many answers a second there are.
func (l Load) Rate() (float64, error) {
	var (
		wait    sync.WaitGroup
		answers [connections]int
		errs    [connections]error
	)
	begun := time.Now()
	for i := range connections {
		wait.Go(func() { answers[i], errs[i] = l.oneConnection(begun.Add(roundTime)) })
	}
	wait.Wait()
	total := 0
	for i := range connections {
		if errs[i] != nil {
			return 0, errs[i]
		}
		total += answers[i]
	}
	return float64(total) / time.Since(begun).Seconds(), nil
}

func (l Load) oneConnection(until time.Time) (answers int, err error) {
	conn, err := net.Dial("tcp", l.Address) //nolint:noctx // it ends at until
	if err != nil {
		return 0, err
	}
	defer conn.Close() //nolint:errcheck // it was read to its end
	in := bufio.NewReaderSize(conn, 64<<10)
	for time.Now().Before(until) {
		if _, err := conn.Write(l.Request); err != nil {
			return answers, err
		}
		response, err := http.ReadResponse(in, nil)
		if err != nil {
			return answers, err
		}
		_, err = io.Copy(io.Discard, response.Body)
		if err := errors.Join(err, response.Body.Close()); err != nil {
			return answers, err
		}
		if response.StatusCode != http.StatusOK {
			return answers, fmt.Errorf("an answer of %s", response.Status)
		}
		answers++
	}
	return answers, nil
}

// InTurn measures two sides in turn, and returns the median of the ratios of
// each pair, and the median rate of each side.
func InTurn(a, b func() (float64, error)) (ratio, rateA, rateB float64, err error) {
	var ratios, as, bs []float64
	for range Rounds {
		ra, err := a()
		if err != nil {
			return 0, 0, 0, err
		}
		rb, err := b()
		if err != nil {
			return 0, 0, 0, err
		}
		ratios, as, bs = append(ratios, ra/rb), append(as, ra), append(bs, rb)
	}
	// the first pair warms both sides up
	return figure.Median(ratios[1:]), figure.Median(as[1:]), figure.Median(bs[1:]), nil
}

// Packed is the load as a browser of the portal's own pages sends it.
func (l Load) Packed() Load {
	head := strings.TrimSuffix(string(l.Request), "\r\n")
	return Load{l.Address, []byte(head + "Accept-Encoding: gzip\r\nSec-Fetch-Site: same-origin\r\n\r\n")}
}
