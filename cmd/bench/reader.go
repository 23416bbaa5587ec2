package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"kagami/internal/policy/outline"
	"kagami/internal/sample"
)

// readerLimit is how long 5 MB of policy text may take.
const readerLimit = time.Second

// measureReader reads 5 MB: the town's policy again and again.
func measureReader(context.Context, string) ([]figure, error) {
	const size = 5 << 20
	text := strings.Repeat(string(sample.Policy), size/len(sample.Policy)+1)[:size]
	text = strings.ToValidUTF8(text, "")
	var took []float64
	for range 3 {
		begun := time.Now()
		outline.Read(text, nil)
		took = append(took, time.Since(begun).Seconds())
	}
	seconds := median(took)
	return []figure{{
		name: "reader", ratio: seconds / readerLimit.Seconds(), limit: 1,
		detail: fmt.Sprintf("5 MB of policy text read in %.3f s, limit %v", seconds, readerLimit),
	}}, nil
}
