// Package accounttest is for the tests of whoever has accounts.
package accounttest

import "github.com/alexedwards/argon2id"

// LowCost is next to nothing for a password's hash, where a test is not about it and
// has a whole town's people.
var LowCost = argon2id.Params{Memory: 64, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}
