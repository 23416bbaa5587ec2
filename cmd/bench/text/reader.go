package text

import (
	"context"
	"fmt"
	"strings"
	"time"

	"kagami/cmd/bench/figure"
	"kagami/internal/policy/outline"
	"kagami/internal/sample"
)

// readerLimit is how long 5 MB of policy text may take.
const readerLimit = time.Second

// Reader measures reading 5 MB: the town's policy again and again.
func Reader(context.Context, string) ([]figure.Figure, error) {
	const size = 5 << 20
	text := strings.Repeat(string(sample.Policy), size/len(sample.Policy)+1)[:size]
	text = strings.ToValidUTF8(text, "")
	var took []float64
	for range 3 {
		begun := time.Now()
		outline.Read(text, nil)
		took = append(took, time.Since(begun).Seconds())
	}
	seconds := figure.Median(took)
	return []figure.Figure{{
		Name: "reader", Ratio: seconds / readerLimit.Seconds(), Limit: 1,
		Detail: fmt.Sprintf("5 MB of policy text read in %.3f s, limit %v", seconds, readerLimit),
	}}, nil
}
