package connector

import (
	"context"

	"kagami/internal/trail"
)

// CompareForTest compares what a connector leads to.
func (s *Service) CompareForTest(ctx context.Context, connector int64) error {
	return s.compare(ctx, connector)
}

// SubjectForTest is what a change of a test is about.
var SubjectForTest = trail.Subject{Kind: "connector", ID: 1}
