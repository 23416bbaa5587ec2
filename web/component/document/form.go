package document

import "kagami/internal/policy/outline"

// MaxForm is the most that a form with a policy text may bring, in bytes: a file
// and a pasted text, and what a form puts around them. All of it is held in
// memory: a text that is not public has no business in a temporary file.
const MaxForm = 2*outline.MaxSize + 1<<20
