package publish_test

import (
	"os"
	"testing"

	"kagami/internal/policy/policytest"
	"kagami/internal/postgres/pgtest"
)

var server pgtest.Server

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m, &server)) }

func newOffice(t *testing.T) policytest.Office {
	t.Helper()
	return policytest.NewOffice(t, &server)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
