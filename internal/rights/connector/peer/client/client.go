// Package client speaks HTTP to the one service that a town has configured: over TLS or
// within this machine, following no redirect and no proxy, with answers that are bounded.
package client

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"kagami/internal/fault"
	"kagami/internal/rights/connector/peer"
)

// Client speaks to one service.
type Client struct {
	base *url.URL
	http *http.Client
}

// Check says what is wrong with the URL of a service, which the field url holds, or with
// its authority.
func Check(address, authority string) error {
	u, ok := peer.Host(address, "https", "http")
	switch {
	case !ok:
		return peer.Wrong("url", "接続先の URL は、https://ホスト/… の形で入力してください。")
	case u.Scheme == "http" && !peer.Loopback(u.Hostname()):
		return peer.Wrong("url", "暗号化されずに流れます。https:// で始まる URL を入力してください。")
	}
	_, err := peer.TLS("", authority)
	return err
}

// New makes the client of a service.
func New(address, authority string) (*Client, error) {
	if err := Check(address, authority); err != nil {
		return nil, err
	}
	base, _ := peer.Host(address, "https", "http")
	secured, err := peer.TLS(base.Hostname(), authority)
	if err != nil {
		return nil, err
	}
	return &Client{base: base, http: &http.Client{
		Transport: &http.Transport{
			TLSClientConfig:        secured,
			MaxResponseHeaderBytes: 64 << 10,
			MaxConnsPerHost:        4,
			IdleConnTimeout:        30 * time.Second,
			DisableCompression:     true, // an answer is not larger than what comes
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// Request is what is asked of the service.
type Request struct {
	Method string
	Path   []string // below the service's URL, a part each
	Query  url.Values
	Header http.Header
	Body   []byte
}

// Answer is what the service answers, when it has not sent the portal elsewhere.
type Answer struct {
	Status int
	Body   []byte
}

// Do asks the service. It fails when there is no answer, a redirect, or one that is too
// large; what any other answer means is the caller's to say.
func (c *Client) Do(ctx context.Context, r Request) (Answer, error) {
	address := c.base
	if len(r.Path) > 0 {
		parts := make([]string, len(r.Path))
		for i, part := range r.Path {
			if part == "" || part == "." || part == ".." {
				return Answer{}, fault.Wrap(errors.New("an ID that is no part of a path"), fault.NotFound, "このアカウントは、接続先にありません。")
			}
			parts[i] = url.PathEscape(part)
		}
		address = c.base.JoinPath(parts...)
	}
	if len(r.Query) > 0 {
		with := *address
		with.RawQuery = r.Query.Encode()
		address = &with
	}
	request, err := http.NewRequestWithContext(ctx, r.Method, address.String(), bytes.NewReader(r.Body))
	if err != nil {
		return Answer{}, fmt.Errorf("building a request: %w", cause(err))
	}
	if r.Header != nil {
		request.Header = r.Header.Clone()
	}
	request.Header.Set("User-Agent", "kagami")
	response, err := c.http.Do(request)
	if err != nil {
		return Answer{}, peer.Broken(ctx, cause(err))
	}
	defer response.Body.Close() //nolint:errcheck // only read
	if response.StatusCode >= 300 && response.StatusCode < 400 {
		return Answer{}, peer.Elsewhere(fmt.Errorf("the service answers %d", response.StatusCode))
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, peer.MostBytes+1))
	switch {
	case err != nil:
		return Answer{}, peer.Broken(ctx, cause(err))
	case len(body) > peer.MostBytes:
		return Answer{}, peer.Endless(errors.New("the answer is too large"))
	}
	return Answer{Status: response.StatusCode, Body: body}, nil
}

// cause is what the log may hold of a failure: the address could tell of a person.
func cause(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	return err
}

// Failed is what an answer means that is no success; nil if it is one. What is not there
// is the caller's to name.
func (a Answer) Failed() error {
	err := fmt.Errorf("the service answers %d", a.Status)
	switch {
	case a.Status >= 200 && a.Status < 300:
		return nil
	case a.Status == http.StatusUnauthorized:
		return peer.Unknown(err)
	case a.Status == http.StatusForbidden:
		return peer.Denied(err)
	case a.Status == http.StatusNotFound, a.Status == http.StatusGone:
		return peer.Gone(err)
	case a.Status == http.StatusConflict, a.Status == http.StatusPreconditionFailed:
		return peer.Overtaken(err)
	case a.Status == http.StatusTooManyRequests, a.Status == http.StatusRequestTimeout, a.Status >= 500:
		return peer.Busy(err)
	}
	return peer.Nonsense(err)
}
