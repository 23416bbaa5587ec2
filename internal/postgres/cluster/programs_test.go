package cluster

import (
	"strings"
	"testing"
)

func TestWithoutProgramsTheSentenceSaysHowToGetThem(t *testing.T) {
	err := noPrograms()
	if !strings.Contains(err.Error(), "apt-get install postgresql") {
		t.Error(err)
	}
}

func TestVersionsAreRead(t *testing.T) {
	for s, want := range map[string]int{
		"postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)": 15,
		"/usr/lib/postgresql/17/bin":                           17,
		"nothing":                                              0,
	} {
		if got := majorIn(s); got != want {
			t.Errorf("%q is read as %d, want %d", s, got, want)
		}
	}
}
