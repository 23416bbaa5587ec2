package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// load sends the same request over a few connections for a while and returns
// the rate of answers. It reads answers as cheaply as it can, so that it is the
// server that is measured.
type load struct {
	address string
	request []byte
}

const (
	connections = 4
	roundTime   = 500 * time.Millisecond
)

func (l load) rate() (float64, error) {
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

func (l load) oneConnection(until time.Time) (answers int, err error) {
	conn, err := net.Dial("tcp", l.address) //nolint:noctx // it ends at until
	if err != nil {
		return 0, err
	}
	defer conn.Close() //nolint:errcheck // it was read to its end
	in := bufio.NewReaderSize(conn, 64<<10)
	for time.Now().Before(until) {
		if _, err := conn.Write(l.request); err != nil {
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

// inTurn measures two sides in turn, and returns the median of the ratios of
// each pair, and the median rate of each side.
func inTurn(a, b func() (float64, error)) (ratio, rateA, rateB float64, err error) {
	var ratios, as, bs []float64
	for range rounds {
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
	return median(ratios[1:]), median(as[1:]), median(bs[1:]), nil
}
