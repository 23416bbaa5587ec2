package acknowledge_test

import (
	"fmt"
	"testing"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/policy"
	"kagami/internal/policy/acknowledge"
	"kagami/internal/policy/policytest"
	"kagami/internal/task"
)

// summaries are those that somebody is given: document, number, acknowledged/asked.
func summaries(o policytest.Office, viewer authz.Actor) string {
	o.T.Helper()
	var (
		batch task.Batch
		list  []string
	)
	o.Acknowledge.QueueSummaries(&batch, viewer, func(s acknowledge.Summary) {
		list = append(list, fmt.Sprintf("%s %d: %d/%d", s.Code, s.Number, s.Acknowledged, s.Asked))
	})
	must(o.T, batch.Run(o.T.Context(), o.DB.Pool))
	return fmt.Sprint(list)
}

// A 課長 is told of their own section, and only what counts for the revision counts.
func TestTheSummaryIsOfWhatOneSeesAndOfWhatCounts(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	must(t, o.Acknowledge.Acknowledge(t.Context(), o.Staff, o.Published(policy.Basic, "kihon")))
	given := func(want map[*authz.Actor]string) {
		t.Helper()
		for viewer, sum := range want {
			for how, actor := range map[string]authz.Actor{"loaded": *viewer, "cached": o.InState(*viewer)} {
				if got := summaries(o, actor); got != sum {
					t.Errorf("%s (%s) is given %s, want %s", viewer.Name, how, got, sum)
				}
			}
		}
	}
	given(map[*authz.Actor]string{&o.CISO: "[kihon 1: 1/5]", &o.Manager: "[kihon 1: 1/3]", &o.Other: "[kihon 1: 0/1]", &o.Staff: "[]"})
	o.PublishNext("kihon", policytest.Text+"第3条　改める。\n", calendar.Day(policytest.Now))
	given(map[*authz.Actor]string{&o.CISO: "[kihon 2: 0/5]", &o.Manager: "[kihon 2: 0/3]"})
}
