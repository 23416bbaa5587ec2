// Package fault gives every failure that a person can meet one of a few kinds
// and a sentence in Japanese that says what to do.
//
// A domain returns fault values; the portal turns a kind into a status and a
// page in one place; the log gets the wrapped cause, which never holds
// personal data.
package fault

import (
	"errors"
	"fmt"
	"time"
)

// Kind is what sort of failure it is; it decides the status and the page.
type Kind int

const (
	// Internal is a failure nobody foresaw; it is what any other error counts as.
	Internal Kind = iota
	// Invalid is input that breaks a rule; its Problems name the fields.
	Invalid
	// NotFound is a thing that is not there, or that this person may not see.
	NotFound
	// Forbidden is an act that this person's roles do not allow.
	Forbidden
	// Conflict is an act that no longer fits the state of the thing.
	Conflict
	// Unauthenticated is an act that needs a signed-in person.
	Unauthenticated
	// TooLarge is input beyond the size that is read.
	TooLarge
	// Unsupported is input of a kind that is not read (a binary upload, say).
	Unsupported
	// WrongMethod is an address that exists, asked in a way it does not answer.
	WrongMethod
	// TooMany is an act tried too often, for now; its RetryAfter says for how long.
	TooMany
	// Unavailable is a part that does not answer now, such as the database.
	Unavailable
)

var kindNames = [...]string{
	"internal", "invalid", "not found", "forbidden", "conflict", "unauthenticated",
	"too large", "unsupported", "wrong method", "too many", "unavailable",
}

func (k Kind) String() string { return kindNames[k] }

// Problem is one thing wrong with the input.
type Problem struct {
	Field   string // the form field's name; empty for the input as a whole
	Message string // what to do, in Japanese
}

// Error is a failure of a known kind.
type Error struct {
	Kind     Kind
	Message  string    // for the person, in Japanese: what happened and what to do
	Problems []Problem // only with Invalid
	// RetryAfter is how long to wait; only with TooMany.
	RetryAfter time.Duration
	Err        error // for the log; may be nil
}

func (e *Error) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("%s: %s", e.Kind, e.Message)
	}
	return fmt.Sprintf("%s: %s: %v", e.Kind, e.Message, e.Err)
}

func (e *Error) Unwrap() error { return e.Err }

// New makes a failure of a kind with the sentence that the person will read.
func New(kind Kind, message string) *Error { return &Error{Kind: kind, Message: message} }

// Wrap gives err a kind and the sentence that the person will read.
func Wrap(err error, kind Kind, message string) *Error {
	return &Error{Kind: kind, Message: message, Err: err}
}

// InvalidFields makes an Invalid failure from the problems found, or returns
// nil where there are none.
func InvalidFields(problems []Problem) error {
	if len(problems) == 0 {
		return nil
	}
	return &Error{Kind: Invalid, Message: "入力に直すところがあります。", Problems: problems}
}

// KindOf tells the kind of err; an error that is not a fault is Internal.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}

// Cause is what the log may say of err: the sentences are for the person, and
// could repeat what was typed.
func Cause(err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		if e.Err == nil {
			return e.Kind.String()
		}
		return Cause(e.Err) // which may have a sentence in it too
	}
	return err.Error()
}
