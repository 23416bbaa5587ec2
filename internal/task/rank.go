package task

// Rank is how well what was found answers a search. What is found best stands
// first.
type Rank int

// The ranks, the best first.
const (
	NumberEqual Rank = iota // the thing's own number is what was looked for
	BeginsWith              // its title begins with it
	InTitle                 // its title has it somewhere
	InText                  // only its text has it
)
