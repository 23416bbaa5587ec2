package address

// The pages of the yearly confirmation of rights without parameters.
const (
	RightReviews        = Rights + "/reviews"
	NewRightReview      = RightReviews + "/new"
	NewRightReviewCheck = NewRightReview + "/check"
	RightReviewChanges  = RightReviews + "/changes" // what is to be changed of systems that the actor answers for
)

// RightReview is a confirmation, by its code.
func RightReview(code string) string { return under(RightReviews, code) }

// RightReviewClosing is where it is closed. No code of one is such a word, and any word may be
// that of a section.
func RightReviewClosing(code string) string { return under(RightReviews+"/close", code) }

// RightReviewDue is where its last day is moved.
func RightReviewDue(code string) string { return under(RightReviews+"/due", code) }

// RightReviewRecord is its record, as it is printed.
func RightReviewRecord(code string) string { return under(RightReviews+"/record", code) }

// RightReviewFile is its record as a file: .xlsx.
func RightReviewFile(code string) string { return under(RightReviews+"/file", code) }

// RightReviewSection is where the rights of a section's people are gone through, by its code.
func RightReviewSection(code, section string) string { return under(RightReview(code), section) }

// RightReviewOf is what belongs to that: change, end, rest, hand_in and take_up.
func RightReviewOf(code, section, what string) string {
	return under(RightReviewSection(code, section), what)
}
