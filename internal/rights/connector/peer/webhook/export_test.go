package webhook

import "time"

// Hurry has the hook wait for less.
func (h *Hook) Hurry(deadline time.Duration) { h.deadline = deadline }

// Sign signs as Send does.
func (h *Hook) Sign(id, at string, body []byte) string { return h.sign(id, at, body) }
